"""The plan on a deal's overview: where it stands and the one next thing to do.

Answers: one small card. Does not answer: the plan itself (``presenters.plan``).
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.plans.models import Plan
from landmark.plans.reading import PlanState, list_plans, read_plan
from landmark.ui.formats import format_day, format_weekday
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.room import Card, Room

BEGUN_BY = (Plan,)


def read_card(room: Room) -> Card | None:
    """The plan that is due first; an invitation to start one while there is none."""
    plans = list_plans(room.deal, room.as_of) if "plan" in room.begun else []
    if not plans:
        if room.deal.is_closed or not room.as_of.is_latest:
            return None
        step = _("Start it from the day that matters")
        return Card(_("Plan"), _("no shared plan yet"), "quiet", step, room.link("plan"))
    for plan in plans:
        plan.deal = room.deal
    states = [read_plan(plan, room.as_of) for plan in plans]
    open_states = [state for state in states if state.open_lines] or states
    state = min(open_states, key=_first_day)
    url = room.link("plan", list=state.plan.template)
    return Card(_("Plan"), _say_state(state, room.request), "missing" if state.late else "ready", _say_step(state), url)


def _first_day(state: PlanState) -> str:
    line = state.next_line
    return line.action.due_on.isoformat() if line and line.action.due_on else "9999"


def _say_state(state: PlanState, request: MemberRequest) -> str:
    if not state.open_lines:
        return _("everything is done")
    done = ngettext("%(n)d open action", "%(n)d open actions", len(state.open_lines)) % {"n": len(state.open_lines)}
    if state.late:
        late = ngettext("%(n)d overdue", "%(n)d overdue", len(state.late)) % {"n": len(state.late)}
        return f"{done}, {late}"
    end = format_day(state.schedule.expected_on if state.schedule else state.end_on, year_of=request.as_of.on)
    return _("%(done)s, ends %(day)s by now") % {"done": done, "day": end}


def _say_step(state: PlanState) -> str:
    line = state.next_line
    if line is None:
        return ""
    day = format_weekday(line.action.due_on) if line.action.due_on else _("no day yet")
    return f"{line.action.text} · {day}"
