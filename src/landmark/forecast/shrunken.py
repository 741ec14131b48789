"""Closing rates by stage and time ahead, each as far from the playbook's benchmarks as its own evidence allows.

Answers: probabilities when history is thin; with no history at all it answers the playbook's own figures.
Does not answer: what single events or attributes tell; that is the full model's part.

Formula: rate_c = playbook rate_c(stage) × m_c(newest milestone, time ahead), where m is a product of three multipliers,
of the time ahead, of the newest milestone and of both together, each (κ + closings) / (κ + closings expected so far):
the mean of a Gamma(κ, κ) prior updated by a Poisson count, 1 without data.

A deal in an early stage is won in two months, not this week: deals move on, so few wins this week say *when*, not
*whether*. What the first days take from the playbook's rates is given back later within two months, until those days
have been seen themselves.
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
GROUP_WEIGHT = 5.0
"""As many closings as the prior of a milestone weighs."""
_STANDING, _LEAST = int(np.searchsorted(EDGES, 21.0)), 1e-6
_BANDS = BAND_EDGES.size + 1
_NEAR_DAYS = np.diff([0.0, *BAND_EDGES[:3]])


@dataclass(frozen=True)
class Rates:
    """multiplier (states, bands, 2) of the playbook's rates; state 0 means no milestone yet."""

    multiplier: Floats

    def predict(self, table: Table, milestones: tuple[str, ...], priors: Priors) -> Floats:
        """Hazards (rows, INTERVALS, 2)."""
        base = priors.rates(milestones, reached(table, milestones))
        rate = base[:, None] * self.multiplier[_state(table)][:, BAND]
        total = rate.sum(axis=2, keepdims=True)
        hazard: Floats = -np.expm1(-total * LENGTH[:, None]) * rate / total
        return hazard

    def to_json(self) -> dict[str, Any]:
        return {"multiplier": self.multiplier.tolist()}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Rates":
        return Rates(np.array(data["multiplier"], np.float64))


def standing(hazard: Floats) -> Floats:
    """(rows, 2) log of the chance to be won, and to be lost, within three weeks, each as if the other could not happen;
    by hazards (rows, INTERVALS, 2) of these rates."""
    chance: Floats = 1.0 - np.prod(1.0 - hazard[:, :_STANDING], axis=1)
    return np.log(chance + _LEAST)


def reached(table: Table, milestones: tuple[str, ...]) -> NDArray[np.bool_]:
    """(rows, milestones): has the deal had the milestone?"""
    places = [table.names.index(f"since:{name}") for name in milestones]
    return ~np.isnan(table.values[:, places])


def _state(table: Table) -> NDArray[np.int64]:
    return table.values[:, table.names.index("newest")].astype(np.int64) + 1


def no_rates(milestones: tuple[str, ...]) -> Rates:
    """The playbook alone."""
    return Rates(np.ones((len(milestones) + 2, _BANDS, 2)))


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
    counted = (_sum_by(state, closes * scale, states), _sum_by(state, expected * scale, states))
    by_state = _multiplier(*counted, GROUP_WEIGHT)
    expected = expected * by_state[state]
    cell = state * _BANDS + band
    counted = (_sum_by(cell, closes * count, states * _BANDS), _sum_by(cell, expected * count, states * _BANDS))
    by_ahead = _multiplier(*counted, GROUP_WEIGHT).reshape(states, _BANDS, 2)
    return Rates(_give_back(overall * by_state[:, None] * by_ahead, counted[1].reshape(states, _BANDS, 2)))


def _give_back(multiplier: Floats, expected: Floats) -> Floats:
    """What a band of the first two months took from the playbook's closings comes back in the bands after it, as far as
    those have not been seen: later, never sooner, so by no day ahead is more won for a deal that is still open."""
    unseen = GROUP_WEIGHT / (GROUP_WEIGHT + expected)
    result = multiplier.copy()
    for band in range(_NEAR_DAYS.size - 1):
        later = slice(band + 1, _NEAR_DAYS.size)
        taken = _NEAR_DAYS[band] * np.maximum(1.0 - multiplier[:, band], 0.0)
        room = np.einsum("b,sbc->sc", _NEAR_DAYS[later], unseen[:, later])
        result[:, later] += unseen[:, later] * (taken / room * unseen[:, _NEAR_DAYS.size - 1])[:, None]
    return result


def _scale(deal: Ints, closes: Floats) -> float:
    """Turns counts of rows into counts of different deals that closed."""
    return float(np.unique(deal[closes.any(axis=1)]).size) / max(float(closes.sum()), 1.0)


def _sum_by(group: NDArray[np.int64], values: Floats, groups: int) -> Floats:
    return np.stack([np.bincount(group, values[:, cause], groups) for cause in (0, 1)], axis=1)


def _multiplier(closings: Floats, expected: Floats, weight: Floats | float) -> Floats:
    result: Floats = (weight + closings) / (weight + expected)
    return result
