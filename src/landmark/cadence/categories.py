"""Forecast categories: what people chose for each deal, as known on a day, and what the model would suggest.

Answers: the category of each open deal with its author and time, now or on an earlier day; the suggestion beside it.
Does not answer: how a category is changed (``category_actions``), by which rule one is suggested
(``engines.categories``).

History lives in the ledger, as changes of the field ``category`` of a ``deal_category`` with the deal's id. They do not
name the deal as the subject: somebody's opinion is no news about the deal, so it makes no forecast stale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from landmark.cadence.models.calls import DealCategory
from landmark.deals.models import Deal, GateState
from landmark.deals.snapshots import CHUNK, DealAsKnown, facts_of
from landmark.engines.categories import CategoryFacts, Suggestion, suggest_category
from landmark.engines.gates import gate_debt
from landmark.ledger.models import FieldChange
from landmark.ledger.queries import ChangeQuerySet
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.playbook.loader import load_playbook

KIND, FIELD = "deal_category", "category"
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A category somebody set."""

    category: str
    author_name: str
    at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """One step of a deal's category; "" stands for not set."""

    deal_id: UUID
    old: str
    new: str
    author_name: str
    at: datetime


def categories_as_known(org: Organisation, as_of: AsOf) -> dict[UUID, Chosen]:
    """What people had set by the as-of moment, by deal; a deal nobody has looked at is not in it."""
    if as_of.is_latest:
        now = DealCategory.objects.filter(org=org)
        return {row.deal_id: Chosen(row.category, row.author_name, row.set_at, row.version) for row in now}
    rows = _changes(org).filter(known_at__lte=as_of.known_by).with_text().in_chain_order()
    return {row.object_id: Chosen(row.new, row.author, row.known_at) for row in rows if row.new}


def category_changes(org: Organisation, after: datetime, until: datetime) -> list[CategoryChange]:
    """Every change known after one moment and by another, oldest first."""
    rows = _changes(org).filter(known_at__gt=after, known_at__lte=until).with_text().in_chain_order()
    return [CategoryChange(row.object_id, row.old, row.new, row.author, row.known_at) for row in rows]


def _changes(org: Organisation) -> ChangeQuerySet:
    """Looked up by deal: only deals with a category have such changes."""
    deals = DealCategory.objects.filter(org=org).values("deal_id")
    return FieldChange.objects.filter(org_id=org.id, object_id__in=deals, object_kind=KIND, field=FIELD)


def suggest_categories(
    org: Organisation,
    as_of: AsOf,
    deals: Sequence[DealAsKnown],
    p_won: Mapping[UUID, float],
    starts_on: date,
    ends_on: date,
) -> dict[UUID, Suggestion]:
    """The model's suggestion for each deal, from P(won in the period) and the evidence it owes.

    One set of limits for all deals, the organisation's playbook's: a column of commits means the same on every line.
    """
    limits = load_playbook(org.playbook).benchmarks.categories
    owed = _read_owed(org, as_of, [deal.id for deal in deals if p_won.get(deal.id, 0.0) >= limits.commit_from])
    return {
        deal.id: suggest_category(
            CategoryFacts(
                p_won=p_won.get(deal.id),
                is_paused=deal.stage == PAUSED,
                owed=owed.get(deal.id, 0),
                is_aimed=deal.target_on is not None and starts_on <= deal.target_on <= ends_on,
            ),
            limits,
        )
        for deal in deals
    }


def _read_owed(org: Organisation, as_of: AsOf, ids: list[UUID]) -> dict[UUID, int]:
    """Pieces of evidence missing behind each deal's stage: as stored now, or judged again for an earlier moment."""
    if not ids:
        return {}
    if as_of.is_latest:
        rows = GateState.objects.filter(deal__org=org, debt_count__gt=0)
        return dict(rows.values_list("deal_id", "debt_count"))
    owed: dict[UUID, int] = {}
    for start in range(0, len(ids), CHUNK):
        deals = Deal.objects.of(org).filter(id__in=ids[start : start + CHUNK]).select_related("org", "owner")
        playbooks = {deal.id: load_playbook(deal.playbook) for deal in deals}
        for deal_id, facts in facts_of(deals, as_of).items():
            debt = gate_debt(facts, playbooks[deal_id], as_of.on)
            owed[deal_id] = sum(len(gate.missing) for gate in debt)
    return owed
