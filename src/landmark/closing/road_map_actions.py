"""The road map of a “yes, but”: conditions, who meets them and by when.

Answers: adding, ticking, moving and dropping a condition. Does not answer: the decision itself (``decision_actions``),
the steps that put a yes to work (``onboarding_actions``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.closing.decisions import read_standing, standing_decision
from landmark.closing.meeting_actions import check_person
from landmark.closing.models import Decision, OnboardingStep, RoadMapStep
from landmark.closing.models.packet import Side
from landmark.closing.onboarding_actions import prepare_on_yes, take_next
from landmark.closing.policies import check_colleague
from landmark.closing.working import fresh
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal, Person
from landmark.deals.policies import Refused, check_can_follow_up, check_can_pursue
from landmark.engines.decision import Standing, StepFact
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook


@dataclass(frozen=True, slots=True)
class StepInput:
    """A condition, or a step that puts the yes to work; its owner is one of theirs or one of ours."""

    text: str
    due_on: date | None
    person: Person | None = None
    member: Member | None = None
    is_condition: bool = True
    category: str = ""
    costs_money: bool = False

    @property
    def owner(self) -> str:
        found = self.person or self.member
        return found.name if found else ""

    def as_fact(self) -> StepFact:
        return StepFact(self.text, self.owner, self.due_on, self.is_condition)


def check_step(deal: Deal, step: StepInput) -> None:
    if not step.text.strip() or len(step.text) > 300:
        raise Refused(_("Say what has to happen, in up to 300 letters."))
    if step.person is not None:
        check_person(deal, step.person)
    check_colleague(deal, step.member)
    if step.due_on is not None and step.due_on < latest(deal.org).on:
        raise Refused(_("“%(step)s” is due on a day that is past.") % {"step": step.text[:80]})
    kinds = load_playbook(deal.playbook).decision.conditions
    if step.category and step.category not in kinds:
        raise Refused(_("Choose the kind of condition from the playbook's list."))


def put_steps(decision: Decision, steps: Sequence[StepInput], by: Member) -> None:
    """Conditions onto the road map, all else into the onboarding."""
    dated = [(step, step.due_on) for step in steps if step.due_on is not None]
    for step, day in dated:
        if step.is_condition:
            put_condition(decision, step, day)
    OnboardingStep.objects.bulk_create(
        OnboardingStep(
            deal_id=decision.deal_id, decision=decision, position=number, text=step.text.strip(), due_on=day,
            side=Side.BUYER if step.person else Side.SELLER, owner=step.owner, costs_money=step.costs_money,
            **fresh(by),
        )
        for number, (step, day) in enumerate(((s, d) for s, d in dated if not s.is_condition), 1)
    )  # fmt: skip


def put_condition(decision: Decision, step: StepInput, day: date) -> RoadMapStep:
    return RoadMapStep.objects.create(
        deal_id=decision.deal_id, decision=decision, category=step.category, text=step.text.strip(),
        owner_person=step.person, owner_member=step.member, due_on=day,
    )  # fmt: skip


def find_decision(deal: Deal) -> Decision:
    decision = standing_decision(deal)
    if decision is None:
        raise Refused(_("No decision is on record yet."))
    return decision


def add_condition(deal: Deal, step: StepInput, *, by: Member, via: str = "web") -> RoadMapStep:
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        decision = find_decision(change.deal)
        if read_standing(change.deal, decision) is not Standing.VERBAL:
            raise Refused(_("A condition belongs to a yes that is not in writing yet."))
        if not step.owner or step.due_on is None:
            raise Refused(_("Each step needs one owner and a day."))
        check_step(change.deal, step)
        row = put_condition(decision, step, step.due_on)
        change.record("road_map.added", note=row.text, step=str(row.id), due_on=str(row.due_on))
    return row


def complete_step(deal: Deal, row: RoadMapStep, *, by: Member, via: str = "web") -> RoadMapStep:
    """Tick a condition. With the last one the yes holds, and the onboarding is prepared."""
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        row = _own(change.deal, row)
        row.done_at, row.done_on = timezone.now(), latest(deal.org).on
        row.save(update_fields=["done_at", "done_on"])
        change.record("road_map.done", step=str(row.id))
        _follow(change, row)
    return row


def _follow(change: Change, row: RoadMapStep) -> None:
    if change.deal.next_steps.filter(done_at=None, text=row.text).exists():
        take_next(change.deal, row.decision)
    prepare_on_yes(change)


def reopen_step(deal: Deal, row: RoadMapStep, *, by: Member, via: str = "web") -> RoadMapStep:
    """Untick a step that is not done after all."""
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        row = _own(change.deal, row)
        row.done_at = row.done_on = None
        row.save(update_fields=["done_at", "done_on"])
        change.record("road_map.reopened", step=str(row.id))
    return row


def change_step(
    deal: Deal, row: RoadMapStep, *, by: Member, due_on: date | None = None, drop: bool = False, via: str = "web"
) -> RoadMapStep:
    """Give a step another day, or drop it."""
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        row = _own(change.deal, row)
        if not drop and (due_on is None or due_on < latest(deal.org).on):
            raise Refused(_("Choose a day that is still to come."))
        row.due_on, row.dropped_at = due_on or row.due_on, timezone.now() if drop else None
        row.save(update_fields=["due_on", "dropped_at"])
        change.record("road_map.changed", step=str(row.id), due_on=str(row.due_on), is_dropped=drop)
        if drop:
            _follow(change, row)
    return row


def _own(deal: Deal, row: RoadMapStep) -> RoadMapStep:
    found: RoadMapStep | None = deal.road_map.select_related("decision", "owner_person", "owner_member").filter(
        pk=row.pk
    ).first()  # fmt: skip
    if found is None or found.dropped_at is not None:
        raise Refused(_("This step is no longer on the road map."))
    return found
