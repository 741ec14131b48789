"""Words, days and money as a document writes them, in the document's own language.

Answers: a sentence by its key, filled in. Does not answer: which language a reader wants. The language of a document is
the buyer's, so it does not follow the language of whoever makes it.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import yaml
from babel.dates import format_date, format_time, get_day_names
from babel.numbers import format_currency, format_decimal

LANGUAGES = ("en", "it")
NOTHING = "—"


class Writer:
    """``write("as_of", day="3 May")`` gives the sentence of that key; an unknown key or language is a mistake here."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else LANGUAGES[0]
        self._words = _load(self.lang)

    def __call__(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def day(self, day: date | None) -> str:
        """3 May 2026; nothing is a dash."""
        if day is None:
            return NOTHING
        pattern = "d MMMM y" if self.lang == "en" else "long"
        return format_date(day, pattern, locale=self.lang)

    def short_day(self, day: date | None) -> str:
        """Mon 4 May, for columns."""
        return NOTHING if day is None else format_date(day, "EEE d MMM y", locale=self.lang)

    def name_of_weekday(self, weekday: int) -> str:
        """0 is Monday."""
        return str(get_day_names("wide", "format", self.lang)[weekday])

    def tick(self, day: date) -> str:
        return format_date(day, "d MMM", locale=self.lang)

    def clock(self, moment: datetime, zone: str) -> str:
        return format_time(moment.astimezone(ZoneInfo(zone)), "HH:mm", locale=self.lang)

    def weekday(self, moment: datetime, zone: str) -> str:
        return format_date(moment.astimezone(ZoneInfo(zone)).date(), "EEEE d MMMM y", locale=self.lang)

    def money(self, amount: Decimal | None, currency: str) -> str:
        """Exact to the cent where there are cents; without a currency just the number."""
        if amount is None:
            return NOTHING
        whole = amount == amount.to_integral_value()
        if not currency:
            return format_decimal(amount, locale=self.lang)
        pattern = ("¤#,##0" if self.lang == "en" else "#,##0 ¤") if whole else None
        return format_currency(amount, currency, pattern, locale=self.lang, currency_digits=not whole)

    def number(self, value: Decimal | int) -> str:
        return format_decimal(value, locale=self.lang)

    def people(self, *names: str) -> str:
        """Names with commas; nobody is a dash."""
        return ", ".join(name for name in names if name.strip()) or NOTHING


@cache
def _load(lang: str) -> dict[str, str]:
    held = yaml.safe_load((files("landmark.documents") / "words" / f"{lang}.yaml").read_text("utf-8"))
    return {str(key): str(text) for key, text in held.items()}
