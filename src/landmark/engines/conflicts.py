"""Papers that say two things: Net 30 in one and Net 45 in another, a pilot here and a trial there.

Answers: what the papers of one packet do not say alike, and where. Does not answer: which of them is right.
A figure is read with its unit, so 72 hours and 3 days agree; a figure beside "promptly" does not.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from landmark.playbook.last_mile import ConflictRule

# What each unit is counted in, so that the same length in other words is no conflict. Working days stand apart.
_UNITS: dict[str, tuple[str, int]] = {
    "hour": ("hours", 1), "hours": ("hours", 1), "h": ("hours", 1), "hrs": ("hours", 1), "ore": ("hours", 1),
    "ora": ("hours", 1),
    "business day": ("working days", 1), "business days": ("working days", 1), "working day": ("working days", 1),
    "working days": ("working days", 1), "giorni lavorativi": ("working days", 1),
    "day": ("hours", 24), "days": ("hours", 24), "giorno": ("hours", 24), "giorni": ("hours", 24),
    "week": ("hours", 168), "weeks": ("hours", 168), "settimana": ("hours", 168), "settimane": ("hours", 168),
    "month": ("months", 1), "months": ("months", 1), "mese": ("months", 1), "mesi": ("months", 1),
    "year": ("months", 12), "years": ("months", 12), "anno": ("months", 12), "anni": ("months", 12),
}  # fmt: skip
_FAMILIES = {
    "hours": {"hours", "working days"}, "days": {"hours", "working days"}, "months": {"months"}, "years": {"months"}
}  # fmt: skip
_SENTENCES = re.compile(r"(?<=[.;!?])\s+|\n+")
_FIGURE = re.compile(
    rf"(?P<n>\d+)[\s-]*(?:calendar\s+)?(?P<unit>{'|'.join(sorted(map(re.escape, _UNITS), key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_NET = re.compile(r"\bnet[\s-]*(?P<n>\d+)\b", re.IGNORECASE)
_MONEY = re.compile(
    r"(?:(?:€|\$|£|EUR|USD|GBP|CHF)\s*(?P<a>\d[\d.,'\s]*\d|\d))|(?:(?P<b>\d[\d.,'\s]*\d|\d)\s*(?:€|EUR|USD|GBP|CHF)\b)"
)


@dataclass(frozen=True, slots=True)
class Text:
    """One paper's wording, by its key."""

    paper: str
    text: str


@dataclass(frozen=True, slots=True)
class Saying:
    """What one paper says on the subject, in its own words."""

    paper: str
    value: str
    quote: str


@dataclass(frozen=True, slots=True)
class Conflict:
    rule: str
    sayings: tuple[Saying, ...]


def find_conflicts(texts: Sequence[Text], rules: Sequence[ConflictRule]) -> tuple[Conflict, ...]:
    """Every subject on which the papers differ, in the order of the rules."""
    readers = {"figure": _figures, "money": _amounts, "words": _words}
    found = []
    for rule in rules:
        sayings = [saying for text in texts for saying in readers[rule.kind](rule, text)]
        if len({saying.value for saying in sayings}) > 1:
            found.append(Conflict(rule.key, tuple(_first_of_each(sayings))))
    return tuple(found)


def _first_of_each(sayings: Iterable[Saying]) -> Iterator[Saying]:
    seen: set[tuple[str, str]] = set()
    for saying in sayings:
        if (saying.paper, saying.value) not in seen:
            seen.add((saying.paper, saying.value))
            yield saying


def _figures(rule: ConflictRule, text: Text) -> Iterator[Saying]:
    families = set().union(*(_FAMILIES[unit] for unit in rule.units if unit in _FAMILIES))
    for sentence in _sentences_near(rule, text.text):
        held = [value for value in _values(sentence) if value.split(" ", 1)[1] in families]
        yield from (Saying(text.paper, value, sentence) for value in held)
        vague = next((word for word in rule.vague if word.casefold() in sentence.casefold()), "")
        if vague and not held:
            yield Saying(text.paper, f"“{vague}”", sentence)


def _values(sentence: str) -> Iterator[str]:
    for match in _FIGURE.finditer(sentence):
        family, factor = _UNITS[match["unit"].casefold()]
        yield f"{int(match['n']) * factor} {family}"
    yield from (f"{int(match['n']) * 24} hours" for match in _NET.finditer(sentence))


def _amounts(rule: ConflictRule, text: Text) -> Iterator[Saying]:
    for sentence in _sentences_near(rule, text.text):
        for match in _MONEY.finditer(sentence):
            amount = read_amount(match["a"] or match["b"])
            if amount is not None:
                yield Saying(text.paper, f"{amount:f}", sentence)


def read_amount(text: str) -> Decimal | None:
    """84,000 · 84.000,00 · 84 000.50 → exact; the last mark with one or two digits behind it parts the cents."""
    plain = re.sub(r"[\s']", "", text)
    cents = re.search(r"[.,](\d{1,2})$", plain)
    whole = re.sub(r"[.,]", "", plain[: cents.start()] if cents else plain)
    try:
        return Decimal(f"{whole}.{cents[1] if cents else '00'}").quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def _words(rule: ConflictRule, text: Text) -> Iterator[Saying]:
    for group in rule.words:
        for word in group:
            match = re.search(rf"\b{re.escape(word)}s?\b", text.text, re.IGNORECASE)
            if match is not None:
                yield Saying(text.paper, group[0], _sentence_at(text.text, match.start()))
                break


def _sentences_near(rule: ConflictRule, text: str) -> Iterator[str]:
    near = re.compile(rf"\b(?:{'|'.join(map(re.escape, rule.near))})", re.IGNORECASE)
    for sentence in _SENTENCES.split(text):
        if rule.near and near.search(sentence):
            yield sentence.strip()


def _sentence_at(text: str, place: int) -> str:
    start = 0
    for sentence in _SENTENCES.split(text):
        start = text.find(sentence, start)
        if start <= place < start + len(sentence):
            return sentence.strip()
        start += len(sentence)
    return text.strip()


def as_texts(papers: Mapping[str, str]) -> list[Text]:
    """Papers with words in them."""
    return [Text(name, text) for name, text in papers.items() if text.strip()]
