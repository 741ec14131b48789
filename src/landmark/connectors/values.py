"""Single values as every importer reads them: instants, decimals, booleans.

Answers: what one cell of a file means when it is written in the neutral way (ISO dates, plain numbers).
Does not answer: local number and date formats; the importers of particular services add those on top.
Instants are float64 days since 1970-01-01 00:00 UTC. A date or time without a zone is taken as UTC.
"""

import math
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from landmark.engines.workdays import FIRST_YEAR, LAST_YEAR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST_AMOUNT = Decimal("9999999999999999.99")
"""What the column of an amount holds."""
_MICROSECONDS_A_DAY = 86_400_000_000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_INSIDE = re.compile(
    r"\b(?:(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})|(?P<day>[0-9]{1,2}) (?P<month>[a-z]{3})[a-z]*\.? (?P<year>[0-9]{4}))\b",
    re.IGNORECASE,
)
_ZONE_WORD = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_SPACED_OFFSET = re.compile(r"\s+(?=[+-][0-9]{2}:?[0-9]{0,2}$)")
_TRUE = frozenset({"1", "true", "yes", "y", "t", "on"})
_FALSE = frozenset({"0", "false", "no", "n", "f", "off"})


def parse_instant(text: str) -> float:
    """ISO 8601 date or time (``T`` or a space between, any offset) → days since 1970. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(_SPACED_OFFSET.sub("", _ZONE_WORD.sub("+00:00", text.strip())))
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year of {text!r} is outside {FIRST_YEAR} to {LAST_YEAR}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    gap = moment - EPOCH
    return gap.days + (gap.seconds * 1_000_000 + gap.microseconds) / _MICROSECONDS_A_DAY


def parse_day(text: str) -> float:
    """A calendar day (``YYYY-MM-DD``) → days since 1970 at 00:00 UTC. Raises ValueError."""
    return float((date.fromisoformat(text.strip()) - EPOCH.date()).days)


def parse_decimal(text: str) -> Decimal:
    """A plain finite decimal number, point as separator, no grouping. Raises ValueError."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise ValueError(f"{text!r} is not a plain number")
    return Decimal(stripped)


def parse_boolean(text: str) -> bool:
    """1/0, true/false, yes/no, on/off in any case. Raises ValueError."""
    word = text.strip().casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(f"{text!r} is neither yes nor no")


def to_datetime(days: float) -> datetime:
    """Days since 1970 → aware UTC time, to the microsecond."""
    return EPOCH + timedelta(microseconds=round(days * _MICROSECONDS_A_DAY))


def format_instant(days: float) -> str:
    """Days since 1970 → ISO text; a whole day is written as a date, a missing time as nothing."""
    if math.isnan(days):
        return ""
    moment = to_datetime(days)
    return moment.date().isoformat() if days == math.floor(days) else moment.isoformat().replace("+00:00", "Z")


def find_day(text: str) -> date | None:
    """The first day inside a sentence ("by 2026-03-31", "by 31 March 2026"), if it is a day of the calendar."""
    for found in _DAY_INSIDE.finditer(text):
        try:
            if found["iso"]:
                day = date.fromisoformat(found["iso"])
            else:
                day = date(int(found["year"]), _MONTHS.index(found["month"].lower()) + 1, int(found["day"]))
        except ValueError:
            continue
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    return None
