"""Which columns name the people who sell, and which only sound like it."""

import pytest

from landmark.forecast.sellers import is_never_used


@pytest.mark.parametrize(
    "name", ["owner", "Owner Name", "OwnerId", "deal_owner", "hubspot_owner_id", "sales_rep", "Sales Agent",
             "rep_email", "account_manager", "Account Executive", "assigned_to", "SDR", "salesperson", "account_id"],
)  # fmt: skip
def test_who_sells_is_never_an_attribute(name: str) -> None:
    assert is_never_used(name)


@pytest.mark.parametrize(
    "name", ["regional_office", "ownership", "Owner Region", "product_owner", "reporting", "lead_source", "agency",
             "manager_involved", "amount", "number of reps", "account_type"],
)  # fmt: skip
def test_what_describes_the_deal_stays(name: str) -> None:
    assert not is_never_used(name)
