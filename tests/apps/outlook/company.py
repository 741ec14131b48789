"""Made-up organisations with a past, written the way an import writes them.

Answers: deals that opened, moved, gathered evidence and closed on chosen days. Does not answer: realistic companies.
Days are counted from ``START``; a deal is given by its moves, evidence and changes, each (day, what).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from django.db import transaction
from django.utils import timezone

from landmark.deals.models import Deal, StageMove
from landmark.ledger.append import append_changes, append_evidence
from landmark.ledger.inputs import Actor, NewChange, NewEvidence
from landmark.orgs.models import Organisation
from landmark.outlook.curves import DAYS, pack_curves
from landmark.outlook.models import DealForecast, FittedModel

START = datetime(2025, 1, 1, tzinfo=UTC)
IMPORTER = Actor(name="Import")
DIRECTIONS = {"won": "win", "lost": "lose", "paused": "pause"}


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def on(number: int) -> date:
    return day(number).date()


def make_company(slug: str = "alder", **fields: Any) -> Organisation:
    fields = {"currency": "EUR", "data_until": on(400), **fields}
    return Organisation.objects.create(slug=slug, name=slug.title(), **fields)


def add_deal(
    org: Organisation,
    *,
    moves: Sequence[tuple[float, str]],
    evidence: Sequence[tuple[float, str]] = (),
    changes: Sequence[tuple[float, str, str, str]] = (),
    known: dict[float, float] | None = None,
    **fields: Any,
) -> Deal:
    """``moves`` start with the opening; ``known`` gives a later day of knowing for events of a day."""
    known = known or {}
    deal_id = fields.pop("id", None) or uuid4()
    rows, before = [], ""
    for at, stage in moves:
        direction = "opened" if not before else DIRECTIONS.get(stage, "reported")
        rows.append(
            StageMove(
                deal_id=deal_id, from_stage=before, to_stage=stage, direction=direction, via="import",
                occurred_at=day(at), known_at=day(known.get(at, at)), recorded_at=day(known.get(at, at)),
            )
        )  # fmt: skip
        before = stage
    last_at, last_stage = moves[-1]
    deal = Deal(
        id=deal_id, org=org, name=fields.pop("name", f"Deal {deal_id.hex[:6]}"), stage=last_stage,
        last_move_id=rows[-1].id, stage_entered_at=day(last_at), opened_at=day(moves[0][0]),
        closed_at=day(last_at) if last_stage in ("won", "lost") else None, is_verified=False,
        currency=fields.pop("currency", org.currency), playbook=org.playbook, **fields,
    )  # fmt: skip
    with transaction.atomic():
        StageMove.objects.bulk_create(rows)
        deal.save(force_insert=True)
        add_evidence_rows(deal, evidence, known)
        add_change_rows(deal, changes, known)
    return deal


def add_evidence_rows(
    deal: Deal, evidence: Sequence[tuple[float, str]], known: dict[float, float] | None = None
) -> list[UUID]:
    rows = new_evidence(deal, evidence, known)
    with transaction.atomic():
        return append_evidence(deal.org_id, rows, by=IMPORTER, source="import") if rows else []


def new_evidence(
    deal: Deal, evidence: Sequence[tuple[float, str]], known: dict[float, float] | None = None
) -> list[NewEvidence]:
    return [
        NewEvidence(deal_id=deal.id, key=key, occurred_at=day(at), known_at=day((known or {}).get(at, at)))
        for at, key in evidence
    ]


def add_change_rows(
    deal: Deal, changes: Sequence[tuple[float, str, str, str]], known: dict[float, float] | None = None
) -> None:
    rows = new_changes(deal, changes, known)
    with transaction.atomic():
        if rows:
            append_changes(deal.org_id, rows, by=IMPORTER, source="import")


def new_changes(
    deal: Deal, changes: Sequence[tuple[float, str, str, str]], known: dict[float, float] | None = None
) -> list[NewChange]:
    return [
        NewChange(
            object_kind="deal", object_id=deal.id, deal_id=deal.id, field=name, old=old, new=new,
            occurred_at=day(at), known_at=day((known or {}).get(at, at)),
        )
        for at, name, old, new in changes
    ]  # fmt: skip


def push_target(deal: Deal, at: float, new: date) -> None:
    """The target date moves, as an import would tell it."""
    old = deal.target_on
    deal.target_on = new
    deal.save(update_fields=["target_on"])
    add_change_rows(deal, [(at, "target_on", old.isoformat() if old else "", new.isoformat())])


def add_past(org: Organisation, count: int = 150, seed: int = 7, until: int = 400) -> list[Deal]:
    """Deals with a pattern worth learning: whoever holds a demo wins more often and sooner; some are still open."""
    random = Random(seed)  # noqa: S311
    deals = []
    evidence_rows: list[NewEvidence] = []
    change_rows: list[NewChange] = []
    for _number in range(count):
        opened = random.uniform(0, until - 5)
        moves: list[tuple[float, str]] = [(opened, "qualification")]
        evidence = [(opened + random.uniform(0, 3), "inbound_interest")]
        has_demo = random.random() < 0.5
        length = random.uniform(10, 60 if has_demo else 110)
        if has_demo:
            moves.append((opened + length * 0.3, "discovery"))
            evidence.append((opened + length * 0.3, "discovery_held"))
        if has_demo and random.random() < 0.6:
            moves.append((opened + length * 0.7, "solution"))
            evidence.append((opened + length * 0.7, "timeline_confirmed"))
        is_won = random.random() < (0.6 if has_demo else 0.15)
        moves.append((opened + length, "won" if is_won else "lost"))
        moves = [(at, stage) for at, stage in moves if at < until]
        target = on(int(opened + 50))
        changes = []
        if length > 60 and opened + 55 < until and random.random() < 0.7:
            later = on(int(opened + 90))
            changes.append((opened + 55, "target_on", target.isoformat(), later.isoformat()))
            target = later
        deal = add_deal(
            org, moves=moves, amount=Decimal(random.randrange(5, 90) * 1000), target_on=target,
            first_target_on=on(int(opened + 50)),
        )  # fmt: skip
        deals.append(deal)
        evidence_rows += new_evidence(deal, [(at, key) for at, key in evidence if at < until])
        change_rows += new_changes(deal, changes)
    with transaction.atomic():
        append_evidence(org.id, evidence_rows, by=IMPORTER, source="import")
        append_changes(org.id, change_rows, by=IMPORTER, source="import")
    return deals


def store_forecast(
    org: Organisation,
    as_of: date,
    curves: dict[Deal, tuple[float, float]],
    *,
    percent: float | None = 0.25,
    **fields: Any,
) -> FittedModel:
    """A ready forecast with straight lines to P(won) and P(lost) after 365 days."""
    fields = {"level": "full", "reason": "", "report": {}, "parameters": {}, **fields}
    model = FittedModel.objects.create(
        org=org, as_of=as_of, is_ready=True, read_at=timezone.now(), playbook=org.playbook, **fields
    )
    days = np.arange(1, DAYS + 1) / DAYS
    for deal, (won, lost) in curves.items():
        packed_won, packed_lost = pack_curves(np.vstack([won * days, lost * days]))
        DealForecast.objects.create(model=model, deal=deal, won=packed_won, lost=packed_lost, stage_percent=percent)
    return model
