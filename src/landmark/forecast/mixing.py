"""Slopes and trees as one: their hazards mixed, and how much each should say, judged on deals that were held back.

Answers: what both say together; which share the trees have; how far the market has drifted since.
Does not answer: how either is fitted, and which deals are held back (``full``).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit, xlog1py, xlogy

from landmark.forecast.grid import MIDDLE, of_each
from landmark.forecast.history import Floats
from landmark.forecast.sampling import Sample

_SHARES = np.linspace(0.0, 1.0, 11)
_COINS = (10, 5)
"""How firmly the shares of the trees are believed beforehand, on closing and on whether a closing is a win."""
_SUREST = 1e-9
_DRIFT_WEIGHT = 20.0
_DRIFT_LIMITS = (0.6, 1.6)


def hazard_of(closes: Floats, wins: Floats) -> Floats:
    """(…, 2) of the chance that the deal closes, and that such a closing is a win."""
    return np.stack([closes * wins, closes * (1 - wins)], axis=-1)


def apart(hazard: Floats) -> tuple[Floats, Floats]:
    """Hazards (…, 2) → the chance that the deal closes, and that such a closing is a win."""
    closes = hazard.sum(axis=-1)
    return closes, hazard[..., 0] / np.maximum(closes, 1e-300)


def bounded(hazard: Floats) -> Floats:
    """Hazards (…, 2) that are never above certainty together."""
    result: Floats = hazard / np.maximum(hazard.sum(axis=-1, keepdims=True), 1.0)
    return result


def mixed(by_slopes: Floats, by_trees: Floats, shares: Floats) -> Floats:
    """Hazards (…, 2) of both models → one: the log odds of each chance, to close and that a closing is a win, averaged
    in its own share. An average of the chances would have a floor: one model's doubt against the other's certainty."""
    own, other = (_log_odds(np.stack(apart(hazard), axis=-1)) for hazard in (by_slopes, by_trees))
    return hazard_of(*mixed_chances(own, other, shares))


def mixed_chances(own: Floats, other: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Log odds (…, closes and a closing is a win) of slopes and of trees → the two chances."""
    chances = expit((1 - shares) * own + shares * other)
    return chances[..., 0], chances[..., 1]


def _log_odds(chance: Floats) -> Floats:
    odds: Floats = logit(np.clip(chance, _SUREST, 1 - _SUREST))
    return odds


@dataclass(frozen=True)
class HeldBack:
    """What became known since of deals that neither model had seen, a cell for each of their rows and intervals ahead.

    happened (cells) 0 nothing, 1 won, 2 lost · by_slopes, by_trees (cells, 2) hazards · fortnight (cells) from 0 on ·
    repeats how many rows tell of one deal · told how many of them tell of one closing.
    """

    happened: NDArray[np.int8]
    by_slopes: Floats
    by_trees: Floats
    fortnight: NDArray[np.int64]
    repeats: float
    told: float

    @staticmethod
    def of(
        rows: Sample,
        row: NDArray[np.intp],
        interval: NDArray[np.intp],
        happened: NDArray[np.int8],
        by_slopes: Floats,
        by_trees: Floats,
    ) -> "HeldBack":
        """``row`` and ``interval`` (cells ≥ 1) say where each cell stands among the rows."""
        deal, closings = rows.deal[row], happened > 0
        fortnight = ((rows.day[row] + MIDDLE[interval]) // 14).astype(np.int64)
        repeats, told = of_each(deal), max(of_each(deal[closings]), 1.0)
        return HeldBack(happened, by_slopes, by_trees, fortnight - fortnight.min(), repeats, told)

    def shares(self, believed: Floats) -> Floats:
        """(2) the trees' share of the chance to close, and of the chance that a closing is a win.

        Each share from 0 to 1 is weighed by the likelihood it gave to what happened, with the levels of both set right,
        and the average is taken. Each closing counts once, however many rows tell of it, and when deals close for less
        where closings swing together: a fortnight is then one story, not one for each deal. Beforehand a share weighs
        as much as that many of a few coins falling on the trees' side, each with the chance ``believed`` (2).
        """
        one, other = (apart(self._levelled(hazard)) for hazard in (self.by_slopes, self.by_trees))
        closes, won = self.happened > 0, self.happened[self.happened > 0] == 1
        closing = _log_likelihoods(one[0], other[0], closes) / (self.told * self._closings_swing)
        winning = _log_likelihoods(one[1][closes], other[1][closes], won) / self.told
        return np.array(
            [
                _average_share(_log_binomial(coins, belief) + evidence)
                for coins, belief, evidence in zip(_COINS, believed, (closing, winning), strict=True)
            ]
        )

    def drift(self, shares: Floats) -> Floats:
        """Root of closings seen / closings expected of both models (2: won, lost): the final fit, which knows those
        closings, has taken in about half of it by itself. Where closings swing they are evidence of less, and the drift
        stays nearer to 1."""
        hazard, drift = mixed(self.by_slopes, self.by_trees, shares), np.ones(2)
        for cause in (0, 1):
            seen = np.bincount(self.fortnight, self.happened == cause + 1) / self.repeats
            expected = np.bincount(self.fortnight, hazard[:, cause]) / self.repeats
            weight = _DRIFT_WEIGHT * _swing(seen, expected)
            drift[cause] = np.sqrt((seen.sum() + weight) / (expected.sum() + weight))
        result: Floats = np.clip(drift, *_DRIFT_LIMITS)
        return result

    @property
    def _closings_swing(self) -> float:
        expected = np.bincount(self.fortnight, self.by_slopes.sum(axis=1))
        return _swing(np.bincount(self.fortnight, self.happened > 0) / self.told, expected / self.told)

    def _levelled(self, hazard: Floats) -> Floats:
        """Hazards (cells, 2) scaled to as many closings as there were, five of them aside."""
        seen = np.array([np.sum(self.happened == cause) for cause in (1, 2)])
        return bounded(hazard * (seen + 5 * self.repeats) / (hazard.sum(axis=0) + 5 * self.repeats))


def _log_likelihoods(by_slopes: Floats, by_trees: Floats, came_true: NDArray[np.bool_]) -> Floats:
    """(shares) of chances mixed in each share."""
    slopes, trees = (np.where(came_true, 1, -1) * _log_odds(chance) for chance in (by_slopes, by_trees))
    return -np.array([np.logaddexp(0, (share - 1) * slopes - share * trees).sum() for share in _SHARES])


def _average_share(log_weight: Floats) -> float:
    weight = np.exp(log_weight - log_weight.max())
    return float(weight @ _SHARES / weight.sum())


def _log_binomial(n: int, p: float) -> Floats:
    """Log of the chance that each share of n coins shows heads, between whole numbers too; ``scipy.stats`` knows it for
    whole ones, and takes two seconds to load."""
    k = _SHARES * n
    log_chance: Floats = -betaln(1 + n - k, 1 + k) - np.log(n + 1) + xlogy(k, p) + xlog1py(n - k, -p)
    return log_chance


def _swing(seen: Floats, expected: Floats) -> float:
    """By how much closings differ from fortnight to fortnight beyond chance: Pearson's dispersion, 1 for none."""
    full = np.maximum(expected * seen.sum() / expected.sum(), 1e-9)
    told = full > 1.0
    return max(float(np.sum((seen - full)[told] ** 2 / full[told])) / max(int(told.sum()) - 1, 1), 1.0)
