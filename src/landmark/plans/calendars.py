"""What of a plan goes into the calendar file that both sides take in.

Answers: entries made of shareable fields alone. Does not answer: the file's form (``documents.plan_calendar``).
"""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from landmark.documents.plan_calendar import CheckIn, PlanCalendar, PlanEntry
from landmark.engines.audience import SHARED, see
from landmark.plans.models import Plan
from landmark.plans.reading import PlanLine, PlanState

HOST = "plan.landmark"


def make_calendar(state: PlanState, lang: str) -> PlanCalendar:
    """Dated actions; what was dropped is sent as cancelled, so that it leaves calendars that have it."""
    plan = state.plan
    with override(lang):
        deal = see(plan.deal, SHARED)
        title = _("%(deal)s: plan") % {"deal": deal.name}
        entries = [_entry(line) for line in state.lines if line.action.due_on is not None]
        return PlanCalendar(title=title, entries=entries, check_in=_check_in(state, plan), language=lang)


def _entry(line: PlanLine) -> PlanEntry:
    """What was dropped leaves the calendars that have it, and tells nobody else what it was."""
    action = see(line.action, SHARED)
    if line.state == "dropped":
        return PlanEntry(
            uid=f"{line.action.id}@{HOST}", sequence=line.action.version, changed_at=line.action.edited_at,
            title=_("No longer in the plan"), on=action.due_on, state="dropped",
        )  # fmt: skip
    owners = " + ".join(owner.name for owner in (action.our_owner, action.their_owner) if owner is not None)
    lines = [
        _("Who: %(names)s") % {"names": owners} if owners else "",
        _("Afterwards there is: %(text)s") % {"text": action.deliverable} if action.deliverable else "",
        _("Needed: %(text)s") % {"text": action.needs} if action.needs else "",
        _("Decided here: %(text)s") % {"text": action.decision} if action.decision else "",
        _("Done when: %(text)s") % {"text": action.acceptance} if action.acceptance else "",
    ]
    is_done = line.state == "done"
    return PlanEntry(
        uid=f"{line.action.id}@{HOST}", sequence=line.action.version, changed_at=line.action.edited_at,
        title=f"✓ {action.text}" if is_done else action.text, on=action.due_on,
        lines=[text for text in lines if text], state="done" if is_done else "open",
    )  # fmt: skip


def _check_in(state: PlanState, plan: Plan) -> CheckIn | None:
    shared = see(plan, SHARED)
    if shared.check_in_weekday is None:
        return None
    first = shared.starts_on + timedelta(days=(shared.check_in_weekday - shared.starts_on.weekday()) % 7)
    return CheckIn(
        uid=f"{plan.id}-check-in@{HOST}", sequence=plan.version, title=_("Check-in on the plan"), first_on=first,
        last_on=state.end_on, changed_at=plan.edited_at,
    )  # fmt: skip
