"""Writes an import: all of it or nothing.

Answers: in which order and through which doors the rows of a parse reach the database. Does not answer: which rows
these are (``plan``), who may start it (``actions``). One transaction holds everything, so that a crash leaves no trace;
moves go in before their deals, because a trigger asks each deal for the move that brought it to its stage.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from landmark.connectors.known import IMPORTED, to_days
from landmark.connectors.models import Difference, ImportRun
from landmark.connectors.parsed import Parsed
from landmark.connectors.parties import write_parties, write_people
from landmark.connectors.plan import Change, DealPlan, as_day
from landmark.connectors.preview import ID_LENGTH, Prepared, Tick, iter_plans, prepare, report, stay_quiet
from landmark.connectors.stages import Step
from landmark.connectors.values import find_day, to_datetime
from landmark.deals.gate_states import refresh_gate_states
from landmark.deals.models import Deal, DealAttribute, GateState, NextStep, StageMove
from landmark.ledger.append import append_audit, append_changes, append_evidence, make_ids
from landmark.ledger.bulk import insert_rows
from landmark.ledger.inputs import Actor, Exactness, NewAudit, NewChange, NewEvidence
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member, Organisation
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook


@dataclass(slots=True)
class Writing:
    """What the parts of one import share while they write."""

    prepared: Prepared
    run: ImportRun
    by: Member | None
    now: datetime
    expiry_days: Mapping[str, int]

    @property
    def org(self) -> Organisation:
        return self.prepared.org

    @property
    def actor(self) -> Actor:
        """Without a name: an import's rows need no payload each; the run's audit row says who it was."""
        return Actor(id=self.by.id if self.by else None)


def apply_parsed(run: ImportRun, parsed: Parsed, *, by: Member | None, tick: Tick = stay_quiet) -> dict[str, Any]:
    """Write everything of one parse; the run is marked as applied in the same transaction. Returns the report."""
    with transaction.atomic():
        org = Organisation.objects.select_for_update(no_key=True).get(pk=run.org_id)
        run.org, now = org, timezone.now()
        prepared = prepare(org, parsed, load_playbook(org.playbook), to_days(now))
        writing = Writing(prepared, run, by, now, _expiry_days(prepared.playbook))
        write_parties(prepared.parties)
        deal_ids: list[UUID | None] = [None] * len(parsed.deals)
        for batch in iter_plans(prepared, lambda phase, percent: tick(phase, percent * 9 // 10), "writing deals"):
            _write_batch(batch, deal_ids, writing)
        people = write_people(org, parsed, prepared.parties, deal_ids, prepared.playbook)
        found = {**report(prepared), "people": people}
        _move_data_until(writing)
        tick("looking at the gates", 92)
        _refresh_gates(writing)
        _finish(writing, found)
    tick("done", 100)
    return found


def _expiry_days(playbook: Playbook) -> dict[str, int]:
    """How long each kind of evidence stays fresh; the playbook's own keys only."""
    return {item.key: item.expiry_days for item in (*playbook.milestones, *playbook.evidence) if item.expiry_days}


def _write_batch(batch: list[tuple[int, DealPlan]], deal_ids: list[UUID | None], writing: Writing) -> None:
    """One batch: moves, deals, then what hangs on them."""
    fresh_ids = iter(make_ids(len(batch)))
    rows: list[tuple[UUID, DealPlan]] = []
    for place, plan in batch:
        deal_id = plan.known.id if plan.known else next(fresh_ids)
        deal_ids[place] = deal_id
        rows.append((deal_id, plan))
    last_moves = _write_moves(rows, writing)
    insert_rows(Deal, [_new_deal(deal_id, plan, last_moves[deal_id], writing) for deal_id, plan in rows if plan.is_new])
    for deal_id, plan in rows:
        if plan.known:
            _update_deal(deal_id, plan, last_moves.get(deal_id))
    _write_attributes(rows)
    _write_next_steps(rows, writing)
    org_id = writing.org.id
    append_evidence(org_id, _evidence_rows(rows, writing.expiry_days), by=writing.actor, source=IMPORTED)
    append_changes(org_id, _change_rows(rows), by=writing.actor, source=IMPORTED)
    _write_differences(rows, writing)


def _write_moves(rows: list[tuple[UUID, DealPlan]], writing: Writing) -> dict[UUID, UUID]:
    """All new steps; returns the move each deal now stands on, where that is a new one."""
    standing: dict[UUID, UUID] = {}
    ids = iter(make_ids(sum(len(plan.steps) for _, plan in rows)))
    moves = []
    for deal_id, plan in rows:
        for number, step in enumerate(plan.steps):
            move_id = next(ids)
            moves.append(_move(move_id, deal_id, step, number, writing))
            if step is plan.stands:
                standing[deal_id] = move_id
    insert_rows(StageMove, moves)
    return standing


def _move(move_id: UUID, deal_id: UUID, step: Step, number: int, writing: Writing) -> dict[str, Any]:
    """``recorded_at`` keeps the order of steps that happened at the same moment."""
    return {
        "id": move_id,
        "deal_id": deal_id,
        "from_stage": step.from_stage,
        "to_stage": step.to_stage,
        "direction": step.direction,
        "occurred_at": to_datetime(step.at),
        "known_at": to_datetime(step.known),
        "recorded_at": writing.now.replace(microsecond=min(number, 999_999)),
        "member_id": writing.by.id if writing.by else None,
        "author": writing.prepared.parsed.source[:200],
        "via": IMPORTED,
        "note": "",
        "reason": "",
        "reopen_when": "",
        "gates": [],
    }


def _new_deal(deal_id: UUID, plan: DealPlan, move_id: UUID, writing: Writing) -> dict[str, Any]:
    record, first, stands = plan.record, plan.steps[0], plan.steps[-1]
    known_from = record.known_from
    return {
        "id": deal_id,
        "org_id": writing.org.id,
        "source": writing.prepared.parsed.source[:40],
        "external_id": record.external_id[:ID_LENGTH],
        "source_stage": record.stage[:120],
        "stage": stands.to_stage,
        "is_verified": bool(record.outcome),
        "last_move_id": move_id,
        "stage_entered_at": to_datetime(stands.at),
        "opened_at": to_datetime(first.at),
        "is_opened_exact": record.opened_exact and record.opened == first.at,
        "closed_at": to_datetime(stands.at) if record.outcome else None,
        "first_target_on": as_day(record.first_target),
        "history_known_from": None if math.isnan(known_from) else to_datetime(known_from),
        "playbook": writing.org.playbook,
        "edited_fields": [],
        "version": 1,
        **plan.values,
    }


def _update_deal(deal_id: UUID, plan: DealPlan, move_id: UUID | None) -> None:
    """Only what changed; a deal closed here and not in the file keeps its end, as ``plan`` has decided."""
    values: dict[str, Any] = dict(plan.values)
    if move_id and plan.stands:
        closed = plan.stands.to_stage in ("won", "lost")
        at = to_datetime(plan.stands.at)
        values |= {"stage": plan.stands.to_stage, "last_move_id": move_id, "stage_entered_at": at}
        values |= {"closed_at": at if closed else None, "is_verified": closed, "source_stage": plan.record.stage[:120]}
        if closed:
            GateState.objects.filter(deal_id=deal_id).delete()
    if values:
        Deal.objects.filter(id=deal_id).update(**values, version=F("version") + 1)


def _write_attributes(rows: list[tuple[UUID, DealPlan]]) -> None:
    found = [
        DealAttribute(deal_id=deal_id, key=key, value=value, feeds_forecast=feeds)
        for deal_id, plan in rows
        for values, feeds in ((plan.attributes, True), (plan.kept, False))
        for key, value in values.items()
        if value
    ]
    is_new = all(plan.is_new for _, plan in rows)
    if is_new:
        DealAttribute.objects.bulk_create(found, batch_size=2000)
    else:
        DealAttribute.objects.bulk_create(
            found, batch_size=500, update_conflicts=True, unique_fields=["deal", "key"],
            update_fields=["value", "feeds_forecast"],
        )  # fmt: skip


def _write_next_steps(rows: list[tuple[UUID, DealPlan]], writing: Writing) -> None:
    """A step from the source has no owner; only such a one is replaced by the source's next one."""
    found = [(deal_id, plan) for deal_id, plan in rows if plan.next_step]
    replaced = [deal_id for deal_id, plan in found if plan.known and plan.known.next_step is not None]
    NextStep.objects.filter(deal__in=replaced, done_at=None).update(done_at=writing.now)
    texts = ((deal_id, plan.next_step or "") for deal_id, plan in found)
    steps = [NextStep(deal_id=deal_id, text=text, due_on=find_day(text)) for deal_id, text in texts]
    NextStep.objects.bulk_create(steps)


def _evidence_rows(rows: list[tuple[UUID, DealPlan]], expiry_days: Mapping[str, int]) -> Iterator[NewEvidence]:
    """Claims, known when the source knew; where it keeps no time of knowing, it is taken to have known at once."""
    for deal_id, plan in rows:
        for key, at, known in plan.evidence:
            occurred = to_datetime(at)
            days = expiry_days.get(key)
            yield NewEvidence(
                deal_id=deal_id,
                key=key,
                occurred_at=occurred,
                known_at=occurred if known == at else to_datetime(known),
                exactness=Exactness.ASSUMED.value if known == at else Exactness.EXACT.value,
                expires_on=occurred.date() + timedelta(days=days) if days else None,
            )


def _change_rows(rows: list[tuple[UUID, DealPlan]]) -> Iterator[NewChange]:
    for deal_id, plan in rows:
        for change in plan.changes:
            yield _new_change(deal_id, change)


def _new_change(deal_id: UUID, change: Change) -> NewChange:
    return NewChange(
        object_kind="deal",
        object_id=deal_id,
        deal_id=deal_id,
        field=change.name,
        old=change.old,
        new=change.new,
        occurred_at=change.at,
        known_at=change.at,
    )


def _write_differences(rows: list[tuple[UUID, DealPlan]], writing: Writing) -> None:
    for deal_id, plan in rows:
        for conflict in plan.conflicts:
            Difference.objects.update_or_create(
                deal_id=deal_id, field=conflict.name, settled_at=None,
                defaults={"run": writing.run, "ours": conflict.ours, "theirs": conflict.theirs, "at": conflict.at},
            )  # fmt: skip


def _move_data_until(writing: Writing) -> None:
    """The organisation's present moves on with its data; one that is live, without an import before, stays live."""
    org, day = writing.org, to_datetime(writing.prepared.rules.known_until).date()
    is_live = org.data_until is None and Deal.objects.filter(org=org, source="").exists()
    if not is_live and (org.data_until is None or day > org.data_until):
        org.data_until = day
        org.save(update_fields=["data_until"])


def _refresh_gates(writing: Writing) -> None:
    """All open deals: also those the files do not speak of see a later day now."""
    deals = Deal.objects.of(writing.org).open().select_related("owner", "org").order_by("id")
    refresh_gate_states(deals.iterator(500), latest(writing.org, writing.now))


def _finish(writing: Writing, found: dict[str, Any]) -> None:
    run = writing.run
    run.status, run.source, run.counts = "applied", writing.prepared.parsed.source[:40], found
    run.phase, run.percent, run.error, run.finished_at = "", 100, "", writing.now
    run.save()
    told = ("deals", "outcomes", "events", "moves", "differences", "rejected", "data_until")
    detail = {name: found[name] for name in told}
    row = NewAudit(
        verb="import.applied", object_kind="import", object_id=run.id, detail=detail,
        author=writing.by.name if writing.by else "command line",
    )  # fmt: skip
    append_audit(writing.org.id, [row], by=writing.actor, source=IMPORTED)
