"""From a Salesforce export to deals.

Answers: which deals there are, how they ended and when, what was known when they opened.
Does not answer: their history (``history``), activities (``activity``) and people (``people``), which it calls.

A closed deal closed at ``LastStageChangeDate``; without one, when its history shows it entering a closed stage;
without that, on its close date.
"""

import math
from array import array
from dataclasses import dataclass, field
from sys import intern

from landmark.connectors.findings import Findings, Place, RowError, check_width, read_amount
from landmark.connectors.leakage import set_aside_uneven
from landmark.connectors.names import Names
from landmark.connectors.parsed import NAN, DealRecord, Parsed
from landmark.connectors.salesforce.columns import KNOWN_AT_OPENING, KNOWN_TOO_LATE, SYSTEM, Export, Row, read_stamp
from landmark.connectors.tables import Table, fold_heading

OPPORTUNITY = (
    "Id IsDeleted AccountId Name StageName StageSortOrder Amount CloseDate Type NextStep IsClosed IsWon "
    "CurrencyIsoCode OwnerId CreatedDate LastModifiedDate SystemModstamp LastStageChangeDate"
).split()
STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp", "LastStageChangeDate")


@dataclass(slots=True)
class Reading:
    """What the parts of the import share while they read."""

    parsed: Parsed
    findings: Findings
    names: Names
    allowed: frozenset[str]
    index: dict[str, int] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    rows: "array[int]" = field(default_factory=lambda: array("i"))
    files: list[str] = field(default_factory=list)
    created: "array[float]" = field(default_factory=lambda: array("d"))
    stage_changed: "array[float]" = field(default_factory=lambda: array("d"))
    close_on: "array[float]" = field(default_factory=lambda: array("d"))
    sort_orders: dict[str, float] = field(default_factory=dict)
    closed_stages: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    last_stamp: float = -math.inf

    def seen(self, moment: float) -> None:
        if moment > self.last_stamp:
            self.last_stamp = moment

    def deal_of(self, row: Row, heading: str) -> int:
        """Index of the deal a row belongs to, -1 for a deal left out on purpose; RowError for an unknown one."""
        deal_id = row.id(heading)
        position = self.index.get(deal_id)
        if position is not None:
            return position
        if not deal_id:
            raise RowError("blank_id", f"{heading} is blank")
        if deal_id in self.dropped:
            return -1
        raise RowError("unknown_deal", f"there is no opportunity {deal_id[:18]} in these files")


def read_salesforce(export: Export, names: Names, attributes: frozenset[str] = frozenset()) -> Parsed:
    """Every part of the export, in the order in which each needs the ones before."""
    from landmark.connectors.salesforce.activity import read_activities
    from landmark.connectors.salesforce.history import read_history
    from landmark.connectors.salesforce.people import read_accounts, read_owners, read_people

    parsed = Parsed(source="Salesforce")
    reading = Reading(parsed, Findings(parsed), names, frozenset(map(fold_heading, attributes)))
    _say_what_is_unused(export, reading)
    for table in export.opportunity:
        _read_opportunities(table, reading)
    _say_what_is_kept(export.opportunity[0].name, reading)
    read_history(export, reading)
    read_accounts(export, reading)
    read_owners(export, reading)
    read_people(export, reading)
    read_activities(export, reading)
    set_aside_uneven(parsed, reading.findings, export.opportunity[0].name)
    parsed.data_until = reading.last_stamp if math.isfinite(reading.last_stamp) else NAN
    reading.findings.close()
    return parsed


def _say_what_is_unused(export: Export, reading: Reading) -> None:
    if export.other:
        names = ", ".join(table.name for table in export.other)
        reading.findings.tell("unused_file", names, f"These files are not used: {names}.")
    if not export.history:
        reading.findings.tell(
            "no_history",
            export.opportunity[0].name,
            "There is no OpportunityHistory: stages, amounts and target dates are known only as they stand today.",
        )


def _read_opportunities(table: Table, reading: Reading) -> None:
    row = Row(table, *OPPORTUNITY)
    extra = _sort_columns(table, reading)
    for number, cells in table.rows():
        row.at(number, cells)
        try:
            check_width(cells, len(table.headings))
            deal_id = row.id("Id")
            if not deal_id:
                raise RowError("blank_id", "Id is blank")
            if deal_id in reading.index:
                raise RowError("duplicate_id", f"the opportunity {deal_id} stands in an earlier row already")
            if row.flag("IsDeleted"):
                reading.dropped.add(deal_id)
                reading.findings.note("deleted", table.name, number, f"{row['Name'] or deal_id} is deleted")
                continue
            _add_deal(row, deal_id, extra, reading)
        except RowError as error:
            reading.findings.reject(table.name, number, error, cells)
            continue
        deal = reading.parsed.deals[-1]
        deal.amount = reading.findings.keep_amount(deal.amount, Place(table.name, number, cells), "Amount")


def _say_what_is_kept(file: str, reading: Reading) -> None:
    kept = sorted(name for name in reading.kept if fold_heading(name) not in KNOWN_TOO_LATE)
    if kept:
        reading.findings.tell(
            "kept_columns",
            file,
            f"{file}: an export shows only the last value of {', '.join(kept)}, perhaps filled after closing: kept and "
            f"shown, but not used by the forecast. Name those known from the start in a mapping, under attributes.",
        )


def _add_deal(row: Row, deal_id: str, extra: list[tuple[int, str, bool]], reading: Reading) -> None:
    """One row; nothing is kept of it unless all of it can be read."""
    outcome = _outcome(row)
    created, close_on = read_stamp(row["CreatedDate"], "CreatedDate"), read_stamp(row["CloseDate"], "CloseDate")
    stamps = [read_stamp(row[heading], heading) for heading in STAMPS]
    deal = DealRecord(
        external_id=deal_id,
        opened=created,
        outcome=outcome,
        name=row["Name"] or deal_id,
        amount=read_amount(row["Amount"], "Amount"),
        currency=row["CurrencyIsoCode"],
        account_id=row.id("AccountId"),
        owner=row.id("OwnerId"),
        stage=row["StageName"],
        target=close_on,
        first_target=close_on,
        next_step=row["NextStep"],
        deal_type=row["Type"],
    )
    if outcome and math.isnan(close_on) and math.isnan(stamps[-1]):
        raise RowError("outcome_without_time", "the deal is closed but CloseDate is blank")
    for place, name, is_attribute in extra:
        if value := row.value(place):
            if is_attribute:
                deal.attributes[name] = intern(value)
            else:
                deal.kept[name] = intern(value)
                reading.kept.add(name)
    _keep_stage(row, deal, reading)
    reading.index[deal_id] = len(reading.parsed.deals)
    reading.parsed.deals.append(deal)
    reading.rows.append(row.number)
    reading.files.append(row.table.name)
    reading.created.append(created)
    reading.close_on.append(close_on)
    reading.stage_changed.append(stamps[-1])
    for moment in stamps:
        reading.seen(moment)
    if outcome and not (row.has("LastModifiedDate") or row.has("SystemModstamp")):
        reading.seen(close_on)  # nothing else says how long the extract has been kept up


def _outcome(row: Row) -> str:
    """From IsClosed and IsWon; from the usual stage names where an extract leaves both out."""
    if row.has("IsClosed") and row.has("IsWon"):
        return ("won" if row.flag("IsWon") else "lost") if row.flag("IsClosed") else ""
    stage = fold_heading(row["StageName"])
    return {"closedwon": "won", "closedlost": "lost"}.get(stage, "")


def _keep_stage(row: Row, deal: DealRecord, reading: Reading) -> None:
    if deal.outcome:
        reading.closed_stages.add(deal.stage)
        return
    try:
        order = float(row["StageSortOrder"] or "nan")
    except ValueError:
        raise RowError("unreadable_number", "StageSortOrder is no number") from None
    reading.sort_orders.setdefault(deal.stage, order)


def _sort_columns(table: Table, reading: Reading) -> list[tuple[int, str, bool]]:
    """Every further column: its place, its name, and whether a forecast may learn from it."""
    columns: list[tuple[int, str, bool]] = []
    for place, (heading, key) in enumerate(zip(table.headings, table.keys, strict=True)):
        if key in SYSTEM or (key in KNOWN_TOO_LATE and key not in reading.allowed):
            continue
        name = reading.names.attribute(heading) or heading
        columns.append((place, name, may_forecast(heading, key, table.name, reading)))
    return columns


def may_forecast(heading: str, key: str, file: str, reading: Reading) -> bool:
    """Known when the deal opened: by our list, by the playbook, or because the mapping says so."""
    if key in KNOWN_TOO_LATE:
        if key in reading.allowed:
            reason = f"{heading} is named in the mapping but the forecast does not use it: {KNOWN_TOO_LATE[key]}."
            reading.findings.tell("refused_attribute", file, reason)
        return False
    return key in KNOWN_AT_OPENING or key in reading.allowed or bool(reading.names.attribute(heading))
