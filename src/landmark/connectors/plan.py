"""What an import would do to one deal: create it, change it, leave it, or ask a person.

Answers: which rows follow from a parsed deal and from what is already stored. Does not answer: how they are read
(``known``) or written (``apply``). Pure: no database, no clock; the dry run and the import ask the same question.

Who owns what: the source owns every field until somebody edits it here. A blank in a later file clears nothing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from landmark.connectors.grouping import DealHistory
from landmark.connectors.parsed import DealRecord
from landmark.connectors.stages import StageMap, Step, trace_steps
from landmark.connectors.values import LARGEST_AMOUNT, to_datetime

CENT = Decimal("0.01")
KEY_LENGTH, VALUE_LENGTH = 120, 500
COLUMNS = {"owner": "owner_id", "account_id": "account_id", "type": "deal_type"}
"""A source's word for a field → its column; the other fields are called the same."""
FIELDS = ("name", "account_id", "owner_id", "amount", "currency", "target_on", "deal_type")
LEDGER_NAMES = {"owner_id": "owner", "account_id": "account"}


@dataclass(frozen=True, slots=True)
class Change:
    """A field took a new value; texts as the ledger keeps them."""

    name: str
    old: str
    new: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """The file says ``theirs``, people here said ``ours``."""

    name: str
    ours: str
    theirs: str
    at: datetime | None = None


@dataclass(slots=True)
class KnownDeal:
    """A deal as it is stored, with what earlier imports have already brought."""

    id: UUID
    stage: str
    opened_at: datetime
    closed_at: datetime | None
    last_move: float
    is_moved_here: bool
    source_stage: str
    values: dict[str, Any]
    edited: frozenset[str] = frozenset()
    first_target_on: date | None = None
    steps: set[tuple[str, datetime]] = field(default_factory=set)
    evidence: set[tuple[str, datetime]] = field(default_factory=set)
    changes: set[tuple[str, datetime, str]] = field(default_factory=set)
    attributes: dict[str, tuple[str, bool]] = field(default_factory=dict)
    settled: set[tuple[str, str]] = field(default_factory=set)
    next_step: str | None = None
    is_step_ours: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for every deal of one import. ``is_older``: a later file of this source is here already."""

    stages: StageMap
    known_until: float
    is_older: bool
    accounts: Mapping[str, UUID]
    owners: Mapping[str, UUID]
    names: Mapping[UUID, str] = field(default_factory=dict)
    attribute_keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class DealPlan:
    """Everything to write for one deal. For a new one ``values`` holds all fields, else only those that change.

    ``stands`` is the step the deal now stands on; None leaves it where it is.
    """

    record: DealRecord
    known: KnownDeal | None
    values: dict[str, Any]
    steps: list[Step]
    evidence: list[tuple[str, float, float]]
    changes: list[Change]
    attributes: dict[str, str]
    kept: dict[str, str]
    conflicts: list[Conflict]
    stands: Step | None = None
    next_step: str = ""

    @property
    def is_new(self) -> bool:
        return self.known is None

    @property
    def is_unchanged(self) -> bool:
        return not (
            self.is_new or self.values or self.steps or self.evidence or self.changes or self.attributes or self.kept
            or self.next_step
        )  # fmt: skip


def plan_deal(record: DealRecord, history: DealHistory, rules: Rules, known: KnownDeal | None) -> DealPlan:
    """The whole decision about one deal."""
    steps = trace_steps(record, history.entered, rules.stages, rules.known_until)
    values, changes = _read_values(record, history, rules)
    attributes, kept = _read_attributes(record, history, rules, changes)
    step = "" if record.outcome else record.next_step.strip()[:300]
    if known is None:
        return DealPlan(record, None, values, steps, history.evidence, changes, attributes, kept, [], steps[-1], step)
    plan = DealPlan(record, known, {}, [], [], [], {}, {}, [])
    _compare_steps(plan, known, steps, rules)
    plan.changes = [
        change
        for change in changes
        if change.name not in known.edited and (change.name, change.at, change.new) not in known.changes
    ]
    if not rules.is_older:
        _compare_values(plan, known, values, rules)
        _compare_opening(plan, known)
        _compare_attributes(plan, known, attributes, plan.attributes, rules)
        _compare_attributes(plan, known, kept, plan.kept, rules)
    plan.evidence = [row for row in history.evidence if (row[0], to_datetime(row[1])) not in known.evidence]
    if step and not known.closed_at and not known.is_step_ours and step != known.next_step:
        plan.next_step = step
    return plan


def _read_values(record: DealRecord, history: DealHistory, rules: Rules) -> tuple[dict[str, Any], list[Change]]:
    """Today's value of every field, and the dated changes that led there."""
    values: dict[str, Any] = {
        "name": (record.name or record.external_id)[:255],
        "account_id": rules.accounts.get(record.account_id),
        "owner_id": rules.owners.get(record.owner),
        "amount": as_amount(record.amount),
        "currency": as_currency(record.currency),
        "target_on": as_day(record.target),
        "deal_type": record.deal_type[:60],
    }
    changes: list[Change] = []
    for source_name, dated in history.changes.items():
        name = COLUMNS.get(source_name, source_name)
        if name not in values:
            continue
        if name == "target_on":
            dated = [(at, value) for at, value in dated if not at >= record.closed]
        rows = [(at, _read_value(name, value, rules)) for at, value in dated]
        values[name] = follow(LEDGER_NAMES.get(name, name), values[name], rows, record.opened, changes)
    return values, changes


def follow(name: str, opening: Any, dated: Sequence[tuple[float, Any]], opened: float, changes: list[Change]) -> Any:
    """Walk through dated values in their order, note each real change, return the last value.

    A value dated at or before the opening is the opening value.
    """
    value = opening
    for at, new in dated:
        if not at <= opened and as_text(new) != as_text(value):
            changes.append(Change(name, as_text(value), as_text(new), to_datetime(at)))
        value = new
    return value


def _read_value(name: str, value: str, rules: Rules) -> Any:
    readers: dict[str, Callable[[], Any]] = {
        "account_id": lambda: rules.accounts.get(value),
        "owner_id": lambda: rules.owners.get(value),
        "amount": lambda: as_amount(value),
        "currency": lambda: as_currency(value),
        "target_on": lambda: date.fromisoformat(value[:10]) if value else None,
        "name": lambda: value[:255],
        "deal_type": lambda: value[:60],
    }
    return readers[name]()


def as_amount(value: Decimal | str | None) -> Decimal | None:
    """Money to the cent; what no column can hold is no amount (a reader of files has said so, see ``findings``)."""
    try:
        amount = Decimal(value) if value not in (None, "") else None
    except InvalidOperation:
        return None
    if amount is None or not amount.is_finite() or not 0 <= amount <= LARGEST_AMOUNT:
        return None
    return amount.quantize(CENT)


def as_currency(value: str) -> str:
    code = value.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def as_day(days: float) -> date | None:
    return None if math.isnan(days) else to_datetime(days).date()


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _read_attributes(
    record: DealRecord, history: DealHistory, rules: Rules, changes: list[Change]
) -> tuple[dict[str, str], dict[str, str]]:
    """Today's attributes by the playbook's keys, and what is only kept; dated changes are added to ``changes``."""

    def key_of(name: str) -> str:
        return rules.attribute_keys.get(name, name)[:KEY_LENGTH]

    attributes = {key_of(name): value[:VALUE_LENGTH] for name, value in record.attributes.items() if value}
    for name, dated in history.changes.items():
        if COLUMNS.get(name, name) not in FIELDS:
            key = key_of(name)
            rows = [(at, value[:VALUE_LENGTH]) for at, value in dated]
            attributes[key] = follow(key, attributes.get(key, ""), rows, record.opened, changes)
    kept = {key_of(name): value[:VALUE_LENGTH] for name, value in record.kept.items() if value}
    return attributes, {key: value for key, value in kept.items() if key not in attributes}


def _compare_steps(plan: DealPlan, known: KnownDeal, steps: list[Step], rules: Rules) -> None:
    """New steps of the source's history, and where the deal stands now. What was moved here stays where it is."""
    last = steps[-1]
    if known.is_moved_here:
        if not rules.is_older and last.to_stage != known.stage and ("stage", last.to_stage) not in known.settled:
            plan.conflicts.append(Conflict("stage", known.stage, last.to_stage, to_datetime(last.at)))
        return
    plan.steps = [step for step in steps if not _is_stored(step, known)]
    if rules.is_older:
        return
    if plan.steps and plan.steps[-1] is last:
        plan.stands = last
    elif known.stage != last.to_stage:
        now = max(rules.known_until, last.at, known.last_move)
        plan.stands = Step(now, now, known.stage, last.to_stage, last.direction if plan.record.outcome else "reported")
        plan.steps.append(plan.stands)


def _is_stored(step: Step, known: KnownDeal) -> bool:
    """Each stored deal was opened; a step that only says where the deal stands is no news if it stands there."""
    if step.direction == "opened":
        return True
    if not step.from_stage:
        return known.stage == step.to_stage
    return (step.to_stage, to_datetime(step.at)) in known.steps


def _compare_values(plan: DealPlan, known: KnownDeal, values: dict[str, Any], rules: Rules) -> None:
    explained = {(change.name, change.new) for change in plan.changes}
    for name, value in values.items():
        ours, ledger_name = known.values[name], LEDGER_NAMES.get(name, name)
        if value in (None, "") or value == ours:
            continue
        if ledger_name in known.edited:
            _add_conflict(plan, known, ledger_name, _show(ours, rules), _show(value, rules))
            continue
        plan.values[name] = value
        if (ledger_name, as_text(value)) not in explained:
            plan.changes.append(Change(ledger_name, as_text(ours), as_text(value), to_datetime(rules.known_until)))


def _compare_opening(plan: DealPlan, known: KnownDeal) -> None:
    record = plan.record
    if not math.isnan(record.opened) and to_datetime(record.opened) != known.opened_at:
        plan.values["opened_at"] = to_datetime(record.opened)
        plan.values["is_opened_exact"] = record.opened_exact
    if known.first_target_on is None and (first := as_day(record.first_target)):
        plan.values["first_target_on"] = first


def _compare_attributes(
    plan: DealPlan, known: KnownDeal, theirs: dict[str, str], out: dict[str, str], rules: Rules
) -> None:
    explained = {change.name for change in plan.changes}
    for key, value in theirs.items():
        ours, is_edited = known.attributes.get(key, ("", False))
        if not value or value == ours:
            continue
        if is_edited:
            _add_conflict(plan, known, key, ours, value)
            continue
        out[key] = value
        if ours and key not in explained:
            plan.changes.append(Change(key, ours, value, to_datetime(rules.known_until)))


def _add_conflict(plan: DealPlan, known: KnownDeal, name: str, ours: str, theirs: str) -> None:
    if (name, theirs) not in known.settled:
        plan.conflicts.append(Conflict(name, ours[:VALUE_LENGTH], theirs[:VALUE_LENGTH]))


def _show(value: Any, rules: Rules) -> str:
    return rules.names.get(value, as_text(value)) if isinstance(value, UUID) else as_text(value)
