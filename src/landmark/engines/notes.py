"""One note after a call, read by plain rules.

Answers: which evidence, people, next step, impact and facts a note seems to hold. Does not answer: whether it is so: a
person confirms every proposal, and the note itself is kept as it was typed.

The rules are the playbook's words: a sentence with one of them is proposed, unless it doubts, denies, asks or speaks of
the future. Nothing is guessed beyond the sentence it stands in.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from landmark.engines.note_dates import find_day
from landmark.engines.note_figures import FoundFigure, find_figures
from landmark.engines.note_names import FoundPerson, find_people, resolve_speaker
from landmark.playbook.discovery import Cues, Discovery, NoteRules, Pointer
from landmark.playbook.strength import Strength

MOST_SENTENCES = 400
_BREAK = re.compile(r"(?<=[.!?;])\s+(?=[^\W_]|[\"“«(])|[\r\n]+")
_BULLET = re.compile(r"^[\s\-*•–—·>]+")
_QUOTED = re.compile(r"(?P<head>[^:]{2,60}):\s*[\"“«]")
_SHORT = re.compile(r"\b(?:mr|mrs|ms|dr|ing|dott|sig|prof|no|approx|ca|e\.g|i\.e|s\.p\.a)\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before reading: people on the deal, who writes, names that are nobody's."""

    people: tuple[str, ...] = ()
    writer: str = ""
    not_people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceProposal:
    key: str
    title: str
    author: str
    strength: Strength


@dataclass(frozen=True, slots=True)
class StepProposal:
    text: str
    owner: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ImpactProposal:
    """A figure with the sentence it stands in."""

    kind: str
    figure: FoundFigure
    basis: str
    said_by: str


@dataclass(frozen=True, slots=True)
class FactProposal:
    step: str
    text: str
    said_by: str


@dataclass(frozen=True, slots=True)
class Proposals:
    evidence: tuple[EvidenceProposal, ...] = ()
    people: tuple[FoundPerson, ...] = ()
    step: StepProposal | None = None
    impact: tuple[ImpactProposal, ...] = ()
    facts: tuple[FactProposal, ...] = ()

    @property
    def count(self) -> int:
        return len(self.evidence) + len(self.people) + bool(self.step) + len(self.impact) + len(self.facts)


def read_note(text: str, *, held_on: date, part: Discovery, known: Known) -> Proposals:
    """Everything a note seems to hold, in the order of its sentences."""
    rules = part.notes
    lang = pick_language(text, rules)
    sentences = split_sentences(text)[:MOST_SENTENCES]
    people = find_people(
        text, sentences, known=known.people, others=(known.writer, *known.not_people),
        roles=_pointers(rules.roles, lang), not_names=(*_words(rules.not_names, lang), *_words(rules.titles, lang)),
    )  # fmt: skip
    names = tuple(person.name for person in people)
    speaker = _speaker_of(names, rules, lang)
    step = _find_step(sentences, held_on, rules, lang, names, known.writer)
    told = [sentence for sentence in sentences if step is None or sentence != step.text]
    return Proposals(
        evidence=tuple(_find_evidence(_without(told, rules.next_step, lang), rules, lang, speaker)),
        people=people,
        step=None if step is None else _tidy(step, rules, lang),
        impact=tuple(_find_impact(told, rules, lang, speaker)),
        facts=tuple(_find_facts(told, part, lang, speaker)),
    )


def split_sentences(text: str) -> list[str]:
    """Sentences and lines of a note, without bullets; short forms such as "Mr." end none."""
    parts: list[str] = []
    for part in _BREAK.split(text):
        piece = _BULLET.sub("", part).strip()
        if parts and piece and _SHORT.search(parts[-1]):
            parts[-1] += f" {piece}"
        elif piece:
            parts.append(piece)
    return parts


def pick_language(text: str, rules: NoteRules) -> str:
    """The language most of whose small words stand in the note; the first one when it cannot be told."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = {lang: sum(word in cues for word in words) for lang, cues in rules.not_names.items()}
    return max(counts, key=lambda lang: counts[lang]) if counts else "en"


# Cues


def _words(cues: Cues, lang: str) -> tuple[str, ...]:
    return tuple(cues.get(lang, ()))


@lru_cache(maxsize=512)
def _pattern(cues: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_cue_pattern(cue) for cue in cues) or r"(?!)", re.IGNORECASE)


def _cue_pattern(cue: str) -> str:
    body = r"\w*".join(re.escape(part) for part in cue.split("*"))
    start = r"(?<!\w)" if cue[:1].isalnum() else ""
    end = r"(?!\w)" if cue[-1:].isalnum() else ""
    return f"{start}{body}{end}"


def has_cue(sentence: str, cues: tuple[str, ...]) -> bool:
    return bool(_pattern(cues).search(sentence.replace("’", "'")))


def _pointers(pointers: Iterable[Pointer], lang: str) -> Callable[[str], str]:
    """A function that gives the key of the first pointer whose words stand in a text, "" for none."""
    held = [(pointer.key, _words(pointer.cues, lang)) for pointer in pointers]
    return lambda text: next((key for key, cues in held if has_cue(text, cues)), "")


Speaker = Callable[[str], str]


def _speaker_of(names: Sequence[str], rules: NoteRules, lang: str) -> Speaker:
    """Whose own word a sentence is: named before "said" or before a quotation, or after "according to"."""
    said, source = _words(rules.said, lang), _words(rules.source, lang)

    def find(sentence: str) -> str:
        if match := _pattern(source).search(sentence):
            return resolve_speaker(sentence[match.end() :], names, first=True)
        if match := _QUOTED.match(sentence):
            return resolve_speaker(match["head"], names)
        match = _pattern(said).search(sentence)
        return resolve_speaker(sentence[: match.start()], names) if match else ""

    return find


def _without(sentences: Iterable[str], cues: Cues, lang: str) -> list[str]:
    words = _words(cues, lang)
    return [sentence for sentence in sentences if not has_cue(sentence, words)]


# What a sentence may hold


def _find_evidence(
    sentences: Iterable[str], rules: NoteRules, lang: str, speaker: Speaker
) -> Iterator[EvidenceProposal]:
    """One proposal a key: the buyer's own word before ours, else the first sentence."""
    doubt = _words(rules.doubt, lang)
    sure = [sentence for sentence in sentences if not has_cue(sentence, doubt)]
    for pointer in rules.evidence:
        cues = _words(pointer.cues, lang)
        found = [(sentence, speaker(sentence)) for sentence in sure if has_cue(sentence, cues)]
        if found:
            sentence, author = next(((s, who) for s, who in found if who), found[0])
            strength = Strength.BUYER if author else Strength.CLAIMED
            yield EvidenceProposal(pointer.key, sentence[:200], author, strength)


def _find_step(
    sentences: Iterable[str], held_on: date, rules: NoteRules, lang: str, names: Sequence[str], writer: str
) -> StepProposal | None:
    """The sentence that names what happens next; of several, the first with a day."""
    cues = _words(rules.next_step, lang)
    found = [
        StepProposal(sentence, resolve_speaker(sentence, names, first=True) or writer, find_day(sentence, held_on))
        for sentence in sentences
        if has_cue(sentence, cues)
    ]
    return next((step for step in found if step.due_on), found[0] if found else None)


def _tidy(step: StepProposal, rules: NoteRules, lang: str) -> StepProposal:
    """Without the heading before a colon, such as "Next step:"."""
    head, mark, rest = step.text.partition(":")
    is_heading = bool(mark) and len(head) < 30 and has_cue(f"{head}:", _words(rules.next_step, lang))
    text = rest.strip() if is_heading and rest.strip() else step.text
    return StepProposal(text[:300], step.owner, step.due_on)


def _find_impact(sentences: Iterable[str], rules: NoteRules, lang: str, speaker: Speaker) -> Iterator[ImpactProposal]:
    kind_of, not_impact = _pointers(rules.kinds, lang), _words(rules.not_impact, lang)
    for sentence in sentences:
        kind = kind_of(sentence)
        if has_cue(sentence, not_impact):
            continue
        for figure in find_figures(sentence):
            # A figure without a period may be anything: only a word of impact makes it one.
            if figure.unit != "hours" and not figure.period and not kind:
                continue
            yield ImpactProposal(_kind(figure, kind), figure, sentence[:300], speaker(sentence))


def _kind(figure: FoundFigure, kind: str) -> str:
    if figure.unit == "hours":
        return "time"
    return kind if kind and kind != "time" else "cost" if figure.unit == "money" else "time"


def _find_facts(sentences: Iterable[str], part: Discovery, lang: str, speaker: Speaker) -> Iterator[FactProposal]:
    """Sentences that answer a step of the talk; how much it is stands in the impact already."""
    steps = [(step.key, _words(step.cues, lang)) for step in reversed(part.steps) if step.cues]
    for sentence in sentences:
        known = {"how_much"} if any(find_figures(sentence)) else set()
        key = next((key for key, cues in steps if key not in known and has_cue(sentence, cues)), "")
        if key:
            yield FactProposal(key, sentence[:500], speaker(sentence))
