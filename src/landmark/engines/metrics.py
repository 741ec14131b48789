"""Pipeline arithmetic in exact money.

Answers: the weighted value of a pipeline, which deals are older than three in four, whether a stage table contradicts
itself, which step of the funnel lags. Does not answer: how likely a deal is by a day (``forecast``).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from landmark.playbook.priors import falling_steps, pool_falling, rates_to_won
from landmark.playbook.schema import FunnelStep, Playbook

__all__ = [
    "FunnelFinding",
    "StageLimit",
    "WeightedDeal",
    "falling_steps",
    "find_stage_limit",
    "judge_funnel",
    "percentile_75",
    "pool_falling",
    "rates_to_won",
    "weigh",
    "weigh_by_period",
]

ENOUGH_STAYS = 20


@dataclass(frozen=True, slots=True)
class WeightedDeal:
    """An amount with the chance of winning it, and the period it is expected in. All in one currency."""

    amount: Decimal
    chance: Decimal
    period: str = ""


def weigh(deals: Iterable[WeightedDeal]) -> Decimal:
    """The sum of amount × chance, exact."""
    return sum((deal.amount * deal.chance for deal in deals), Decimal(0))


def weigh_by_period(deals: Iterable[WeightedDeal]) -> dict[str, Decimal]:
    """The weighted value of each period, in the periods' own order."""
    periods: defaultdict[str, list[WeightedDeal]] = defaultdict(list)
    for deal in deals:
        periods[deal.period].append(deal)
    return {period: weigh(periods[period]) for period in sorted(periods)}


def percentile_75(days: Sequence[int]) -> int | None:
    """The number of days within which at least three in four stays ended (nearest rank); None without any."""
    return sorted(days)[math.ceil(0.75 * len(days)) - 1] if days else None


@dataclass(frozen=True, slots=True)
class StageLimit:
    """The age above which a deal is old for its stage; ``is_prior`` while too few stays are known."""

    days: int | None
    is_prior: bool


def find_stage_limit(stays: Sequence[int], prior: int | None, enough: int = ENOUGH_STAYS) -> StageLimit:
    """The stage's own 75th percentile once ``enough`` stays have ended, the playbook's before."""
    if len(stays) >= enough:
        return StageLimit(percentile_75(stays), is_prior=False)
    return StageLimit(prior, is_prior=True)


@dataclass(frozen=True, slots=True)
class FunnelFinding:
    """A step of the funnel below its target range: by how much, the likely cause, what to do, what to watch."""

    step: str
    label: str
    rate: Decimal
    target_low: Decimal
    target_high: Decimal
    cause: str
    actions: tuple[str, ...]
    guardrail: str


def judge_funnel(counts: Mapping[str, int], playbook: Playbook, lang: str = "en") -> tuple[FunnelFinding, ...]:
    """Steps whose rate lies below target. ``counts`` holds how many reached each state; unknown states are left out."""
    steps = (step for step in playbook.benchmarks.funnel if counts.get(step.from_state) and step.to_state in counts)
    rated = ((step, Decimal(counts[step.to_state]) / Decimal(counts[step.from_state])) for step in steps)
    return tuple(_find(step, rate, playbook, lang) for step, rate in rated if rate < step.target_low)


def _find(step: FunnelStep, rate: Decimal, playbook: Playbook, lang: str) -> FunnelFinding:
    words = f"funnel.{step.key}"
    return FunnelFinding(
        step=step.key,
        label=playbook.text(f"{words}.label", lang),
        rate=rate,
        target_low=step.target_low,
        target_high=step.target_high,
        cause=playbook.text(f"{words}.cause", lang),
        actions=tuple(playbook.text(f"{words}.action.{key}", lang) for key in step.actions),
        guardrail=playbook.text(f"{words}.guardrail.{step.guardrail}", lang),
    )
