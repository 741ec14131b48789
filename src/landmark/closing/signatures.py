"""One signed contract, told on the tab Decision and on the tab Close alike.

Answers: what a signature recorded on one of them fills in on the other. Does not answer: who may record it, and when
(``decision_actions``, ``packet_actions``). Both are called inside the change that records the signature.
"""

from datetime import date

from landmark.closing.decisions import standing_decision
from landmark.closing.models import SigningStep
from landmark.closing.working import save_changes
from landmark.deals.models import Deal
from landmark.engines import decision as rules
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.playbook.schema import Strength


def fill_decision(deal: Deal) -> None:
    """The last signature was given: the yes that stands counts as signed, by the proof that is on record."""
    decision = standing_decision(deal)
    if decision is None or decision.outcome not in rules.READY:
        return
    rows = Evidence.objects.for_deal(deal.org_id, deal.id).as_known(latest(deal.org).known_by)
    proof = (
        rows.filter(
            key="contract_signed", strength__gte=int(Strength.SIGNED), occurred_at__date__gte=decision.decided_on
        )
        .order_by("-occurred_at")
        .first()
    )
    if proof is None:
        return
    decision.signed_on, decision.signed_evidence = proof.occurred_at.date(), proof.id
    decision.written_on = decision.written_on or decision.signed_on
    decision.save(update_fields=["written_on", "signed_on", "signed_evidence"])


def fill_signing_order(deal: Deal, day: date) -> int:
    """A signed contract carries every signature that was asked for: those still open get its day."""
    rows = list(SigningStep.objects.filter(deal=deal, signed_on=None))
    for row in rows:
        save_changes(row, {"signed_on": day})
    return len(rows)
