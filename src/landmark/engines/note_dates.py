"""Days as people write them in a note, in English and Italian.

Answers: which day a sentence names, counted from the day of the call. Does not answer: what happens on it (``notes``).
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import get_day_names, get_month_names

ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
NUMERIC = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?\b(?![.,]?\d|\s*%)")
IN_SOME = re.compile(r"\b(?:in|within|tra|fra|entro)\s+(\d{1,3})\s+(days?|weeks?|giorn[oi]|settiman[ae])\b")
FIXED = {
    "tomorrow": 1, "domani": 1, "dopodomani": 2, "next week": 7, "settimana prossima": 7, "prossima settimana": 7,
}  # fmt: skip
LANGUAGES = ("en", "it")


def is_weekday(word: str) -> bool:
    """A weekday's name, written out or short, in small letters."""
    return word.rstrip(".") in _weekdays()


def find_day(text: str, since: date) -> date | None:
    """The first day a text names, on or after ``since`` where it leaves out the year; None without one."""
    words = text.casefold()
    for find in (_written_out, _numeric, _named, _weekday, _relative):
        if (found := find(words, since)) is not None:
            return found
    return None


def _written_out(words: str, since: date) -> date | None:
    match = ISO.search(words)
    return _make(int(match[1]), int(match[2]), int(match[3])) if match else None


def _numeric(words: str, since: date) -> date | None:
    """Day before month, as both our languages' countries outside the United States write it."""
    match = NUMERIC.search(words)
    if match is None:
        return None
    return _on(int(match[1]), int(match[2]), int(match[3]) if match[3] else None, since)


def _named(words: str, since: date) -> date | None:
    months = _months()
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    match = re.search(rf"\b(\d{{1,2}})(?:st|nd|rd|th|º|°)?\s+(?:of\s+)?({names})\b(?:\s+(\d{{4}}))?", words)
    if match:
        return _on(int(match[1]), months[match[2]], int(match[3]) if match[3] else None, since)
    match = re.search(rf"\b({names})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", words)
    return _on(int(match[2]), months[match[1]], int(match[3]) if match[3] else None, since) if match else None


def _weekday(words: str, since: date) -> date | None:
    """The next such weekday after the call; "Thursday" said on a Thursday is a week later."""
    for name, number in _weekdays().items():
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words):
            return since + timedelta(days=(number - since.weekday() - 1) % 7 + 1)
    return None


def _relative(words: str, since: date) -> date | None:
    match = IN_SOME.search(words)
    if match:
        return since + timedelta(days=int(match[1]) * (7 if match[2][0] in "ws" else 1))
    return next((since + timedelta(days=days) for name, days in FIXED.items() if name in words), None)


def _on(day: int, month: int, year: int | None, since: date) -> date | None:
    if year is not None:
        return _make(year, month, day)
    found = _make(since.year, month, day)
    return _make(since.year + 1, month, day) if found is None or found < since else found


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    return {
        name.casefold().rstrip("."): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    }


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    names = {
        name.casefold(): number
        for language in LANGUAGES
        for number, name in get_day_names("wide", locale=language).items()
    }
    return names | {name.replace("ì", "i'"): number for name, number in names.items() if name.endswith("ì")}
