"""Closing rates by stage and time ahead, each as far from the playbook's benchmarks as its own evidence allows.

Answers: probabilities when history is thin; with no history at all it answers the playbook's own figures.
Does not answer: what single events or attributes tell; that is the full model's part.

Formula: rate_c = playbook rate_c(stage) × m_c(time ahead) × m_c(newest milestone) × m_c(newest milestone, time ahead).
Each multiplier is (κ + closings) / (κ + closings expected so far), the mean of a Gamma(κ, κ) prior updated by a Poisson
count: 1 without data. A deal in an early stage is won in three months, not this week: deals move on, so the rates of
the days far ahead are counted there, from where the deal stood, and few wins this week say nothing about them.
Source: empirical Bayes for Poisson rates, Morris (1983).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.grid import EDGES, LENGTH, outcomes
from landmark.forecast.history import LOST, WON, Floats, History, Ints
from landmark.forecast.priors import Priors
from landmark.forecast.sampling import Sample
from landmark.forecast.snapshots import Table

BAND_EDGES = np.array([7.0, 21.0, 60.0, 150.0])
BAND = np.searchsorted(BAND_EDGES, EDGES[1:], "left")
"""Which band of the time ahead an interval belongs to."""
GROUP_WEIGHT = 10.0
_BANDS = BAND_EDGES.size + 1


@dataclass(frozen=True)
class Rates:
    """overall (bands, 2) · by_state (states, 2) · by_ahead (states, bands, 2); state 0 means no milestone yet."""

    overall: Floats
    by_state: Floats
    by_ahead: Floats

    def predict(self, table: Table, milestones: tuple[str, ...], priors: Priors) -> Floats:
        """Hazards (rows, INTERVALS, 2)."""
        state = _state(table)
        base = priors.rates(milestones, reached(table, milestones)) * self.by_state[state]
        rate = base[:, None] * (self.overall * self.by_ahead[state])[:, BAND]
        total = rate.sum(axis=2, keepdims=True)
        hazard: Floats = -np.expm1(-total * LENGTH[:, None]) * rate / total
        return hazard

    def to_json(self) -> dict[str, Any]:
        return {
            "overall": self.overall.tolist(),
            "by_state": self.by_state.tolist(),
            "by_ahead": self.by_ahead.tolist(),
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Rates":
        return Rates(*(np.array(data[name], np.float64) for name in ("overall", "by_state", "by_ahead")))


def reached(table: Table, milestones: tuple[str, ...]) -> NDArray[np.bool_]:
    """(rows, milestones): has the deal had the milestone?"""
    places = [table.names.index(f"since:{name}") for name in milestones]
    return ~np.isnan(table.values[:, places])


def _state(table: Table) -> NDArray[np.int64]:
    return table.values[:, table.names.index("newest")].astype(np.int64) + 1


def no_rates(milestones: tuple[str, ...]) -> Rates:
    """The playbook alone."""
    states = len(milestones) + 2
    return Rates(np.ones((_BANDS, 2)), np.ones((states, 2)), np.ones((states, _BANDS, 2)))


def fit_rates(
    table: Table, milestones: tuple[str, ...], history: History, rows: Sample, as_of: float, priors: Priors
) -> Rates:
    """Counts closings and the days at risk in each interval ahead of each row.

    Many rows see the same closing: counts are scaled so that, in all and in each band, they add up to the different
    deals that closed.
    """
    ahead = outcomes(history, rows.deal, rows.day, as_of)
    row, interval = np.nonzero(ahead >= 0)
    happened, band = ahead[row, interval], BAND[interval]
    left = np.nan_to_num(history.closed[rows.deal[row]] - rows.day[row], nan=np.inf)
    seen_by = np.maximum(LENGTH[interval] / rows.spacing, 1.0) * rows.kept
    exposure = np.clip(left - EDGES[interval], 0.0, LENGTH[interval]) / seen_by
    closes = np.stack([happened == cause for cause in (WON, LOST)], axis=1) / seen_by[:, None]
    state = _state(table)[row]
    expected = priors.rates(milestones, reached(table, milestones))[row] * exposure[:, None]
    share = np.array([priors.pooled.win_rate, 1.0 - priors.pooled.win_rate])
    states = len(milestones) + 2

    in_band = np.ones(_BANDS)
    for one in range(_BANDS):
        here = band == one
        in_band[one] = _scale(rows.deal[row[here]], closes[here])
    count = in_band[band][:, None]
    weight = np.maximum(priors.weight * share, 1.0)
    overall = _multiplier(_sum_by(band, closes * count, _BANDS), _sum_by(band, expected * count, _BANDS), weight)
    expected = expected * overall[band]
    scale = _scale(rows.deal[row], closes)
    hoped = _sum_by(state, expected * scale, states)
    by_state = _multiplier(_sum_by(state, closes * scale, states), hoped, GROUP_WEIGHT)
    expected = expected * by_state[state]
    cell = state * _BANDS + band
    by_ahead = _multiplier(
        _sum_by(cell, closes * count, states * _BANDS), _sum_by(cell, expected * count, states * _BANDS), GROUP_WEIGHT
    )
    return Rates(overall, by_state, by_ahead.reshape(states, _BANDS, 2))


def _scale(deal: Ints, closes: Floats) -> float:
    """Turns counts of rows into counts of different deals that closed."""
    return float(np.unique(deal[closes.any(axis=1)]).size) / max(float(closes.sum()), 1.0)


def _sum_by(group: NDArray[np.int64], values: Floats, groups: int) -> Floats:
    return np.stack([np.bincount(group, values[:, cause], groups) for cause in (0, 1)], axis=1)


def _multiplier(closings: Floats, expected: Floats, weight: Floats | float) -> Floats:
    result: Floats = (weight + closings) / (weight + expected)
    return result
