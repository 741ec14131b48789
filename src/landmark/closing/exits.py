"""The five stages' exit lists of a deal, read from gates and records.

Answers: what the room's own records say about an exit. Does not answer: what an item asks (``engines.exits``).
"""

from landmark.closing.models import OnboardingStep
from landmark.closing.models.packet import Side
from landmark.closing.packet import read_frame, read_lanes, read_markup_facts, read_signatures, read_summary, read_total
from landmark.deals.models import Deal
from landmark.deals.snapshots import deal_facts
from landmark.engines.exits import StageExits, read_exits
from landmark.engines.facts import DealFacts
from landmark.engines.last_mile import MARKUP_STATES, undecided
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import AsOf
from landmark.playbook.loader import load_playbook


def read_deal_exits(deal: Deal, as_of: AsOf, facts: DealFacts | None = None) -> tuple[StageExits, ...]:
    found = facts or deal_facts(deal, as_of)
    return read_exits(found, read_records(deal, found, as_of), load_playbook(deal.playbook), as_of.on)


def read_records(deal: Deal, facts: DealFacts, as_of: AsOf) -> dict[str, bool]:
    """One answer for each ``ExitRecord`` of the playbook."""
    markups, summary, frame = read_markup_facts(deal), read_summary(deal, as_of), read_frame(deal)
    signatures, steps = read_signatures(deal), list(OnboardingStep.objects.filter(deal=deal))
    questions = [ask for lane in read_lanes(deal, as_of) for ask in lane.open_asks]
    timing = {"timeline_confirmed", "urgency_driver"}
    return {
        "timing_sign": facts.target_on is not None or any(row.key in timing for row in facts.evidence),
        "price_from_summary": summary is not None and facts.amount == read_total(summary),
        "questions_owned": all(ask.owner.strip() for ask in questions),
        "markups_have_state": all(item.state in MARKUP_STATES for item in markups),
        "open_markups_have_decider": not undecided(markups),
        "signing_known": {s.side for s in signatures} == set(Side.values) and bool(frame.method.strip()),
        "kickoff_set": frame.kickoff_on is not None,
        "dependencies_assigned": bool(steps) and all(step.owner.strip() for step in steps if step.side == Side.BUYER),
        "papers_linked": _has_signed_papers(deal, as_of) or bool(frame.stored_at.strip()),
    }


def _has_signed_papers(deal: Deal, as_of: AsOf) -> bool:
    rows = Evidence.objects.filter(deal_id=deal.id, key="contract_signed").as_known(as_of.known_by)
    return rows.exclude(attachment_sha256="").exists()
