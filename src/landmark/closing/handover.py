"""Asking about blockers, the hand-over and the onboarding.

Answers: what blocks a deal, which version of the hand-over counts, whether the buyer said yes and the contract is
signed, which steps may start. Does not answer: what may be changed (``handover_actions``).
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from landmark.closing.models import Blocker, Decision, HandOver, OnboardingStep, RoadMapStep
from landmark.closing.models.handover import HandOverState
from landmark.deals.models import Deal
from landmark.engines.decision import READY
from landmark.engines.last_mile import StartFacts, may_start
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import AsOf, latest
from landmark.playbook.strength import Strength


@dataclass(frozen=True, slots=True)
class StepView:
    step: OnboardingStep
    may_start: bool

    @property
    def state(self) -> str:
        if self.step.done_on:
            return "done"
        if self.step.started_on:
            return "started"
        return "ready" if self.may_start else "waits"


@dataclass(frozen=True, slots=True)
class HandOverView:
    """``versions`` oldest first; ``current`` is the one that counts."""

    versions: tuple[HandOver, ...]
    steps: tuple[StepView, ...]
    has_yes: bool
    is_signed: bool

    @property
    def current(self) -> HandOver | None:
        return self.versions[-1] if self.versions else None


def read_blockers(deal: Deal, as_of: AsOf) -> list[Blocker]:
    """Blockers open on the day, those without owner or day first."""
    rows = Blocker.objects.filter(deal=deal, raised_on__lte=as_of.on, made_at__lte=as_of.known_by)
    found = [row for row in rows if row.cleared_on is None or row.cleared_on > as_of.on]
    return sorted(found, key=lambda row: (bool(row.owner and row.due_on), row.due_on or date.max))


def read_cleared(deal: Deal, as_of: AsOf) -> list[Blocker]:
    rows = Blocker.objects.filter(deal=deal, cleared_on__lte=as_of.on, made_at__lte=as_of.known_by)
    return list(rows.order_by("-cleared_on"))


def read_hand_over(deal: Deal, as_of: AsOf) -> HandOverView:
    is_signed = read_is_signed(deal, as_of)
    rows = HandOver.objects.filter(deal=deal, made_at__lte=as_of.known_by).select_related("receiver", "answered_by")
    steps = OnboardingStep.objects.filter(deal=deal, made_at__lte=as_of.known_by).select_related("override_by")
    return HandOverView(
        versions=tuple(rows.order_by("number")),
        steps=tuple(StepView(step, may_start(start_facts(step, is_signed), as_of.on)) for step in steps),
        has_yes=read_has_yes(deal, as_of),
        is_signed=is_signed,
    )


def start_facts(step: OnboardingStep, is_signed: bool) -> StartFacts:
    return StartFacts(step.costs_money, is_signed, step.override_until)


def read_is_signed(deal: Deal, as_of: AsOf | None = None) -> bool:
    """A signed contract is on record, with a signature's strength."""
    known = (as_of or latest(deal.org)).known_by
    rows = Evidence.objects.filter(deal_id=deal.id, key="contract_signed", strength=int(Strength.SIGNED))
    return rows.as_known(known).exists()


def read_has_yes(deal: Deal, as_of: AsOf | None = None) -> bool:
    """The buyer said yes, in the decision meeting with no condition left open, in writing, or by signing."""
    known = (as_of or latest(deal.org)).known_by
    waiting = RoadMapStep.objects.filter(decision=OuterRef("pk"), created_at__lte=known).filter(
        Q(done_at=None) | Q(done_at__gt=known), Q(dropped_at=None) | Q(dropped_at__gt=known)
    )
    said = Decision.objects.filter(deal=deal, outcome__in=READY, withdrawn_at__isnull=True, recorded_at__lte=known)
    keys = ("decision_in_writing", "contract_signed")
    proved = Evidence.objects.filter(deal_id=deal.id, key__in=keys).as_known(known)
    return said.exclude(Exists(waiting)).exists() or proved.exists()


def has_accepted(deal: Deal) -> bool:
    """Delivery has taken the deal over."""
    return HandOver.objects.filter(deal=deal, state=HandOverState.ACCEPTED).exists()
