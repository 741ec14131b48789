"""The mutual action plan: what both sides do until the buyer works with it. For both sides.

Answers: the plan as table and as drawing over time. Does not answer: which dates are right (``engines.schedule``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from landmark.documents.paper import Bar, Facts, Frame, Lead, Lines, Paper, Part, Sheet, Timeline
from landmark.documents.writing import NOTHING, Writer
from landmark.engines.audience import SHARED

BARS_LIMIT = 45
_TICKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAction:
    """Owners are names. ``needs``: what one side must get from the other first. ``decides``: what is decided there."""

    text: str
    starts_on: date | None
    due_on: date | None
    deliverable: str = ""
    our_owner: str = ""
    their_owner: str = ""
    needs: str = ""
    decides: str = ""
    done_when: str = ""
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class PlanPhase:
    name: str
    actions: Sequence[PlanAction]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan:
    """``goal``: in the buyer's words. ``criteria``: how success is measured. ``controls``: cadence, who decides."""

    frame: Frame
    goal: str
    phases: Sequence[PlanPhase]
    criteria: Sequence[str] = ()
    controls: Sequence[str] = ()
    decision_on: date | None = None
    go_live_on: date | None = None
    confirmed: str = ""


def write_action_plan(it: ActionPlan) -> Paper:
    write = Writer(it.frame.lang)
    parts: list[Part] = [
        Lead(it.goal, write("goal")),
        _days(it, write),
        Lines(write("success_measured"), it.criteria),
        _timeline(it, write),
        _table(it, write),
        Lines(write("working_together"), it.controls),
    ]
    ask = "" if it.confirmed else write("plan_ask")
    return Paper(it.frame, SHARED, write("action_plan"), it.frame.deal, parts, ask=ask, seal=it.confirmed)


def _days(it: ActionPlan, write: Writer) -> Facts:
    days = ((write("decision_day"), it.decision_on), (write("go_live"), it.go_live_on))
    return Facts([(name, write.day(on)) for name, on in days if on])


def _table(it: ActionPlan, write: Writer) -> Sheet:
    """Phases are rows that stand out; actions count through."""
    head = ("", write("what"), write("by_you", buyer=it.frame.buyer), write("by_us", seller=it.frame.seller),
            write("by_when"))  # fmt: skip
    rows: list[tuple[str, ...]] = []
    strong: list[int] = []
    number = 0
    for phase in it.phases:
        if phase.name:
            strong.append(len(rows))
            rows.append((phase.name, "", "", "", ""))
        for action in phase.actions:
            number += 1
            rows.append(_row(number, action, it, write))
    return Sheet(write("actions"), head, rows, widths=(0, 1.9, 0.8, 0.8, 0), strong=strong)


def _row(number: int, action: PlanAction, it: ActionPlan, write: Writer) -> tuple[str, ...]:
    words = [action.text]
    if action.deliverable:
        words.append(write("result", text=action.deliverable))
    if action.done_when:
        words.append(write("done_when", text=action.done_when))
    if action.needs:
        words.append(write("needs", text=action.needs))
    if action.decides:
        words.append(write("decides", text=action.decides))
    what = "\n".join(words)
    when = write.short_day(action.due_on)
    if action.is_done:
        when = f"{when}\n✓ {write('done')}"
    elif action.due_on and action.due_on < it.frame.as_of:
        when = f"{when}\n{write('late')}"
    if action.decides:
        what = f"◆ {what}"
    return (str(number), what, action.their_owner or NOTHING, action.our_owner or NOTHING, when)


def _timeline(it: ActionPlan, write: Writer) -> Timeline:
    """Nothing when there are no days, or more actions than can be told apart."""
    title = write("over_time")
    dated = [(phase.name, [a for a in phase.actions if a.due_on]) for phase in it.phases]
    flat = [action for _name, actions in dated for action in actions]
    if not flat or len(flat) > BARS_LIMIT:
        return Timeline(title, (), ())
    days = [day for a in flat for day in (a.starts_on, a.due_on) if day] + [it.frame.as_of]
    days += [day for day in (it.decision_on, it.go_live_on) if day]
    first, last = min(days), max(days) + timedelta(days=1)
    scale = _Scale(first, (last - first).days)
    bars: list[Bar] = []
    for name, actions in dated:
        if name and actions:
            bars.append(_phase_bar(name, actions, scale))
        bars += [_bar(action, scale, it.frame.as_of) for action in actions]
    marks = [first + timedelta(days=scale.days * place // _TICKS) for place in range(_TICKS + 1)]
    ticks = [(scale(day), write.tick(day)) for day in sorted(set(marks))]
    return Timeline(title, bars, ticks, scale(it.frame.as_of), write("over_time_note", day=write.tick(it.frame.as_of)))


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    days: int

    def __call__(self, day: date) -> float:
        return round((day - self.first).days / self.days, 4)


def _phase_bar(name: str, actions: Sequence[PlanAction], scale: _Scale) -> Bar:
    starts = [day for a in actions if (day := a.starts_on or a.due_on)]
    ends = [a.due_on for a in actions if a.due_on]
    return Bar(name, scale(min(starts)), scale(max(ends) + timedelta(days=1)), head=True)


def _bar(action: PlanAction, scale: _Scale, as_of: date) -> Bar:
    end = action.due_on or as_of
    start = scale(min(action.starts_on or end, end))
    if action.decides:
        return Bar(action.text, scale(end), scale(end), "decision", done=action.is_done)
    state: Literal["done", "late", "open"] = "done" if action.is_done else "late" if end < as_of else "open"
    return Bar(action.text, start, scale(end + timedelta(days=1)), state)
