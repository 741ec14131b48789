"""Is somebody ready for the first talk?

Answers: what the research sheet lacks for each question of the pre-call check, and whether the check was passed from
memory. Does not answer: what the buyer said (facts), which questions to put (the playbook).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from landmark.playbook.discovery import MOST_HYPOTHESES


@dataclass(frozen=True, slots=True)
class Guess:
    """A hypothesis as the check sees it."""

    text: str
    confirms: str = ""
    rejects: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    buying_unit: str = ""
    constraints: str = ""
    success_path: str = ""
    guesses: tuple[Guess, ...] = ()


@dataclass(frozen=True, slots=True)
class Readiness:
    """``answers``: what the sheet says to each question, empty where it says nothing · ``forgotten``: questions not
    answered from memory at the last check, ``None`` before the first one."""

    answers: Mapping[str, tuple[str, ...]]
    forgotten: tuple[str, ...] | None

    @property
    def unwritten(self) -> tuple[str, ...]:
        return tuple(question for question, found in self.answers.items() if not found)

    @property
    def state(self) -> Literal["unwritten", "unchecked", "forgotten", "ready"]:
        if self.unwritten:
            return "unwritten"
        if self.forgotten is None:
            return "unchecked"
        return "forgotten" if self.forgotten else "ready"


def judge_readiness(sheet: Sheet, questions: Iterable[str], known: Iterable[str] | None) -> Readiness:
    """Readiness for the call: all questions have an answer on the sheet and were answered from memory."""
    asked = tuple(questions)
    found = {question: _answer(question, sheet) for question in asked}
    forgotten = None if known is None else tuple(q for q in asked if q not in set(known))
    return Readiness(found, forgotten)


def _answer(question: str, sheet: Sheet) -> tuple[str, ...]:
    if question == "hypotheses":
        return tuple(guess.text for guess in sheet.guesses)
    if question == "proof":
        # Only when every hypothesis can be both proved and disproved: one that cannot fail is no hypothesis.
        tests = tuple(f"{g.text}: {g.confirms} / {g.rejects}" for g in sheet.guesses if g.confirms and g.rejects)
        return tests if len(tests) == len(sheet.guesses) else ()
    words = {"who_cares": sheet.buying_unit, "constraints": sheet.constraints, "path": sheet.success_path}
    text = words.get(question, "").strip()
    return (text,) if text else ()


def can_add_hypothesis(count: int, most: int = MOST_HYPOTHESES) -> bool:
    """Three at the most: more of them test nothing."""
    return count < most
