"""Setting and finishing a deal's next step."""

from datetime import date

from django.utils import timezone

from landmark.deals import policies
from landmark.deals.changing import changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, NextStep
from landmark.orgs.models import Member


def set_next_step(deal: Deal, *, by: Member, text: str, owner: str, due_on: date | None, via: str = "web") -> NextStep:
    """Replace the open next step; the one before is closed as replaced."""
    step = NextStepInput(text, owner, due_on)
    policies.check_next_step(step)
    with changing(deal, by=by, via=via, check=policies.check_can_follow_up) as change:
        created = put_next_step(change.deal, step)
        change.record("next_step.set", note=text, due_on=str(due_on))
    return created


def put_next_step(deal: Deal, step: NextStepInput) -> NextStep:
    """The write alone, for actions that already hold the deal."""
    deal.next_steps.filter(done_at__isnull=True).update(done_at=timezone.now())
    return deal.next_steps.create(text=step.text.strip(), owner=step.owner.strip(), due_on=step.due_on)


def complete_next_step(deal: Deal, *, by: Member, via: str = "web") -> None:
    with changing(deal, by=by, via=via) as change:
        if change.deal.next_steps.filter(done_at__isnull=True).update(done_at=timezone.now()):
            change.record("next_step.done")
