"""The mutual action plan as both sides read it. Every field comes through the shareable view."""

from itertools import groupby
from typing import Any

from landmark.closing.papers.asked import Asked, split_lines
from landmark.documents.action_plan import ActionPlan, PlanAction, PlanPhase, write_action_plan
from landmark.documents.paper import Paper
from landmark.documents.writing import Writer
from landmark.engines.audience import SHARED, see
from landmark.engines.workdays import Workdays
from landmark.plans.models import Anchor
from landmark.plans.reading import PlanLine, PlanState, list_plans, read_plan

MUTUAL = "mutual"


def read_action_plan(it: Asked) -> Paper | None:
    """None while there is no shared plan, or nothing in it."""
    found = next((plan for plan in list_plans(it.deal, it.as_of) if plan.template == MUTUAL), None)
    state = read_plan(found, it.as_of) if found else None
    lines = [line for line in state.lines if line.state != "dropped"] if state else []
    if state is None or not lines:
        return None
    plan = see(state.plan, SHARED)
    phases = [
        PlanPhase(it.label("plan_phase", key), [_action(line, state.workdays) for line in group])
        for key, group in groupby(lines, key=lambda line: see(line.action, SHARED).phase)
    ]
    anchors = {plan.anchor: plan.anchor_on}
    return write_action_plan(
        ActionPlan(
            frame=it.frame,
            goal=plan.outcome,
            criteria=split_lines(plan.requirements),
            controls=_controls(plan, it.lang),
            phases=phases,
            decision_on=anchors.get(Anchor.DECISION),
            go_live_on=anchors.get(Anchor.GO_LIVE),
            confirmed=_confirmed(state, it.lang),
        )
    )


def _action(line: PlanLine, workdays: Workdays) -> PlanAction:
    action = see(line.action, SHARED)
    return PlanAction(
        text=action.text, deliverable=action.deliverable, needs=action.needs, decides=action.decision,
        done_when=action.acceptance, our_owner=_name(action.our_owner), their_owner=_name(action.their_owner),
        starts_on=workdays.shift(action.due_on, 1 - action.days) if action.due_on and action.days > 1 else None,
        due_on=action.due_on,
        is_done=line.state == "done",
    )  # fmt: skip


def _name(person: Any) -> str:
    return str(person.name) if person is not None else ""


def _controls(plan: Any, lang: str) -> list[str]:
    write = Writer(lang)
    weekday = plan.check_in_weekday
    return [] if weekday is None else [write("check_in", weekday=write.name_of_weekday(weekday))]


def _confirmed(state: PlanState, lang: str) -> str:
    """Who confirmed this edition and when; "" while nobody has."""
    if not state.is_confirmed or state.confirmation is None:
        return ""
    write = Writer(lang)
    found = see(state.confirmation, SHARED)
    day = write.day(found.confirmed_on)
    name = _name(found.person)
    return write("plan_confirmed_by", name=name, day=day) if name else write("plan_confirmed", day=day)
