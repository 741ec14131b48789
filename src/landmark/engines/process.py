"""A buyer's way to approval: how long it takes, what is not known of it, and whether it changed since it was confirmed.

Answers: the days of each review from a start on, the latest start for a decision by a day, what is missing by name.
Does not answer: who the people are, which plan follows (``schedule``). Days are working days. Reviews in the same place
of the order run side by side and the longest counts. What a review took in the buyer's last similar purchase counts
before what they plan now: a duration that happened is better known than one that is hoped for.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from landmark.engines.workdays import Workdays

QUESTIONS = ("mechanism", "yes_when", "no_when", "not_yet_when", "ready_when")


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """One review. ``lead_days`` as planned, ``last_days`` as it took last time."""

    line: str
    position: int
    title: str
    role: str = ""
    reviewer: str = ""
    artefact: str = ""
    lead_days: int | None = None
    last_days: int | None = None
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Lap:
    """When a review runs if everything before it runs as told; a finished one has its day."""

    line: str
    starts_on: date
    ends_on: date
    days: int | None


@dataclass(frozen=True, slots=True)
class Lack:
    """``kind``: steps, decider, signer, one of ``QUESTIONS``, or of a step: reviewer, artefact, days."""

    kind: str
    step: str = ""
    line: str = ""


def days_of(step: ReviewStep) -> int | None:
    """Working days to count on: as it took last time, else as planned, None when neither is known."""
    return step.last_days if step.last_days is not None else step.lead_days


def is_hopeful(step: ReviewStep) -> bool:
    """Do they plan fewer days than it took last time?"""
    return step.last_days is not None and step.lead_days is not None and step.lead_days < step.last_days


def count_days(steps: Sequence[ReviewStep]) -> int:
    """Working days of all that is not done, side by side where the order says so."""
    left = [step for step in steps if step.done_on is None]
    return sum(max(days_of(step) or 0 for step in group) for group in _in_order(left))


def _in_order(steps: Iterable[ReviewStep]) -> Iterable[list[ReviewStep]]:
    ordered = sorted(steps, key=lambda step: step.position)
    return [list(group) for _position, group in groupby(ordered, key=lambda step: step.position)]


def lay_out(steps: Sequence[ReviewStep], start_on: date, workdays: Workdays) -> tuple[Lap, ...]:
    """Each review's first and last day; the first open one begins on the first working day from ``start_on``."""
    laps: list[Lap] = []
    at = workdays.on_or_after(start_on)
    for group in _in_order(steps):
        ends = [at]
        for step in group:
            days = days_of(step)
            if step.done_on is not None:
                laps.append(Lap(step.line, step.done_on, step.done_on, days))
                continue
            end = workdays.shift(at, max((days or 0) - 1, 0))
            laps.append(Lap(step.line, at, end, days))
            ends.append(workdays.shift(at, days) if days else at)
        at = max(ends)
    return tuple(laps)


def last_day(laps: Sequence[Lap]) -> date | None:
    """The day on which the last review ends."""
    return max((lap.ends_on for lap in laps), default=None)


def latest_start(steps: Sequence[ReviewStep], decide_by: date, workdays: Workdays) -> date:
    """The last working day on which the first open review can begin for a decision by that day."""
    return workdays.shift(workdays.on_or_before(decide_by), -max(count_days(steps) - 1, 0))


def find_lacks(
    steps: Sequence[ReviewStep], answers: Mapping[str, str], decision_parts: Iterable[str]
) -> tuple[Lack, ...]:
    """What is not known yet, in the order of asking. Signer and decider are two questions, also for one person."""
    parts = set(decision_parts)
    lacks = [] if steps else [Lack("steps")]
    lacks += [Lack(kind) for kind, held in (("decider", "decides"), ("signer", "signs")) if not parts & {held, "both"}]
    lacks += [Lack(question) for question in QUESTIONS if not answers.get(question, "").strip()]
    for step in steps:
        known = (("reviewer", step.reviewer or step.role), ("artefact", step.artefact), ("days", days_of(step)))
        lacks += [Lack(kind, step.title, step.line) for kind, value in known if value in ("", None)]
    return tuple(lacks)


def asks_for_last_purchase(lacks: Sequence[Lack], last_purchase: str) -> bool:
    """Vague answers: walk through their last similar purchase. True while days are open and it was not told."""
    return not last_purchase.strip() and any(lack.kind in ("steps", "days", "mechanism") for lack in lacks)


def digest_of(steps: Sequence[ReviewStep], answers: Mapping[str, str], decision_parts: Mapping[str, str]) -> str:
    """A fingerprint of what a buyer confirms, so that a later change shows. Finished or not makes no difference."""
    told = sorted([s.position, s.title, s.role, s.reviewer, s.artefact, s.lead_days] for s in steps)
    content = [told, {name: answers.get(name, "") for name in QUESTIONS}, dict(sorted(decision_parts.items()))]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
