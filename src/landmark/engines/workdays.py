"""Working days: weekends and public holidays of one or more countries are days off.

Answers: is somebody at work on that day, which working day lies n ahead, how many lie between two days.
Does not answer: what has to be done on them (``schedule``). Public holidays come from the ``holidays`` package; a
country it does not know has weekends only. No clock: every day is handed in.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import holidays

ONE_DAY = timedelta(days=1)
SATURDAY = 5
FIRST_YEAR, LAST_YEAR = 1900, 2200


@lru_cache(maxsize=512)
def find_holidays(country: str, year: int) -> dict[date, str]:
    """The public holidays of a country in a year with their names; none for a country that is not known."""
    if not country or not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    try:
        return {day: str(name) for day, name in holidays.country_holidays(country.upper(), years=year).items()}
    except NotImplementedError:
        return {}


def list_countries() -> list[str]:
    """Two letters of every country whose public holidays are known."""
    return [code for code in holidays.list_supported_countries() if len(code) == 2]


def is_known_country(country: str) -> bool:
    return country.upper() in holidays.list_supported_countries()


class Workdays:
    """The working days that people in all these countries share."""

    __slots__ = ("_known", "countries")

    def __init__(self, countries: Iterable[str] = ()) -> None:
        self.countries = tuple(sorted({country.upper() for country in countries if country}))
        self._known: dict[date, bool] = {}

    def holiday(self, day: date) -> str:
        """The name of the public holiday on this day, "" on any other."""
        return next((name for c in self.countries if (name := find_holidays(c, day.year).get(day))), "")

    def is_working(self, day: date) -> bool:
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = day.weekday() < SATURDAY and not self.holiday(day)
        return known

    def on_or_after(self, day: date) -> date:
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= ONE_DAY
        return day

    def shift(self, day: date, count: int) -> date:
        """The working day ``count`` ahead of a day (behind it when negative).

        0 is the day itself or, when it is a day off, the next working day; counting forward from a day off starts at
        the working day before it, backward at the one after it.
        """
        if count == 0:
            return self.on_or_after(day)
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def count(self, first: date, last: date) -> int:
        """Working days after ``first`` up to and including ``last``; negative when ``last`` lies before it."""
        if last < first:
            return -self.count(last, first)
        return sum(self.is_working(first + ahead * ONE_DAY) for ahead in range(1, (last - first).days + 1))
