"""Setting the category of deals: by people only.

Answers: who may set one, what is kept of it. Does not answer: what the model suggests (``engines.categories``).
Several deals at once are set together or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.cadence.call_actions import lock_week
from landmark.cadence.categories import FIELD, KIND
from landmark.cadence.models.calls import DealCategory
from landmark.deals import policies
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, StaleVersion
from landmark.deals.records import actor_of
from landmark.engines.categories import CATEGORIES
from landmark.ledger.append import append_changes
from landmark.ledger.inputs import NewChange
from landmark.orgs.as_of import stamp
from landmark.orgs.models import Member
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right


@dataclass(frozen=True, slots=True)
class Choice:
    """``if_version``: the version the person saw, 0 for not set yet, None to set it whatever stands there."""

    category: str
    if_version: int | None = None


def set_categories(
    choices: Mapping[UUID, Choice], *, by: Member, via: str = "web", now: datetime | None = None
) -> list[UUID]:
    """Set the category of each deal; those that have it already stay as they are. Returns what changed."""
    check_right(by, Right.CALL)
    if any(choice.category not in CATEGORIES for choice in choices.values()):
        raise Refused(_("Choose commit, best case, pipeline or omitted."))
    with transaction.atomic():
        lock_week(by.org)
        deals = _find_deals(by, choices)
        held = {row.deal_id: row for row in DealCategory.objects.filter(deal__in=deals)}
        changed = {
            deal_id: choice
            for deal_id, choice in choices.items()
            if deal_id not in held or held[deal_id].category != choice.category
        }
        _check_versions(changed, held, deals)
        _write(changed, held, by=by, via=via, now=now or timezone.now())
    return list(changed)


def _find_deals(by: Member, choices: Mapping[UUID, Choice]) -> dict[UUID, Deal]:
    rows = Deal.objects.of(by.org).filter(id__in=choices).select_related("owner")
    deals = {deal.id: deal for deal in rows}
    if len(deals) != len(choices):
        raise Refused(_("One of these deals is not here any more. Load the page again."))
    for deal in deals.values():
        policies.check_can_edit(by, deal)
        if deal.is_closed:
            raise Refused(_("“%(deal)s” is closed; a category is for open deals.") % {"deal": deal.name})
    return deals


def _check_versions(
    changed: Mapping[UUID, Choice], held: Mapping[UUID, DealCategory], deals: Mapping[UUID, Deal]
) -> None:
    stale = [
        deals[deal_id].name
        for deal_id, choice in changed.items()
        if choice.if_version is not None and choice.if_version != (held[deal_id].version if deal_id in held else 0)
    ]
    if stale:
        told = _("Somebody set the category of %(deals)s while you had the page open. Look again, then send yours.")
        raise StaleVersion(told % {"deals": ", ".join(sorted(stale)[:5])})


def _write(
    changed: Mapping[UUID, Choice], held: Mapping[UUID, DealCategory], *, by: Member, via: str, now: datetime
) -> None:
    if not changed:
        return
    happened = stamp(by.org, now)
    rows = [
        NewChange(
            object_kind=KIND, object_id=deal_id, field=FIELD, old=held[deal_id].category if deal_id in held else "",
            new=choice.category, occurred_at=happened,
        )
        for deal_id, choice in changed.items()
    ]  # fmt: skip
    append_changes(by.org_id, rows, by=actor_of(by), source=via)
    for deal_id, choice in changed.items():
        version = held[deal_id].version + 1 if deal_id in held else 1
        DealCategory.objects.update_or_create(
            deal_id=deal_id,
            defaults={
                "org": by.org, "category": choice.category, "author_id": by.id, "author_name": by.name,
                "set_at": happened, "version": version,
            },
        )  # fmt: skip
