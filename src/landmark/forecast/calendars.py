"""Calendar facts of days: weekday, distance to the end of month and quarter, the turn of the year.

Answers: what is special about a date, known years ahead. Does not answer: which of it matters.
"""

import numpy as np

from landmark.forecast.history import Floats, Ints

INTERVAL_NAMES = (
    "weekend",
    "friday",
    "month_last_5",
    "quarter_last_5",
    "quarter_last_15",
    "quarter_last_31",
    "quarter_first_31",
    "turn_of_year",
)


def _parts(day: Ints) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """weekday (Monday 0), day of month, days left in month, days left in quarter, month of quarter (0–2)."""
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_quarter = months.astype(np.int64) % 3
    month_end = (months + 1).astype("datetime64[D]")
    quarter_end = (months + (3 - of_quarter)).astype("datetime64[D]")
    weekday = (day.astype(np.int64) + 3) % 7
    return (
        weekday.astype(np.float64),
        (dates - months.astype("datetime64[D]")).astype(np.float64) + 1,
        (month_end - dates).astype(np.float64) - 1,
        (quarter_end - dates).astype(np.float64) - 1,
        of_quarter.astype(np.float64),
    )


def day_features(day: Ints) -> dict[str, Floats]:
    """Columns of an as-of day."""
    weekday, of_month, month_left, quarter_left, of_quarter = _parts(day)
    return {
        "weekday": weekday,
        "day_of_month": of_month,
        "month_left": month_left,
        "quarter_left": quarter_left,
        "month_of_quarter": of_quarter,
    }


def closing_days(day: Ints) -> Floats:
    """(days, len(INTERVAL_NAMES)) of 0/1: what kind of day it is to close on."""
    weekday, of_month, month_left, quarter_left, of_quarter = _parts(day)
    first = of_quarter == 0
    year_turn = (day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 == 11) & (of_month >= 21)
    new_year = (day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 == 0) & (of_month <= 2)
    flags = (
        weekday >= 5,
        weekday == 4,
        month_left < 5,
        quarter_left < 5,
        quarter_left < 15,
        quarter_left < 31,
        first,
        year_turn | new_year,
    )
    return np.column_stack(flags).astype(np.float64)
