"""Setting and finishing a deal's next step."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from landmark.deals import policies
from landmark.deals.gate_states import refresh_gate_state
from landmark.deals.inputs import NextStepInput
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal, NextStep
from landmark.deals.records import record_act
from landmark.orgs.models import Member


def set_next_step(deal: Deal, *, by: Member, text: str, owner: str, due_on: date | None, via: str = "web") -> NextStep:
    """Replace the open next step; the one before is closed as replaced."""
    step = NextStepInput(text, owner, due_on)
    policies.check_next_step(step)
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        created = put_next_step(locked, step)
        record_act(locked, "next_step.set", by=by, via=via, detail={"due_on": str(due_on)}, note=text)
        refresh_gate_state(locked)
    return created


def put_next_step(deal: Deal, step: NextStepInput) -> NextStep:
    """The write alone, for actions that already hold the deal."""
    deal.next_steps.filter(done_at__isnull=True).update(done_at=timezone.now())
    return deal.next_steps.create(text=step.text.strip(), owner=step.owner.strip(), due_on=step.due_on)


def complete_next_step(deal: Deal, *, by: Member, via: str = "web") -> None:
    with transaction.atomic():
        locked = lock_deal(deal)
        policies.check_can_edit(by, locked)
        if locked.next_steps.filter(done_at__isnull=True).update(done_at=timezone.now()):
            record_act(locked, "next_step.done", by=by, via=via)
        refresh_gate_state(locked)
