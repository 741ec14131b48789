"""What deserves a look on an open deal, each by one rule on plain numbers.

Answers: which alerts stand and with which figures. Does not answer: how likely the deal is (``forecast``), nor what the
sentences say (a screen puts them into words). The same rules serve one deal's page and a list of thousands.

Sources of the limits: the method asks for deals older than three in four of their stage to be looked at (its 12.2), so
*progress* takes the stage's 75th percentile. The others are choices of ours, and named.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

PROGRESS, MOMENTUM, IDLE, TARGET, ADVERSARY, EXPIRY = (
    "progress", "momentum", "idle", "target", "adversary", "expiry",
)  # fmt: skip
KINDS = (TARGET, ADVERSARY, PROGRESS, MOMENTUM, IDLE, EXPIRY)

IDLE_DAYS = 21
"""Three weeks without anything on record: longer than the usual fortnight between two meetings."""
RECENT_DAYS = 14
FALLEN_SHARE = 0.5
"""Pace counts as fallen below half of the deal's own."""
FEWEST_EVENTS, FEWEST_DAYS = 5, 28
"""Below so much past a deal has no pace of its own."""
EXPIRY_DAYS = 14


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the rules read. ``progress_days``: since the last new milestone or stage; ``progress_limit``: the stage's
    75th percentile. ``events``: all on record, ``recent`` in the last fortnight. ``win_from``, ``win_until``: between
    them lie eight in ten of the ways to win. ``expiring``: keys of evidence by their last fresh day."""

    on: date
    age_days: int
    idle_days: int
    progress_days: int
    progress_limit: int | None = None
    events: int = 0
    recent: int = 0
    target_on: date | None = None
    win_from: date | None = None
    win_until: date | None = None
    adversaries: tuple[str, ...] = ()
    expiring: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """``kind`` is one of ``KINDS``; the fields hold what its sentence needs."""

    kind: str
    days: int = 0
    limit: int = 0
    is_past: bool = False
    is_early: bool = False
    names: tuple[str, ...] = field(default=())


def find_alerts(pulse: Pulse) -> tuple[Alert, ...]:
    """Those that stand, the gravest kind first. Idle time outranks a fallen pace: one fact, one alert."""
    found = {alert.kind: alert for rule in _RULES for alert in rule(pulse)}
    if IDLE in found:
        found.pop(MOMENTUM, None)
    return tuple(found[kind] for kind in KINDS if kind in found)


def _judge_progress(pulse: Pulse) -> Iterator[Alert]:
    if pulse.progress_limit is not None and pulse.progress_days > pulse.progress_limit:
        yield Alert(PROGRESS, days=pulse.progress_days, limit=pulse.progress_limit)


def usual_events(pulse: Pulse) -> float:
    """Events the deal's own past brings in a fortnight."""
    return pulse.events * RECENT_DAYS / max(pulse.age_days, 1)


def _judge_momentum(pulse: Pulse) -> Iterator[Alert]:
    usual = usual_events(pulse)
    has_past = pulse.events >= FEWEST_EVENTS and pulse.age_days >= FEWEST_DAYS
    if has_past and usual >= 1 and pulse.recent < FALLEN_SHARE * usual:
        yield Alert(MOMENTUM, days=pulse.recent, limit=round(usual))


def _judge_idle(pulse: Pulse) -> Iterator[Alert]:
    if pulse.idle_days > IDLE_DAYS:
        yield Alert(IDLE, days=pulse.idle_days, limit=IDLE_DAYS)


def _judge_target(pulse: Pulse) -> Iterator[Alert]:
    """The date is past, or lies where the deal's own curve puts fewer than one win in ten on one side."""
    target = pulse.target_on
    if target is None:
        return
    if target < pulse.on:
        yield Alert(TARGET, days=(pulse.on - target).days, is_past=True)
    elif pulse.win_from is not None and target < pulse.win_from:
        yield Alert(TARGET, days=(pulse.win_from - target).days, is_early=True)
    elif pulse.win_until is not None and target > pulse.win_until:
        yield Alert(TARGET, days=(target - pulse.win_until).days)


def _judge_adversary(pulse: Pulse) -> Iterator[Alert]:
    if pulse.adversaries:
        yield Alert(ADVERSARY, names=pulse.adversaries)


def _judge_expiry(pulse: Pulse) -> Iterator[Alert]:
    """Evidence that runs out within a fortnight; what has run out already asks at its gate."""
    soon = [(end, key) for key, end in pulse.expiring if 0 <= (end - pulse.on).days <= EXPIRY_DAYS]
    if soon:
        first = min(soon)[0]
        yield Alert(EXPIRY, days=(first - pulse.on).days, names=tuple(key for _end, key in sorted(soon)))


_RULES = (_judge_progress, _judge_momentum, _judge_idle, _judge_target, _judge_adversary, _judge_expiry)
