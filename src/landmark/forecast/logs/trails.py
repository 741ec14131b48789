"""Arrow rows, one for each deal with its lists of events and changes → the columns of a ``History``.

Answers: the same history whichever engine made the rows. Does not answer: which rows there are (``relations``).
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from landmark.forecast.history import Floats, History, Ints, Texts
from landmark.forecast.logs.typed import Layout


def to_history(rows: pa.Table | pa.RecordBatch, layout: Layout) -> History:
    """Rows as ``relations.with_trails`` selects them, in their order."""
    names = set(rows.schema.names)
    event_deal, (event_at, event_known, event_name) = _lists(rows.column("events"), ("at", "known", "milestone"))
    change_deal, change_at, change_field, change_value = _no_changes()
    if "changes" in names:
        change_deal, (at, field, value) = _lists(rows.column("changes"), ("at", "field", "value"))
        change_at, change_field, change_value = _floats(at), _texts(field, None), _texts(value, "")
    code, milestones = _codes(event_name)
    return History(
        deal_ids=_texts(rows.column("deal_id"), ""),
        opened=_floats(rows.column("opened")),
        closed=_floats(rows.column("closed")),
        outcome=_numbers(rows.column("outcome")).astype(np.int8),
        known_from=_floats(rows.column("known_from")),
        event_deal=event_deal,
        event_at=_floats(event_at),
        event_known=_floats(event_known),
        event_code=code,
        milestones=milestones,
        attributes=_attributes(rows, layout),
        change_deal=change_deal,
        change_at=change_at,
        change_field=change_field,
        change_value=change_value,
    )


def _no_changes() -> tuple[Ints, Floats, Texts, Texts]:
    return np.zeros(0, np.int32), np.zeros(0), np.zeros(0, object), np.zeros(0, object)


def _attributes(rows: pa.Table | pa.RecordBatch, layout: Layout) -> dict[str, Texts]:
    """Texts, None where empty. A column of the file that bears a built-in name stands for it."""
    found = {name: _texts(rows.column(f"a{place}"), None) for place, name in enumerate(layout.attributes)}
    for name in ("amount", "currency", "account_id"):
        if name in layout.deal_columns and name not in found:
            found[name] = _texts(rows.column(name), None)
    if "target_on" in layout.deal_columns and "target_on" not in found:
        found["target_on"] = _days_as_texts(_floats(rows.column("target")))
    return found


def _days_as_texts(days: Floats) -> Texts:
    column = np.full(days.size, None, object)
    known = ~np.isnan(days)
    column[known] = np.datetime_as_string(np.floor(days[known]).astype("datetime64[D]"))
    return column


def _lists(column: pa.ChunkedArray | pa.Array, fields: tuple[str, ...]) -> tuple[Ints, tuple[pa.Array, ...]]:
    """Which row each list item belongs to, and the items' fields."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    lengths = np.asarray(pc.fill_null(pc.list_value_length(whole), 0))
    items = pc.list_flatten(whole)
    return np.repeat(np.arange(lengths.size, dtype=np.int32), lengths), tuple(pc.struct_field(items, f) for f in fields)


def _codes(names: pa.Array) -> tuple[Ints, tuple[str, ...]]:
    packed = pc.dictionary_encode(names)
    return np.asarray(packed.indices).astype(np.int32), tuple(packed.dictionary.to_pylist())


def _numbers(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return np.asarray(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)


def _floats(column: pa.ChunkedArray | pa.Array) -> Floats:
    return _numbers(pc.fill_null(pc.cast(column, pa.float64()), np.nan)).astype(np.float64)


def _texts(column: pa.ChunkedArray | pa.Array, empty: str | None) -> Texts:
    """Each different text becomes one object, however often it stands there."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    packed = pc.dictionary_encode(whole, null_encoding="encode")
    values = np.empty(len(packed.dictionary), object)
    values[:] = [value or empty for value in packed.dictionary.to_pylist()]
    texts: Texts = values[np.asarray(packed.indices)]
    return texts
