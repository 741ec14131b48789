"""An organisation's pipeline on two days.

Answers: the state of every deal as known on each of the two days, and which parts of a waterfall are the largest.
Does not answer: what the two states add up to (``engines.waterfall``), what was put on record in between (``traces``).

Eight queries at most, whatever the number of deals: only open deals and those that moved since the first day are
read, and a history only where something happened. The team is the owner's of today: membership keeps no history.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from landmark.cadence.categories import Chosen, categories_as_known
from landmark.deals.models import Deal, StageMove
from landmark.engines.deal_types import plain_deal_type
from landmark.engines.waterfall import CLOSED, DealState, Movement, Reason
from landmark.ledger.models import FieldChange
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Member, Organisation

FIELDS = ("amount", "currency", "target_on", "owner", "deal_type")
CHUNK = 5_000
MET = ("", "reported")
"""From stage and direction of a move that only says where an import met a deal, not how it came there."""


@dataclass(frozen=True, slots=True)
class DealName:
    id: UUID
    name: str
    account: str


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    team: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the files do not tell of the first day, in numbers of deals.

    ``late``: their history begins after it. ``unstaged``: their stage is known only since an import met them there.
    ``undated``: nobody knows when they opened, so they seem new on the day of their import.
    ``is_flat``: nothing imported says that an amount or date was ever another one.
    """

    late: int = 0
    unstaged: int = 0
    undated: int = 0
    is_flat: bool = False


@dataclass(frozen=True)
class Changes:
    """Both states of each deal. ``people``: members by id, as the states name them; "" is nobody."""

    org: Organisation
    start: AsOf
    end: AsOf
    before: dict[UUID, DealState]
    after: dict[UUID, DealState]
    names: dict[UUID, DealName] = field(repr=False)
    people: dict[str, Person] = field(repr=False)
    gaps: Gaps

    def name_person(self, key: str) -> str:
        return self.people[key].name if key in self.people else ""


def read_changes(org: Organisation, start: AsOf, end: AsOf, *, with_categories: bool = True) -> Changes:
    """The states of all deals that are open on one of the days or closed between them, as known on each day."""
    walks = _read_walks(org, start, end)
    people = _read_people(org)
    sides = [_Side(org, day, people, categories_as_known(org, day) if with_categories else {}) for day in (start, end)]
    _read_earlier_values(org, sides)
    names, late, undated, imported = {}, 0, 0, 0
    for row in _read_deals(org, start, end):
        for place, side in enumerate(sides):
            walk = walks.get(row["id"])
            side.add(row, _stand(row) if walk is None else walk.get(place))
        names[row["id"]] = DealName(row["id"], row["name"], row["account__name"] or "")
        late += bool(row["history_known_from"] and row["opened_at"] <= start.known_by < row["history_known_from"])
        undated += not row["is_opened_exact"] and row["opened_at"] > start.known_by
        imported += bool(row["source"])
    gaps = Gaps(late, walks.unstaged, undated, imported > 0 and not sides[0].earlier and not _has_history(org))
    return Changes(org, start, end, sides[0].states, sides[1].states, names, people, gaps)


@dataclass(frozen=True, slots=True)
class _Standing:
    stage: str
    closed_on: date | None


class _Walks(dict[UUID, dict[int, _Standing]]):
    """Where each deal that moved since the first day stood on that day (0) and on the last (1), if it was there yet."""

    unstaged = 0


def _moves_since(org: Organisation, start: AsOf) -> "QuerySet[StageMove]":
    return StageMove.objects.filter(deal__org=org, known_at__gt=start.known_by)


def _read_walks(org: Organisation, start: AsOf, end: AsOf) -> _Walks:
    moved = _moves_since(org, start).values("deal")
    moves = StageMove.objects.filter(deal__in=moved, known_at__lte=end.known_by).order_by("occurred_at", "recorded_at")
    walks, met = _Walks(), set()
    fields = ("deal_id", "from_stage", "to_stage", "direction", "occurred_at", "known_at")
    for deal_id, from_stage, to_stage, direction, occurred_at, known_at in moves.values_list(*fields).iterator(CHUNK):
        walk = walks.setdefault(deal_id, {})
        walk[1] = _Standing(to_stage, occurred_at.date() if to_stage in CLOSED else None)
        if known_at <= start.known_by:
            walk[0] = walk[1]
        elif (from_stage, direction) == MET and 0 in walk:
            met.add(deal_id)
    if not end.is_latest:  # a deal that was first heard of after the last day stood nowhere
        for deal_id in moved.filter(known_at__gt=end.known_by).values_list("deal", flat=True).iterator(CHUNK):
            walks.setdefault(deal_id, {})
    walks.unstaged = len(met)
    return walks


def _stand(row: dict[str, Any]) -> _Standing:
    """A deal that has not moved since the first day stands where its row says, on both days."""
    return _Standing(row["stage"], row["closed_at"].date() if row["closed_at"] else None)


def _read_deals(org: Organisation, start: AsOf, end: AsOf) -> Iterator[dict[str, Any]]:
    wanted = Q(closed_at__isnull=True) | Q(id__in=_moves_since(org, start).values("deal"))
    rows = Deal.objects.of(org).filter(wanted, opened_at__lte=end.known_by)
    fields = (
        "id", "name", "account__name", "source", "stage", "closed_at", "opened_at", "is_opened_exact",
        "history_known_from", "amount", "currency", "target_on", "owner_id", "deal_type",
    )  # fmt: skip
    yield from rows.values(*fields).iterator(CHUNK)


def _read_people(org: Organisation) -> dict[str, Person]:
    rows = Member.objects.filter(org=org).values_list("id", "name", "team__name")
    return {str(member_id): Person(name, team or "") for member_id, name, team in rows}


@dataclass
class _Side:
    """One of the two days: what fields were before later changes, and the states it makes of rows."""

    org: Organisation
    day: AsOf
    people: dict[str, Person]
    categories: dict[UUID, Chosen]
    earlier: dict[tuple[UUID, str], str] = field(default_factory=dict)
    states: dict[UUID, DealState] = field(default_factory=dict)

    def add(self, row: dict[str, Any], standing: _Standing | None) -> None:
        if standing is None or row["opened_at"] > self.day.known_by:
            return
        owner = str(self._value(row, "owner", row["owner_id"]) or "")
        self.states[row["id"]] = DealState(
            stage=standing.stage,
            amount=_as_amount(self._value(row, "amount", row["amount"])),
            currency=str(self._value(row, "currency", row["currency"]) or self.org.currency),
            target_on=_as_day(self._value(row, "target_on", row["target_on"])),
            closed_on=standing.closed_on,
            owner=owner,
            team=self.people[owner].team if owner in self.people else "",
            deal_type=plain_deal_type(str(self._value(row, "deal_type", row["deal_type"]) or "")),
            category=chosen.category if (chosen := self.categories.get(row["id"])) else "",
        )

    def _value(self, row: dict[str, Any], name: str, today: Any) -> Any:
        return self.earlier.get((row["id"], name), today)


def _read_earlier_values(org: Organisation, sides: list[_Side]) -> None:
    """The value a field had before its first change after each day: newest first, so that the first one wins."""
    rows = FieldChange.objects.filter(org_id=org.id, object_kind="deal", field__in=FIELDS, is_personal=False)
    later = rows.filter(known_at__gt=sides[0].day.known_by).order_by("-known_at", "-seq", "-position")
    for deal_id, name, old, known_at in later.values_list("object_id", "field", "old", "known_at").iterator(CHUNK):
        for side in sides:
            if known_at > side.day.known_by:
                side.earlier[deal_id, name] = old


def _has_history(org: Organisation) -> bool:
    rows = FieldChange.objects.filter(org_id=org.id, object_kind="deal", field__in=("amount", "target_on"))
    return rows.exists()


def _as_amount(value: Any) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else (Decimal(value) if value else None)


def _as_day(value: Any) -> date | None:
    return value if value is None or isinstance(value, date) else (date.fromisoformat(value) if value else None)


@dataclass(frozen=True, slots=True)
class Step:
    """One deal's part in one bar; ``reason`` is None for a deal that only stood there."""

    deal: UUID
    reason: Reason | None
    amount: Decimal
    movement: Movement


def list_steps(moved: dict[UUID, Movement], reason: Reason | None = None) -> list[Step]:
    """Every part of every movement, or those of one bar; the largest first."""
    steps = [
        Step(deal, found, amount, movement)
        for deal, movement in moved.items()
        for found, amount in movement.parts
        if reason in (None, found)
    ]
    return sorted(steps, key=lambda step: (-abs(step.amount), str(step.deal)))
