"""A shared plan as it stands on a day.

Answers: its actions with dates, slack and state, what is missing in it, who confirmed which edition. Does not answer:
how it looks (the page, ``documents``). Rows keep their latest words; what was finished or dropped after the day looked
at counts as open on it, and a plan made later is not there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from landmark.deals.models import Deal
from landmark.engines.schedule import BadPlan, Problem, Row, Schedule, Task, find_problems, plan
from landmark.engines.workdays import Workdays
from landmark.orgs.as_of import AsOf
from landmark.plans.models import ActionLink, ActionParty, Plan, PlanAction, PlanConfirmation, Side
from landmark.plans.scheduling import tasks_of, workdays_of

State = Literal["done", "dropped", "late", "at_risk", "open"]
Gap = Literal["no_accountable", "no_ours", "no_theirs", "owner_left", "no_date", "day_off", "input_refused"]
PARTS = ("outcomes", "requirements", "owners", "dates")
MANY = 25


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One action. ``row`` is its place in the schedule, None for a dropped one or when nothing can be scheduled."""

    action: PlanAction
    row: Row | None
    state: State
    gaps: tuple[Gap, ...]
    after: tuple[UUID, ...]
    parties: tuple[ActionParty, ...]

    @property
    def accountable(self) -> str:
        """The name of the one person who answers for it, "" while there is none."""
        a = self.action
        owner = a.our_owner if a.accountable == Side.OURS else a.their_owner
        return owner.name if owner else ""

    @property
    def is_open(self) -> bool:
        return self.state not in ("done", "dropped")


@dataclass(frozen=True, slots=True)
class PlanState:
    """``problems``: why it cannot be scheduled, or where agreed days leave no room for what they wait for."""

    plan: Plan
    on: date
    lines: tuple[PlanLine, ...]
    schedule: Schedule | None
    problems: tuple[Problem, ...]
    confirmation: PlanConfirmation | None
    workdays: Workdays
    tasks: tuple[Task, ...]

    @property
    def is_confirmed(self) -> bool:
        """The buyer confirmed all four parts of what the plan says now."""
        found = self.confirmation
        return found is not None and found.edition == self.plan.edition and set(found.parts) == set(PARTS)

    @property
    def open_lines(self) -> list[PlanLine]:
        return [line for line in self.lines if line.is_open]

    @property
    def late(self) -> list[PlanLine]:
        return [line for line in self.lines if line.state == "late"]

    @property
    def at_risk(self) -> list[PlanLine]:
        return [line for line in self.lines if line.state == "at_risk"]

    @property
    def next_line(self) -> PlanLine | None:
        """What comes first: the open action with the earliest day that waits for nothing open."""
        open_ids = {line.action.id for line in self.open_lines}
        ready = [line for line in self.open_lines if not open_ids & set(line.after)]
        return min(ready, key=lambda line: (line.action.due_on or date.max, line.action.position), default=None)

    @property
    def gaps(self) -> list[tuple[PlanLine, Gap]]:
        return [(line, gap) for line in self.open_lines for gap in line.gaps]

    @property
    def end_on(self) -> date:
        """The agreed end: the last agreed day, at least the anchor."""
        return max([self.plan.anchor_on, *(line.action.due_on for line in self.open_lines if line.action.due_on)])

    def title_of(self, key: str) -> str:
        return next((line.action.text for line in self.lines if str(line.action.id) == key), "")


def list_plans(deal: Deal, as_of: AsOf) -> list[Plan]:
    return list(Plan.objects.filter(deal=deal, created_at__lte=as_of.known_by))


def read_plan(found: Plan, as_of: AsOf) -> PlanState:
    """In a fixed number of queries, whatever the number of actions."""
    rows = found.actions.select_related("our_owner", "their_owner").prefetch_related("parties__member",
                                                                                    "parties__person")  # fmt: skip
    actions = [_as_known(action, as_of) for action in rows]
    links = list(ActionLink.objects.filter(action__plan=found))
    workdays = workdays_of(found.deal.org, found.buyer_country)
    tasks = tuple(tasks_of(actions, links))
    schedule, problems = _schedule(found, tasks, as_of.on, workdays)
    confirmation = found.confirmations.filter(recorded_at__lte=as_of.known_by).select_related("person").first()
    after: dict[UUID, list[UUID]] = {}
    for link in links:
        after.setdefault(link.action_id, []).append(link.before_id)
    by_key = schedule.by_key if schedule else {}
    lines = tuple(
        _line(action, by_key.get(str(action.id)), as_of.on, workdays, after.get(action.id, ())) for action in actions
    )
    return PlanState(found, as_of.on, lines, schedule, tuple(problems), confirmation, workdays, tasks)


def _as_known(action: PlanAction, as_of: AsOf) -> PlanAction:
    if not as_of.is_latest and action.ended_on and action.ended_on > as_of.on:
        action.ended_on = None
    return action


def _schedule(
    found: Plan, tasks: tuple[Task, ...], on: date, workdays: Workdays
) -> tuple[Schedule | None, list[Problem]]:
    """Against the anchor for what leads to it; a plan that goes on after its anchor ends with its last agreed day."""
    end = max([found.anchor_on, *(task.due_on for task in tasks if task.due_on)])
    start = max(on, found.starts_on)
    try:
        return plan(tasks, end_on=end, on=start, workdays=workdays), find_problems(tasks, workdays)
    except BadPlan as bad:
        return None, list(bad.problems)


def _line(
    action: PlanAction, row: Row | None, on: date, workdays: Workdays, after: Iterable[UUID]
) -> PlanLine:  # fmt: skip
    state: State = "open"
    if action.done_on:
        state = "done"
    elif action.dropped_on:
        state = "dropped"
    elif action.due_on and action.due_on < on:
        state = "late"
    elif row is not None and row.is_at_risk:
        state = "at_risk"
    parties = tuple(action.parties.all())
    return PlanLine(action, row, state, _gaps(action, workdays), tuple(after), parties)


def _gaps(action: PlanAction, workdays: Workdays) -> tuple[Gap, ...]:
    ours = action.accountable == Side.OURS
    found: list[tuple[bool, Gap]] = [
        ((action.our_owner is None) if ours else (action.their_owner is None), "no_accountable"),
        (not ours and action.our_owner is None, "no_ours"),
        (ours and action.their_owner is None and bool(action.needs), "no_theirs"),
        (action.our_owner is not None and not action.our_owner.is_active, "owner_left"),
        (action.due_on is None, "no_date"),
        (action.due_on is not None and not workdays.is_working(action.due_on), "day_off"),
        (action.needs_state == "refused", "input_refused"),
    ]
    return tuple(gap for is_so, gap in found if is_so)


def open_promises(deal: Deal, before: date) -> list[PlanAction]:
    """Actions whose day lies before another and that are not done: what the decision meeting's preparation asks for."""
    rows = PlanAction.objects.filter(plan__deal=deal, ended_on=None, due_on__lt=before)
    return list(rows.select_related("our_owner", "their_owner").order_by("due_on", "position"))
