"""Closing rates by stage and age, each as far from the playbook's benchmarks as its own evidence allows.

Answers: probabilities when history is thin; with no history at all it answers the playbook's own figures.
Does not answer: what single events or attributes tell; that is the full model's part.

Formula: rate_c = playbook rate_c(stage) × m_c × m_c(newest milestone) × m_c(newest milestone, age band). Each
multiplier is (κ + closings) / (κ + closings expected so far), the mean of a Gamma(κ, κ) prior updated by a Poisson
count: 1 without data. Source: empirical Bayes for Poisson rates, Morris (1983).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.grid import INTERVALS, LENGTH, MIDDLE
from landmark.forecast.history import LOST, WON, Floats, History, Ints
from landmark.forecast.priors import Priors
from landmark.forecast.snapshots import Table

AGE_EDGES = np.array([7.0, 21.0, 45.0, 90.0, 180.0])
WINDOW_DAYS = 7.0
GROUP_WEIGHT = 10.0
_BANDS = AGE_EDGES.size + 1


@dataclass(frozen=True)
class Rates:
    """overall (2) · by_state (states, 2) · by_age (states, bands, 2); state 0 means no milestone yet."""

    overall: Floats
    by_state: Floats
    by_age: Floats

    def predict(self, table: Table, milestones: tuple[str, ...], priors: Priors) -> Floats:
        """Hazards (rows, INTERVALS, 2). A deal grows older ahead; its stage is taken to stay."""
        state, age = _state(table), table.values[:, table.names.index("age")]
        base = priors.rates(milestones, reached(table, milestones)) * self.overall * self.by_state[state]
        hazard = np.zeros((age.size, INTERVALS, 2))
        for j in range(INTERVALS):
            rate = base * self.by_age[state, _band(age + MIDDLE[j])]
            total = rate.sum(axis=1, keepdims=True)
            hazard[:, j] = -np.expm1(-total * LENGTH[j]) * rate / total
        return hazard

    def to_json(self) -> dict[str, Any]:
        return {"overall": self.overall.tolist(), "by_state": self.by_state.tolist(), "by_age": self.by_age.tolist()}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Rates":
        return Rates(*(np.array(data[name], np.float64) for name in ("overall", "by_state", "by_age")))


def reached(table: Table, milestones: tuple[str, ...]) -> NDArray[np.bool_]:
    """(rows, milestones): has the deal had the milestone?"""
    places = [table.names.index(f"since:{name}") for name in milestones]
    return ~np.isnan(table.values[:, places])


def _state(table: Table) -> NDArray[np.int64]:
    return table.values[:, table.names.index("newest")].astype(np.int64) + 1


def _band(age: Floats) -> NDArray[np.intp]:
    return np.searchsorted(AGE_EDGES, age, "right")


def no_rates(milestones: tuple[str, ...]) -> Rates:
    """The playbook alone."""
    states = len(milestones) + 2
    return Rates(np.ones(2), np.ones((states, 2)), np.ones((states, _BANDS, 2)))


def fit_rates(
    table: Table,
    milestones: tuple[str, ...],
    history: History,
    deal: Ints,
    day: Ints,
    as_of: float,
    overlap: float,
    priors: Priors,
) -> Rates:
    """``overlap``: how many snapshots see the same day of a deal; it turns counts of rows into counts of closings."""
    closed = history.closed[deal]
    window = np.minimum(WINDOW_DAYS, as_of - day)
    ahead = np.where(np.isnan(closed), np.inf, closed - day)
    exposure = np.minimum(window, ahead) / overlap
    outcome = history.outcome[deal]
    closes = np.stack([(outcome == WON) & (ahead <= window), (outcome == LOST) & (ahead <= window)], axis=1) / overlap
    expected = priors.rates(milestones, reached(table, milestones)) * exposure[:, None]
    share = np.array([priors.pooled.win_rate, 1.0 - priors.pooled.win_rate])
    state, band = _state(table), _band(table.values[:, table.names.index("age")])
    states = len(milestones) + 2

    overall = _multiplier(closes.sum(axis=0), expected.sum(axis=0), np.maximum(priors.weight * share, 1.0))
    expected = expected * overall
    by_state = _multiplier(_sum_by(state, closes, states), _sum_by(state, expected, states), GROUP_WEIGHT)
    expected = expected * by_state[state]
    cell = state * _BANDS + band
    by_age = _multiplier(_sum_by(cell, closes, states * _BANDS), _sum_by(cell, expected, states * _BANDS), GROUP_WEIGHT)
    return Rates(overall, by_state, by_age.reshape(states, _BANDS, 2))


def _sum_by(group: NDArray[np.int64], values: Floats, groups: int) -> Floats:
    return np.stack([np.bincount(group, values[:, cause], groups) for cause in (0, 1)], axis=1)


def _multiplier(closings: Floats, expected: Floats, weight: Floats | float) -> Floats:
    result: Floats = (weight + closings) / (weight + expected)
    return result
