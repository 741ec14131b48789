"""The neutral event log: ``deals.csv`` and ``events.csv``, with ``changes.csv`` if there is one (each also as .gz).

Answers: which deals, events and changes the files hold, which rows cannot be used and why.
Does not answer: what to do with them. Reads row by row: memory holds the result, never the text of a file.
Rows are numbered as a spreadsheet shows them: the headings are row 1.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from landmark.connectors.delimited import read_rows
from landmark.connectors.findings import TOO_LARGE, tell_too_large
from landmark.connectors.parsed import NAN, DealRecord, Parsed, Problem, StructuralError
from landmark.connectors.values import LARGEST_AMOUNT, parse_decimal, parse_instant

NOTES_KEPT = 1_000
"""Notes of one kind kept one by one; the rest is only counted (rejected rows are always all kept)."""

DEAL_KEYS = ("deal_id", "opened_at", "closed_at", "outcome")
EVENT_KEYS = ("deal_id", "at", "milestone")
CHANGE_KEYS = ("deal_id", "at", "field", "value")
RESERVED = frozenset({*DEAL_KEYS, "amount", "currency", "account_id", "owner", "target_on", "history_known_from"})
_OUTCOMES = {"": "", "open": "", "won": "won", "lost": "lost"}
NOTE_WORDS = {
    "event_before_opening": (
        "event lies before its deal's opening and counts from the opening",
        "events lie before their deal's opening and count from the opening",
    ),
    "event_after_closing": (
        "event lies at or after its deal's closing and is kept but not used",
        "events lie at or after their deal's closing and are kept but not used",
    ),
    "closed_before_opened": (
        "deal closes at or before its opening: opened and closed at once, never at risk",
        "deals close at or before their opening: opened and closed at once, never at risk",
    ),
    "no_opening": (
        "deal has no opening: its first known date stands in, marked inexact",
        "deals have no opening: their first known date stands in, marked inexact",
    ),
    "no_date": (
        "deal has no date at all: it waits outside the forecast until it has one",
        "deals have no date at all: they wait outside the forecast until they have one",
    ),
    "change_before_opening": (
        "change lies before its deal's opening and counts from the opening",
        "changes lie before their deal's opening and count from the opening",
    ),
    "dated_ahead": (
        "row is dated in the future; the other rows tell how far the files go",
        "rows are dated in the future; the other rows tell how far the files go",
    ),
}
"""For one, and for several."""


class RowError(Exception):
    kind = "row"

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class AmountTooLarge(RowError):
    """No column holds it: it alone is left out."""

    kind = "value"

    def __init__(self, amount: Decimal) -> None:
        super().__init__(TOO_LARGE, tell_too_large(amount, "amount"))


@dataclass
class Reading:
    """What has been read so far, and every remark on the way. Dates after ``until`` are told and do not count for
    where the files end."""

    parsed: Parsed
    strict: bool
    until: float = math.inf
    index: dict[str, int] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    first_seen: dict[int, float] = field(default_factory=dict)
    last_time: float = -math.inf

    def reject(self, name: str, row: int, raw: list[str], error: RowError) -> None:
        if self.strict:
            raise StructuralError(f"{name}, row {row}: {error}. With --strict nothing is used; correct the row.")
        self.parsed.problems.append(Problem(error.kind, error.code, name, row, str(error), tuple(raw)))

    def keep_amount(self, name: str, row: int, raw: list[str], amount: Decimal | None) -> Decimal | None:
        """The amount, or None where no column holds it: then it is told."""
        if amount is None or amount <= LARGEST_AMOUNT:
            return amount
        self.reject(name, row, raw, AmountTooLarge(amount))
        return None

    def note(self, code: str, name: str, row: int, reason: str) -> None:
        self.notes[code] += 1
        if self.notes[code] <= NOTES_KEPT:
            self.parsed.problems.append(Problem("note", code, name, row, reason))

    def seen(self, name: str, row: int, *moments: float) -> None:
        is_ahead = False
        for moment in moments:
            if moment > self.until:
                is_ahead = True
            elif moment > self.last_time:
                self.last_time = moment
        if is_ahead:
            self.note("dated_ahead", name, row, "the row is dated in the future")


def describe_notes(found: Mapping[str, int]) -> list[str]:
    """How many there are of each kind, in words."""
    return [f"{count:,} {NOTE_WORDS[code][count != 1]}." for code, count in sorted(found.items())]


def read_event_log(
    deals: Path | str,
    events: Path | str,
    changes: Path | str | None = None,
    *,
    strict: bool = False,
    until: float = math.inf,
) -> Parsed:
    """Read the two or three files. Raises StructuralError when they cannot be read at all (or, strictly, in part)."""
    reading = Reading(Parsed("event log"), strict, until)
    _read_deals(Path(deals), reading)
    _read_events(Path(events), reading)
    _date_the_undated(Path(deals).name, reading)
    if changes is not None:
        _read_changes(Path(changes), reading)
    parsed = reading.parsed
    parsed.data_until = reading.last_time if math.isfinite(reading.last_time) else NAN
    parsed.assumptions = describe_notes(reading.notes)
    return parsed


def _read_deals(path: Path, reading: Reading) -> None:
    rows = read_rows(path, DEAL_KEYS)
    _, headings = next(rows)
    extra = [(place, name) for place, name in enumerate(headings) if name.casefold() not in RESERVED and name]
    place_of = {name.casefold(): place for place, name in enumerate(headings)}
    for row, cells in rows:
        try:
            deal = read_deal(cells, place_of, len(headings))
            if deal.external_id in reading.index:
                raise RowError("duplicate_id", f"the id {deal.external_id} stands on an earlier row already")
        except RowError as error:
            reading.reject(path.name, row, cells, error)
            continue
        deal.amount = reading.keep_amount(path.name, row, cells, deal.amount)
        deal.attributes = {name: text for place, name in extra if (text := cells[place].strip())}
        reading.index[deal.external_id] = len(reading.parsed.deals)
        reading.parsed.deals.append(deal)
        _settle_dates(path.name, row, deal, reading)


def read_deal(cells: list[str], place_of: dict[str, int], width: int) -> DealRecord:
    """One row of the deals, its attributes not yet taken. Raises RowError."""
    _check_width(cells, width)

    def cell(name: str) -> str:
        return cells[place_of[name]].strip() if name in place_of else ""

    if not cell("deal_id"):
        raise RowError("blank_id", "the deal id is blank")
    outcome = _OUTCOMES.get(cell("outcome").casefold())
    if outcome is None:
        raise RowError("bad_outcome", f"the outcome {cell('outcome')!r} is not won, lost or blank")
    closed = _time(cell("closed_at"), "closed_at")
    if outcome and math.isnan(closed):
        raise RowError("outcome_without_closing", f"the outcome is {outcome} but closed_at is blank")
    if not outcome and not math.isnan(closed):
        raise RowError("closing_without_outcome", "closed_at is filled but the outcome is blank")
    target = _time(cell("target_on"), "target_on")
    return DealRecord(
        external_id=cell("deal_id"),
        opened=_time(cell("opened_at"), "opened_at"),
        closed=closed,
        outcome=outcome,
        amount=_amount(cell("amount")),
        currency=cell("currency"),
        account_id=cell("account_id"),
        owner=cell("owner"),
        target=target,
        first_target=target,
        known_from=_time(cell("history_known_from"), "history_known_from"),
    )


def _settle_dates(name: str, row: int, deal: DealRecord, reading: Reading) -> None:
    reading.seen(name, row, deal.opened, deal.closed)
    if math.isnan(deal.opened):
        deal.opened_exact = False
    elif deal.closed <= deal.opened:
        deal.opened, deal.opened_exact = deal.closed, False
        reading.note("closed_before_opened", name, row, f"deal {deal.external_id} closes at or before its opening")


def _read_events(path: Path, reading: Reading) -> None:
    rows = read_rows(path, EVENT_KEYS)
    _, headings = next(rows)
    place_of = {name.casefold(): place for place, name in enumerate(headings)}
    events = reading.parsed.events
    codes: dict[str, int] = {}
    for row, cells in rows:
        try:
            deal, at, known, milestone = read_event(cells, place_of, len(headings), reading.index)
        except RowError as error:
            reading.reject(path.name, row, cells, error)
            continue
        code = codes.setdefault(milestone, len(codes))
        events.deal.append(deal)
        events.at.append(at)
        events.known.append(known)
        events.code.append(code)
        _remark_event(path.name, row, deal, at, reading)
        reading.seen(path.name, row, at, known)
    events.names = list(codes)


def read_event(
    cells: list[str], place_of: dict[str, int], width: int, index: dict[str, int]
) -> tuple[int, float, float, str]:
    """One row of the events: deal, when, when known, milestone. Raises RowError."""
    _check_width(cells, width)
    deal = _deal_index(cells[place_of["deal_id"]], index)
    milestone = cells[place_of["milestone"]].strip()
    if not milestone:
        raise RowError("blank_milestone", "the milestone is blank")
    at = _time(cells[place_of["at"]].strip(), "at", required=True)
    known = _time(cells[place_of["known_at"]].strip(), "known_at") if "known_at" in place_of else NAN
    return deal, at, at if math.isnan(known) else known, milestone


def _remark_event(name: str, row: int, deal: int, at: float, reading: Reading) -> None:
    record = reading.parsed.deals[deal]
    if math.isnan(record.opened):
        reading.first_seen[deal] = min(at, reading.first_seen.get(deal, math.inf))
    elif at < record.opened:
        reading.note("event_before_opening", name, row, f"the event lies before deal {record.external_id} opened")
    if at >= record.closed:
        reading.note("event_after_closing", name, row, f"the event lies at or after deal {record.external_id} closed")


def _date_the_undated(name: str, reading: Reading) -> None:
    """A deal without opening opens at its first known date; without any date it is never open in a forecast."""
    for place, deal in enumerate(reading.parsed.deals):
        if not math.isnan(deal.opened):
            continue
        dates = [moment for moment in (reading.first_seen.get(place, NAN), deal.closed) if not math.isnan(moment)]
        deal.opened = min(dates, default=NAN)
        code = "no_opening" if dates else "no_date"
        words = "takes its first known date" if dates else "has no date at all"
        reading.note(code, name, 0, f"deal {deal.external_id} has no opened_at and {words}")


def _read_changes(path: Path, reading: Reading) -> None:
    rows = read_rows(path, CHANGE_KEYS)
    _, headings = next(rows)
    place_of = {name.casefold(): place for place, name in enumerate(headings)}
    changes = reading.parsed.changes
    for row, cells in rows:
        try:
            deal, at, name, value = read_change(cells, place_of, len(headings), reading.index)
        except RowError as error:
            reading.reject(path.name, row, cells, error)
            continue
        changes.deal.append(deal)
        changes.at.append(at)
        changes.field.append(name)
        changes.value.append(value)
        if at < reading.parsed.deals[deal].opened:
            reading.note(
                "change_before_opening",
                path.name,
                row,
                f"the change lies before deal {reading.parsed.deals[deal].external_id} opened",
            )
        reading.seen(path.name, row, at)


def read_change(
    cells: list[str], place_of: dict[str, int], width: int, index: dict[str, int]
) -> tuple[int, float, str, str]:
    """One row of the changes: deal, when, field, value. Raises RowError."""
    _check_width(cells, width)
    deal_id, moment, name, value = (cells[place_of[key]].strip() for key in CHANGE_KEYS)
    deal = _deal_index(deal_id, index)
    if not name:
        raise RowError("blank_field", "the field is blank")
    at = _time(moment, "at", required=True)
    _check_change(name, value)
    return deal, at, name, value


def _check_change(name: str, value: str) -> None:
    if name in {"deal_id", "opened_at", "closed_at", "outcome"}:
        raise RowError("fixed_field", f"{name} belongs into the deals file; a change cannot set it")
    if name == "amount":
        amount = _amount(value)
        if amount is not None and amount > LARGEST_AMOUNT:
            raise AmountTooLarge(amount)
    elif name == "target_on":
        _time(value, "target_on")


def _deal_index(text: str, index: dict[str, int]) -> int:
    deal_id = text.strip()
    if not deal_id:
        raise RowError("blank_id", "the deal id is blank")
    deal = index.get(deal_id)
    if deal is None:
        raise RowError("unknown_deal", f"the deal {deal_id} is not among the deals that could be read")
    return deal


def _check_width(cells: list[str], width: int) -> None:
    if len(cells) != width:
        raise RowError("wrong_width", f"the row has {len(cells)} cells where the headings have {width}")


def _time(text: str, name: str, required: bool = False) -> float:
    if not text:
        if required:
            raise RowError("blank_date", f"{name} is blank")
        return NAN
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise RowError("unreadable_date", f"{name} {text!r} is no date; write it like 2026-05-12") from None


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        amount = parse_decimal(text)
    except ValueError:
        raise RowError("unreadable_amount", f"the amount {text!r} is no number; write it like 1234.50") from None
    if amount < 0:
        raise RowError("negative_amount", f"the amount {text} is negative")
    return amount
