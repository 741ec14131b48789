"""Calendar facts of days: working days, distance to the end of month and quarter, the turn of the year.

Answers: what is special about a date, known years ahead. Does not answer: which of it matters.
Public holidays come from the ``holidays`` package by country; without a country, or with one it does not know, only
weekends are days off. Quarters follow the fiscal year of the organisation.
"""

from dataclasses import dataclass
from functools import lru_cache

import holidays
import numpy as np
from numpy.typing import NDArray

from landmark.forecast.history import Floats, Ints, Season

INTERVAL_NAMES = (
    "day_off",
    "friday",
    "month_last_5",
    "quarter_last_5",
    "quarter_last_15",
    "quarter_last_31",
    "quarter_first_15",
    "quarter_first_31",
    "turn_of_year",
)
MONTHS = 12
MONTH_PLACES = 31
_HALF = 15


def weekday(day: Ints) -> NDArray[np.int64]:
    """Monday 0 … Sunday 6."""
    place: NDArray[np.int64] = (day.astype(np.int64) + 3) % 7
    return place


def fortnight_day(day: Ints) -> NDArray[np.int64]:
    """0–13, two Mondays 0 and 7, in step for good: the first Monday of 1970 is 0."""
    place: NDArray[np.int64] = (day.astype(np.int64) - 4) % 14
    return place


def month_place(day: Ints) -> NDArray[np.int64]:
    """0–14 from the first of the month to the fifteenth; later days by how many are left, from 15 on the last one."""
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_month = (dates - months.astype("datetime64[D]")).astype(np.int64)
    left = ((months + 1).astype("datetime64[D]") - dates).astype(np.int64) - 1
    place: NDArray[np.int64] = np.where(of_month < _HALF, of_month, _HALF + left)
    return place


def months_of(day: Ints) -> NDArray[np.int64]:
    """The month of the year (1–12) of each day."""
    month: NDArray[np.int64] = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % MONTHS + 1
    return month


def quarter_month(day: Ints, season: Season) -> NDArray[np.int64]:
    """The month of the fiscal quarter (0–2) of each day."""
    place: NDArray[np.int64] = (months_of(day) - season.fiscal_month) % 3
    return place


def is_day_off(day: Ints, season: Season) -> NDArray[np.bool_]:
    """Weekends, and public holidays where the country is known."""
    return (weekday(day) >= 5) | np.isin(day, public_holidays(season.country, day))


@dataclass(frozen=True)
class _Parts:
    """Weekday (Monday 0), day of month, days left in month, days left in quarter, month of quarter (0–2), month."""

    weekday: Floats
    of_month: Floats
    month_left: Floats
    quarter_left: Floats
    of_quarter: Floats
    month: NDArray[np.int64]


def _parts(day: Ints, season: Season) -> _Parts:
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_quarter = quarter_month(day, season)
    month_end = (months + 1).astype("datetime64[D]")
    quarter_end = (months + (3 - of_quarter)).astype("datetime64[D]")
    return _Parts(
        weekday(day).astype(np.float64),
        (dates - months.astype("datetime64[D]")).astype(np.float64) + 1,
        (month_end - dates).astype(np.float64) - 1,
        (quarter_end - dates).astype(np.float64) - 1,
        of_quarter.astype(np.float64),
        months_of(day),
    )


def day_features(day: Ints, season: Season = Season()) -> dict[str, Floats]:  # noqa: B008
    """Columns of an as-of day."""
    parts = _parts(day, season)
    return {
        "weekday": parts.weekday,
        "day_of_month": parts.of_month,
        "month_left": parts.month_left,
        "quarter_left": parts.quarter_left,
        "month_of_quarter": parts.of_quarter,
    }


def closing_days(day: Ints, season: Season = Season()) -> Floats:  # noqa: B008
    """(days, len(INTERVAL_NAMES)) of 0/1: what kind of day it is to close on."""
    parts = _parts(day, season)
    flags = (
        is_day_off(day, season),
        parts.weekday == 4,
        parts.month_left < 5,
        parts.quarter_left < 5,
        parts.quarter_left < 15,
        parts.quarter_left < 31,
        (parts.of_quarter == 0) & (parts.of_month <= _HALF),
        parts.of_quarter == 0,
        ((parts.month == 12) & (parts.of_month >= 21)) | ((parts.month == 1) & (parts.of_month <= 2)),
    )
    return np.column_stack(flags).astype(np.float64)


def public_holidays(country: str, day: Ints) -> Ints:
    """The public holidays of the country in the years that the days lie in."""
    if not country or day.size == 0:
        return np.zeros(0, np.int32)
    years = np.unique(day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)) + 1970
    found = [number for year in years.tolist() for number in _holidays(country.upper(), year)]
    return np.array(sorted(found), np.int32)


@lru_cache(maxsize=512)
def _holidays(country: str, year: int) -> tuple[int, ...]:
    try:
        dates = holidays.country_holidays(country, years=year)
    except NotImplementedError:
        return ()
    return tuple(int(np.datetime64(one, "D").astype(np.int64)) for one in dates)


def days_until_month(month: Floats, day: Ints) -> Floats:
    """Days until the month (1–12) next begins, NaN for no month; 0 to −30 while in it."""
    now = day.astype("datetime64[D]").astype("datetime64[M]")
    ahead = np.mod(np.nan_to_num(month).astype(np.int64) - 1 - now.astype(np.int64), MONTHS)
    begins = (now + ahead).astype("datetime64[D]").astype(np.float64)
    return np.where(np.isnan(month), np.nan, begins - day)
