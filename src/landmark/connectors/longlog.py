"""Reads an event log in bulk: DuckDB takes what is in order; only other rows go through the reader that explains.

Answers: the same deals, events, changes, remarks and rejected rows as ``eventlog``, for long files and for Parquet.
Does not answer: why a row cannot be used (``eventlog`` does, for the rows named here). A file that is no proper table,
or most of whose rows are written in an unusual way, raises ``UnreadableFile``: read it with ``eventlog``.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from landmark.connectors.delimited import check_bytes, check_headings, read_head, read_rows
from landmark.connectors.eventlog import (
    CHANGE_KEYS,
    DEAL_KEYS,
    EVENT_KEYS,
    NOTE_WORDS,
    RESERVED,
    Reading,
    RowError,
    describe_notes,
    read_change,
    read_deal,
    read_event,
    read_event_log,
)
from landmark.connectors.parsed import NAN, DealRecord, Parsed, Problem, StructuralError
from landmark.forecast.history import LOST, OPEN, WON
from landmark.forecast.logs.duck import Duck, File, UnreadableFile
from landmark.forecast.logs.relations import DEAL_NUMBERS, GOOD_CHANGES, GOOD_DEALS, GOOD_EVENTS, remarks
from landmark.forecast.logs.typed import Layout

MOST_ODD = 200_000
"""More rows than this to look at one by one, and the reader that does nothing else is the better one."""
MOST_COLUMNS = 1_000
_MEANT = (
    "deal_id",
    "opened_at",
    "closed_at",
    "outcome",
    "amount",
    "currency",
    "account_id",
    "target_on",
    "history_known_from",
)
EVENT_FIELDS = ("deal", "at", "known", "milestone")
CHANGE_FIELDS = ("deal", "at", "field", "value")
RowReader = Callable[[list[str], dict[str, int], int, dict[str, int]], tuple[Any, ...]]
_OUTCOMES = {"won": WON, "lost": LOST, "": OPEN}


@dataclass(frozen=True)
class LongLog:
    """A log that an engine holds. ``sentences``: what was assumed; ``problems``: rows that could not be used."""

    layout: Layout
    deals: int
    problems: list[Problem]
    sentences: list[str]
    data_until: float


def load_long_log(
    duck: Duck, deals: Path, events: Path, changes: Path | None, *, strict: bool = False, until: float = math.inf
) -> LongLog:
    """Fill the engine. Raises StructuralError as ``read_event_log`` does, and UnreadableFile."""
    reading = Reading(Parsed("event log"), strict)
    layout, deal_file, event_file, change_file = describe_log(deals, events, changes)
    _look_at_deals(duck, deal_file, duck.load_deals(deal_file, layout), layout, reading)
    _look_at(duck, event_file, duck.load_events(event_file, layout), reading, read_event, EVENT_FIELDS, GOOD_EVENTS)
    if change_file is not None:
        _look_at(duck, change_file, duck.load_changes(change_file), reading, read_change, CHANGE_FIELDS, GOOD_CHANGES)
    counts = duck.fetch(remarks(layout, until)).to_pylist()[0]
    last = [value for name, value in counts.items() if name.startswith("last_") and value is not None]
    problems = reading.parsed.problems
    return LongLog(layout, int(counts["deals"]), problems, _sentences(counts), max(last, default=NAN))


def load_row_by_row(
    duck: Duck, deals: Path, events: Path, changes: Path | None, *, strict: bool = False, until: float = math.inf
) -> LongLog:
    """The same through the reader that explains every row: slower, and it takes whatever that one takes."""
    parsed = read_event_log(deals, events, changes, strict=strict, until=until)
    names = tuple(dict.fromkeys(name for deal in parsed.deals for name in deal.attributes))
    layout = Layout(_MEANT, names, True, changes is not None)
    rows = [
        {"deal": place, **_deal_row(deal), **{f"a{n}": deal.attributes.get(name, "") for n, name in enumerate(names)}}
        for place, deal in enumerate(parsed.deals)
    ]
    duck.create(GOOD_DEALS, pa.Table.from_pylist(rows, _deal_schema(layout)))
    found = parsed.events
    named = pa.array(found.names, pa.string()).take(pa.array(found.code, pa.int32()))
    columns = {"deal": pa.array(found.deal, pa.int64()), "at": pa.array(found.at, pa.float64())}
    columns |= {"known": pa.array(found.known, pa.float64()), "milestone": named}
    duck.create(GOOD_EVENTS, pa.table(columns))
    changed = parsed.changes
    columns = {"deal": pa.array(changed.deal, pa.int64()), "at": pa.array(changed.at, pa.float64())}
    columns |= {"field": pa.array(changed.field, pa.string()), "value": pa.array(changed.value, pa.string())}
    duck.create(GOOD_CHANGES, pa.table(columns))
    return LongLog(layout, len(parsed.deals), parsed.problems, parsed.assumptions, parsed.data_until)


def _deal_schema(layout: Layout) -> pa.Schema:
    texts = ["deal_id", "amount", "currency", "account_id", *(f"a{n}" for n, _ in enumerate(layout.attributes))]
    times = ["opened", "closed", "target", "known_from"]
    kinds = {"deal": pa.int64(), "outcome": pa.int8()}
    kinds |= dict.fromkeys(times, pa.float64()) | dict.fromkeys(texts, pa.string())
    return pa.schema(list(kinds.items()))


def describe_log(deals: Path, events: Path, changes: Path | None) -> tuple[Layout, File, File, File | None]:
    """Which columns the files have. Raises StructuralError when one is missing or a file cannot be opened."""
    deal_file = _describe(deals, DEAL_KEYS, _MEANT)
    if len(deal_file.headings) > MOST_COLUMNS:
        raise StructuralError(
            f"{deals.name} has {len(deal_file.headings):,} columns and at most {MOST_COLUMNS:,} can be read; leave out "
            "those that say nothing about a deal while it is open."
        )
    further = tuple(name for name in deal_file.headings if name and name.casefold() not in RESERVED)
    event_file = _describe(events, EVENT_KEYS, (*EVENT_KEYS, "known_at"))
    change_file = None if changes is None else _describe(changes, CHANGE_KEYS, CHANGE_KEYS)
    has_known_at = "known_at" in event_file.columns.values()
    layout = Layout(tuple(deal_file.columns.values()), further, has_known_at, changes is not None)
    attributes = {name: f"a{place}" for place, name in enumerate(further)}
    return layout, replace(deal_file, columns=deal_file.columns | attributes), event_file, change_file


def _sentences(counts: dict[str, Any]) -> list[str]:
    found = Counter({name: int(counts[name]) for name in NOTE_WORDS if counts.get(name)})
    if dated := int(counts["undated"]) - int(counts["no_date"]):
        found["no_opening"] = dated
    if ahead := sum(int(count) for name, count in counts.items() if name.startswith("ahead_")):
        found["dated_ahead"] = ahead
    return describe_notes(found)


def _describe(path: Path, keys: tuple[str, ...], wanted: tuple[str, ...]) -> File:
    if in_parquet := is_parquet(path):
        headings, delimiter, is_packed = _parquet_headings(path, keys), ",", False
    else:
        check_bytes(path)
        headings, delimiter, is_packed = read_head(path, keys)
    columns = {name: name.casefold() for name in headings if name.casefold() in wanted}
    return File(path, headings, columns, delimiter, is_packed, in_parquet)


def is_parquet(path: Path) -> bool:
    """Told by its first bytes, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _parquet_headings(path: Path, keys: tuple[str, ...]) -> tuple[str, ...]:
    try:
        names = pq.read_schema(path).names
    except (pa.ArrowException, OSError):
        raise StructuralError(f"{path.name} cannot be opened: it is damaged or cut short.") from None
    if names != check_headings(names, keys, path.name):
        raise StructuralError(f"{path.name} has blanks around a column's name; take them away.")
    return tuple(names)


def _rows_at(duck: Duck, file: File, places: list[int]) -> Iterator[tuple[int, int, list[str]]]:
    """Place, row as a spreadsheet numbers it, and cells of the rows at these places."""
    if len(places) > MOST_ODD:
        if file.is_parquet:
            raise StructuralError(
                f"{file.path.name}: {len(places):,} rows cannot be used as they are; write dates like 2026-05-12, ids "
                "without blanks, and give every event a deal of the deals file."
            )
        raise UnreadableFile(f"{len(places):,} rows of {file.path.name} need a closer look")
    if not places:
        return
    chosen = set(places)
    rows = duck.numbered_rows(file) if file.is_parquet else read_rows(file.path, ("deal_id",))
    if not file.is_parquet:
        next(rows)
    for place, (row, cells) in enumerate(rows):
        if place in chosen:
            yield place, row, cells


def _place_of(file: File) -> dict[str, int]:
    return {name.casefold(): place for place, name in enumerate(file.headings)}


def _look_at_deals(duck: Duck, file: File, places: list[int], layout: Layout, reading: Reading) -> None:
    where = {name: place for place, name in enumerate(file.headings)}
    place_of, name = _place_of(file), file.path.name
    rows = list(_rows_at(duck, file, places))
    taken = set(_numbers(duck, {cells[place_of["deal_id"]].strip() for _, _, cells in rows}))
    kept: list[dict[str, Any]] = []
    for place, row, cells in rows:
        try:
            deal = read_deal(cells, place_of, len(file.headings))
            if deal.external_id in taken:
                raise RowError("duplicate_id", f"the id {deal.external_id} stands on an earlier row already")
        except RowError as error:
            reading.reject(name, row, cells, error)
            continue
        taken.add(deal.external_id)
        deal.amount = reading.keep_amount(name, row, cells, deal.amount)
        attributes = {f"a{n}": cells[where[one]].strip() for n, one in enumerate(layout.attributes)}
        kept.append({"deal": place, **_deal_row(deal), **attributes})
    if kept:
        duck.add(GOOD_DEALS, pa.Table.from_pylist(kept))


def _deal_row(deal: DealRecord) -> dict[str, Any]:
    times = {"opened": deal.opened, "closed": deal.closed, "target": deal.target, "known_from": deal.known_from}
    return {
        "deal_id": deal.external_id,
        "outcome": _OUTCOMES[deal.outcome],
        "amount": "" if deal.amount is None else str(deal.amount),
        "currency": deal.currency,
        "account_id": deal.account_id,
        **{name: None if math.isnan(value) else value for name, value in times.items()},
    }


def _look_at(
    duck: Duck, file: File, places: list[int], reading: Reading, read: RowReader, names: tuple[str, ...], table: str
) -> None:
    """Rows of events or changes that the bulk reader put aside: kept under ``names``, or rejected with the reason."""
    place_of, rows = _place_of(file), list(_rows_at(duck, file, places))
    index = _numbers(duck, {cells[place_of["deal_id"]].strip() for _, _, cells in rows})
    kept = []
    for _, row, cells in rows:
        try:
            found = read(cells, place_of, len(file.headings), index)
        except RowError as error:
            reading.reject(file.path.name, row, cells, error)
            continue
        kept.append(dict(zip(names, found, strict=True)))
    if kept:
        duck.add(table, pa.Table.from_pylist(kept))


def _numbers(duck: Duck, ids: set[str]) -> dict[str, int]:
    """Which of these ids are among the deals, and under which number."""
    found = duck.run(f"SELECT id, deal FROM {DEAL_NUMBERS} WHERE id IN (SELECT unnest(?))", sorted(ids))  # noqa: S608
    return {str(deal_id): int(str(deal)) for deal_id, deal in found}
