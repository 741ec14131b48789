"""What was won in a period, deal by deal, as known on a day.

Answers: which deals count as booked, whose they were, what they are worth in the organisation's currency. Does not
answer: what is still open (``book``). An amount is converted at the rate of the day it was won.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from landmark.cadence.rates import Rates, convert
from landmark.deals.models import Deal, StageMove
from landmark.ledger.models import FieldChange
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation

CHUNK = 2_000
FIELDS = ("amount", "currency", "owner", "deal_type")


@dataclass(frozen=True, slots=True)
class Booking:
    """``amount`` in ``currency``; ``converted`` in the organisation's, None without a rate of the day or before."""

    deal_id: UUID
    name: str
    owner_id: UUID | None
    deal_type: str
    won_on: date
    amount: Decimal
    currency: str
    converted: Decimal | None


def read_bookings(org: Organisation, as_of: AsOf, starts_on: date, ends_on: date, rates: Rates) -> list[Booking]:
    """Deals won from one day to another as known by the as-of moment, and not reopened by then."""
    won = _won_days(org, as_of, starts_on, ends_on)
    earlier = read_earlier_values(org, as_of, FIELDS, won)
    rows = Deal.objects.of(org).filter(Q(closed_at__date__gte=starts_on) | Q(closed_at=None))
    found = []
    for row in rows.values("id", "name", "owner_id", "deal_type", "amount", "currency").iterator(CHUNK):
        if row["id"] in won:
            found.append(_make_booking(org, row, won[row["id"]], earlier, rates))
    return sorted(found, key=lambda booking: (booking.won_on, booking.name, str(booking.deal_id)))


def _make_booking(
    org: Organisation, row: Mapping[str, Any], won_on: date, earlier: dict[tuple[UUID, str], str], rates: Rates
) -> Booking:
    def value(name: str, today: Any) -> Any:
        return earlier.get((row["id"], name), today)

    amount, owner = Decimal(value("amount", row["amount"]) or 0), value("owner", row["owner_id"])
    currency = str(value("currency", row["currency"]) or org.currency)
    return Booking(
        deal_id=row["id"],
        name=row["name"],
        owner_id=UUID(str(owner)) if owner else None,
        deal_type=str(value("deal_type", row["deal_type"]) or ""),
        won_on=won_on,
        amount=amount,
        currency=currency,
        converted=convert(amount, currency, won_on, rates),
    )


def _won_days(org: Organisation, as_of: AsOf, starts_on: date, ends_on: date) -> dict[UUID, date]:
    """Deal → day it was won."""
    last = min(ends_on, as_of.known_by.date())
    if as_of.is_latest:
        rows = Deal.objects.of(org).filter(stage="won", closed_at__date__range=(starts_on, last))
        return {deal_id: at.date() for deal_id, at in rows.values_list("id", "closed_at") if at}
    moves = StageMove.objects.filter(deal__org=org, known_at__lte=as_of.known_by, occurred_at__date__gte=starts_on)
    ordered = moves.order_by("occurred_at", "recorded_at").values_list("deal_id", "to_stage", "occurred_at")
    stood = {deal_id: (stage, at.date()) for deal_id, stage, at in ordered.iterator(CHUNK)}
    return {deal_id: day for deal_id, (stage, day) in stood.items() if stage == "won" and day <= last}


def read_earlier_values(
    org: Organisation, as_of: AsOf, fields: Collection[str], ids: Collection[UUID]
) -> dict[tuple[UUID, str], str]:
    """For each (deal, field) changed after the as-of moment: what it was before the first such change."""
    if as_of.is_latest or not ids:
        return {}
    rows = FieldChange.objects.filter(org_id=org.id, object_kind="deal", field__in=fields, is_personal=False)
    later = rows.filter(known_at__gt=as_of.known_by).order_by("-known_at", "-seq", "-position")
    values = later.values_list("object_id", "field", "old").iterator(CHUNK)
    return {(deal_id, name): old for deal_id, name, old in values if deal_id in ids}
