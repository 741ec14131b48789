"""Text columns → typed columns, as Ibis expressions: which rows can be taken as they are, and which are odd.

Answers: times as days since 1970, outcomes as numbers, and ``odd``: true where a row needs a closer look. Does not
answer: what is wrong with it. Only the plain way of writing is taken in bulk (``2026-05-12``, ``2026-05-12T09:30:00Z``,
seconds, fractions and an offset optional); the rest is odd, though a slower reader may well understand it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

DEALS, EVENTS, CHANGES = "landmark_deals", "landmark_events", "landmark_changes"
"""The names under which an engine offers the text of the files; typed rows get ``_typed`` behind them."""
DEAL_TIMES = ("opened_at", "closed_at", "target_on", "history_known_from")
FIXED_FIELDS = ("deal_id", "opened_at", "closed_at", "outcome")
PLAIN = ("deal_id", "outcome", "amount", "currency", "account_id")
_INSTANT = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    "([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?)?)?)?$"
)
_A_DAY = 86_400_000_000.0
_PARTS = {"s": "int64", "rest": "string", "plain": "boolean"}
_NUMBER = "^[+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$"
_LARGE = 1e16
"""From here on an amount may be more than a column holds."""
_FIRST_DAY, _LAST_DAY = -25567, 84371
"""1900-01-01 and 2200-12-31."""


@dataclass(frozen=True)
class Layout:
    """Which columns a log has: those of the deals that have a meaning, further ones (``attributes``, which are called
    a0, a1 … inside an engine), and what is optional."""

    deal_columns: tuple[str, ...]
    attributes: tuple[str, ...]
    has_known_at: bool
    has_changes: bool


Step = tuple[str, ir.Table]
"""A named view and what it selects. Each step is a view of its own: inside one statement Ibis would write out every
expression again wherever it is used, and engines would compute it as often."""


def deal_steps(layout: Layout) -> list[Step]:
    """Views up to ``landmark_deals_typed``.

    row · deal_id · opened, closed, target, known_from (days) · outcome (0 open, 1 won, 2 lost) · amount, currency,
    account_id · a0, a1 … · odd.
    """
    given = set(layout.deal_columns)
    attributes = [f"a{place}" for place, _ in enumerate(layout.attributes)]
    kept = ["row", *attributes]
    text = _table(DEALS, "row", [*layout.deal_columns, *attributes])
    cells = {name: _filled(text[name]) if name in given else ibis.literal("") for name in (*PLAIN, *DEAL_TIMES)}
    cells |= {name: _filled(text[name]) for name in attributes}
    cells["outcome"] = cells["outcome"].lower()
    steps = [(f"{DEALS}_cells", text.select("row", **cells))]
    timed = _timed(f"{DEALS}_cells", "row", [*PLAIN, *attributes], DEAL_TIMES, steps)
    outcome = ibis.cases((timed.outcome == "won", 1), (timed.outcome == "lost", 2), else_=0).cast("int8")
    odd = (timed.deal_id == "") | ~timed.outcome.isin(["", "open", "won", "lost"])
    odd |= (outcome > 0) != (timed.closed_at != "")
    odd |= _is_padded(timed[name] for name in ("deal_id", "currency", "account_id", *attributes))
    odd |= (timed.amount != "") & _is_odd_amount(timed.amount)
    for name in DEAL_TIMES:
        if name in given:
            odd |= _is_odd_time(timed, name)
    renamed = {"opened": "opened_at", "closed": "closed_at", "target": "target_on", "known_from": "history_known_from"}
    days = {short: timed[f"{name}_days"] for short, name in renamed.items()}
    typed = timed.select(*kept, "deal_id", "amount", "currency", "account_id", outcome=outcome, odd=odd, **days)
    return [*steps, (f"{DEALS}_typed", typed)]


def event_steps(layout: Layout, row: str | None = None) -> list[Step]:
    """Views up to ``landmark_events_typed``: deal_id · at, known (days; known = at where blank) · milestone · odd.

    ``row``: the name of the column that numbers the rows, where they are to keep their numbers.
    """
    of_row = [row] if row else []
    times = ["at", *(["known_at"] if layout.has_known_at else [])]
    names = ["deal_id", "milestone", *times]
    text = _table(EVENTS, row, names)
    steps = [(f"{EVENTS}_cells", text.select(*of_row, **{name: _filled(text[name]) for name in names}))]
    timed = _timed(f"{EVENTS}_cells", row, ["deal_id", "milestone"], times, steps)
    odd = (timed.deal_id == "") | (timed.milestone == "") | timed.at_days.isnull() | _is_padded([timed.milestone])
    known = timed.at_days
    if layout.has_known_at:
        odd |= _is_odd_time(timed, "known_at")
        known = ibis.ifelse(timed.known_at == "", timed.at_days, timed.known_at_days)
    typed = timed.select(*of_row, "deal_id", "milestone", at=timed.at_days, known=known, odd=odd)
    return [*steps, (f"{EVENTS}_typed", typed)]


def change_steps(row: str | None = None) -> list[Step]:
    """Views up to ``landmark_changes_typed``: deal_id · at · field · value · odd; ``row`` as for events."""
    of_row = [row] if row else []
    names = ["deal_id", "at", "field", "value"]
    text = _table(CHANGES, row, names)
    cells = {name: _filled(text[name]) for name in names}
    cells["target"] = ibis.ifelse(cells["field"] == "target_on", cells["value"], "")
    steps = [(f"{CHANGES}_cells", text.select(*of_row, **cells))]
    timed = _timed(f"{CHANGES}_cells", row, ["deal_id", "field", "value"], ["at", "target"], steps)
    odd = (timed.deal_id == "") | (timed.field == "") | timed.at_days.isnull() | timed.field.isin(FIXED_FIELDS)
    odd |= (timed.field == "amount") & (timed["value"] != "") & _is_odd_amount(timed["value"])
    odd |= _is_odd_time(timed, "target") | _is_padded([timed.field, timed["value"]])
    typed = timed.select(*of_row, "deal_id", "field", "value", at=timed.at_days, odd=odd)
    return [*steps, (f"{CHANGES}_typed", typed)]


def _table(name: str, row: str | None, texts: Sequence[str], **others: str) -> ir.Table:
    schema = {**({row: "int64"} if row else {}), **dict.fromkeys(texts, "string"), **others}
    return ibis.table(schema, name=name)


def _filled(text: ir.StringColumn) -> ir.StringColumn:
    """A missing cell is an empty one."""
    return text.fill_null("")


def _is_padded(texts: Iterable[ir.StringColumn]) -> ir.BooleanColumn:
    """Has any of them a blank before or behind it? Trimming them all would cost more than everything else here."""
    return _any([((text < "!") & (text != "")) | text.endswith(" ") for text in texts])


def _any(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Halves joined to halves: a chain of thousands would be nested deeper than Ibis and engines can go."""
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    return _any(conditions[:middle]) | _any(conditions[middle:])


def _is_odd_time(timed: ir.Table, name: str) -> ir.BooleanColumn:
    return (timed[name] != "") & timed[f"{name}_days"].isnull()


def _is_odd_amount(text: ir.StringColumn) -> ir.BooleanValue:
    return ~text.re_search(_NUMBER) | (text.try_cast("float64") >= _LARGE).fill_null(False)


def _timed(source: str, row: str | None, kept: Sequence[str], times: Sequence[str], steps: list[Step]) -> ir.Table:
    """Adds the views that read ``times``; the table returned has ``<time>_days`` beside each of them.

    Days since 1970; null for a text that is not in the plain form, also for 30 February. Fractions and offsets are
    added here, since engines differ in what they make of an offset. Whole days first, then the rest of the day: the
    same rounding as in the reader that goes row by row.
    """
    of_row = [row] if row else []
    cells = _table(source, row, [*kept, *times])
    reading = {f"{name}_s": cells[name].substr(0, 19).try_cast("timestamp").epoch_seconds() for name in times}
    reading |= {f"{name}_rest": cells[name].substr(19) for name in times}
    reading |= {f"{name}_plain": cells[name].re_search(_INSTANT) for name in times}
    steps.append((f"{source}_read", cells.select(*of_row, *kept, *times, **reading)))

    kinds = {f"{name}_{part}": kind for name in times for part, kind in _PARTS.items()}
    read = _table(f"{source}_read", row, [*kept, *times], **kinds)
    micros = {f"{name}_us": _micros(read, name) for name in times}
    steps.append((f"{source}_micros", read.select(*of_row, *kept, *times, **micros)))

    whole = _table(f"{source}_micros", row, [*kept, *times], **{f"{name}_us": "int64" for name in times})
    day = {f"{name}_day": (whole[f"{name}_us"].cast("float64") / _A_DAY).floor().cast("int64") for name in times}
    steps.append((f"{source}_day", whole.select(*of_row, *kept, *times, *micros, **day)))

    both = {f"{name}_{part}": "int64" for name in times for part in ("us", "day")}
    parts = _table(f"{source}_day", row, [*kept, *times], **both)
    days = {f"{name}_days": _days(parts[f"{name}_us"], parts[f"{name}_day"]) for name in times}
    steps.append((f"{source}_days", parts.select(*of_row, *kept, *times, **days)))
    return _table(f"{source}_days", row, [*kept, *times], **dict.fromkeys(days, "float64"))


def _micros(read: ir.Table, name: str) -> ir.IntegerColumn:
    """Microseconds since 1970, null where the text is not plain."""
    rest = read[f"{name}_rest"]
    fraction = (rest.re_extract("^[.]([0-9]+)", 1) + "000000").substr(0, 6).try_cast("int64")
    shift = rest.re_extract("[+-]([0-9:]+)$", 1).replace(":", "") + "0000"
    minutes = shift.substr(0, 2).try_cast("int64") * 60 + shift.substr(2, 2).try_cast("int64")
    more = fraction + ibis.ifelse(rest.contains("-"), 60_000_000, -60_000_000) * minutes
    extra = ibis.ifelse(rest.isin(["", "Z"]), 0, more)
    return ibis.cases((read[f"{name}_plain"], read[f"{name}_s"].cast("int64") * 1_000_000 + extra))


def _days(micros: ir.IntegerColumn, day: ir.IntegerColumn) -> ir.FloatingColumn:
    # cast first: Spark takes a bare 86400000000.0 for a decimal and rounds the quotient
    found = day.cast("float64") + (micros - day * int(_A_DAY)).cast("float64") / _A_DAY
    return ibis.cases((day.between(_FIRST_DAY, _LAST_DAY), found))
