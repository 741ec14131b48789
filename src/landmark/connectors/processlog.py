"""A process log, cases and events, read as deals by a mapping file.

Answers: which cases became deals, when they opened and closed, what happened in them. Does not answer: how the
mapping is written (``mapping``). A case counts from its opening activity; what the mapping leaves out is never read.
"""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from landmark.connectors.findings import Findings, Place, RowError, check_width, read_amount, read_time
from landmark.connectors.mapping import Cases, Events, Mapping, Outcome
from landmark.connectors.names import Names
from landmark.connectors.parsed import NAN, DealRecord, Parsed, StructuralError
from landmark.connectors.tables import Table, check_id


@dataclass(slots=True)
class _Log:
    """All kept events in columns, and each case's first opening activity and first settling one."""

    case: "array[int]" = field(default_factory=lambda: array("i"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    activity: "array[int]" = field(default_factory=lambda: array("i"))
    row: "array[int]" = field(default_factory=lambda: array("i"))
    names: list[str] = field(default_factory=list)
    first: dict[int, float] = field(default_factory=dict)
    started: dict[int, float] = field(default_factory=dict)
    settled: dict[int, tuple[float, str]] = field(default_factory=dict)


def find_tables(tables: Sequence[Table], mapping: Mapping) -> tuple[Table | None, Table] | None:
    """The cases and the events among ``tables`` by the columns the mapping names, or None."""
    if mapping.events is None:
        return None
    wanted = mapping.events
    columns = [wanted.case, wanted.time, wanted.activity, *wanted.keep, *wanted.drop]
    events = next((table for table in tables if table.has(*columns)), None)
    if events is None:
        raise StructuralError(
            f"No file has all the columns the mapping names for events ({', '.join(columns)}); correct one of the two."
        )
    if mapping.cases is None:
        return None, events
    columns = _case_columns(mapping.cases, mapping.outcome)
    cases = next((table for table in tables if table is not events and table.has(*columns)), None)
    if cases is None:
        raise StructuralError(
            f"No file has all the columns the mapping names for cases ({', '.join(columns)}); correct one of the two."
        )
    return cases, events


def _case_columns(cases: Cases, outcome: Outcome | None) -> list[str]:
    named = [cases.id, cases.opened_at, cases.name, cases.amount, cases.currency, cases.owner, cases.account]
    named += [cases.target_on, *cases.attributes]
    if outcome is not None and outcome.column:
        named += [outcome.column, outcome.closed_at]
    return [name for name in named if name]


def read_process_log(cases: Table | None, events: Table, mapping: Mapping, names: Names) -> Parsed:
    """Cases that reached the opening activity, as deals."""
    if mapping.events is None or mapping.outcome is None:
        raise StructuralError("The mapping describes no process log; add its parts events and outcome.")
    parsed = Parsed(source=mapping.name, stage_equivalents={name: key for name, key in mapping.stages.items() if key})
    findings = Findings(parsed)
    deals: dict[str, DealRecord] = {}
    rows: dict[str, int] = {}
    if cases is not None and mapping.cases is not None:
        for row, deal in _read_cases(cases, mapping, mapping.cases, findings, rows):
            deals[deal.external_id] = deal
            rows[deal.external_id] = row
    log = _read_events(events, mapping.events, mapping, findings, deals, closed_list=cases is not None)
    _settle(log, mapping, deals, findings, cases.name if cases else events.name, rows)
    _fill(parsed, log, mapping, names, list(deals.values()), findings, events.name)
    findings.close()
    return parsed


def _read_cases(
    table: Table, mapping: Mapping, cases: Cases, findings: Findings, seen: dict[str, int]
) -> Iterator[tuple[int, DealRecord]]:
    outcome = mapping.outcome if mapping.outcome and mapping.outcome.column else None
    place = {name: table.require(name) for name in _case_columns(cases, mapping.outcome)}
    for number, row in table.rows():
        cells = {name: row[position].strip() for name, position in place.items()}
        try:
            check_width(row, len(table.headings))
            deal = _case(cells, cases, outcome, mapping.currency)
            if not deal.external_id:
                raise RowError("blank_id", f"{cases.id} is blank")
            check_id(table, cases.id, number, deal.external_id)
            if deal.external_id in seen:
                raise RowError("duplicate_id", f"{deal.external_id} stands in row {seen[deal.external_id]} already")
        except RowError as error:
            findings.reject(table.name, number, error, row)
            continue
        deal.amount = findings.keep_amount(deal.amount, Place(table.name, number, row), cases.amount)
        yield number, deal


def _case(cells: dict[str, str], cases: Cases, outcome: Outcome | None, currency: str) -> DealRecord:
    deal = DealRecord(
        external_id=cells[cases.id],
        opened=read_time(cells.get(cases.opened_at, ""), cases.opened_at),
        name=cells.get(cases.name, "") or cells[cases.id],
        amount=read_amount(cells.get(cases.amount, ""), cases.amount),
        currency=cells.get(cases.currency, "") or currency,
        account_id=cells.get(cases.account, ""),
        owner=cells.get(cases.owner, ""),
        target=read_time(cells.get(cases.target_on, ""), cases.target_on),
        attributes={name: cells[name] for name in cases.attributes if cells[name]},
    )
    if outcome is not None:
        deal.outcome = _outcome(cells[outcome.column], outcome)
        deal.closed = read_time(cells[outcome.closed_at], outcome.closed_at)
        if bool(deal.outcome) != (not math.isnan(deal.closed)):
            raise RowError("outcome_without_time", f"{outcome.column} and {outcome.closed_at} must be filled together")
    return deal


def _outcome(value: str, outcome: Outcome) -> str:
    for word, values in (("won", outcome.won), ("lost", outcome.lost), ("", outcome.open)):
        if value in values:
            return word
    raise RowError("unknown_outcome", f"{outcome.column} reads {value[:40]!r}, which the mapping does not name")


def _read_events(
    table: Table,
    part: Events,
    mapping: Mapping,
    findings: Findings,
    deals: dict[str, DealRecord],
    *,
    closed_list: bool,
) -> _Log:
    """Kept events; without a file of cases every case id met is a deal."""
    log = _Log()
    case_at, time_at, activity_at = (table.require(name) for name in (part.case, part.time, part.activity))
    keep = [(table.require(name), frozenset(values)) for name, values in part.keep.items()]
    drop = [(table.require(name), frozenset(values)) for name, values in part.drop.items()]
    ignored = frozenset(part.ignore)
    codes: dict[str, int] = {}
    index = {external_id: position for position, external_id in enumerate(deals)}
    width = len(table.headings)
    for number, row in table.rows():
        if any(row[p].strip() not in v for p, v in keep) or any(row[p].strip() in v for p, v in drop):
            continue
        case, activity = row[case_at].strip(), row[activity_at].strip()
        try:
            check_width(row, width)
            at = read_time(row[time_at], part.time, required=True)
            position = _position(case, part.case, index, deals, closed_list, mapping.currency)
        except RowError as error:
            findings.reject(table.name, number, error, row)
            continue
        _note_boundaries(log, position, at, activity, mapping)
        if activity not in ignored:
            log.case.append(position)
            log.at.append(at)
            log.activity.append(codes.setdefault(activity, len(codes)))
            log.row.append(number)
    log.names = list(codes)
    return log


def _position(
    case: str, heading: str, index: dict[str, int], deals: dict[str, DealRecord], closed_list: bool, currency: str
) -> int:
    position = index.get(case)
    if position is not None:
        return position
    if not case:
        raise RowError("blank_id", f"{heading} is blank")
    if closed_list:
        raise RowError("unknown_deal", f"there is no case {case[:40]} in the file of cases")
    index[case] = len(deals)
    deals[case] = DealRecord(external_id=case, name=case, currency=currency)
    return index[case]


def _note_boundaries(log: _Log, position: int, at: float, activity: str, mapping: Mapping) -> None:
    """Keep the earliest time of anything, of the opening activity and of what settles the case."""
    log.first[position] = min(at, log.first.get(position, math.inf))
    if activity == mapping.start:
        log.started[position] = min(at, log.started.get(position, math.inf))
    outcome = mapping.outcome
    if outcome is not None and not outcome.column and (activity in outcome.won or activity in outcome.lost):
        if at < log.settled.get(position, (math.inf, ""))[0]:
            log.settled[position] = at, "won" if activity in outcome.won else "lost"


def _settle(
    log: _Log, mapping: Mapping, deals: dict[str, DealRecord], findings: Findings, file: str, rows: dict[str, int]
) -> None:
    """Opening and closing of every case; the brackets of the funnel."""
    for position, deal in enumerate(deals.values()):
        if position in log.settled:
            deal.closed, deal.outcome = log.settled[position]
        row = rows.get(deal.external_id, 0)
        if mapping.start:
            deal.opened = log.started.get(position, NAN)
        elif math.isnan(deal.opened):
            known = [time for time in (log.first.get(position, NAN), deal.closed) if not math.isnan(time)]
            deal.opened, deal.opened_exact = min(known, default=NAN), mapping.cases is None
            if not deal.opened_exact:
                findings.note("no_opened_at", file, row, f"{deal.external_id} has no opening date")
        if deal.closed <= deal.opened:
            deal.opened, deal.opened_exact = deal.closed, False
            findings.note("closed_before_opened", file, row, f"{deal.external_id} closed before it was opened")


def _fill(
    parsed: Parsed,
    log: _Log,
    mapping: Mapping,
    names: Names,
    deals: list[DealRecord],
    findings: Findings,
    file: str,
) -> None:
    """Deals that opened, with their events and stages; every case left out is noted."""
    position_of: dict[int, int] = {}
    for position, deal in enumerate(deals):
        if math.isnan(deal.opened):
            findings.note(
                "outside_funnel", file, 0, f"case {deal.external_id} never reached {mapping.start or 'a date'}"
            )
            continue
        position_of[position] = len(parsed.deals)
        parsed.deals.append(deal)
    codes = _codes(parsed, log.names, names)
    stages = {code: name for code, name in enumerate(log.names) if name in mapping.stages}
    parsed.stages = [name for name in mapping.stages if name in log.names]
    staged: list[tuple[float, int, str]] = []
    for case, at, activity, row in zip(log.case, log.at, log.activity, log.row, strict=True):
        deal_index = position_of.get(case)
        if deal_index is None:
            continue
        deal = parsed.deals[deal_index]
        if at < deal.opened:
            findings.note(
                "event_before_opening", file, row, f"{log.names[activity]} happened before {deal.name} opened"
            )
        elif at >= deal.closed:
            findings.note("event_after_closing", file, row, f"{log.names[activity]} happened after {deal.name} closed")
        parsed.events.deal.append(deal_index)
        parsed.events.at.append(at)
        parsed.events.known.append(at)
        parsed.events.code.append(codes[activity])
        if activity in stages:
            staged.append((at, deal_index, stages[activity]))
    _set_stages(parsed, staged)
    ends = [deal.closed for deal in parsed.deals if deal.outcome]
    parsed.data_until = max([*log.at, *ends], default=NAN)


def _codes(parsed: Parsed, activities: list[str], names: Names) -> list[int]:
    """Index of the milestone each activity counts as; two activities may mean the same."""
    known: dict[str, int] = {}
    codes = [known.setdefault(names.milestone(activity) or activity, len(known)) for activity in activities]
    parsed.events.names = list(known)
    return codes


def _set_stages(parsed: Parsed, staged: list[tuple[float, int, str]]) -> None:
    """Every stage reached becomes a change; the last one is where the deal stands."""
    for at, deal_index, stage in sorted(staged):
        deal = parsed.deals[deal_index]
        if deal.stage == stage or at >= deal.closed:
            continue
        deal.stage = stage
        parsed.changes.deal.append(deal_index)
        parsed.changes.at.append(max(at, deal.opened))
        parsed.changes.field.append("stage")
        parsed.changes.value.append(stage)
