"""How much of a funnel goes on to the next state, judged fairly while many deals are still open.

Answers: the share that reaches a state with its interval, whether a step lags its target range, which frozen
percentages have strayed, which deals are stalled or owe a look at their target date, and what a changed definition
would do to open deals before anybody changes it. Does not answer: how likely one deal is to be won by a day
(``forecast``), which rows these are (``outlook.funnel``).

Pure: no clock; days and facts are handed in.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from landmark.playbook.schema import FunnelStep

End = Literal["reached", "lost", "open"]
Verdict = Literal["below", "maybe_below", "within", "above", "unknown"]

Z95 = 1.959963984540054
FROM_THE_START = -1.0
FEW = 20
"""With fewer ended deals than this a share is shown as a range first."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A deal since it came to a state: how many days until it reached the next one, was lost, or until today.

    ``seen_from``: the age in days from which we watched it, for a deal whose earlier history is not known.
    """

    days: float
    end: End
    seen_from: float = FROM_THE_START


@dataclass(frozen=True, slots=True)
class Share:
    """Of ``entered`` deals: how many reached the state, were lost, are open, and the share that reaches it at last.

    ``rate`` is None while nothing has ended. ``undecided``: the share that outlasted every closing seen so far; it may
    still go either way and belongs to the interval, not to the rate.
    """

    entered: int
    reached: int
    lost: int
    open: int
    rate: float | None
    low: float
    high: float
    undecided: float

    @property
    def ended(self) -> int:
        return self.reached + self.lost

    @property
    def is_thin(self) -> bool:
        return self.ended < FEW


def measure_share(stays: Sequence[Stay], z: float = Z95) -> Share:
    """The share that reaches the state, with open deals censored on the day looked at.

    Formula (Aalen & Johansen 1978): F = Σ S(t−) · reached(t) / at risk(t), with S the Kaplan–Meier share that has
    neither reached nor been lost. At risk at t: watched since before t, and not ended or censored before t. Variance by
    the delta method (Collett, Modelling Survival Data in Medical Research, 3rd ed., p. 411); interval by Wilson with
    the n that this variance stands for, n = F (1 − F) / Var, because it behaves near 0 and 1. What is undecided widens
    it upwards.
    """
    reached = sum(stay.end == "reached" for stay in stays)
    lost = sum(stay.end == "lost" for stay in stays)
    still_open = len(stays) - reached - lost
    if reached + lost == 0:
        return Share(len(stays), 0, 0, still_open, None, 0.0, 1.0, 1.0)
    rate, variance, survival = _incidence(stays)
    spread = rate * (1.0 - rate)
    weight = spread / variance if variance > 1e-15 and spread > 1e-12 else float(reached + lost)
    low, high = find_wilson(rate, weight, z)
    return Share(len(stays), reached, lost, still_open, rate, low, min(1.0, high + survival), survival)


def _incidence(stays: Sequence[Stay]) -> tuple[float, float, float]:
    """F at the end, its variance, and what of S is left."""
    steps = _steps(stays)
    final = math.fsum(before * reached / at_risk for at_risk, _ended, reached, before in steps)
    first = second = third = 0.0
    incidence, survival = 0.0, 1.0
    for at_risk, ended, reached, before in steps:
        incidence += before * reached / at_risk
        survival = before * (1.0 - ended / at_risk)
        ahead = final - incidence
        if at_risk > ended:
            first += ahead**2 * ended / (at_risk * (at_risk - ended))
        second += before**2 * reached * (at_risk - reached) / at_risk**3
        third += ahead * before * reached / at_risk**2
    return final, max(first + second - 2.0 * third, 0.0), survival


def _steps(stays: Sequence[Stay]) -> list[tuple[int, int, int, float]]:
    """One row for each moment something ended: at risk, ended, reached, S just before."""
    ends: dict[float, list[int]] = {}
    for stay in stays:
        if stay.end != "open" and stay.days > stay.seen_from:
            counts = ends.setdefault(stay.days, [0, 0])
            counts[0] += 1
            counts[1] += stay.end == "reached"
    entries = sorted(stay.seen_from for stay in stays)
    leaves = sorted(max(stay.days, stay.seen_from) for stay in stays)
    rows, survival, entered, left = [], 1.0, 0, 0
    for at in sorted(ends):
        while entered < len(entries) and entries[entered] < at:
            entered += 1
        while left < len(leaves) and leaves[left] < at:
            left += 1
        at_risk, (ended, reached) = entered - left, ends[at]
        rows.append((at_risk, ended, reached, survival))
        survival *= 1.0 - ended / at_risk
    return rows


def find_wilson(rate: float, n: float, z: float = Z95) -> tuple[float, float]:
    """The score interval of a share seen on n (Wilson 1927)."""
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def find_quantile(days: Sequence[float], share: float) -> float | None:
    """The number of days within which ``share`` of them ended (nearest rank); None without any."""
    return sorted(days)[max(math.ceil(share * len(days)), 1) - 1] if days else None


def judge_step(step: FunnelStep, share: Share) -> Verdict:
    """Where a step stands to its target range. ``maybe_below``: below it, yet chance alone could be the reason."""
    if share.rate is None:
        return "unknown"
    low, high = float(step.target_low), float(step.target_high)
    if share.rate < low:
        return "below" if share.high < low else "maybe_below"
    return "above" if share.rate > high else "within"


@dataclass(frozen=True, slots=True)
class Drift:
    """A frozen percentage that the newly measured interval no longer holds."""

    stage: str
    frozen: float
    share: Share


def find_drift(frozen: Mapping[str, float], measured: Mapping[str, Share]) -> tuple[Drift, ...]:
    """Stages whose frozen percentage lies outside what is measured now. A stage nothing ended in cannot stray."""
    pairs = ((stage, value, measured.get(stage)) for stage, value in frozen.items())
    return tuple(
        Drift(stage, value, share)
        for stage, value, share in pairs
        if share is not None and share.rate is not None and not share.low <= value <= share.high
    )


def is_stalled(last_progress_on: date, on: date, limit_days: int) -> bool:
    """No progress (a move forward, new evidence) for more than ``limit_days``."""
    return (on - last_progress_on).days > limit_days


def find_due_reviews(
    triggers: Mapping[str, Sequence[str]], first_seen_on: Mapping[str, date], date_set_on: date | None
) -> tuple[str, ...]:
    """Triggers that happened after the target date was last set (or looked at): its day is to be looked at again.

    ``first_seen_on``: evidence key → the day it first stood. On the same day the date counts as set with it in mind.
    """
    due = []
    for key, names in triggers.items():
        days = [first_seen_on[name] for name in names if name in first_seen_on]
        if days and (date_set_on is None or min(days) > date_set_on):
            due.append(key)
    return tuple(due)


def count_ends(ends: Iterable[str]) -> dict[str, int]:
    """How often each reason was given, most frequent first."""
    counts: dict[str, int] = {}
    for reason in ends:
        counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
