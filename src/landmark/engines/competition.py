"""Whether to compete: the buyer's alternatives on the buyer's criteria, and what keeps them where they are.

Answers: who leads on which criterion and over all, which answers are missing, whether to compete, ask or stop for now.
Does not answer: what a criterion is worth in money, or how a barrier is lowered (the playbook's tactics).

Criteria stand in the buyer's order: of n criteria the first weighs n, the next n - 1, the last 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

OURS = ""
MAIN_BARRIERS = 2
Advice = Literal["compete", "ask", "qualify_out"]


@dataclass(frozen=True, slots=True)
class BarrierFact:
    kind: str
    is_main: bool = False
    is_structural: bool = False
    has_tactic: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One way to go for the buyer. ``share``: its graded points out of what it could have on the graded criteria, None
    while nothing is graded. ``id`` is ``OURS`` for our own offer."""

    id: str
    share: float | None
    leads_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    advice: Advice
    missing: tuple[str, ...]
    structural: tuple[str, ...]
    without_tactic: tuple[str, ...]


TOP_GRADE = 3


def rank(
    criteria: Sequence[str], alternatives: Iterable[str], grades: Mapping[tuple[str, str], int]
) -> tuple[Standing, ...]:
    """Standings of ours and the alternatives; ``grades`` are 0 to 3 by (alternative, criterion)."""
    weights = {criterion: len(criteria) - place for place, criterion in enumerate(criteria)}
    ways = [OURS, *alternatives]
    return tuple(
        Standing(way, _share(way, weights, grades), tuple(c for c in criteria if _leads(way, c, ways, grades)))
        for way in ways
    )


def _share(way: str, weights: Mapping[str, int], grades: Mapping[tuple[str, str], int]) -> float | None:
    graded = [criterion for criterion in weights if (way, criterion) in grades]
    possible = TOP_GRADE * sum(weights[criterion] for criterion in graded)
    return sum(weights[c] * grades[way, c] for c in graded) / possible if possible else None


def _leads(way: str, criterion: str, ways: Sequence[str], grades: Mapping[tuple[str, str], int]) -> bool:
    """Graded higher than every other way; a tie is nobody's lead."""
    own = grades.get((way, criterion))
    others = [grades[other, criterion] for other in ways if other != way and (other, criterion) in grades]
    return own is not None and bool(others) and own > max(others)


def judge_competition(barriers: Sequence[BarrierFact], answered: Iterable[str], needed: Sequence[str]) -> Judgement:
    """Compete only with every answer; a barrier that cannot be lowered means not now, come back in its window.

    ``main_barriers`` among the answers is given by two barriers marked as the main ones.
    """
    known = set(answered)
    if sum(barrier.is_main for barrier in barriers) >= MAIN_BARRIERS:
        known.add("main_barriers")
    missing = tuple(key for key in needed if key not in known)
    structural = tuple(barrier.kind for barrier in barriers if barrier.is_structural)
    without = tuple(b.kind for b in barriers if b.is_main and not b.has_tactic and not b.is_structural)
    advice: Advice = "qualify_out" if structural else "ask" if missing else "compete"
    return Judgement(advice, missing, structural, without)
