"""Task and Event: what was done on a deal, and when Salesforce learned of it.

Answers: which milestones and other activities happened. Does not answer: what they prove; an import never opens a gate.
``ActivityDate`` is when it happened. It became known when the record was created, or completed where it was planned
ahead.
"""

import math
from dataclasses import dataclass

from landmark.connectors.findings import RowError, check_width
from landmark.connectors.parsed import DealRecord
from landmark.connectors.salesforce.columns import Export, Row, read_stamp
from landmark.connectors.salesforce.parse import Reading
from landmark.connectors.tables import Table

TASK = (
    "Id WhatId Subject ActivityDate ActivityDateTime Status Type TaskSubtype IsDeleted IsClosed CreatedDate "
    "LastModifiedDate SystemModstamp CompletedDateTime"
).split()
OPPORTUNITY_PREFIX = "006"


@dataclass(frozen=True, slots=True)
class _Activity:
    deal: int
    at: float
    known: float
    name: str


def read_activities(export: Export, reading: Reading) -> None:
    """Every finished activity of a known deal, as an event."""
    events = reading.parsed.events
    codes = {name: code for code, name in enumerate(events.names)}
    names: dict[tuple[str, str], str] = {}
    for table in export.activity:
        row = Row(table, *TASK)
        for number, cells in table.rows():
            row.at(number, cells)
            try:
                check_width(cells, len(table.headings))
                activity = _read(row, reading, names)
            except RowError as error:
                reading.findings.reject(table.name, number, error, cells)
                continue
            if activity is None:
                continue
            _note(activity, reading, table, number)
            events.deal.append(activity.deal)
            events.at.append(activity.at)
            events.known.append(activity.known)
            events.code.append(codes.setdefault(activity.name, len(codes)))
    events.names = list(codes)


def _read(row: Row, reading: Reading, names: dict[tuple[str, str], str]) -> _Activity | None:
    if row.flag("IsDeleted"):
        reading.findings.note("deleted", row.table.name, row.number, "the activity is deleted")
        return None
    if not row["WhatId"].startswith(OPPORTUNITY_PREFIX):
        reading.findings.note("other_record", row.table.name, row.number, "the activity belongs to no opportunity")
        return None
    deal = reading.deal_of(row, "WhatId")
    if deal < 0:
        reading.findings.note("deleted", row.table.name, row.number, "the activity's opportunity is deleted")
        return None
    if not _is_done(row):
        reading.findings.note("not_done", row.table.name, row.number, f"{row['Subject'] or 'the task'} is not done yet")
        return None
    at, known = _times(row, reading.parsed.deals[deal], reading)
    if at > reading.last_stamp:
        reading.findings.note("not_done", row.table.name, row.number, f"{row['Subject'] or 'it'} is still to come")
        return None
    key = row["Type"] or row["TaskSubtype"], row["Subject"]
    if key not in names:
        kind = reading.names.milestone(key[0]) or reading.names.milestone(key[1])
        names[key] = kind or f"task:{key[0].casefold() or 'other'}"
    return _Activity(deal, at, known, names[key])


def _is_done(row: Row) -> bool:
    if row.has("IsClosed"):
        return row.flag("IsClosed")
    return not row.has("Status") or row["Status"].casefold() == "completed"


def _times(row: Row, deal: DealRecord, reading: Reading) -> tuple[float, float]:
    """When it happened and when it was known. A date without a time, on the day of opening, means after the opening."""
    created = read_stamp(row["CreatedDate"], "CreatedDate")
    completed = read_stamp(row["CompletedDateTime"], "CompletedDateTime")
    happened = row["ActivityDateTime"] or row["ActivityDate"]
    at = read_stamp(happened, "ActivityDate")
    if math.isnan(at):
        at = completed if not math.isnan(completed) else created
    if math.isnan(at):
        raise RowError("blank_date", "ActivityDate and CreatedDate are both blank")
    if at > completed:
        at = completed  # done before the day it was planned for
    if at == math.floor(at) and at == math.floor(deal.opened):
        at = deal.opened
    reading.seen(created)
    reading.seen(completed)
    learned = completed if not math.isnan(completed) else created
    return at, at if math.isnan(learned) else max(at, learned)


def _note(activity: _Activity, reading: Reading, table: Table, number: int) -> None:
    deal = reading.parsed.deals[activity.deal]
    if activity.at < deal.opened:
        reading.findings.note("event_before_opening", table.name, number, f"{activity.name} before {deal.name} opened")
    elif activity.at >= deal.closed:
        reading.findings.note("event_after_closing", table.name, number, f"{activity.name} after {deal.name} closed")
