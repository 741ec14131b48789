"""Fiscal quarters of an organisation, and the months they are made of.

Answers: in which period a day lies, and which come before and after. Does not answer: what is sold in it (``summary``).

Rule for labels: a fiscal year carries the number of the calendar year it *ends* in. With January as first month that is
the calendar year ("Q4 2026"); with July, July 2026 opens "Q1 FY2027". A month keeps its own name and calendar year.

Calls, quotas, targets and frozen weeks are made by quarter; a month is a closer look at what is won and expected.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from landmark.orgs.models import Organisation
from landmark.ui.formats import format_month

QUARTER_MONTHS = 3
MOST_YEARS_AWAY = 100
_NAMED = re.compile(r"([0-9]{4})-(?:q([1-4])|(0[1-9]|1[0-2]))")


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal quarter, or one month of it; ``ends_on`` is its last day.

    ``year`` and ``quarter``: the fiscal ones it lies in. ``start_month``: the first month of the fiscal year.
    """

    starts_on: date
    ends_on: date
    year: int
    quarter: int
    start_month: int
    is_month: bool = False

    @property
    def label(self) -> str:
        if self.is_month:
            return format_month(self.starts_on)
        return f"Q{self.quarter} {self.year}" if self.start_month == 1 else f"Q{self.quarter} FY{self.year}"

    @property
    def key(self) -> str:
        """What a link carries: ``2026-q4`` of fiscal years, ``2026-11`` of the calendar."""
        return f"{self.starts_on:%Y-%m}" if self.is_month else f"{self.year}-q{self.quarter}"

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


def month_containing(day: date, start_month: int) -> Period:
    """The calendar month of a day, with the fiscal quarter it lies in."""
    quarter = quarter_containing(day, start_month)
    last = day.replace(day=monthrange(day.year, day.month)[1])
    return Period(day.replace(day=1), last, quarter.year, quarter.quarter, start_month, is_month=True)


def quarter_of(period: Period) -> Period:
    """The quarter itself, or the one a month lies in."""
    return quarter_containing(period.starts_on, period.start_month)


def period_containing(org: Organisation, day: date) -> Period:
    return quarter_containing(day, org.fiscal_year_start_month)


def period_in_view(org: Organisation, day: date) -> Period:
    """The period a score speaks of: the one under way, or on its last day the next, since nothing of it lies ahead."""
    here = period_containing(org, day)
    return next_period(here) if here.ends_on == day else here


def month_in_view(org: Organisation, day: date) -> Period:
    """The month under way, or on its last day the next."""
    return month_containing(day + timedelta(days=1), org.fiscal_year_start_month)


def next_period(period: Period) -> Period:
    return _same_kind(period, period.ends_on + timedelta(days=1))


def previous_period(period: Period) -> Period:
    return _same_kind(period, period.starts_on - timedelta(days=1))


def _same_kind(period: Period, day: date) -> Period:
    find = month_containing if period.is_month else quarter_containing
    return find(day, period.start_month)


def read_period(org: Organisation, text: str | None, day: date) -> Period:
    """The period a link names (``2026-q4``, ``2026-11``), else the quarter in view on ``day``, also for nonsense."""
    here, start = period_in_view(org, day), org.fiscal_year_start_month
    named = _NAMED.fullmatch(text or "")
    if named is None or abs(int(named[1]) - here.year) > MOST_YEARS_AWAY:
        return here
    year, quarter, month = int(named[1]), named[2], named[3]
    if month:
        return month_containing(date(year, int(month), 1), start)
    months = (year if start == 1 else year - 1) * 12 + start - 1 + (int(quarter) - 1) * QUARTER_MONTHS
    return quarter_containing(date(months // 12, months % 12 + 1, 1), start)


def read_quarter(org: Organisation, text: str | None, day: date) -> Period:
    """The quarter a link names; of a month the quarter it lies in. For what is set by quarter."""
    return quarter_of(read_period(org, text, day))
