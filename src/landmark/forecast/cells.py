"""Cells of a table as numbers and days.

Answers: what number or day a text stands for. Does not answer: what a column is (``vocabulary``), whether it may be
used (``leaks``).
"""

import math
from collections.abc import Sequence
from datetime import date

import numpy as np

from landmark.forecast.history import Floats

_EPOCH = date(1970, 1, 1).toordinal()


def read_number(values: Sequence[str | None]) -> Floats:
    """Texts → floats, NaN where empty or no finite number."""
    return np.array([_number(value) for value in values], np.float64)


def _number(value: str | None) -> float:
    if not value:
        return math.nan
    try:
        number = float(value)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def read_date(values: Sequence[str | None]) -> Floats:
    """ISO texts → whole days since 1970, NaN where empty or no date."""
    return np.array([_date(value) for value in values], np.float64)


def _date(value: str | None) -> float:
    if not value or len(value) < 10 or value[4] != "-":
        return math.nan
    try:
        return float(date.fromisoformat(value[:10]).toordinal() - _EPOCH)
    except ValueError:
        return math.nan
