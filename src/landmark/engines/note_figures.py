"""Figures in a note: how much of what, how often.

Answers: hours, money, counts and shares in a sentence with their period, in English and Italian. Does not answer:
whether they are impact (``notes``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "dollar": "USD",
    "dollars": "USD", "dollari": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "sterline": "GBP",
    "chf": "CHF", "franchi": "CHF",
}  # fmt: skip
TIMES = {
    "k": 1_000, "thousand": 1_000, "mila": 1_000, "m": 1_000_000, "mn": 1_000_000, "million": 1_000_000,
    "milione": 1_000_000, "milioni": 1_000_000,
}  # fmt: skip
PERIOD_WORDS = {
    "day": "day", "daily": "day", "giorno": "day", "week": "week", "weekly": "week", "settimana": "week",
    "month": "month", "monthly": "month", "mese": "month", "quarter": "quarter", "trimestre": "quarter",
    "year": "year", "yearly": "year", "annually": "year", "anno": "year",
}  # fmt: skip
HEADING_WORDS = 4
HOURS = ("hour", "hours", "hrs", "ora", "ore")
_MONEY = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_TIMES = "|".join(sorted(TIMES, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_MONEY})\s*)?(?P<number>\d(?:[\d.,'’\u00a0\u202f]*\d)?)"
    rf"(?:\s*(?P<times>{_TIMES})(?!\w))?\s*(?:di\s+)?(?:(?P<after>{_MONEY})(?!\w)|(?P<share>%))?"
    r"(?P<rest>[^.;,\d]{0,60})",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    rf"(?:\b(?:a|an|per|each|every|al|alla|ogni|la)\s+|/\s*|all['’]\s*)?\b(?P<period>{'|'.join(PERIOD_WORDS)})\b",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_EDGE = re.compile(r"^(?:of|in|more|di|più)\s+|\s+(?:a|an|per|each|every|al|alla|all|ogni|la|of|di)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """``period`` is empty where the sentence names none."""

    amount: Decimal
    unit: str
    period: str = ""
    currency: str = ""
    counted: str = ""


def find_figures(sentence: str) -> Iterator[FoundFigure]:
    """Every figure with a unit in a sentence; bare numbers, dates and years are none."""
    for match in _FIGURE.finditer(sentence):
        amount = read_number(match["number"])
        if amount is None or amount <= 0:
            continue
        amount *= TIMES.get((match["times"] or "").casefold(), 1)
        found = _name(amount, match, _heading(sentence[: match.start()]))
        if found is not None:
            yield found


def _heading(before: str) -> str:
    """What a line is about, where it says so before a colon: "Late deliveries: roughly"."""
    head, colon, _rest = before.rpartition(":")
    words = head.split()
    return " ".join(words).lower() if colon and 0 < len(words) <= HEADING_WORDS else ""


def _name(amount: Decimal, match: re.Match[str], heading: str) -> FoundFigure | None:
    period, counted = _split(match["rest"])
    currency = CURRENCIES.get((match["before"] or match["after"] or "").casefold(), "")
    first = counted.split()[0].casefold() if counted else ""
    if currency:
        return FoundFigure(amount, "money", period, currency=currency)
    if first in HOURS:
        return FoundFigure(amount, "hours", period or "week") if period else None
    if match["share"]:
        return FoundFigure(amount, "percent", "once", counted=_short(counted)) if counted else None
    counted = _short(counted) or heading
    return FoundFigure(amount, "count", period, counted=counted) if period and counted else None


def _split(rest: str) -> tuple[str, str]:
    """The period a figure is given for, and the words between figure and period."""
    match = _PERIOD.search(rest)
    words = rest[: match.start()] if match else rest
    return (PERIOD_WORDS[match["period"].casefold()] if match else ""), _EDGE.sub("", words.strip(" \t-–:()")).strip()


def _short(words: str) -> str:
    return " ".join(words.split()[:4])


def read_number(text: str) -> Decimal | None:
    """1,250.5 and 1.250,5 alike; one mark before exactly three digits parts thousands."""
    typed = re.sub(r"['’\s\u00a0\u202f]", "", text)
    if "," in typed and "." in typed:
        mark = max(",.", key=typed.rfind)
        typed = typed.replace("." if mark == "," else ",", "").replace(mark, ".")
    elif _GROUPED.fullmatch(typed):
        typed = re.sub(r"[.,]", "", typed)
    else:
        typed = typed.replace(",", ".")
    try:
        return Decimal(typed)
    except InvalidOperation:
        return None
