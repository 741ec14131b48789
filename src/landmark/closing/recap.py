"""Asking about what is put in writing: executive summary, risks, undertakings, the recap and who answered it.

Answers: the newest versions as known on a day; who still owes a "Confirmed". Does not answer: what may be sent
(``engines.last_mile``, ``recap_actions``).
"""

from dataclasses import dataclass

from landmark.closing.held import held_plan, held_undertakings
from landmark.closing.models import ExecutiveSummary, Recap, RecapAnswer, Risk, Undertaking
from landmark.closing.packet import read_summary
from landmark.deals.models import Deal, Stakeholder
from landmark.engines.last_mile import RecapFacts, still_owed
from landmark.orgs.as_of import AsOf
from landmark.playbook.loader import load_playbook


@dataclass(frozen=True, slots=True)
class RecapView:
    """A recap with its answers. ``owed``: roles whose confirmation has not come."""

    recap: Recap
    answers: tuple[RecapAnswer, ...]
    owed: tuple[str, ...]

    @property
    def is_confirmed(self) -> bool:
        return not self.owed


def read_executive_summary(deal: Deal, as_of: AsOf) -> ExecutiveSummary | None:
    return ExecutiveSummary.objects.filter(deal=deal, made_at__lte=as_of.known_by).order_by("-number").first()


def read_risks(deal: Deal) -> list[Risk]:
    return list(Risk.objects.filter(deal=deal, closed_on__isnull=True).order_by("position", "made_at"))


def read_undertakings(deal: Deal) -> list[Undertaking]:
    return list(Undertaking.objects.filter(deal=deal).select_related("stakeholder__person").order_by("due_on"))


def read_recap(deal: Deal, as_of: AsOf) -> RecapView | None:
    recap = Recap.objects.filter(deal=deal, made_at__lte=as_of.known_by).order_by("-number").first()
    if recap is None:
        return None
    answers = tuple(recap.answers.filter(made_at__lte=as_of.known_by).select_related("stakeholder__person"))
    confirmed = [answer.role for answer in answers if answer.is_confirmed]
    return RecapView(recap, answers, still_owed(load_playbook(deal.playbook).last_mile, confirmed))


def find_owners(deal: Deal) -> dict[str, Stakeholder | None]:
    """For each role that owes a confirmation, the person in it; None when nobody is known."""
    people = list(Stakeholder.objects.filter(deal=deal).select_related("person").order_by("person__name"))
    roles = load_playbook(deal.playbook).last_mile.confirmed_by
    return {role: next((row for row in people if role in row.roles), None) for role in roles}


def read_recap_facts(deal: Deal, decision: str, as_of: AsOf) -> RecapFacts:
    owners = find_owners(deal)
    return RecapFacts(
        decision=decision,
        has_commercial_summary=read_summary(deal, as_of) is not None,
        plan=tuple(held_plan(deal)),
        commitments=tuple(held_undertakings(deal)),
        risks=tuple((risk.text, risk.mitigation) for risk in read_risks(deal)),
        owed_by={role: row.person.name if row else "" for role, row in owners.items()},
    )
