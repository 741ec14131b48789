"""Lines of the close week that are late, handed up by themselves on the first day they are.

Answers: whom the schedule tells of a line nobody finished or handed up, once a line. Does not answer: when to ask
(``landmark work`` does). An organisation whose data ends on a day gets no new days, so nothing of it is late.
"""

from datetime import UTC, date, datetime

from django.db import transaction

from landmark.buying.returns import AT_REST
from landmark.deals.locks import lock_deal
from landmark.deals.records import record_act
from landmark.ledger.inputs import Source
from landmark.orgs.schedule import do_each
from landmark.plans.action_actions import tell_superiors
from landmark.plans.models import PlanAction
from landmark.playbook.loader import load_playbook


def hand_up_late(now: datetime) -> int:
    """Hand up every such line; returns how many."""
    today = now.astimezone(UTC).date()
    rows = PlanAction.objects.filter(
        ended_on=None, escalated_on=None, due_on__lt=today, plan__deal__org__data_until=None
    ).exclude(plan__deal__stage__in=AT_REST)
    late = [action for action in rows.select_related("plan__deal__org", "plan__deal__owner") if _escalates(action)]
    return do_each(late, lambda action: _hand_up(action, today), lambda action: f"Handing up line {action.pk}")


def _escalates(action: PlanAction) -> bool:
    templates = load_playbook(action.plan.deal.playbook).plan_templates
    return any(one.key == action.plan.template and one.escalates_same_day for one in templates)


@transaction.atomic
def _hand_up(action: PlanAction, today: date) -> bool:
    deal = lock_deal(action.plan.deal)
    row = PlanAction.objects.filter(pk=action.pk, ended_on=None, escalated_on=None, due_on__lt=today).first()
    if row is None:
        return False
    row.escalated_on = today
    row.save(update_fields=["escalated_on"])
    detail = {"action": str(row.id), "told": tell_superiors(row, deal)}
    record_act(deal, "plan.action_escalated", by=None, via=Source.SYSTEM, detail=detail, note=row.text)
    return True
