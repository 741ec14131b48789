"""The commitment meeting judged: is it prepared, does the answer count, what did an early no save?

Answers: what is still owed before the meeting, by name; who keeps a commitment from counting; the month in the deal;
a proposal for the cost saved. Does not answer: what a gate makes of it (the evidence recorded with it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landmark.engines.relationships import PersonFact, is_key_player
from landmark.playbook.schema import Playbook

MONTH_DAYS = 30
"""A month of a deal's life, counted from the day it was opened. A choice of ours."""

NEEDED, MET, ISSUES, BENEFIT, COST, ADVERSARY, FIT, VALUE, EVALUATION, STANDING, STEPS, TIME = (
    "needed", "met", "issues", "benefit", "cost", "adversary", "fit", "value", "evaluation", "standing", "steps",
    "time",
)  # fmt: skip

MEETING_LATE, TARGET_EARLY, STEP_EARLY, STEP_LATE = "meeting_late", "target_early", "step_early", "step_late"


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What is on record before the meeting. ``has_value``: a confirmed impact or the deal's value."""

    people: tuple[PersonFact, ...]
    has_fit: bool = False
    has_value: bool = False
    evaluation_cost: Decimal | None = None
    standing_cost: Decimal | None = None
    steps: int = 0
    decide_by: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the check list; ``names``: whom it is still about, by name or by role."""

    kind: str
    is_met: bool
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at the meeting."""

    name: str
    roles: frozenset[str]
    came: bool
    agrees: bool


def check_meeting(facts: MeetingFacts, playbook: Playbook, as_of: date) -> tuple[Item, ...]:
    """The check list before the meeting, in the order in which it is worked off."""
    players = [person for person in facts.people if is_key_player(person, playbook)]
    held = {role for person in facts.people for role in person.roles}
    absent = tuple(role for role in playbook.commitment.needed if role not in held)
    not_met = [p.name for p in players if p.met_on is None or p.met_on > as_of]
    against = [p.name for p in facts.people if playbook.stance(p.stance).red_flag and not p.plan.strip()]
    return (
        Item(NEEDED, not absent, absent),
        _people_item(MET, not_met, players),
        _people_item(ISSUES, [p.name for p in players if not p.cares_about.strip()], players),
        _people_item(BENEFIT, [p.name for p in players if not p.benefit.strip()], players),
        _people_item(COST, [p.name for p in players if not p.cost_of_waiting.strip()], players),
        Item(ADVERSARY, not against, tuple(sorted(against))),
        Item(FIT, facts.has_fit),
        Item(VALUE, facts.has_value),
        Item(EVALUATION, facts.evaluation_cost is not None),
        Item(STANDING, facts.standing_cost is not None),
        Item(STEPS, facts.steps > 0),
        Item(TIME, facts.decide_by is not None),
    )


@dataclass(frozen=True, slots=True)
class Clash:
    """Two days that cannot both hold; ``step`` is the agreed step it is about, if any."""

    kind: str
    step: str = ""


def find_clashes(
    planned_on: date | None, decide_by: date | None, steps: Iterable[tuple[str, date | None]], target_on: date | None
) -> tuple[Clash, ...]:
    """What of a meeting's days does not fit: it comes after the day of the decision, or after the deal's target; a step
    lies before the meeting or after the decision."""
    found: list[Clash] = []
    if planned_on and decide_by and planned_on > decide_by:
        found.append(Clash(MEETING_LATE))
    if target_on and (planned_on and planned_on > target_on or decide_by and decide_by > target_on):
        found.append(Clash(TARGET_EARLY))
    for text, on in steps:
        if on and planned_on and on < planned_on:
            found.append(Clash(STEP_EARLY, text))
        elif on and decide_by and on > decide_by:
            found.append(Clash(STEP_LATE, text))
    return tuple(found)


def _people_item(kind: str, left: Iterable[str], players: Sequence[PersonFact]) -> Item:
    """Met when there is somebody and nobody is left."""
    names = tuple(sorted(left))
    return Item(kind, bool(players) and not names, names)


def find_absent(seats: Iterable[Seat], playbook: Playbook) -> tuple[str, ...]:
    """Roles without whom a commitment does not count and of whom nobody came."""
    there = {role for seat in seats if seat.came for role in seat.roles}
    return tuple(role for role in playbook.commitment.needed if role not in there)


def find_unagreed(seats: Iterable[Seat]) -> tuple[str, ...]:
    """Those who came and did not agree to the steps and the time frame, by name."""
    return tuple(sorted(seat.name for seat in seats if seat.came and not seat.agrees))


def month_of(opened_on: date, answered_on: date) -> int:
    """1 in the first thirty days of the deal, 2 in the next thirty."""
    return max((answered_on - opened_on).days, 0) // MONTH_DAYS + 1


def usual_months(playbook: Playbook) -> int:
    """How many months a deal usually runs: the medians of its stages, rounded up."""
    days = sum(stage.typical_days or 0 for stage in playbook.open_stages)
    return max(-(-days // MONTH_DAYS), 1)


def propose_saving(monthly_cost: Decimal, month: int, months: int) -> Decimal:
    """What the months not worked any more would have cost us: none are left once the usual length is reached."""
    return (monthly_cost * max(months - month, 0)).quantize(Decimal("0.01"))
