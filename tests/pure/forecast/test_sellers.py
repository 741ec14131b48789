"""Which columns name the people who sell, and which only sound like it."""

import pytest

from landmark.forecast.sellers import is_never_used


@pytest.mark.parametrize(
    "name", ["owner", "Owner Name", "OwnerId", "deal_owner", "hubspot_owner_id", "sales_rep", "Sales Agent",
             "rep_email", "account_manager", "Account Executive", "assigned_to", "SDR", "salesperson", "account_id",
             "sales_person", "sales person", "ownerid", "Sales_Rep__c", "rep_code", "seller_no", "salesperson_code",
             "account_exec", "assignee", "created_by", "CreatedById", "user_id", "closer", "Venditore", "agente",
             "Verkäufer", "vendeur", "Owner Full Name"],
)  # fmt: skip
def test_who_sells_is_never_an_attribute(name: str) -> None:
    assert is_never_used(name)


@pytest.mark.parametrize(
    "name", ["regional_office", "ownership", "Owner Region", "product_owner", "reporting", "lead_source", "agency",
             "manager_involved", "amount", "number of reps", "account_type",
             "account_name", "lead_user_count", "reported", "sales_cycle", "deal_code", "salesforce_edition", "users",
             "closed_by_quarter", "person_count", "account_user", "lead_person"],
)  # fmt: skip
def test_what_describes_the_deal_stays(name: str) -> None:
    assert not is_never_used(name)
