"""The road map after a yes: what has to happen, who does it and by when.

Answers: adding, ticking, moving and dropping a step; which step comes next. Does not answer: the decision itself
(``decision_actions``), what may begin before the signature (``engines.decision``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.closing.decisions import read_standing, standing_decision, step_fact
from landmark.closing.meeting_actions import check_person
from landmark.closing.models import Decision, RoadMapStep, StepKind
from landmark.closing.policies import check_can_follow_up
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, Person
from landmark.deals.policies import Refused
from landmark.engines import decision as rules
from landmark.engines.decision import StepFact
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook


@dataclass(frozen=True, slots=True)
class StepInput:
    """One line of the road map; its owner is one of theirs or one of ours."""

    text: str
    due_on: date | None
    person: Person | None = None
    member: Member | None = None
    kind: str = StepKind.CONDITION
    category: str = ""
    costs_money: bool = False

    def as_fact(self) -> StepFact:
        owner = self.person or self.member
        return StepFact(
            self.text, owner.name if owner else "", self.due_on, self.kind == StepKind.CONDITION, self.costs_money
        )


def check_step(deal: Deal, step: StepInput) -> None:
    if not step.text.strip() or len(step.text) > 300:
        raise Refused(_("Say what has to happen, in up to 300 letters."))
    if step.person is not None:
        check_person(deal, step.person)
    if step.member is not None and (step.member.org_id != deal.org_id or not step.member.is_active):
        raise Refused(_("%(name)s no longer works here: choose another owner.") % {"name": step.member.name})
    if step.due_on is not None and step.due_on < latest(deal.org).on:
        raise Refused(_("“%(step)s” is due on a day that is past.") % {"step": step.text[:80]})
    kinds = load_playbook(deal.playbook).decision.conditions
    if step.category and step.category not in kinds:
        raise Refused(_("Choose the kind of condition from the playbook's list."))


def put_steps(decision: Decision, steps: Sequence[StepInput]) -> list[RoadMapStep]:
    return [
        RoadMapStep.objects.create(
            deal_id=decision.deal_id, decision=decision, kind=step.kind, category=step.category,
            text=step.text.strip(), owner_person=step.person, owner_member=step.member, due_on=step.due_on,
            costs_money=step.costs_money,
        )
        for step in steps
        if step.due_on is not None
    ]  # fmt: skip


def find_decision(deal: Deal) -> Decision:
    decision = standing_decision(deal)
    if decision is None:
        raise Refused(_("No decision is on record yet."))
    return decision


def take_next(deal: Deal, decision: Decision) -> None:
    """The earliest open step of the road map is what happens next on the deal."""
    step = (
        deal.road_map.filter(decision=decision, done_at=None, dropped_at=None).order_by("due_on", "created_at").first()
    )
    if step is not None:
        put_next_step(deal, NextStepInput(step.text, step.owner, step.due_on))


def add_step(deal: Deal, step: StepInput, *, by: Member, via: str = "web") -> RoadMapStep:
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        decision = find_decision(change.deal)
        if decision.outcome not in rules.READY:
            raise Refused(_("A road map follows a yes."))
        fact = step.as_fact()
        if not fact.owner or fact.due_on is None:
            raise Refused(_("Each step needs one owner and a day."))
        if fact.is_condition and change.deal.is_closed:
            raise Refused(_("The contract is signed: nothing is left for it to hang on."))
        check_step(change.deal, step)
        (row,) = put_steps(decision, [step])
        change.record("road_map.added", note=row.text, step=str(row.id), kind=row.kind, due_on=str(row.due_on))
    return row


def complete_step(deal: Deal, row: RoadMapStep, *, by: Member, money_reason: str = "", via: str = "web") -> RoadMapStep:
    """Tick a step. One that costs money waits for the signature, or for a reason why it cannot."""
    with changing(deal, by=by, via=via, check=check_can_follow_up) as change:
        row = _own(change.deal, row)
        if not rules.may_begin(step_fact(row), read_standing(change.deal, row.decision), money_reason):
            raise Refused(_("This costs money before the contract is signed. Say why it cannot wait, or wait."))
        row.done_at, row.done_on, row.money_reason = timezone.now(), latest(deal.org).on, money_reason.strip()[:300]
        row.save(update_fields=["done_at", "done_on", "money_reason"])
        change.record("road_map.done", step=str(row.id), money_reason=row.money_reason)
        if change.deal.next_steps.filter(done_at=None, text=row.text).exists():
            take_next(change.deal, row.decision)
    return row


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
    return row


def _own(deal: Deal, row: RoadMapStep) -> RoadMapStep:
    found: RoadMapStep | None = deal.road_map.select_related("decision", "owner_person", "owner_member").filter(
        pk=row.pk
    ).first()  # fmt: skip
    if found is None or found.dropped_at is not None:
        raise Refused(_("This step is no longer on the road map."))
    return found
