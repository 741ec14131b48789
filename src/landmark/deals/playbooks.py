"""Which playbooks an organisation uses, and what another one would mean for its open deals.

Answers: the playbook a new deal takes; the effect of a playbook on the deals under way, before anybody uses it. Does
not answer: how a rule reads (``engines.playbook_choice``); who may change the choice (``actions.playbooks``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from landmark.deals.models import Deal
from landmark.deals.snapshots import facts_of
from landmark.engines.playbook_choice import Choice, choose_playbook
from landmark.engines.playbook_effect import Effect, find_effect
from landmark.orgs.as_of import latest
from landmark.orgs.models import Organisation
from landmark.playbook.loader import available, load_playbook
from landmark.playbook.schema import Playbook


def choose_for(org: Organisation, amount: Decimal | None, currency: str, deal_type: str) -> Choice:
    """The playbook a new deal of this size and type takes in this organisation."""
    known = set(available())
    others = [load_playbook(ref) for ref in org.more_playbooks if ref in known]
    return choose_playbook(amount, currency or org.currency, deal_type, org.playbook, others)


@dataclass(frozen=True, slots=True)
class DealEffect:
    """One open deal and what the other playbook would mean for it."""

    id: UUID
    name: str
    account: str
    owner: str
    stage: str
    effect: Effect


def effects_on(org: Organisation, old: Playbook, new: Playbook, lang: str = "en") -> Iterator[DealEffect]:
    """Every open deal that follows ``old``, in order of name, with what ``new`` would change."""
    as_of = latest(org)
    deals = list(
        Deal.objects.of(org).open().filter(playbook=old.ref).select_related("account", "owner", "org").order_by("name")
    )
    facts = facts_of(deals, as_of)
    for deal in deals:
        yield DealEffect(
            id=deal.id,
            name=deal.name,
            account=deal.account.name if deal.account else "",
            owner=deal.owner.name if deal.owner else "",
            stage=deal.stage,
            effect=find_effect(facts[deal.id], old, new, as_of.on, lang),
        )
