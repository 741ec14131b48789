"""What hits all deals at once: how large it has been, from how far past totals strayed from what was expected.

Answers: a distribution of the shared shock. Does not answer: what it does to a sum of money (``portfolio``).

Model: in each period every open deal's cumulative hazard is multiplied by the same G, a gamma variable of mean 1 and
standard deviation σ (a shared frailty; D. G. Clayton, Biometrika 65, 1978; J. W. Vaupel et al., Demography 16, 1979).
σ is unknown and stays so: its weights on a grid are kept, and a draw of G first draws σ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaincinv

from landmark.forecast.history import Floats

PRIOR_SIZE = 0.15
"""Half-normal scale of σ before any period has been seen: two markets in three move wins by less than 15 %."""
_GRID = np.round(np.linspace(0.0, 0.8, 33), 4)
_LEAST_VARIANCE = 0.25
_MIDPOINTS = 400
_SURE = 1e-9


@dataclass(frozen=True)
class Strayed:
    """One past window: wins ``expected`` of the deals open at its start, ``variance`` had they been independent,
    ``leverage`` the change of the expected wins per unit of G, and the ``actual`` wins.

    ``start`` and ``end`` are days; ``weight`` below 1 where windows overlap, so that nothing counts twice.
    """

    start: float
    end: float
    expected: float
    variance: float
    leverage: float
    actual: float
    weight: float = 1.0


def strayed(p_won: Floats, actual: float, start: float, end: float, weight: float = 1.0) -> Strayed:
    """p_won (n). variance = Σ p(1 − p); leverage = Σ −(1 − p)·ln(1 − p), the derivative of Σ 1 − (1 − p)^G at G = 1."""
    p = np.clip(p_won, 0.0, 1.0 - _SURE)
    leverage = float(np.sum(-(1 - p) * np.log1p(-p)))
    return Strayed(start, end, float(p.sum()), float(np.sum(p * (1 - p))), leverage, float(actual), weight)


@dataclass(frozen=True)
class Shock:
    """``weights`` (33, sum 1) of the sizes σ in 0, 0.025 … 0.8; ``windows``: how many past windows they rest on."""

    weights: tuple[float, ...]
    windows: float = 0.0

    @property
    def size(self) -> float:
        """√E[σ²]: the standard deviation of G."""
        return float(np.sqrt(np.dot(self.weights, _GRID**2)))

    def levels(self, count: int) -> Floats:
        """``count`` equally likely values of G, rising, with mean 1."""
        values, chances = [], []
        middle = (np.arange(_MIDPOINTS) + 0.5) / _MIDPOINTS
        for size, weight in zip(_GRID, self.weights, strict=True):
            if weight > 1e-6:
                values.append(_gamma_quantiles(float(size), middle))
                chances.append(np.full(_MIDPOINTS, weight))
        every, chance = np.concatenate(values), np.concatenate(chances)
        order = np.argsort(every, kind="stable")
        reached = np.cumsum(chance[order])
        wanted = (np.arange(count) + 0.5) / count * reached[-1]
        found = every[order][np.minimum(np.searchsorted(reached, wanted), every.size - 1)]
        levels: Floats = found / found.mean()
        return levels

    def to_json(self) -> dict[str, Any]:
        return {"weights": [round(weight, 6) for weight in self.weights], "windows": self.windows, "size": self.size}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Shock":
        """Raises ValueError when the weights belong to another grid."""
        if len(data["weights"]) != _GRID.size:
            raise ValueError("these weights of a shared shock belong to another grid; renew the forecast")
        return Shock(tuple(float(weight) for weight in data["weights"]), float(data["windows"]))


def no_shock() -> Shock:
    """Deals as if independent; for comparisons."""
    return shock_of(0.0)


def shock_of(size: float) -> Shock:
    """A shock of one known size, rounded to the grid."""
    weights = np.zeros(_GRID.size)
    weights[int(np.argmin(np.abs(_GRID - size)))] = 1.0
    return Shock(tuple(weights.tolist()))


def size_shock(windows: Sequence[Strayed]) -> Shock:
    """Weights of σ given past windows.

    Formula: half-normal prior of scale ``PRIOR_SIZE`` × Π N(actual − expected; 0, variance + σ²·leverage²)^weight. A
    lasting error of the level strays in the same way and is therefore part of the shock.
    """
    log_weight = -0.5 * (_GRID / PRIOR_SIZE) ** 2
    counted = [one for one in windows if one.leverage > 0]
    for one in counted:
        variance = np.maximum(one.variance, _LEAST_VARIANCE) + (_GRID * one.leverage) ** 2
        log_weight = log_weight - 0.5 * one.weight * (np.log(variance) + (one.actual - one.expected) ** 2 / variance)
    weights = np.exp(log_weight - log_weight.max())
    return Shock(tuple((weights / weights.sum()).tolist()), float(sum(one.weight for one in counted)))


def apart_from(windows: Sequence[Strayed], start: float, end: float) -> list[Strayed]:
    """Windows that share no day with start … end, so that a past period is not judged by itself."""
    return [one for one in windows if one.end <= start or one.start >= end]


def _gamma_quantiles(size: float, middle: Floats) -> Floats:
    """Gamma of mean 1 and standard deviation ``size``."""
    if size == 0.0:
        return np.ones(middle.size)
    shape = size**-2
    values: Floats = gammaincinv(shape, middle) / shape
    return values
