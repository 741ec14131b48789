"""Numbers, money and days as people write them, in the reader's language.

Answers: how a value looks. Does not answer: what it means. Pure but for Django's active language.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_currency, format_decimal, get_currency_precision
from django.utils.translation import get_language, gettext, ngettext

NOTHING = "—"
COMPACT_FROM = 10_000
MILLION = 1_000_000


def current_locale() -> Locale:
    try:
        return Locale.parse(get_language() or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def name_country(code: str) -> str:
    """The country's name in the reader's language, its two letters where none is known."""
    return str(current_locale().territories.get(code.upper(), code.upper()))


def format_money(amount: Decimal | float | None, currency: str, *, short: bool = False) -> str:
    """€84,000, or €1.2M where room is scarce; whole units unless there are cents to show."""
    if amount is None:
        return NOTHING
    return _write_money(Decimal(str(amount)), currency, short=short).replace("-", "−")


def _write_money(value: Decimal, currency: str, *, short: bool) -> str:
    locale = current_locale()
    if not currency:
        return format_decimal(round(value), locale=locale)
    if short and abs(value) >= COMPACT_FROM and (abs(value) >= MILLION or _shortens_thousands(locale)):
        digits = 0 if abs(value) < MILLION else 2 if abs(value) < 10 * MILLION else 1
        return format_compact_currency(value, currency, locale=locale, fraction_digits=digits)
    if get_currency_precision(currency) and value != value.to_integral_value() and not short:
        return format_currency(value, currency, locale=locale)
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0")
    return format_currency(round(value), currency, format=pattern, locale=locale, currency_digits=False)


def format_typed(amount: Decimal) -> str:
    """As a person would type it: 84000, or 84000,50 where a comma parts the cents."""
    pattern = "0" if amount == amount.to_integral_value() else "0.00"
    return format_decimal(amount, format=pattern, locale=current_locale())


def _shortens_thousands(locale: Locale) -> bool:
    """English writes 84K; Italian has no short form below a million."""
    return str(locale.compact_currency_formats["short"]["other"]["10000"].pattern).strip("0 \xa0¤") != ""


def format_count(value: int | float | None) -> str:
    return NOTHING if value is None else format_decimal(round(value), locale=current_locale())


def format_number(value: float | None, digits: int = 1) -> str:
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=current_locale())


def format_percent(share: float | None, digits: int = 0) -> str:
    """0.62 → 62 %. Never "100 %" or "0 %" for something that is only close to it."""
    if share is None:
        return NOTHING
    if digits == 0 and 0 < share <= 0.005:
        return "< 1 %"
    if digits == 0 and 0.995 <= share < 1:
        return "> 99 %"
    return f"{format_number(share * 100, digits)} %"


def format_chance(p: float | None) -> str:
    """A probability of what is still open: never "0 %" nor "100 %", also where no outcome drawn was another."""
    if p is None:
        return NOTHING
    return "< 1 %" if p <= 0.005 else "> 99 %" if p >= 0.995 else format_percent(p)


def format_day(value: date | datetime | None, *, year_of: date | None = None) -> str:
    """ "26 Nov", with the year when it is not the year of ``year_of``."""
    if value is None:
        return NOTHING
    day = value.date() if isinstance(value, datetime) else value
    pattern = "d MMM" if year_of is not None and day.year == year_of.year else "d MMM y"
    return format_date(day, pattern, locale=current_locale())


def format_month(day: date) -> str:
    """ "Nov 2026"."""
    return format_date(day, "LLL y", locale=current_locale())


def format_weekday(value: date | None, *, year_of: date | None = None) -> str:
    """ "Thu 26 Nov"."""
    if value is None:
        return NOTHING
    pattern = "EEE d MMM" if year_of is None or value.year == year_of.year else "EEE d MMM y"
    return format_date(value, pattern, locale=current_locale())


def format_moment(value: datetime | None, *, year_of: date | None = None) -> str:
    """ "26 Nov, 14:05", in the time zone the moment carries."""
    return NOTHING if value is None else f"{format_day(value, year_of=year_of)}, {value:%H:%M}"


def format_rate(rate: Decimal) -> str:
    """A currency rate with the decimals it was given."""
    return format_decimal(rate, format="#,##0.##########", locale=current_locale(), decimal_quantization=False)


def format_distance(days: int) -> str:
    """How far a due day lies from today: "in 4 days", "today", "2 days late"."""
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days > 1:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day late", "%(days)d days late", -days) % {"days": -days}


def format_days(days: int | float) -> str:
    whole = round(days)
    return ngettext("%(days)d day", "%(days)d days", whole) % {"days": whole}


def make_readable(name: str) -> str:
    """A source's own name as words: "account:NumberOfEmployees" → "Account: number of employees"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace("_", " ")).replace(":", ": ")
    words = " ".join(word if word.isupper() else word.lower() for word in spaced.split())
    return words[:1].upper() + words[1:]


def find_initials(name: str) -> str:
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
