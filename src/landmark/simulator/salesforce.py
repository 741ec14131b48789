"""Writes a simulated company as a Salesforce weekly data export: one zip of Latin-1 CSV files with its exact headings.

Answers: the company as that service would hand it over. Does not answer: what it means (the importer does).
Every value is quoted, times are ``YYYY-MM-DD HH:MM:SS`` in UTC, booleans 0 and 1, an empty look-up is a row of zeros.
"""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from landmark.playbook.loader import load_playbook
from landmark.simulator import headings, ids
from landmark.simulator.company import EVENT_NAMES, LOST, MILESTONES, WON, Company, Floats
from landmark.simulator.eventlog import iso_days, stage_names

Record = dict[str, object]
CHUNK = 20_000
STAGE_CHANCES = (10, 25, 45, 65, 90, 100, 0)
CATEGORIES = ("Pipeline", "Pipeline", "Best Case", "Forecast", "Forecast", "Closed", "Omitted")
TASK_TYPES = {"call": "Call", "email": "Email", "meeting": "Meeting"}
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_salesforce_zip(company: Company, path: str | Path) -> Path:
    """The whole export; the same company gives the same bytes."""
    path = Path(path)
    writers: dict[str, Callable[[Company], Iterator[Record]]] = {
        "Opportunity": _opportunities,
        "OpportunityHistory": _histories,
        "Account": _accounts,
        "User": _users,
        "UserRole": _roles,
        "Contact": _contacts,
        "OpportunityContactRole": _contact_roles,
        "Task": _tasks,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, records in writers.items():
            member = zipfile.ZipInfo(f"{name}.csv", ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as raw:
                _write(raw, headings.COLUMNS[name], records(company))
    return path


def _write(raw: io.BufferedIOBase | object, columns: list[str], records: Iterable[Record]) -> None:
    """Rows in order of ``columns``; whatever a record does not say is blank."""
    stream = io.TextIOWrapper(raw, encoding="latin-1", errors="replace", newline="")  # type: ignore[type-var]
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(columns)
    blank = dict.fromkeys(columns, "")
    writer.writerows((blank | record).values() for record in records)
    stream.flush()
    stream.detach()


def stamps(days: Floats) -> list[str]:
    """``2026-05-12 09:30:00``; blank for a missing time."""
    seconds = np.where(np.isnan(days), 0, np.round(days * 86_400)).astype("datetime64[s]")
    texts = np.char.replace(np.datetime_as_string(seconds), "T", " ")
    return [str(text) for text in np.where(np.isnan(days), "", texts)]


def _midnights(days: Floats) -> list[str]:
    return [f"{day} 00:00:00" if day else "" for day in iso_days(np.floor(days))]


def _ends(company: Company) -> Floats:
    """The export's own time for each deal: closed ones rest, open ones were touched by the nightly run."""
    midnight = float(np.datetime64(company.end_on, "D").astype(int))
    return np.where(np.isnan(company.deals.closed), midnight, company.deals.closed)


def _last(what: Floats, deal: np.ndarray, size: int) -> Floats:
    """The last value of each deal in a log ordered by deal and time."""
    return what[np.searchsorted(deal, np.arange(size), side="right") - 1]


def _opportunities(company: Company) -> Iterator[Record]:
    deals, accounts = company.deals, company.accounts
    names, users = stage_names(), ids.user_ids(len(company.representatives))
    account_ids = ids.account_ids(len(accounts.name))
    stages = _last(company.stages.what, company.stages.deal, company.size).astype(int)
    amounts = _last(company.amounts.what, company.amounts.deal, company.size).astype(int)
    targets = _last(company.targets.what, company.targets.deal, company.size)
    moved = stamps(_last(company.stages.at, company.stages.deal, company.size))
    opened, ends, close_on = stamps(deals.opened), stamps(_ends(company)), _midnights(targets)
    for place, deal_id in enumerate(ids.deal_ids(company.size)):
        stage, amount, owner = stages[place], amounts[place], users[deals.owner[place]]
        year, month = close_on[place][:4], int(close_on[place][5:7])
        yield {
            "Id": deal_id,
            "IsDeleted": 0,
            "AccountId": account_ids[deals.account[place]],
            "IsPrivate": 0,
            "Name": _plain(deals.name[place]),
            "StageName": names[stage],
            "StageSortOrder": stage + 1,
            "Amount": amount,
            "Probability": STAGE_CHANCES[stage],
            "ExpectedRevenue": amount * STAGE_CHANCES[stage] / 100,
            "CloseDate": close_on[place],
            "Type": deals.deal_type[place],
            "NextStep": deals.next_step[place],
            "LeadSource": deals.lead_source[place],
            "IsClosed": int(deals.outcome[place] in (WON, LOST)),
            "IsWon": int(deals.outcome[place] == WON),
            "ForecastCategory": CATEGORIES[stage],
            "ForecastCategoryName": CATEGORIES[stage],
            "CurrencyIsoCode": company.currency,
            "CampaignId": ids.NULL_ID,
            "HasOpportunityLineItem": 0,
            "Pricebook2Id": ids.NULL_ID,
            "OwnerId": owner,
            "CreatedDate": opened[place],
            "CreatedById": owner,
            "LastModifiedDate": ends[place],
            "LastModifiedById": owner,
            "SystemModstamp": ends[place],
            "LastStageChangeDate": moved[place],
            "FiscalYear": year,
            "FiscalQuarter": (month + 2) // 3,
            "Approval_Month__c": accounts.approval_month[deals.account[place]],
            "Loss_Reason__c": deals.loss_reason[place],
        }


def _plain(text: str) -> str:
    """Text as a Latin-1 export shows it: a long dash becomes a hyphen."""
    return unicodedata.normalize("NFC", text).replace("–", "-")


def _histories(company: Company) -> Iterator[Record]:
    """One row per edit, holding the values after it; edits of the same second share a row."""
    names, deal_ids = stage_names(), ids.deal_ids(company.size)
    users = ids.user_ids(len(company.representatives))
    logs = (company.stages, company.amounts, company.targets)
    deal, at, what = (np.concatenate([getattr(log, name) for log in logs]) for name in ("deal", "at", "what"))
    kind = np.repeat([0, 1, 2], [len(log.at) for log in logs])
    order = np.lexsort((kind, at, deal))
    deal, at, what, kind = deal[order], at[order], what[order], kind[order]
    is_last = np.append((np.diff(deal) != 0) | (np.diff(at) != 0), True)
    written = stamps(at[is_last])
    row_ids = ids.history_ids(len(written))
    state: list[float] = [0.0, 0.0, 0.0]
    before: list[float] | None = None
    number, deals_of_rows = 0, deal[is_last]
    for owner_deal, value, field, ends_row in zip(deal.tolist(), what.tolist(), kind.tolist(), is_last, strict=True):
        state[field] = value
        if not ends_row:
            continue
        more = number + 1 < len(written) and deals_of_rows[number + 1] == owner_deal
        record = _history(state, before, names, company.currency)
        record |= {"Id": row_ids[number], "OpportunityId": deal_ids[owner_deal], "CreatedDate": written[number]}
        record["CreatedById"] = users[company.deals.owner[owner_deal]]
        record["CreatedDateForInsert"] = record["SystemModstamp"] = written[number]
        record["ValidThroughDate"] = written[number + 1] if more else ""
        before = list(state) if more else None
        number += 1
        yield record


def _history(state: list[float], before: list[float] | None, names: list[str], currency: str) -> Record:
    stage, amount, target = int(state[0]), int(state[1]), state[2]
    record: Record = {
        "StageName": names[stage],
        "Amount": amount,
        "ExpectedRevenue": amount * STAGE_CHANCES[stage] / 100,
        "CloseDate": f"{np.datetime64(int(target), 'D')} 00:00:00",
        "Probability": STAGE_CHANCES[stage],
        "ForecastCategory": CATEGORIES[stage],
        "CurrencyIsoCode": currency,
        "IsDeleted": 0,
    }
    if before is not None:
        record["FromForecastCategory"] = CATEGORIES[int(before[0])]
        record["FromOpportunityStageName"] = names[int(before[0])]
        record["PrevAmount"] = int(before[1])
        record["PrevCloseDate"] = f"{np.datetime64(int(before[2]), 'D')} 00:00:00"
    return record


def _accounts(company: Company) -> Iterator[Record]:
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


def _users(company: Company) -> Iterator[Record]:
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


def _roles(company: Company) -> Iterator[Record]:
    """The sales director at the top, a role for each team below."""
    role_ids = ids.role_ids(len(company.teams) + 1)
    for place, name in enumerate(("Sales Director", *company.teams)):
        parent = role_ids[0] if place else ids.NULL_ID
        yield {"Id": role_ids[place], "Name": name, "ParentRoleId": parent, "DeveloperName": _ascii(name)}


def _contacts(company: Company) -> Iterator[Record]:
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


def _contact_roles(company: Company) -> Iterator[Record]:
    """The primary contact is there from the opening, the others follow in the first weeks."""
    playbook, deals = load_playbook(), company.deals
    labels = {role.key: playbook.label("role", role.key) for role in playbook.roles}
    contact_ids, deal_ids = ids.contact_ids(len(company.people.name)), ids.deal_ids(company.size)
    ends = np.where(np.isnan(deals.closed), _ends(company), deals.closed)
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


def _tasks(company: Company) -> Iterator[Record]:
    """Every event as a finished task; a milestone's task carries its name as the subject."""
    playbook, events, deals = load_playbook(), company.events, company.deals
    subjects = [playbook.label("milestone", key) for key in MILESTONES]
    subjects += [TASK_TYPES[name] for name in EVENT_NAMES[len(MILESTONES) :]]
    kinds = ["Meeting"] * len(MILESTONES) + subjects[len(MILESTONES) :]
    users, accounts = ids.user_ids(len(company.representatives)), ids.account_ids(len(company.accounts.name))
    people, deal_ids = ids.contact_ids(len(company.people.name)), ids.deal_ids(company.size)
    row_ids = ids.task_ids(len(events.at))
    for start in range(0, len(row_ids), CHUNK):
        part = slice(start, start + CHUNK)
        written, days = stamps(events.known[part]), _midnights(events.at[part])
        codes, owners = events.what[part].astype(int).tolist(), events.deal[part].tolist()
        for row_id, when, day, code, deal in zip(row_ids[part], written, days, codes, owners, strict=True):
            owner = users[deals.owner[deal]]
            yield {
                "Id": row_id,
                "WhoId": people[deals.people[deal][0]],
                "WhatId": deal_ids[deal],
                "WhoCount": 1,
                "WhatCount": 1,
                "Subject": subjects[code],
                "ActivityDate": day,
                "Status": "Completed",
                "Priority": "Normal",
                "OwnerId": owner,
                "CurrencyIsoCode": company.currency,
                "Type": kinds[code],
                "IsDeleted": 0,
                "AccountId": accounts[deals.account[deal]],
                "IsClosed": 1,
                "CreatedDate": when,
                "CreatedById": owner,
                "LastModifiedDate": when,
                "LastModifiedById": owner,
                "SystemModstamp": when,
                "IsArchived": 0,
                "IsReminderSet": 0,
                "IsRecurrence": 0,
                "TaskSubtype": "Task",
            }
