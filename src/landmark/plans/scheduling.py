"""From the tables of a plan to the engine's tasks and back.

Answers: which days count as working days for a plan, its tasks, the days a template's steps get, how long the buyer's
own reviews took last time. Does not answer: the arithmetic (``engines.schedule``).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from landmark.buying.models import ProcessStep
from landmark.deals.models import Deal
from landmark.engines.schedule import Task, place, schedule_back, schedule_forward
from landmark.engines.workdays import Workdays
from landmark.orgs.models import Organisation
from landmark.plans.models import ActionLink, PlanAction
from landmark.playbook.action_plans import PlanStep, PlanTemplate

MOST_DAYS = 60


def workdays_of(org: Organisation, buyer_country: str) -> Workdays:
    """Days on which both sides are at work."""
    return Workdays([org.country, buyer_country])


def tasks_of(actions: Iterable[PlanAction], links: Iterable[ActionLink]) -> list[Task]:
    """Dropped actions are not part of the work; what waited for one waits for nothing in its place."""
    kept = [action for action in actions if action.dropped_on is None]
    ids = {action.id for action in kept}
    after: dict[object, list[str]] = {}
    for link in links:
        if link.before_id in ids:
            after.setdefault(link.action_id, []).append(str(link.before_id))
    return [
        Task(str(a.id), a.days, tuple(after.get(a.id, ())), a.due_on, a.done_on, a.is_placed)
        for a in kept
    ]  # fmt: skip


def lay_out(
    template: PlanTemplate, anchor: str, anchor_on: date, days: Mapping[str, int], workdays: Workdays
) -> dict[str, date]:
    """The day of every step of a template around its anchor day; ``days``: durations known better than the template."""
    meets = template.anchor_step(anchor)
    tasks = [_task(step, meets, anchor_on, days, workdays) for step in template.steps]
    behind = _followers(tasks, meets) if meets else set()
    if meets:  # what follows the anchor's step begins after it; the rest is counted back from it
        ahead = [task for task in tasks if task.key in behind or task.key == meets]
        forward = [Task(t.key, t.days, tuple(k for k in t.after if k in behind or k == meets), t.due_on,
                        anchor_on if t.key == meets else None) for t in ahead]  # fmt: skip
        early = schedule_forward(forward, anchor_on + timedelta(days=1), workdays)
        found = {key: slot.due_on for key, slot in early.items()}
        rest = [task for task in tasks if task.key not in behind]
        return found | {key: slot.due_on for key, slot in schedule_back(rest, anchor_on, workdays).items()}
    return {key: slot.due_on for key, slot in schedule_back(tasks, anchor_on, workdays).items()}


def _task(step: PlanStep, meets: str | None, anchor_on: date, days: Mapping[str, int], workdays: Workdays) -> Task:
    due, is_placed = place_step(step, anchor_on, workdays), True
    if due is None:
        due, is_placed = (anchor_on, True) if step.key == meets else (None, False)
    return Task(step.key, days.get(step.key, step.days), step.after, due, None, is_placed)


def place_step(step: PlanStep, anchor_on: date, workdays: Workdays) -> date | None:
    """The day of a step that is told relative to the anchor; None for one that is counted."""
    if step.offset is not None:
        return place(anchor_on, step.offset, workdays)
    if step.week is not None:
        return workdays.on_or_before(anchor_on + timedelta(weeks=step.week))
    return None


def _followers(tasks: Sequence[Task], key: str) -> set[str]:
    """All that waits for a step, at once or by way of others; steps stand below what they wait for."""
    found: set[str] = set()
    for task in tasks:
        if key in task.after or found & set(task.after):
            found.add(task.key)
    return found


def read_durations(deal: Deal, template: PlanTemplate) -> dict[str, int]:
    """Working days of the buyer's own reviews: as their last similar purchase took, else as they plan.

    Reviews at one place of their order run side by side and count once, by the longest.
    """
    rows = list(ProcessStep.objects.filter(deal=deal, ended_at__isnull=True))
    found: dict[str, int] = {}
    for step in template.steps:
        if step.lane is None:
            continue
        longest: dict[int, int] = {}
        for row in rows:
            took = row.last_days if row.last_days is not None else row.lead_days
            if row.role in step.theirs and took is not None:
                longest[row.position] = max(took, longest.get(row.position, 0))
        if longest:
            found[step.key] = min(sum(longest.values()), MOST_DAYS)
    return found
