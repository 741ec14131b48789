"""What is stored of the deals an import speaks of, a batch at a time.

Answers: which deals exist already and what earlier imports brought for them. Does not answer: what to do about it
(``plan``). Asks a fixed number of queries a batch, and none at all while the organisation has no deal of this source.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from landmark.connectors.models import Difference
from landmark.connectors.plan import FIELDS, KnownDeal
from landmark.connectors.values import EPOCH
from landmark.deals.models import Deal, DealAttribute, NextStep, StageMove
from landmark.ledger.inputs import Source
from landmark.ledger.models import Evidence, FieldChange
from landmark.orgs.models import Organisation

IMPORTED = Source.IMPORT.value


def to_days(moment: datetime) -> float:
    """A time as float64 days since 1970."""
    return (moment - EPOCH) / timedelta(days=1)


def load_known(org: Organisation, source: str, external_ids: Sequence[str]) -> dict[str, KnownDeal]:
    """The stored deals among these, by the id their source gives them."""
    rows = list(Deal.objects.filter(org=org, source=source, external_id__in=external_ids))
    if not rows:
        return {}
    ids = [row.id for row in rows]
    last_moves = {move.id: move for move in StageMove.objects.filter(id__in=[row.last_move_id for row in rows])}
    known = {row.id: _describe(row, last_moves[row.last_move_id]) for row in rows}
    _add_history(known, org, ids)
    _add_words(known, ids)
    return {row.external_id: known[row.id] for row in rows}


def _describe(row: Deal, last_move: StageMove) -> KnownDeal:
    return KnownDeal(
        id=row.id,
        stage=row.stage,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        last_move=to_days(last_move.occurred_at),
        is_moved_here=last_move.via != IMPORTED,
        source_stage=row.source_stage,
        values={name: getattr(row, name) for name in FIELDS},
        edited=frozenset(row.edited_fields),
        first_target_on=row.first_target_on,
    )


def _add_history(known: dict[UUID, KnownDeal], org: Organisation, ids: list[UUID]) -> None:
    moves = StageMove.objects.filter(deal__in=ids, via=IMPORTED)
    for deal_id, stage, at in moves.values_list("deal_id", "to_stage", "occurred_at"):
        known[deal_id].steps.add((stage, at))
    evidence = Evidence.objects.for_org(org.id).filter(deal_id__in=ids, source=IMPORTED)
    for deal_id, key, at in evidence.values_list("deal_id", "key", "occurred_at"):
        known[deal_id].evidence.add((key, at))
    changes = FieldChange.objects.for_org(org.id).filter(deal_id__in=ids, source=IMPORTED)
    for object_id, name, at, new in changes.values_list("object_id", "field", "occurred_at", "new"):
        known[object_id].changes.add((name, at, new))


def _add_words(known: dict[UUID, KnownDeal], ids: list[UUID]) -> None:
    attributes = DealAttribute.objects.filter(deal__in=ids)
    for deal_id, key, value, is_edited in attributes.values_list("deal_id", "key", "value", "is_edited"):
        known[deal_id].attributes[key] = (value, is_edited)
    steps = NextStep.objects.filter(deal__in=ids, done_at=None)
    for deal_id, text, owner in steps.values_list("deal_id", "text", "owner"):
        known[deal_id].next_step, known[deal_id].is_step_ours = text, bool(owner)
    settled = Difference.objects.filter(deal__in=ids, kept="ours")
    for difference in settled:
        known[difference.deal_id].settled.add((difference.field, difference.theirs))
