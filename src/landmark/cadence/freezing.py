"""Freezing a week: the state of every open deal and the four numbers of every scope, as they stood at the deadline.

Answers: which deadlines are still to be frozen, how a freeze is built and sealed. Does not answer: what a frozen call
was worth afterwards (``calls.read_graded_calls``).

A freeze is always built from what was known at its deadline, also when the worker was off for weeks: built late it
comes out as it would have come out on time, which its digest shows. The forecast used is that of the last whole day
(UTC) before the deadline. Freezing the same deadline again changes nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from landmark.cadence.book import Book, OpenLine, read_book
from landmark.cadence.call_actions import lock_week
from landmark.cadence.deadlines import Deadline, Week, list_deadlines, make_week, read_rules
from landmark.cadence.models.calls import CallEntry
from landmark.cadence.models.freezes import FrozenDeal, FrozenNumber, WeekFreeze
from landmark.cadence.rollup import RollUp, Row, read_roll_up
from landmark.deals.records import record
from landmark.ledger.inputs import Source
from landmark.orgs.as_of import AsOf, stamp
from landmark.orgs.models import Organisation
from landmark.outlook.models.fits import FittedModel
from landmark.outlook.reading import OrgForecast, read_forecast

ROWS_A_TRANSACTION = 500
LEFT_AFTER = timedelta(minutes=10)
MOST_BACK = timedelta(weeks=8)
"""How far a freeze looks back when an organisation has none yet."""


def freeze_due(org: Organisation, *, via: str = "system", now: datetime | None = None) -> list[WeekFreeze]:
    """Freeze every deadline that has passed since the last freeze, oldest first; what is frozen already stays.

    Without any freeze it begins where something was said: at the first call, else at the last deadline.
    """
    now = now or timezone.now()
    moment = stamp(org, now)
    rules = read_rules(org)
    due = list(list_deadlines(rules, _find_start(org, moment), moment))
    return [freeze_week(org, deadline, via=via, now=now) for deadline in due]


def _find_start(org: Organisation, moment: datetime) -> datetime:
    last = WeekFreeze.objects.filter(org=org, sealed_at__isnull=False).order_by("-deadline_at").first()
    if last is not None:
        return last.deadline_at
    first = CallEntry.objects.filter(org=org).order_by("deadline_at").first()
    begun = max(org.created_at, moment - MOST_BACK) if org.data_until is None else moment - timedelta(weeks=1)
    return min(begun, first.deadline_at - timedelta(seconds=1)) if first else begun


def freeze_week(
    org: Organisation, deadline: Deadline, *, via: str = "system", now: datetime | None = None
) -> WeekFreeze:
    """Freeze one deadline. One that another worker is writing is left to it, one it left behind is written anew."""
    now = now or timezone.now()
    if deadline.at > stamp(org, now):
        raise ValueError("this deadline has not passed yet")
    freeze, is_mine = _open_freeze(org, make_week(org, deadline, deadline.at), via, now)
    if not is_mine:
        return freeze
    week = make_week(org, deadline, deadline.at)
    book, roll_up = read_frozen_book(week)
    deals = [_frozen_deal(freeze, line) for line in book.lines]
    numbers = [_frozen_number(freeze, row) for row in roll_up.rows]
    for batch in (*_batches(deals), *_batches(numbers)):
        with transaction.atomic():
            type(batch[0]).objects.bulk_create(batch)
    _seal(freeze, book, [*deals, *numbers], now)
    return freeze


def read_frozen_book(week: Week) -> tuple[Book, RollUp]:
    """What was known at the deadline, to the moment."""
    at = week.deadline.at
    as_of = AsOf(on=at.astimezone(UTC).date(), known_by=at, is_latest=False, is_today=False)
    book = read_book(week.org, as_of, week.period, forecast_before(week.org, at))
    return book, read_roll_up(book, week)


def forecast_before(org: Organisation, at: datetime) -> OrgForecast | None:
    """The forecast of the last whole day (UTC) before a moment."""
    day = at.astimezone(UTC).date() - timedelta(days=1)
    return read_forecast(org, AsOf(on=day, known_by=at, is_latest=False, is_today=False))


def _open_freeze(org: Organisation, week: Week, via: str, now: datetime) -> tuple[WeekFreeze, bool]:
    """The row that claims the deadline, and whether it is ours to fill. It closes the week to calls at once."""
    with transaction.atomic():
        lock_week(org)
        held = WeekFreeze.objects.filter(org=org, deadline_at=week.deadline.at).first()
        if held is not None and (held.sealed_at is not None or held.started_at > now - LEFT_AFTER):
            return held, False
        if held is not None:
            held.delete()
        made = WeekFreeze.objects.create(
            org=org, deadline_at=week.deadline.at, starts_on=week.period.starts_on, ends_on=week.period.ends_on,
            currency=org.currency, via=via, started_at=now,
        )  # fmt: skip
    return made, True


def _seal(freeze: WeekFreeze, book: Book, rows: Iterable[models.Model], now: datetime) -> None:
    model: FittedModel | None = book.forecast.model if book.forecast else None
    freeze.rates = {rate.currency: {"day": rate.day.isoformat(), "rate": str(rate.rate)} for rate in book.rates_used}
    if model is not None:
        freeze.model_id, freeze.model_as_of = model.id, model.as_of
        freeze.model_version, freeze.model_hash = model.model_version, model.input_hash
    freeze.deal_count = len(book.lines)
    freeze.digest = digest_rows(rows)
    freeze.sealed_at = now
    with transaction.atomic():
        freeze.save()
        detail = {"deadline_at": freeze.deadline_at.isoformat(), "deals": freeze.deal_count, "digest": freeze.digest}
        record(freeze.org_id, "week.frozen", "week_freeze", freeze.id, by=None, via=Source.SYSTEM, detail=detail)


LEFT_OUT = {"id", "freeze"}


def digest_rows(rows: Iterable[models.Model]) -> str:
    """The same rows give the same hash, in whatever order they come."""
    lines = sorted(json.dumps(_plain(row), sort_keys=True) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _plain(row: models.Model) -> dict[str, Any]:
    fields = [field for field in row._meta.concrete_fields if field.name not in LEFT_OUT]
    return {"kind": row._meta.model_name, **{field.name: _as_text(getattr(row, field.name)) for field in fields}}


def _as_text(value: Any) -> Any:
    """Money and rates by value, whatever number of zeros a database gives back."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value if isinstance(value, dict | int | float) or value is None else str(value)


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(islice(left, ROWS_A_TRANSACTION)):
        yield batch


def _frozen_deal(freeze: WeekFreeze, line: OpenLine) -> FrozenDeal:
    deal = line.deal
    return FrozenDeal(
        freeze=freeze, org_id=freeze.org_id, deal_id=deal.id, name=deal.name, owner_id=line.owner_id,
        owner_name=line.owner, team_id=line.team_id, stage=deal.stage, amount=deal.amount, currency=line.currency,
        rate=line.rate.rate if line.rate else None, converted=line.converted, target_on=deal.target_on,
        category=line.category, suggested=line.suggestion.category, p_won=line.p_won,
    )  # fmt: skip


def _frozen_number(freeze: WeekFreeze, row: Row) -> FrozenNumber:
    return FrozenNumber(
        freeze=freeze, org_id=freeze.org_id, scope=row.scope, scope_id=row.id, scope_name=row.name, team_id=row.team_id,
        won=row.sums.won, model=row.sums.model, model_low=row.spread.low if row.spread else None,
        model_high=row.spread.high if row.spread else None, representative=row.representative, manager=row.manager,
        commit=row.commit, entries={kind: str(entry.id) for kind, entry in row.entries.items()}, missing=row.missing,
        quota=row.quota.amount if row.quota else None, p_quota=row.p_quota,
    )  # fmt: skip


def read_freezes(org: Organisation, moment: datetime) -> "models.QuerySet[WeekFreeze]":
    """Sealed freezes by a moment, newest first."""
    return WeekFreeze.objects.filter(org=org, sealed_at__isnull=False, deadline_at__lte=moment)
