"""The people of a deal as they were known on a day, and how the map changed from stage to stage.

Answers: each person with role, stance, weight, depth, needs and our next step; what changed, when and at which stage.
Does not answer: what is owed to whom (``engines.relationships``).

Today's people are the stakeholders' own rows; a past day is read from the versions. Somebody of whom no version is kept
is shown on every day as known now, and counted in ``unkept``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from landmark.buying.models import AskedQuestion, StakeholderState
from landmark.deals.models import Deal, Stakeholder
from landmark.engines.relationships import PersonFact
from landmark.orgs.as_of import AsOf

FOLLOWED = ("roles", "stance", "influence", "interest", "decision_part")
"""What counts as a change of the map."""


@dataclass(frozen=True, slots=True)
class Person:
    """One of the buyer's people. ``seen``: scale → what was observed; ``version`` is 0 while none is kept."""

    id: UUID
    person_id: UUID
    title: str
    email: str
    fact: PersonFact
    seen: Mapping[str, str]
    unblocker_id: UUID | None
    version: int
    known_at: datetime | None
    author: str
    can_undo: bool

    @property
    def name(self) -> str:
        return self.fact.name


@dataclass(frozen=True, slots=True)
class MapChange:
    """One field of one person took a new value; values are keys and numbers, "" for none."""

    person: str
    field: str
    old: str
    new: str
    stage: str
    at: datetime
    author: str


@dataclass(frozen=True, slots=True)
class People:
    """Those known on the day. ``unkept``: how many are shown as known now because no version is kept of them."""

    rows: tuple[Person, ...]
    unkept: int = 0

    @property
    def facts(self) -> tuple[PersonFact, ...]:
        return tuple(row.fact for row in self.rows)

    def find(self, pk: UUID | None) -> Person | None:
        return next((row for row in self.rows if row.id == pk), None)


def read_people(deal: Deal, as_of: AsOf) -> People:
    """People by influence, the weightiest first, then by name."""
    stakeholders = list(Stakeholder.objects.filter(deal=deal).select_related("person"))
    kept = {state.stakeholder_id for state in _states(deal)} if not as_of.is_latest else set()
    newest = _newest(_states(deal, as_of))
    questions = _questions(deal, as_of)
    names = {row.id: row.person.name for row in stakeholders}
    rows = [
        _person(row, newest.get(row.id), names, questions.get(row.id, ()), as_of)
        for row in stakeholders
        if as_of.is_latest or row.id in newest or row.id not in kept
    ]
    unkept = 0 if as_of.is_latest else sum(row.version == 0 for row in rows)
    return People(tuple(sorted(rows, key=lambda row: (-(row.fact.influence or 0), row.name))), unkept)


def newest_state(stakeholder: Stakeholder) -> StakeholderState | None:
    return StakeholderState.objects.filter(stakeholder=stakeholder).order_by("-version").first()


def read_map_changes(deal: Deal, as_of: AsOf) -> tuple[MapChange, ...]:
    """What changed on the map, newest first; a person's first version is where they came in, no change."""
    changes: list[MapChange] = []
    before: dict[UUID, StakeholderState] = {}
    for state in _states(deal, as_of).select_related("stakeholder__person"):
        earlier = before.get(state.stakeholder_id)
        if earlier is not None:
            changes += _compare(earlier, state)
        before[state.stakeholder_id] = state
    return tuple(reversed(changes))


def _compare(earlier: StakeholderState, state: StakeholderState) -> list[MapChange]:
    values = ((name, _value_of(earlier, name), _value_of(state, name)) for name in FOLLOWED)
    name = state.stakeholder.person.name
    return [
        MapChange(name, field, old, new, state.stage, state.known_at, state.author_name)
        for field, old, new in values
        if old != new
    ]


def _value_of(state: StakeholderState, name: str) -> str:
    value = state.card.get(name, "") if name in ("roles", "stance") else getattr(state, name)
    return ",".join(value) if isinstance(value, list) else str(value or "")


def _states(deal: Deal, as_of: AsOf | None = None) -> Any:
    rows = StakeholderState.objects.filter(deal=deal).select_related("unblocker__person").order_by("version")
    return rows if as_of is None else rows.filter(known_at__lte=as_of.known_by)


def _newest(states: Iterable[StakeholderState]) -> dict[UUID, StakeholderState]:
    return {state.stakeholder_id: state for state in states}


def _questions(deal: Deal, as_of: AsOf) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, tuple[str, ...]] = {}
    for row in AskedQuestion.objects.filter(deal=deal, known_at__lte=as_of.known_by):
        found[row.stakeholder_id] = (*found.get(row.stakeholder_id, ()), row.text)
    return found


def card_of(row: Stakeholder) -> dict[str, Any]:
    """What a version repeats of the stakeholder's own row."""
    met_on = row.met_on
    if isinstance(met_on, str):
        met_on = date.fromisoformat(met_on)
    return {
        "roles": sorted(row.roles), "stance": row.stance, "met_on": met_on.isoformat() if met_on else "",
        "personal_benefit": row.personal_benefit, "plan": row.plan,
    }  # fmt: skip


def _person(
    row: Stakeholder, state: StakeholderState | None, names: Mapping[UUID, str], questions: Sequence[str], as_of: AsOf
) -> Person:
    card = card_of(row) if as_of.is_latest or state is None else state.card
    return Person(
        id=row.id, person_id=row.person_id, title=row.person.title, email=row.person.email,
        fact=_fact(row, card, state or StakeholderState(), names, tuple(questions)),
        seen={key: str(value.get("seen", "")) for key, value in state.depth.items()} if state else {},
        unblocker_id=state.unblocker_id if state else None, version=state.version if state else 0,
        known_at=state.known_at if state else None, author=state.author_name if state else "",
        can_undo=bool(state and state.version > 1 and state.undoes is None),
    )  # fmt: skip


def _fact(
    row: Stakeholder, card: Mapping[str, Any], state: StakeholderState, names: Mapping[UUID, str],
    questions: tuple[str, ...],
) -> PersonFact:  # fmt: skip
    return PersonFact(
        key=str(row.id), name=row.person.name, roles=frozenset(card["roles"]), stance=card["stance"],
        met_on=date.fromisoformat(card["met_on"]) if card["met_on"] else None, benefit=card["personal_benefit"],
        plan=card["plan"], influence=state.influence, interest=state.interest, decision_part=state.decision_part,
        cares_about=state.cares_about, needs=state.needs, cost_of_waiting=state.cost_of_waiting,
        step_text=state.step_text, step_owner=state.step_owner, step_on=state.step_on,
        depth={key: int(value.get("points", 0)) for key, value in state.depth.items()},
        minimum={key: date.fromisoformat(day) for key, day in state.minimum.items()}, blocks=state.blocks,
        unblocker=names.get(state.unblocker_id, "") if state.unblocker_id else "",
        unblock_evidence=state.unblock_evidence, questions=questions,
    )  # fmt: skip
