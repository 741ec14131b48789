"""The people and companies of a simulated Salesforce export.

Answers: accounts, users, roles, contacts and who plays which part in a deal. Does not answer: what happens in the
deals (``salesforce``).
"""

import unicodedata
from collections.abc import Iterator

import numpy as np

from landmark.playbook.loader import load_playbook
from landmark.simulator import ids
from landmark.simulator.company import Company
from landmark.simulator.stamps import export_times, stamps

Record = dict[str, object]


def accounts(company: Company) -> Iterator[Record]:
    accounts, first = company.accounts, stamps(np.array([company.deals.opened.min() - 1]))[0]
    for place, account_id in enumerate(ids.account_ids(len(accounts.name))):
        yield {
            "Id": account_id,
            "IsDeleted": 0,
            "MasterRecordId": ids.NULL_ID,
            "Name": accounts.name[place],
            "Type": "Prospect",
            "ParentId": ids.NULL_ID,
            "BillingCountry": accounts.country[place],
            "Website": f"https://{_domain(accounts.name[place])}",
            "Industry": accounts.industry[place],
            "AnnualRevenue": accounts.revenue[place],
            "NumberOfEmployees": accounts.employees[place],
            "CurrencyIsoCode": company.currency,
            "CreatedDate": first,
            "LastModifiedDate": first,
            "SystemModstamp": first,
            "Fiscal_Year_End__c": accounts.fiscal_year_end[place],
            "Funding__c": accounts.funding[place],
        }


def _ascii(text: str) -> str:
    """Plain small letters for addresses."""
    text = text.replace("ø", "o").replace("Ø", "O")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _domain(company_name: str) -> str:
    return f"{_ascii(company_name)}.example"


def users(company: Company) -> Iterator[Record]:
    role_ids = ids.role_ids(len(company.teams) + 1)
    for place, user_id in enumerate(ids.user_ids(len(company.representatives))):
        first, last = company.representatives[place]
        address = f"{_ascii(first)}.{_ascii(last)}{place + 1}@sample.example"
        yield {
            "Id": user_id,
            "Username": address,
            "LastName": last,
            "FirstName": first,
            "Name": f"{first} {last}",
            "Title": "Account Executive",
            "Email": address,
            "Alias": f"{_ascii(first)[:1]}{_ascii(last)}"[:8],
            "IsActive": 1,
            "UserRoleId": role_ids[company.team_of[place] + 1],
            "CurrencyIsoCode": company.currency,
            "UserType": "Standard",
        }


def roles(company: Company) -> Iterator[Record]:
    """The sales director at the top, a role for each team below."""
    role_ids = ids.role_ids(len(company.teams) + 1)
    for place, name in enumerate(("Sales Director", *company.teams)):
        parent = role_ids[0] if place else ids.NULL_ID
        yield {"Id": role_ids[place], "Name": name, "ParentRoleId": parent, "DeveloperName": _ascii(name)}


def contacts(company: Company) -> Iterator[Record]:
    people, account_ids = company.people, ids.account_ids(len(company.accounts.name))
    created = stamps(np.array([company.deals.opened.min() - 1]))[0]
    for place, contact_id in enumerate(ids.contact_ids(len(people.name))):
        first, last = people.name[place]
        account = people.account[place]
        yield {
            "Id": contact_id,
            "IsDeleted": 0,
            "MasterRecordId": ids.NULL_ID,
            "AccountId": account_ids[account],
            "LastName": last,
            "FirstName": first,
            "Email": f"{_ascii(first)}.{_ascii(last)}@{_domain(company.accounts.name[account])}",
            "Title": people.title[place],
            "CurrencyIsoCode": company.currency,
            "CreatedDate": created,
            "LastModifiedDate": created,
            "SystemModstamp": created,
        }


def contact_roles(company: Company) -> Iterator[Record]:
    """The primary contact is there from the opening, the others follow in the first weeks."""
    playbook, deals = load_playbook(), company.deals
    labels = {role.key: playbook.label("role", role.key) for role in playbook.roles}
    contact_ids, deal_ids = ids.contact_ids(len(company.people.name)), ids.deal_ids(company.size)
    ends = np.where(np.isnan(deals.closed), export_times(company), deals.closed)
    rows = [
        (deal, person, place, min(deals.opened[deal] + 9 * place, ends[deal]))
        for deal, cast in enumerate(deals.people)
        for place, person in enumerate(cast)
    ]
    written = stamps(np.array([row[3] for row in rows]))
    for row_id, when, (deal, person, place, _) in zip(ids.contact_role_ids(len(rows)), written, rows, strict=True):
        yield {
            "Id": row_id,
            "OpportunityId": deal_ids[deal],
            "ContactId": contact_ids[person],
            "Role": labels.get(company.people.role[person], company.people.role[person]),
            "IsPrimary": int(place == 0),
            "CreatedDate": when,
            "LastModifiedDate": when,
            "SystemModstamp": when,
            "IsDeleted": 0,
            "CurrencyIsoCode": company.currency,
        }
