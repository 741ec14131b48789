"""What may be typed behind an option of ``landmark forecast`` and ``landmark backtest``.

Answers: which texts are a day, horizons, an interval, a country, and the sentence for those that are none. Does not
answer: what the commands do with them (``cli.forecast``).
"""

from typing import Any

import click

from landmark.connectors.values import parse_day
from landmark.engines.workdays import FIRST_YEAR, LAST_YEAR, is_known_country

FIRST_DAY, LAST_DAY = parse_day(f"{FIRST_YEAR}-01-01"), parse_day(f"{LAST_YEAR}-12-31")


class Day(click.ParamType[float]):
    """A calendar day, 00:00 UTC."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            day = value if isinstance(value, float) else parse_day(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day; write it like 2026-05-12.", param, ctx)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail(f"{value} lies outside the years {FIRST_YEAR} to {LAST_YEAR}; look at its year.", param, ctx)
        return day


class Horizons(click.ParamType[tuple[int, ...]]):
    """Whole days ahead, separated by commas."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            days = tuple(sorted({int(part) for part in str(value).split(",")}))
        except ValueError:
            days = ()
        if not days or days[0] < 1 or days[-1] > 365:
            self.fail(f"{value!r}: horizons are whole days from 1 to 365, such as 7,14,30.", param, ctx)
        return days


class Interval(click.ParamType[int]):
    """A number of days or weeks: 7d, 7 or 1w."""

    name = "interval"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).strip().lower()
        number, unit = (text[:-1], text[-1]) if text[-1:] in {"d", "w"} else (text, "d")
        if not (number.isascii() and number.isdigit()) or int(number) < 1:
            self.fail(f"{value!r}: write a number of days or weeks, such as 7d or 1w.", param, ctx)
        return int(number) * (7 if unit == "w" else 1)


class Country(click.ParamType[str]):
    """Two letters of a country whose public holidays are known."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        code = str(value).strip().upper()
        if not is_known_country(code):
            self.fail(f"{value!r} is no country whose public holidays are known; write it like IT.", param, ctx)
        return code
