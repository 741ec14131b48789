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
from landmark.simulator import headings, ids, people
from landmark.simulator.company import EVENT_NAMES, LOST, MILESTONES, WON, Company, Floats
from landmark.simulator.eventlog import stage_names
from landmark.simulator.stamps import export_times, midnights, stamps

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
        "Account": people.accounts,
        "User": people.users,
        "UserRole": people.roles,
        "Contact": people.contacts,
        "OpportunityContactRole": people.contact_roles,
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
    opened, ends, close_on = stamps(deals.opened), stamps(export_times(company)), midnights(targets)
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


def _tasks(company: Company) -> Iterator[Record]:
    """Every event as a finished task; a milestone's task carries its name as the subject."""
    playbook, events, deals = load_playbook(), company.events, company.deals
    subjects = [playbook.label("milestone", key) for key in MILESTONES]
    subjects += [TASK_TYPES[name] for name in EVENT_NAMES[len(MILESTONES) :]]
    kinds = ["Meeting"] * len(MILESTONES) + subjects[len(MILESTONES) :]
    users, accounts = ids.user_ids(len(company.representatives)), ids.account_ids(len(company.accounts.name))
    contacts, deal_ids = ids.contact_ids(len(company.people.name)), ids.deal_ids(company.size)
    row_ids = ids.task_ids(len(events.at))
    for start in range(0, len(row_ids), CHUNK):
        part = slice(start, start + CHUNK)
        written, days = stamps(events.known[part]), midnights(events.at[part])
        codes, owners = events.what[part].astype(int).tolist(), events.deal[part].tolist()
        for row_id, when, day, code, deal in zip(row_ids[part], written, days, codes, owners, strict=True):
            owner = users[deals.owner[deal]]
            yield {
                "Id": row_id,
                "WhoId": contacts[deals.people[deal][0]],
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
