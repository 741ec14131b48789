"""The executive summary: which lines say nothing that can be checked, and what each reader looks for first.

Answers: what a line holds on to (a number, a date, a boundary), what a section lacks, the order for a reader.
Does not answer: what the lines should say. The facts are the same for every reader; only their order changes.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from landmark.playbook.last_mile import Audience, LastMile

Hold = Literal["number", "date", "boundary"]

FIRST, LAST = "decision", "request"
SECTIONS = (FIRST, "purpose", "context", "recommendation", "outcomes", "assumptions", "risks", LAST)
LEADING = (FIRST, "purpose")  # stay where they are, whoever reads
MIDDLE = tuple(key for key in SECTIONS if key not in (*LEADING, LAST))

_MONTHS = (
    "jan|january|feb|february|mar|march|apr|april|may|june?|july?|aug|august|sept?|september|oct|october|nov|november"
    "|dec|december|gen|gennaio|febbraio|marzo|aprile|mag|maggio|giu|giugno|lug|luglio|ago|agosto|set|settembre|ott"
    "|ottobre|novembre|dic|dicembre"
)
_DATE = re.compile(
    rf"\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b|\b\d{{1,2}}[./]\d{{1,2}}(?:[./]\d{{2,4}})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|°)?\s+(?:{_MONTHS})\b(?:\s+\d{{4}})?|\b(?:{_MONTHS})\.?\s+\d{{1,4}}\b|\bQ[1-4]\b"
    rf"(?:\s+\d{{4}})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d")
_SENTENCE_END = re.compile(r"[.!?](?:\s|$)")


@dataclass(frozen=True, slots=True)
class Line:
    """``holds``: what can be checked in it; nothing held means it is flagged."""

    text: str
    holds: frozenset[Hold]
    topics: frozenset[str] = frozenset()
    is_emphasised: bool = False

    @property
    def is_vague(self) -> bool:
        return not self.holds


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    lines: tuple[Line, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """``sections`` in the reader's order. ``problems`` are keys; the presenter has the sentences."""

    sections: tuple[Section, ...]

    @property
    def vague(self) -> tuple[Line, ...]:
        return tuple(line for section in self.sections for line in section.lines if line.is_vague)

    @property
    def is_ready(self) -> bool:
        return not self.vague and not any(section.problems for section in self.sections)

    def section(self, key: str) -> Section:
        return next(section for section in self.sections if section.key == key)


def find_holds(text: str, boundaries: Collection[str]) -> frozenset[Hold]:
    """What in a line can be checked. A date's digits are a date, not a number."""
    found: set[Hold] = set()
    rest, dates = _DATE.subn(" ", text)
    if dates:
        found.add("date")
    if _NUMBER.search(rest):
        found.add("number")
    if boundaries and _words_pattern(tuple(boundaries), whole=True).search(text):
        found.add("boundary")
    return frozenset(found)


def find_topics(text: str, mile: LastMile) -> frozenset[str]:
    """What a line is about, by the beginnings of the words it uses."""
    return frozenset(t.key for t in mile.topics if _words_pattern(t.words, whole=False).search(text))


@lru_cache(maxsize=64)
def _words_pattern(words: tuple[str, ...], *, whole: bool) -> re.Pattern[str]:
    ends = r"\b" if whole else ""
    parts = "|".join(re.escape(word.strip()) + (r"\b" if word != word.strip() else ends) for word in words)
    return re.compile(rf"\b(?:{parts})", re.IGNORECASE)


def read_brief(
    sections: Mapping[str, Sequence[str]], mile: LastMile, names: Collection[str] = (), audience: str = ""
) -> Brief:
    """The summary judged, in the order for ``audience`` ("" = the plain order). ``names`` are people and roles."""
    reader = next((item for item in mile.audiences if item.key == audience), None)
    made = {key: _read_section(key, sections.get(key, ()), mile, names, reader) for key in SECTIONS}
    return Brief(tuple(made[key] for key in _order(made, reader)))


def _read_section(
    key: str, texts: Sequence[str], mile: LastMile, names: Collection[str], reader: Audience | None
) -> Section:
    kept = [text.strip() for text in texts if text.strip()]
    lines = [_read_line(key, text, mile, reader) for text in kept]
    if reader is not None and key in MIDDLE:
        lines.sort(key=lambda line: not line.is_emphasised)  # stable: facts keep their order otherwise
    return Section(key, tuple(lines), tuple(_problems(key, kept, mile, names)))


def _read_line(key: str, text: str, mile: LastMile, reader: Audience | None) -> Line:
    topics = find_topics(text, mile)
    if key == "risks":
        topics |= {"risk"}
    if key == "assumptions":
        topics |= {"assumptions"}
    emphasised = reader is not None and bool(topics & set(reader.topics))
    return Line(text, find_holds(text, mile.boundaries), topics, emphasised)


def _problems(key: str, texts: Sequence[str], mile: LastMile, names: Collection[str]) -> list[str]:
    if not texts:
        return ["empty"]
    found = []
    if key in LEADING and (len(texts) > 1 or len(_SENTENCE_END.findall(texts[0])) > 1):
        found.append("one_sentence")
    if key == "context" and not 2 <= len(texts) <= 3:
        found.append("two_or_three")
    if key == "outcomes":
        found += ["too_few"] if len(texts) < mile.outcomes_low else []
        found += ["too_many"] if len(texts) > mile.outcomes_high else []
        found += ["unmeasured"] if any("number" not in find_holds(t, ()) for t in texts) else []
    if key == LAST:
        found += ["no_date"] if any("date" not in find_holds(t, ()) for t in texts) else []
        found += ["nobody"] if names and any(not _names_somebody(t, names) for t in texts) else []
    return found


def _names_somebody(text: str, names: Collection[str]) -> bool:
    folded = text.casefold()
    return any(name.casefold() in folded for name in names if name.strip())


def _order(sections: Mapping[str, Section], reader: Audience | None) -> tuple[str, ...]:
    """Decision and purpose first, the request last; between them what the reader looks for comes forward."""
    if reader is None:
        return SECTIONS
    weight = {key: -sum(line.is_emphasised for line in sections[key].lines) for key in MIDDLE}
    return (*LEADING, *sorted(MIDDLE, key=weight.__getitem__), LAST)
