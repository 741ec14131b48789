"""Lines of the close week that are late, handed up by themselves on the first day they are.

Answers: whom the schedule tells of a line nobody finished or handed up, once a line. Does not answer: when to ask
(``landmark work`` does). An organisation whose data ends on a day gets no new days, so nothing of it is late.
"""

import logging
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from landmark.deals.locks import lock_deal
from landmark.ledger.append import append_audit
from landmark.ledger.inputs import Actor, NewAudit, Source
from landmark.orgs.as_of import current_day
from landmark.plans.action_actions import tell_superiors
from landmark.plans.models import PlanAction
from landmark.playbook.loader import load_playbook

logger = logging.getLogger(__name__)
AT_REST = ("lost", "paused")


def hand_up_late(now: datetime) -> int:
    """Hand up every such line; returns how many. One line's trouble does not keep the others back."""
    latest_day = now.astimezone(UTC).date() + timedelta(days=1)  # east of here it may be tomorrow already
    rows = PlanAction.objects.filter(
        ended_on=None, escalated_on=None, due_on__lt=latest_day, plan__deal__org__data_until=None
    ).exclude(plan__deal__stage__in=AT_REST)
    done = 0
    for action in rows.select_related("plan__deal__org", "plan__deal__owner"):
        if not _escalates(action):
            continue
        try:
            done += _hand_up(action, current_day(action.plan.deal.org, now))
        except Exception:
            logger.exception("Line %s of a close week could not be handed up; it is tried again", action.id)
    return done


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
    told = tell_superiors(row, deal)
    detail = {"action": str(row.id), "told": len(told)}
    act = NewAudit("plan.action_escalated", "deal", deal.id, deal_id=deal.id, detail=detail, note=row.text)
    append_audit(org_id=deal.org_id, rows=[act], by=Actor(name="Landmark"), source=Source.SYSTEM)
    return True
