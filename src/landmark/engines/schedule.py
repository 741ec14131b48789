"""Dates of a shared plan: backwards from the day it has to end, forwards from the day somebody can begin.

Answers: the latest and earliest day of every action, its slack, the critical path, where the plan leads by now, what a
slip does to the end. Refuses plans that cannot be: circles, unknown names, an action that begins before what it waits
for has ended. Does not answer: who does it (``plans``), how likely the deal is (``forecast``). No clock: the day looked
at is handed in. Linear in actions and dependencies.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from landmark.engines.workdays import ONE_DAY, Workdays

ProblemCode = Literal["twice", "unknown", "itself", "circle", "overlap", "day_off", "past_end"]
MOST_DAYS = 250


@dataclass(frozen=True, slots=True)
class Task:
    """``days``: working days of work, the last of them the due day; 0 is a moment, such as a meeting's decision.

    ``due_on``: the agreed day, None while there is none. ``done_on``: when it was finished.
    ``is_placed``: its day hangs on the anchor (signature day minus seven), so that scheduling leaves it there.
    """

    key: str
    days: int = 1
    after: tuple[str, ...] = ()
    due_on: date | None = None
    done_on: date | None = None
    is_placed: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a plan cannot be. ``keys``: the actions it is about, a circle in its order; ``day``: the first that works."""

    code: ProblemCode
    keys: tuple[str, ...]
    day: date | None = None
    detail: str = ""


class BadPlan(ValueError):
    """The dependencies cannot be scheduled; ``problems`` say which and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.code}: {', '.join(problem.keys)}" for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Slot:
    """First and last working day of an action; a moment has the same day twice."""

    start_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Row:
    """``slack``: working days an action can slip before the end does; below 0 the end cannot be kept.

    ``expected_on``: when it is finished by what is known: the agreed day, later when what it waits for is late.
    """

    key: str
    earliest: Slot
    latest: Slot
    slack: int
    is_critical: bool
    expected_on: date
    is_late: bool
    is_at_risk: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """``rows`` in an order in which the work can be done; ``expected_on``: the day the whole plan ends by now."""

    rows: tuple[Row, ...]
    end_on: date
    expected_on: date
    critical: tuple[str, ...]

    @property
    def by_key(self) -> dict[str, Row]:
        return {row.key: row for row in self.rows}


@dataclass(frozen=True, slots=True)
class Slip:
    """What happens when one action ends some working days later: the end before and after, and all that moves."""

    before_on: date
    after_on: date
    moved: tuple[tuple[str, date, date], ...]
    moved_days: int


# May this plan be?


def find_problems(tasks: Sequence[Task], workdays: Workdays) -> list[Problem]:
    """What stands in the way of the plan, the structure first: without it dates mean nothing."""
    problems = [*_find_names(tasks)]
    if problems:
        return problems
    if circle := find_circle({task.key: task.after for task in tasks}):
        return [Problem("circle", circle)]
    return list(_find_overlaps(tasks, workdays))


def _find_names(tasks: Sequence[Task]) -> Iterable[Problem]:
    known: set[str] = set()
    for task in tasks:
        if task.key in known:
            yield Problem("twice", (task.key,))
        known.add(task.key)
    for task in tasks:
        for name in task.after:
            if name == task.key:
                yield Problem("itself", (task.key,))
            elif name not in known:
                yield Problem("unknown", (task.key, name))


def _find_overlaps(tasks: Sequence[Task], workdays: Workdays) -> Iterable[Problem]:
    """An agreed day that leaves no room between what an action waits for and itself."""
    by_key = {task.key: task for task in tasks}
    for task in tasks:
        if task.due_on is None or task.done_on is not None or task.is_placed:
            continue
        waited = [by_key[name] for name in task.after if by_key[name].done_on is None]
        ends = [(one.due_on, one.key) for one in waited if one.due_on]
        if not ends:
            continue
        last, name = max(ends)
        soonest = _end_after(last, task.days, workdays)
        if task.due_on < soonest:
            yield Problem("overlap", (task.key, name), soonest)


def find_circle(after: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """One circle of dependencies, in its order and beginning with its first name twice; () when there is none."""
    left = set(after) - set(_in_order(after))
    if not left:
        return ()
    walk, seen = min(left, key=list(after).index), []
    while walk not in seen:
        seen.append(walk)
        walk = next(name for name in after[walk] if name in left)
    circle = [*reversed(seen[seen.index(walk) :])]
    return (*circle, circle[0])


def _in_order(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Names in an order in which each comes after all it waits for; those in or behind a circle are missing."""
    waiting = {name: len(set(before)) for name, before in after.items()}
    followers: dict[str, list[str]] = {name: [] for name in after}
    for name, before in after.items():
        for one in set(before):
            followers.setdefault(one, []).append(name)
    ready = deque(name for name, count in waiting.items() if count == 0)
    order = []
    while ready:
        name = ready.popleft()
        order.append(name)
        for follower in followers[name]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    return order


# Dates


def _end_after(day: date, days: int, workdays: Workdays) -> date:
    """The last day of work that begins after a day; a moment may fall on the very day."""
    return workdays.shift(day, days) if days else workdays.on_or_after(day)


def _start_of(due_on: date, days: int, workdays: Workdays) -> date:
    return due_on if days <= 1 else workdays.shift(due_on, 1 - days)


def schedule_back(tasks: Sequence[Task], end_on: date, workdays: Workdays) -> dict[str, Slot]:
    """The latest slot of every action so that the whole ends by ``end_on``. Raises ``BadPlan``."""
    order = _check(tasks)
    by_key = {task.key: task for task in tasks}
    limits: dict[str, date] = {}
    slots: dict[str, Slot] = {}
    end = workdays.on_or_before(end_on)
    for name in reversed(order):
        task = by_key[name]
        due = task.done_on or (task.due_on if task.is_placed and task.due_on else limits.get(name, end))
        slots[name] = Slot(_start_of(due, task.days, workdays), due)
        limit = due if task.days == 0 else workdays.shift(slots[name].start_on, -1)
        for before in task.after:
            limits[before] = min(limit, limits.get(before, limit))
    return {name: slots[name] for name in order}


def schedule_forward(tasks: Sequence[Task], start_on: date, workdays: Workdays) -> dict[str, Slot]:
    """The earliest slot of every action when work can begin on ``start_on``. Raises ``BadPlan``."""
    by_key = {task.key: task for task in tasks}
    slots: dict[str, Slot] = {}
    eve = start_on - ONE_DAY
    for name in _check(tasks):
        task = by_key[name]
        due = task.done_on
        if due is None:
            after = max((slots[one].due_on for one in task.after), default=eve)
            after = max(after, eve)
            due = _end_after(after, task.days, workdays) if task.days else workdays.on_or_after(max(after, start_on))
        slots[name] = Slot(_start_of(due, task.days, workdays), due)
    return slots


def expect(tasks: Sequence[Task], on: date, workdays: Workdays) -> dict[str, date]:
    """When every action ends by what is known on a day: as agreed, later when it or what it waits for is late."""
    by_key = {task.key: task for task in tasks}
    ends: dict[str, date] = {}
    for name in _check(tasks):
        task = by_key[name]
        if task.done_on is not None:
            ends[name] = task.done_on
            continue
        today = workdays.on_or_after(on)
        before = max((ends[one] for one in task.after), default=None)
        # Overdue work ends today at the soonest: nobody knows better until a new day is agreed.
        soonest = today if before is None else max(today, _end_after(before, task.days, workdays))
        undated = _end_after(max(before or today - ONE_DAY, today - ONE_DAY), task.days, workdays)
        ends[name] = max(soonest, task.due_on or undated)
    return ends


def plan(tasks: Sequence[Task], *, end_on: date, on: date, workdays: Workdays) -> Schedule:
    """The plan as it stands on a day, against the day it has to end. Raises ``BadPlan``."""
    late = schedule_back(tasks, end_on, workdays)
    early = schedule_forward(tasks, on, workdays)
    ends = expect(tasks, on, workdays)
    by_key = {task.key: task for task in tasks}
    slack = {name: workdays.count(early[name].due_on, late[name].due_on) for name in late}
    open_slack = [slack[name] for name in late if by_key[name].done_on is None]
    least = min(open_slack, default=0)
    rows = tuple(_row(by_key[name], early[name], late[name], slack[name], least, ends[name], on) for name in late)
    critical = tuple(row.key for row in rows if row.is_critical)
    return Schedule(rows, end_on, max(ends.values(), default=end_on), critical)


def _row(task: Task, early: Slot, late: Slot, slack: int, least: int, expected_on: date, on: date) -> Row:
    is_open = task.done_on is None
    is_late = is_open and task.due_on is not None and task.due_on < on
    is_at_risk = is_open and not is_late and (expected_on > (task.due_on or late.due_on) or slack < 0)
    return Row(task.key, early, late, slack, is_open and slack == least, expected_on, is_late, is_at_risk)


def slip(tasks: Sequence[Task], key: str, days: int, *, on: date, workdays: Workdays) -> Slip:
    """What it does to all others and to the end when one action ends ``days`` working days after its expected day."""
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(f"a slip is 0 to {MOST_DAYS} working days")
    before = expect(tasks, on, workdays)
    if key not in before:
        raise KeyError(key)
    later = workdays.shift(before[key], days)
    moved_tasks = [replace(task, due_on=later, done_on=None) if task.key == key else task for task in tasks]
    after = expect(moved_tasks, on, workdays)
    moved = tuple((name, before[name], day) for name, day in after.items() if day != before[name])
    ends = max(before.values()), max(after.values())
    return Slip(*ends, moved, workdays.count(*ends))


def place(anchor_on: date, offset: int, workdays: Workdays) -> date:
    """The day of an action told relative to an anchor: S−7 is seven working days before, 0 the day itself."""
    return workdays.shift(anchor_on, offset) if offset else anchor_on


def _check(tasks: Sequence[Task]) -> list[str]:
    if problems := list(_find_names(tasks)):
        raise BadPlan(problems)
    after = {task.key: task.after for task in tasks}
    order = _in_order(after)
    if len(order) < len(tasks):
        raise BadPlan([Problem("circle", find_circle(after))])
    return order
