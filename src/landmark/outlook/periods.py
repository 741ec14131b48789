"""Fiscal quarters of an organisation.

Answers: in which period a day lies, and which come before and after. Does not answer: what is sold in it (``summary``).

Rule for labels: a fiscal year carries the number of the calendar year it *ends* in. With January as first month that is
the calendar year ("Q4 2026"); with July, July 2026 opens "Q1 FY2027".
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from landmark.orgs.models import Organisation

QUARTER_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal quarter; ``ends_on`` is its last day. ``start_month`` is the first month of the fiscal year."""

    starts_on: date
    ends_on: date
    year: int
    quarter: int
    start_month: int

    @property
    def label(self) -> str:
        return f"Q{self.quarter} {self.year}" if self.start_month == 1 else f"Q{self.quarter} FY{self.year}"

    @property
    def key(self) -> str:
        """What a link carries: ``2026-q4``."""
        return f"{self.year}-q{self.quarter}"

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


def quarter_containing(day: date, start_month: int) -> Period:
    """The quarter of a fiscal year that begins on the first of ``start_month`` (1 … 12)."""
    months_in = (day.month - start_month) % 12
    quarter = months_in // QUARTER_MONTHS + 1
    first = day.year * 12 + (day.month - 1) - months_in % QUARTER_MONTHS
    last_year, last_month = divmod(first + QUARTER_MONTHS - 1, 12)
    year_end = (first - (quarter - 1) * QUARTER_MONTHS + 11) // 12
    return Period(
        starts_on=date(first // 12, first % 12 + 1, 1),
        ends_on=date(last_year, last_month + 1, monthrange(last_year, last_month + 1)[1]),
        year=year_end,
        quarter=quarter,
        start_month=start_month,
    )


def period_containing(org: Organisation, day: date) -> Period:
    return quarter_containing(day, org.fiscal_year_start_month)


def period_in_view(org: Organisation, day: date) -> Period:
    """The period a score speaks of: the one under way, or on its last day the next, since nothing of it lies ahead."""
    here = period_containing(org, day)
    return next_period(here) if here.ends_on == day else here


def next_period(period: Period) -> Period:
    return quarter_containing(period.ends_on + timedelta(days=1), period.start_month)


def previous_period(period: Period) -> Period:
    return quarter_containing(period.starts_on - timedelta(days=1), period.start_month)


def read_period(org: Organisation, text: str | None, day: date) -> Period:
    """The period a link names (``2026-q4``), else the one in view on ``day``. Nonsense means the latter."""
    here = period_in_view(org, day)
    year, _, quarter = (text or "").partition("-q")
    if not (year.isdecimal() and len(year) == 4 and quarter in {"1", "2", "3", "4"} and int(year) > 1):
        return here
    ahead = (int(year) - here.year) * 4 + int(quarter) - here.quarter
    if abs(ahead) > 400:
        return here
    step = next_period if ahead > 0 else previous_period
    for _index in range(abs(ahead)):
        here = step(here)
    return here
