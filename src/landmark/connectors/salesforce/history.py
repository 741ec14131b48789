"""OpportunityHistory: when each stage, amount and close date began to hold.

Answers: what a deal looked like on any earlier day, and since when that is known. Does not answer: who did what
(``activity``). A row holds the values *after* a change and comes for every edit, so only real changes are kept.
"""

import math
from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from sys import intern

import numpy as np

from landmark.connectors.findings import Place, RowError, check_width, read_amount
from landmark.connectors.parsed import NAN, Parsed
from landmark.connectors.salesforce.columns import Export, Row, read_stamp
from landmark.connectors.salesforce.parse import Reading
from landmark.connectors.tables import Table
from landmark.connectors.values import parse_instant

HISTORY = "OpportunityId IsDeleted CreatedDate StageName Amount CloseDate ForecastCategory ValidThroughDate".split()
GRACE_DAYS = 1.0

REJECTED = "\0"
"""Stands for an amount that was left out: at that moment nothing is known to have changed."""


@dataclass(slots=True)
class _Rows:
    """All rows in columns, texts shared, in file order."""

    deal: "array[int]" = field(default_factory=lambda: array("i"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    stage: list[str] = field(default_factory=list)
    amount: list[str] = field(default_factory=list)
    close_on: list[str] = field(default_factory=list)


def read_history(export: Export, reading: Reading) -> None:
    """Fill changes and stage events, then settle when each deal opened and closed and where its target date stood."""
    rows = _Rows()
    for table in export.history:
        _read_rows(table, rows, reading)
    deals = np.frombuffer(rows.deal, np.int32) if rows.deal else np.zeros(0, np.int32)
    times = np.frombuffer(rows.at, np.float64) if rows.at else np.zeros(0)
    order = np.lexsort((np.arange(len(deals)), times, deals))
    bounds = np.searchsorted(deals[order], np.arange(len(reading.parsed.deals) + 1))
    codes: dict[str, int] = {}
    places: dict[str, list[int]] = {}
    for position, (start, end) in enumerate(pairwise(bounds.tolist())):
        own = order[start:end].tolist()
        _settle_deal(position, own, rows, reading)
        _add_changes(position, own, rows, reading, codes, places)
    reading.parsed.events.names = list(codes)
    reading.parsed.stages = _order_stages(reading, places)


def _read_rows(table: Table, rows: _Rows, reading: Reading) -> None:
    row = Row(table, *HISTORY)
    for number, cells in table.rows():
        row.at(number, cells)
        try:
            check_width(cells, len(table.headings))
            deal = -1 if row.flag("IsDeleted") else reading.deal_of(row, "OpportunityId")
            if deal < 0:
                reading.findings.note("deleted", table.name, number, "the row, or its opportunity, is deleted")
                continue
            at = read_stamp(row["CreatedDate"], "CreatedDate", required=True)
            amount = read_amount(row["Amount"], "Amount")
            read_stamp(row["CloseDate"], "CloseDate")
            reading.seen(read_stamp(row["ValidThroughDate"], "ValidThroughDate"))
        except RowError as error:
            reading.findings.reject(table.name, number, error, cells)
            continue
        reading.seen(at)
        if row["ForecastCategory"] == "Closed":
            reading.closed_stages.add(row["StageName"])
        rows.deal.append(deal)
        rows.at.append(at)
        rows.stage.append(intern(row["StageName"]))
        kept = reading.findings.keep_amount(amount, Place(table.name, number, cells), "Amount")
        rows.amount.append(intern(row["Amount"]) if kept == amount else REJECTED)
        rows.close_on.append(intern(row["CloseDate"][:10]))


def _settle_deal(position: int, own: list[int], rows: _Rows, reading: Reading) -> None:
    deal, findings = reading.parsed.deals[position], reading.findings
    where = reading.files[position], reading.rows[position]
    first = rows.at[own[0]] if own else NAN
    if math.isnan(deal.opened):
        deal.opened, deal.opened_exact = first, False
        if math.isnan(first):
            deal.opened = reading.close_on[position] if deal.outcome else reading.last_stamp
        findings.note("no_opened_at", *where, f"{deal.name} has no CreatedDate")
    elif first > deal.opened + GRACE_DAYS:
        deal.known_from = first
        findings.note("late_history", *where, f"the history of {deal.name} starts after it was created")
    if own and rows.close_on[own[0]]:
        deal.first_target = parse_instant(rows.close_on[own[0]])
    if deal.outcome:
        _settle_closing(position, own, rows, reading)


def _settle_closing(position: int, own: list[int], rows: _Rows, reading: Reading) -> None:
    """The closing time, and the target date as it stood before it."""
    deal, findings = reading.parsed.deals[position], reading.findings
    where = reading.files[position], reading.rows[position]
    entered = [
        rows.at[later]
        for earlier, later in pairwise(own)
        if rows.stage[later] in reading.closed_stages and rows.stage[later] != rows.stage[earlier]
    ]
    deal.closed = reading.stage_changed[position]
    if math.isnan(deal.closed):
        deal.closed = entered[-1] if entered else reading.close_on[position]
        if deal.closed > reading.last_stamp:
            deal.closed = reading.last_stamp
            findings.note("closed_in_future", *where, f"{deal.name} is closed with a close date still to come")
    earlier_targets = [rows.close_on[k] for k in own if rows.at[k] < deal.closed and rows.close_on[k]]
    if earlier_targets:
        deal.target = parse_instant(earlier_targets[-1])
    else:
        deal.target = deal.first_target = NAN
        findings.note("no_target_history", *where, f"{deal.name} has no target date from before it closed")
    if deal.closed <= deal.opened:
        deal.opened, deal.opened_exact, deal.known_from = deal.closed, False, NAN
        findings.note("closed_before_opened", *where, f"{deal.name} closed before it was created")


def _add_changes(
    position: int,
    own: list[int],
    rows: _Rows,
    reading: Reading,
    codes: dict[str, int],
    places: dict[str, list[int]],
) -> None:
    """Every real change; a field that changed also gets its first value, from the opening on."""
    parsed = reading.parsed
    deal = parsed.deals[position]
    stages = [(rows.at[k], rows.stage[k]) for k in own if rows.stage[k]]
    if not own and not deal.outcome and not math.isnan(reading.stage_changed[position]):
        stages = [(reading.stage_changed[position], deal.stage)]
    previous, place = "", 0
    for at, stage in stages:
        if stage == previous:
            continue
        previous = stage
        _add_change(parsed, position, max(at, deal.opened), "stage", stage)
        if stage not in reading.closed_stages:
            places.setdefault(stage, []).append(place)
            place += 1
            _add_event(parsed, position, at, codes.setdefault(f"stage:{stage}", len(codes)))
    for name, column in (("amount", rows.amount), ("target_on", rows.close_on)):
        _add_value_changes(parsed, position, name, [(rows.at[k], column[k]) for k in own if column[k] != REJECTED])


def _add_value_changes(parsed: Parsed, position: int, name: str, values: list[tuple[float, str]]) -> None:
    deal = parsed.deals[position]
    changes = [values[0]] if values else []
    changes += [later for earlier, later in pairwise(values) if later[1] != earlier[1]]
    if len(changes) > 1:
        _add_change(parsed, position, deal.opened, name, changes[0][1])
        for at, value in changes[1:]:
            _add_change(parsed, position, max(at, deal.opened), name, value)


def _add_change(parsed: Parsed, position: int, at: float, name: str, value: str) -> None:
    parsed.changes.deal.append(position)
    parsed.changes.at.append(at)
    parsed.changes.field.append(name)
    parsed.changes.value.append(value)


def _add_event(parsed: Parsed, position: int, at: float, code: int) -> None:
    parsed.events.deal.append(position)
    parsed.events.at.append(at)
    parsed.events.known.append(at)
    parsed.events.code.append(code)


def _order_stages(reading: Reading, places: dict[str, list[int]]) -> list[str]:
    """Open stages by the export's own order; one that no open deal is in now goes where deals pass through it."""
    mean_place = {stage: sum(seen) / len(seen) for stage, seen in places.items()}
    stages = dict.fromkeys([*reading.sort_orders, *mean_place])
    known = {stage: order for stage, order in reading.sort_orders.items() if not math.isnan(order)}
    if not known:
        return sorted(stages, key=lambda stage: (mean_place.get(stage, math.inf), stage))

    def key(stage: str) -> tuple[float, float, str]:
        place = mean_place.get(stage, 0.0)
        before = [order for other, order in known.items() if mean_place.get(other, 0.0) <= place]
        return known.get(stage, max(before, default=0.0) + 0.5), place, stage

    return sorted((stage for stage in stages if stage not in reading.closed_stages), key=key)
