"""Rows as the database driver hands them over, for readings of hundreds of thousands.

Answers: chunks of plain tuples, and what their ids and moments stand for. Does not answer: which rows.
Turning every cell into an object of its own takes four times as long as fetching it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from landmark.forecast.history import Floats

CHUNK = 5_000
RawId = UUID | str
"""As the driver has it: an object from PostgreSQL, 32 digits from SQLite."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECONDS_A_DAY = 86_400_000_000


def read_raw(rows: QuerySet[Any, Any], *fields: str) -> Iterator[list[tuple[Any, ...]]]:
    """Chunks of the rows' fields, not converted."""
    compiler = rows.values_list(*fields).query.get_compiler(rows.db)
    yield from compiler.execute_sql(chunked_fetch=True, chunk_size=CHUNK)


def find_raw_id() -> Callable[[UUID], RawId]:
    """How an id looks in rows of ``read_raw``."""
    if connection.features.has_native_uuid_field:
        return lambda value: value
    return attrgetter("hex")


def to_days(moment: datetime) -> float:
    """A moment as float64 days since 1970-01-01 00:00 UTC."""
    gap = moment - _EPOCH
    return gap.days + (gap.seconds * 1_000_000 + gap.microseconds) / _MICROSECONDS_A_DAY


def raw_days(moments: Sequence[datetime]) -> Floats:
    """Moments as the driver has them (n), always in UTC: the same numbers as ``to_days``."""
    naive = [moment.replace(tzinfo=None) for moment in moments]
    whole = np.array(naive, "datetime64[us]").astype(np.int64)
    days: Floats = whole // _MICROSECONDS_A_DAY + (whole % _MICROSECONDS_A_DAY) / _MICROSECONDS_A_DAY
    return days


def raw_date_days(days: Sequence[date | None]) -> Floats:
    """Dates (n) as days since 1970-01-01; NaN where there is none."""
    return np.array([np.nan if day is None else day.toordinal() - _EPOCH.toordinal() for day in days], np.float64)
