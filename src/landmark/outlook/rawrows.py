"""Rows as the database driver hands them over, for readings of hundreds of thousands.

Answers: chunks of plain tuples, and what their ids and moments stand for. Does not answer: which rows.
Turning every cell into an object of its own takes four times as long as fetching it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import DateField, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from numpy.typing import NDArray

from landmark.forecast.history import Floats

CHUNK = 5_000
RawId = UUID | str
"""As the driver has it: an object from PostgreSQL, 32 digits from SQLite."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS_A_DAY = 86_400_000_000


def read_raw(rows: QuerySet[Any, Any], *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """Chunks of the rows' fields, not converted; moments and days as ``raw_days`` and ``raw_date_days`` read them."""
    compiler = rows.values_list(*(_plain(rows, name) for name in fields)).query.get_compiler(rows.db)
    yield from compiler.execute_sql(chunked_fetch=True, chunk_size=CHUNK)


def _plain(rows: QuerySet[Any, Any], name: str) -> str | Cast:
    """SQLite keeps moments as texts, and its driver would make an object of each."""
    is_dated = isinstance(rows.model._meta.get_field(name), DateField)  # a DateTimeField is one too
    return Cast(name, TextField()) if is_dated and connection.vendor == "sqlite" else name


def find_raw_id() -> Callable[[UUID], RawId]:
    """How an id looks in rows of ``read_raw``."""
    if connection.features.has_native_uuid_field:
        return lambda value: value
    return attrgetter("hex")


def say_ids(ids: Iterable[RawId]) -> list[str]:
    """Ids of ``read_raw`` as texts with hyphens."""
    if connection.features.has_native_uuid_field:
        return [str(one) for one in ids]
    return [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in map(str, ids)]


def say_amounts(values: Iterable[Any]) -> list[str | None]:
    """Amounts as the driver has them (numbers, or exact ones), as texts to the cent."""
    return [None if value is None else f"{value:.2f}" for value in values]


def to_days(moment: datetime) -> float:
    """A moment as float64 days since 1970-01-01 00:00 UTC."""
    gap = moment - _EPOCH
    return gap.days + (gap.seconds * 1_000_000 + gap.microseconds) / _MICROSECONDS_A_DAY


def raw_days(moments: Sequence[Any]) -> Floats:
    """Moments as ``read_raw`` has them (n), always in UTC: the same numbers as ``to_days``; NaN where there is none."""
    naive = moments if connection.vendor == "sqlite" else [moment and moment.replace(tzinfo=None) for moment in moments]
    stamps = np.array(naive, "datetime64[us]")
    whole = stamps.astype(np.int64)
    days = whole // _MICROSECONDS_A_DAY + (whole % _MICROSECONDS_A_DAY) / _MICROSECONDS_A_DAY
    return np.where(np.isnat(stamps), np.nan, days)


def raw_date_days(days: Sequence[Any]) -> Floats:
    """Dates as ``read_raw`` has them (n) as days since 1970-01-01; NaN where there is none."""
    texts = ["NaT" if day is None else str(day) for day in days]
    stamps = np.array(texts, "datetime64[D]")
    return np.where(np.isnat(stamps), np.nan, stamps.astype(np.float64))


class Places:
    """Rows of chosen deals in columns: which deals, and where each stands among them."""

    def __init__(self, ids: Sequence[RawId], org: Q, *, are_all: bool) -> None:
        """``org``: finds the rows of all deals of the organisation, if these ``are_all``; else they are looked up."""
        self._place = {one: place for place, one in enumerate(ids)}
        self._chosen = org if are_all else Q(deal_id__in=_list(ids))

    def __getitem__(self, one: RawId) -> int:
        """−1 for a deal that is not among them."""
        return self._place.get(one, -1)

    def read(self, rows: QuerySet[Any, Any], *fields: str) -> Iterator[tuple[NDArray[np.int32], list[Any]]]:
        """Places (n) and the fields (n each), chunk by chunk."""
        find = self._place.get
        for chunk in read_raw(rows.filter(self._chosen), "deal_id", *fields):
            place = np.array([find(row[0], -1) for row in chunk], np.int32)
            kept = chunk if place.min() >= 0 else [row for row, at in zip(chunk, place, strict=True) if at >= 0]
            if kept:
                yield place[place >= 0], list(zip(*kept, strict=True))[1:]


def _list(ids: Sequence[RawId]) -> RawSQL:
    """As one value: so many marks in a question would cost more than its answer."""
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", (json.dumps(ids),))  # noqa: S611 - no words of others
    return RawSQL("SELECT unnest(%s::uuid[])", (list(ids),))  # noqa: S611
