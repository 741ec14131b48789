"""What is believed before any history: the playbook's stage benchmarks as closing rates.

Answers: how fast deals of a stage are won and lost, before own data say better. Does not answer: what own data say.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from landmark.forecast.history import Floats
from landmark.playbook.priors import fold_name
from landmark.playbook.schema import Playbook

_DEFAULT_DAYS = 30.0


@dataclass(frozen=True)
class StagePrior:
    """Share of the stage's deals that end won, and the median days from here to the end, won or lost."""

    win_rate: float
    median_days: float


@dataclass(frozen=True)
class Priors:
    """``stages`` in their order on the path; ``stage_of``: folded milestone or stage name → place in ``stages``.

    ``weight``: how many closed deals of one's own the benchmarks weigh as much as.
    """

    pooled: StagePrior = StagePrior(0.25, 60.0)
    stages: tuple[StagePrior, ...] = ()
    stage_of: Mapping[str, int] = field(default_factory=dict)
    weight: float = 40.0

    @staticmethod
    def from_playbook(playbook: Playbook) -> "Priors":
        """Median days to the end = the sum of the typical days of this and all later open stages."""
        path = playbook.open_stages
        days = [float(stage.typical_days or _DEFAULT_DAYS) for stage in path]
        rates = [None if stage.win_prior is None else float(stage.win_prior) for stage in path]
        known = [rate for rate in rates if rate is not None]
        average = sum(known) / len(known) if known else 0.25
        stages = tuple(
            StagePrior(average if rate is None else rate, max(sum(days[place:]), 1.0))
            for place, rate in enumerate(rates)
        )
        pooled = StagePrior(average, max(sum(stage.median_days for stage in stages) / max(len(stages), 1), 1.0))
        return Priors(pooled, stages, _places(playbook), float(playbook.benchmarks.prior_deals))

    def rates(self, milestones: Sequence[str], reached: np.ndarray) -> Floats:
        """Daily closing rates (rows, 2: won, lost) of deals that reached these milestones (rows, milestones) bool.

        Formula: rate = ln 2 / median days, split by the win rate; the stage is the furthest any milestone points to,
        the pooled prior when none does.
        """
        place = np.full(reached.shape[0], -1, np.int64)
        for column, name in enumerate(milestones):
            stage = self.stage_of.get(fold_name(name), -1)
            place = np.where(reached[:, column], np.maximum(place, stage), place)
        table = np.array([_rates(prior) for prior in (*self.stages, self.pooled)])
        chosen: Floats = table[place]
        return chosen

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"stage_of": dict(self.stage_of)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Priors":
        stages = tuple(StagePrior(**stage) for stage in data["stages"])
        return Priors(StagePrior(**data["pooled"]), stages, dict(data["stage_of"]), float(data["weight"]))


def _rates(prior: StagePrior) -> tuple[float, float]:
    total = math.log(2.0) / prior.median_days
    return prior.win_rate * total, (1.0 - prior.win_rate) * total


def _places(playbook: Playbook) -> dict[str, int]:
    """Names of stages, and of milestones by the earliest stage in which they can be had."""
    place_of = {stage.key: place for place, stage in enumerate(playbook.open_stages)}
    found: dict[str, int] = {}
    for milestone in (*playbook.milestones, *playbook.evidence):
        if milestone.from_stage in place_of:
            found |= {fold_name(name): place_of[milestone.from_stage] for name in (milestone.key, *milestone.aliases)}
    for stage in playbook.open_stages:
        names = (stage.key, f"stage:{stage.key}", *stage.aliases)
        found |= {fold_name(name): place_of[stage.key] for name in names}
    return found
