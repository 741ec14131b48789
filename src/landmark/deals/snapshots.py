"""Rows → facts: what was known of a deal by an as-of day.

Answers: the frozen facts the engines judge, and a deal's row as it stood on an earlier day.
Does not answer: whether a gate is met (``engines``), which deals to look at (``querysets``).

A field's value on day D is the ``old`` of its first change known after D; with no later change it is today's value.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from landmark.deals.models import Deal, DealAttribute, GatePass, NextStep, Override, Promise, StageMove, Stakeholder
from landmark.engines.facts import (
    DealFacts,
    EvidenceFact,
    NextStepFact,
    OverrideFact,
    PromiseFact,
    StakeholderFact,
)
from landmark.ledger.models import Evidence, FieldChange
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.playbook.schema import Strength

CHUNK = 500
OFF_PATH = ("paused", "won", "lost")


@dataclass(frozen=True, slots=True)
class DealAsKnown:
    """One deal as it stood on the as-of day; ``id`` and names are today's."""

    id: UUID
    name: str
    account: str
    owner_id: UUID | None
    owner: str
    team: str
    stage: str
    stage_entered_on: date
    is_verified: bool
    amount: Decimal | None
    currency: str
    deal_type: str
    opened_on: date
    target_on: date | None
    first_target_on: date | None
    pushes: int
    next_step: NextStepFact | None


def facts_of(deals: Iterable[Deal], as_of: AsOf) -> dict[UUID, DealFacts]:
    """Facts of each deal, by id. Deals must come with ``owner`` and ``org`` at hand or they are fetched one by one."""
    facts: dict[UUID, DealFacts] = {}
    batch: list[Deal] = []
    for deal in deals:
        batch.append(deal)
        if len(batch) == CHUNK:
            facts |= _facts_of_batch(batch, as_of)
            batch = []
    return facts | _facts_of_batch(batch, as_of) if batch else facts


def deal_facts(deal: Deal, as_of: AsOf) -> DealFacts:
    return _facts_of_batch([deal], as_of)[deal.id]


def _facts_of_batch(deals: list[Deal], as_of: AsOf) -> dict[UUID, DealFacts]:
    ids = [deal.id for deal in deals]
    moves = _last_moves(ids, as_of)
    left = _stages_left([d.id for d in deals if _stage_of(moves.get(d.id), d) in OFF_PATH], as_of)
    earlier = _values_before_later_changes(ids, as_of)
    pushes = count_pushes(ids, as_of)
    evidence = _evidence(ids, as_of)
    attributes = _grouped(DealAttribute.objects.filter(deal__in=ids))
    stakeholders = _grouped(Stakeholder.objects.filter(deal__in=ids).select_related("person"))
    promises = _grouped(Promise.objects.filter(deal__in=ids, made_at__lte=as_of.known_by))
    overrides = _grouped(Override.objects.filter(deal__in=ids, made_at__lte=as_of.known_by).select_related("made_by"))
    passes = _grouped(GatePass.objects.filter(deal__in=ids, passed_on__lte=as_of.on, how="evidence"))
    steps = _open_steps(ids, as_of)
    return {
        deal.id: DealFacts(
            deal_id=str(deal.id),
            stage=_stage_of(moves.get(deal.id), deal),
            opened_on=deal.opened_at.date(),
            stage_entered_on=_entered_on(moves.get(deal.id), deal),
            amount=_as_decimal(earlier.get((deal.id, "amount"), deal.amount)),
            currency=deal.currency,
            target_on=_as_date(earlier.get((deal.id, "target_on"), deal.target_on)),
            first_target_on=deal.first_target_on,
            target_pushes=pushes[deal.id],
            verified=deal.is_verified,
            left_stage=left.get(deal.id, ""),
            attributes={row.key: row.value for row in attributes[deal.id]},
            evidence=evidence[deal.id],
            stakeholders=tuple(_stakeholder_fact(row) for row in stakeholders[deal.id]),
            promises=tuple(PromiseFact(r.gate, r.check_key, r.text, r.due_on) for r in promises[deal.id]),
            overrides=tuple(
                OverrideFact(r.gate, r.reason, r.expires_on, r.made_by.name if r.made_by else "")
                for r in overrides[deal.id]
            ),
            passed_gates={r.gate: r.passed_on for r in passes[deal.id]},
            next_step=steps.get(deal.id),
        )
        for deal in deals
    }


def deals_as_known(org: Organisation, as_of: AsOf) -> list[DealAsKnown]:
    """Every deal that was open on the as-of day, as it was known then, in order of opening."""
    rows = Deal.objects.of(org).select_related("account", "owner", "owner__team")
    if as_of.is_latest:
        deals = list(rows.open().order_by("opened_at", "id"))
        moves: dict[UUID, StageMove] = {}
    else:
        found = rows.filter(opened_at__lte=as_of.known_by).order_by("opened_at", "id")
        moves = _last_moves_of_org(org, as_of)
        deals = [d for d in found if d.id in moves and moves[d.id].to_stage not in ("won", "lost")]
    ids = {deal.id for deal in deals}
    earlier = {} if as_of.is_latest else _values_before_later_changes(ids, as_of, org)
    pushes = count_pushes(ids, as_of, org)
    steps = _open_steps(ids, as_of, org)
    return [_as_known(deal, moves.get(deal.id), earlier, pushes[deal.id], steps.get(deal.id)) for deal in deals]


def _as_known(
    deal: Deal,
    move: StageMove | None,
    earlier: dict[tuple[UUID, str], Any],
    pushes: int,
    step: NextStepFact | None,
) -> DealAsKnown:
    return DealAsKnown(
        id=deal.id,
        name=deal.name,
        account=deal.account.name if deal.account else "",
        owner_id=deal.owner_id,
        owner=deal.owner.name if deal.owner else "",
        team=deal.owner.team.name if deal.owner and deal.owner.team else "",
        stage=_stage_of(move, deal),
        stage_entered_on=_entered_on(move, deal),
        is_verified=deal.is_verified,
        amount=_as_decimal(earlier.get((deal.id, "amount"), deal.amount)),
        currency=deal.currency,
        deal_type=deal.deal_type,
        opened_on=deal.opened_at.date(),
        target_on=_as_date(earlier.get((deal.id, "target_on"), deal.target_on)),
        first_target_on=deal.first_target_on,
        pushes=pushes,
        next_step=step,
    )


def _stage_of(move: StageMove | None, deal: Deal) -> str:
    return move.to_stage if move else deal.stage


def _entered_on(move: StageMove | None, deal: Deal) -> date:
    return (move.occurred_at if move else deal.stage_entered_at).date()


def _last_moves(ids: Collection[UUID], as_of: AsOf) -> dict[UUID, StageMove]:
    """The last move known by the as-of instant; on the latest day the deal's own row already says it."""
    if as_of.is_latest:
        return {}
    moves = StageMove.objects.filter(deal__in=ids, known_at__lte=as_of.known_by).order_by("occurred_at", "recorded_at")
    return {move.deal_id: move for move in moves}


def _stages_left(ids: Collection[UUID], as_of: AsOf) -> dict[UUID, str]:
    """The open stage each paused or closed deal last stood at."""
    moves = StageMove.objects.filter(deal__in=ids, known_at__lte=as_of.known_by).order_by("occurred_at", "recorded_at")
    stood = moves.exclude(to_stage__in=OFF_PATH).values_list("deal_id", "to_stage")
    return dict(stood)


def _last_moves_of_org(org: Organisation, as_of: AsOf) -> dict[UUID, StageMove]:
    moves = StageMove.objects.filter(deal__org=org, known_at__lte=as_of.known_by).order_by("occurred_at", "recorded_at")
    return {move.deal_id: move for move in moves.iterator(2000)}


def _values_before_later_changes(
    ids: Collection[UUID], as_of: AsOf, org: Organisation | None = None
) -> dict[tuple[UUID, str], str]:
    """For each (deal, field) changed after the as-of instant: the value it had before the first such change."""
    if as_of.is_latest:
        return {}
    rows = FieldChange.objects.filter(org_id=org.id) if org else FieldChange.objects.filter(deal_id__in=ids)
    later = rows.filter(known_at__gt=as_of.known_by).order_by("-known_at", "-seq", "-position")
    return {(row.deal_id, row.field): row.old for row in later.iterator(2000) if row.deal_id and row.deal_id in ids}


def count_pushes(ids: Collection[UUID], as_of: AsOf, org: Organisation | None = None) -> dict[UUID, int]:
    """How often each deal's target date was moved later, as known by the as-of instant."""
    rows = FieldChange.objects.filter(org_id=org.id) if org else FieldChange.objects.filter(deal_id__in=ids)
    moved = rows.filter(field="target_on", known_at__lte=as_of.known_by).values_list("deal_id", "old", "new")
    pushes: dict[UUID, int] = defaultdict(int)
    for deal_id, old, new in moved.iterator(2000):
        if deal_id and old and new > old:  # both ISO days, so text order is date order
            pushes[deal_id] += 1
    return pushes


def _evidence(ids: Collection[UUID], as_of: AsOf) -> dict[UUID, tuple[EvidenceFact, ...]]:
    grouped: dict[UUID, list[EvidenceFact]] = defaultdict(list)
    for row in Evidence.objects.filter(deal_id__in=ids).as_known(as_of.known_by).with_text().order_by("occurred_at"):
        grouped[row.deal_id].append(
            EvidenceFact(
                id=str(row.id),
                key=row.key,
                occurred_on=row.occurred_at.date(),
                strength=Strength(row.strength),
                author=row.author,
                expires_on=row.expires_on,
                title=row.title,
            )
        )
    return defaultdict(tuple, {deal_id: tuple(rows) for deal_id, rows in grouped.items()})


def _grouped(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.deal_id].append(row)
    return grouped


def _open_steps(ids: Collection[UUID], as_of: AsOf, org: Organisation | None = None) -> dict[UUID, NextStepFact]:
    rows = NextStep.objects.filter(deal__org=org) if org else NextStep.objects.filter(deal__in=ids)
    known = rows.filter(created_at__lte=as_of.known_by).exclude(done_at__lte=as_of.known_by).order_by("created_at")
    return {step.deal_id: NextStepFact(step.text, step.owner, step.due_on) for step in known}


def _stakeholder_fact(row: Stakeholder) -> StakeholderFact:
    return StakeholderFact(
        name=row.person.name,
        roles=frozenset(row.roles),
        stance=row.stance,
        met_on=row.met_on,
        personal_benefit=row.personal_benefit,
        plan=row.plan,
    )


def _as_decimal(value: Any) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else (Decimal(value) if value else None)


def _as_date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if value is None or isinstance(value, date) else (date.fromisoformat(value) if value else None)
