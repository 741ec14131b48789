"""The people map judged: where a person stands on it, how deep the relationship goes, and what is owed to whom.

Answers: the quadrant, the depth, the missing minimum, repeated questions, and every gap by kind and person, the gravest
first. Does not answer: what the sentences say (a screen puts them into words), what opens a gate (``gates``).

The same four observable scales serve everybody; the highest sum is two points a scale. A person in no role with a
minimum owes us nothing and we owe them nothing. Influence and interest that nobody has judged are a gap, never a guess.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import SequenceMatcher

from landmark.playbook.names import fold_name
from landmark.playbook.relationships import TOP_DEPTH, Quadrant, Relationships, RelationshipType
from landmark.playbook.schema import Playbook

ADVERSARY, BLOCK, DECIDER, SIGNER, NOT_MET, CARES, BENEFIT, COST, FOCUS, REPEAT, MINIMUM, LATE, STEP, QUIET, PLACE = (
    "adversary", "block", "decider", "signer", "not_met", "cares", "benefit", "cost", "focus", "repeat", "minimum",
    "late", "step", "quiet", "place",
)  # fmt: skip
KINDS = (
    ADVERSARY, BLOCK, DECIDER, SIGNER, NOT_MET, CARES, BENEFIT, COST, FOCUS, REPEAT, MINIMUM, LATE, STEP, QUIET, PLACE,
)  # fmt: skip
SAME_WORDS = 0.75
"""Two questions are the same from this share of equal letters on, once filler words are gone. A choice of ours."""
FILLERS = frozenset(
    "a an the is are do does how what when who can could would will you your we our to of in on".split()
)


@dataclass(frozen=True, slots=True)
class PersonFact:
    """One of the buyer's people. ``depth``: scale → points; ``minimum``: need → the day it was given."""

    key: str
    name: str
    roles: frozenset[str] = frozenset()
    stance: str = "neutral"
    met_on: date | None = None
    benefit: str = ""
    plan: str = ""
    influence: int | None = None
    interest: int | None = None
    decision_part: str = ""
    cares_about: str = ""
    needs: str = ""
    cost_of_waiting: str = ""
    step_text: str = ""
    step_owner: str = ""
    step_on: date | None = None
    depth: Mapping[str, int] = field(default_factory=dict)
    minimum: Mapping[str, date] = field(default_factory=dict)
    blocks: str = ""
    unblocker: str = ""
    unblock_evidence: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """``kind`` is one of ``KINDS``; ``person`` is empty where nobody is there; ``values`` fill the sentence."""

    kind: str
    person: str = ""
    name: str = ""
    values: tuple[str, ...] = ()


def find_quadrant(person: PersonFact, part: Relationships) -> Quadrant | None:
    """Owners, gatekeepers, champions or observers; None while influence or interest is not judged."""
    if person.influence is None or person.interest is None:
        return None
    levels = tuple("high" if value >= part.high_from else "low" for value in (person.influence, person.interest))
    return next((item for item in part.quadrants if (item.influence, item.interest) == levels), None)


def measure_depth(person: PersonFact, part: Relationships) -> tuple[int, int]:
    """Points held and points there are, over the scales of the playbook."""
    held = sum(min(person.depth.get(scale.key, 0), TOP_DEPTH) for scale in part.scales)
    return held, TOP_DEPTH * len(part.scales)


def types_of(person: PersonFact, part: Relationships) -> tuple[RelationshipType, ...]:
    return tuple(kind for kind in part.types if person.roles & set(kind.roles))


def missing_needs(person: PersonFact, part: Relationships) -> tuple[str, ...]:
    """What the minimum of the person's kind still lacks."""
    return tuple(need for kind in types_of(person, part) for need in kind.needs if need not in person.minimum)


def is_key_player(person: PersonFact, playbook: Playbook) -> bool:
    return any(playbook.role(role).key_player for role in person.roles)


def find_repeats(questions: Sequence[str]) -> tuple[str, ...]:
    """Questions asked again in nearly the same words, each named once by its last wording."""
    seen: list[str] = []
    repeated: dict[str, str] = {}
    for question in questions:
        plain = _plain(question)
        same = next((old for old in seen if _is_same(old, plain)), None)
        if same is None:
            seen.append(plain)
        else:
            repeated[same] = question
    return tuple(repeated.values())


def _plain(question: str) -> str:
    words = [fold_name(word) for word in re.split(r"[\s,;:.?!]+", question)]
    return " ".join(word for word in words if word and word not in FILLERS)


def _is_same(one: str, other: str) -> bool:
    return bool(one) and SequenceMatcher(None, one, other).ratio() >= SAME_WORDS


def next_contact(person: PersonFact, part: Relationships) -> date | None:
    """The day by which a person should hear from us again; None where the quadrant names no rhythm."""
    quadrant = find_quadrant(person, part)
    if quadrant is None or quadrant.every_days is None or person.met_on is None:
        return None
    return person.met_on + timedelta(days=quadrant.every_days)


def find_gaps(people: Sequence[PersonFact], playbook: Playbook, stage: str, as_of: date) -> tuple[Gap, ...]:
    """All gaps, the gravest kind first, within a kind by name."""
    found = [gap for person in people for gap in _gaps_of(person, playbook, as_of)]
    found += _gaps_of_all(people, playbook, stage)
    return tuple(sorted(found, key=lambda gap: (KINDS.index(gap.kind), gap.name, gap.values)))


def _gaps_of_all(people: Sequence[PersonFact], playbook: Playbook, stage: str) -> Iterable[Gap]:
    """Nobody decides, nobody signs, nobody is there in a role the stage turns on."""
    parts = {person.decision_part for person in people}
    if not parts & {"decides", "both"}:
        yield Gap(DECIDER)
    if not parts & {"signs", "both"}:
        yield Gap(SIGNER)
    held = {role for person in people for role in person.roles}
    for focus in playbook.relationships.focus:
        if focus.stage == stage:
            yield from (Gap(FOCUS, values=(role,)) for role in focus.roles if role not in held)


def _gaps_of(person: PersonFact, playbook: Playbook, as_of: date) -> Iterable[Gap]:
    yield from _gaps_against(person, playbook)
    if is_key_player(person, playbook):
        yield from _gaps_of_key_player(person, as_of)
    yield from _gaps_of_care(person, playbook.relationships, as_of)


def _gaps_against(person: PersonFact, playbook: Playbook) -> Iterable[Gap]:
    """An adversary without a plan; a block that nobody is known to lift, or without what would convince."""
    if playbook.stance(person.stance).red_flag and not person.plan.strip():
        yield Gap(ADVERSARY, person.key, person.name)
    if person.blocks and not (person.unblocker and person.unblock_evidence):
        yield Gap(BLOCK, person.key, person.name, (person.blocks,))


def _gaps_of_key_player(person: PersonFact, as_of: date) -> Iterable[Gap]:
    """Every key player is met first, with what they care about, their benefit and what waiting costs them."""
    if person.met_on is None or person.met_on > as_of:
        yield Gap(NOT_MET, person.key, person.name)
    for kind, text in ((CARES, person.cares_about), (BENEFIT, person.benefit), (COST, person.cost_of_waiting)):
        if not text.strip():
            yield Gap(kind, person.key, person.name)
    if not person.step_text.strip():
        yield Gap(STEP, person.key, person.name)


def _gaps_of_care(person: PersonFact, part: Relationships, as_of: date) -> Iterable[Gap]:
    if repeats := find_repeats(person.questions):
        yield Gap(REPEAT, person.key, person.name, repeats)
    if person.met_on is not None and (needs := missing_needs(person, part)):
        yield Gap(MINIMUM, person.key, person.name, needs)
    if person.step_text and person.step_on is not None and person.step_on < as_of:
        yield Gap(LATE, person.key, person.name, (person.step_text,))
    due = next_contact(person, part)
    if due is not None and due < as_of:
        yield Gap(QUIET, person.key, person.name, (str((as_of - due).days),))
    if part.quadrants and find_quadrant(person, part) is None:
        yield Gap(PLACE, person.key, person.name)
