"""What hits all deals at once, and a level that is wrong for all: as far as past totals strayed from what was expected.

Answers: a distribution of the shared factor. Does not answer: what it does to a sum of money (``portfolio``).

Model: in each period every open deal's cumulative hazard is multiplied by the same G = level × shock. The shock is a
gamma variable of mean 1 and standard deviation σ, drawn anew in each period (a shared frailty; D. G. Clayton,
Biometrika 65, 1978; J. W. Vaupel et al., Demography 16, 1979); the level stays, where the model lastingly says too much
or too little. Neither is known and they stay so: the weights of a grid of both are kept, and a draw of G first draws
them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import gammaincinv, ndtr

from landmark.forecast.history import Floats

PRIOR_SIZE = 0.15
"""Half-normal scale of σ before any period has been seen: two markets in three move wins by less than 15 %."""
PRIOR_LEVEL = 0.25
"""Normal scale of the level's logarithm before any period has been seen: a model may well be off by a quarter."""
_SIZES = np.round(np.linspace(0.0, 0.6, 13), 4)
_LEVELS = np.exp(np.linspace(-0.8, 0.8, 17))
_SHAPE = (_LEVELS.size, _SIZES.size)
_LEAST_VARIANCE = 0.25
_MIDPOINTS = 200
_SURE = 1e-9
_NOTHING = 1e-5


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
    """``weights`` (17 × 13, sum 1): of each level, from 0.45 to 2.2, and each size σ in 0, 0.05 … 0.6.

    ``windows``: how many past windows they rest on.
    """

    weights: tuple[tuple[float, ...], ...]
    windows: float = 0.0

    @property
    def size(self) -> float:
        """√E[σ²]: the standard deviation of the shock alone."""
        return float(np.sqrt(np.array(self.weights).sum(axis=0) @ _SIZES**2))

    @property
    def level(self) -> float:
        """The mean of G: above 1, past wins came in above what was said."""
        return float(np.array(self.weights).sum(axis=1) @ _LEVELS)

    def levels(self, count: int) -> Floats:
        """``count`` equally likely values of G, rising, with the mean ``level``."""
        values, chances = [], []
        for weights, size in zip(np.array(self.weights).T, _SIZES, strict=True):
            kept = weights > _NOTHING
            if kept.any():
                values.append(np.outer(_LEVELS[kept], _gamma_quantiles(float(size))).ravel())
                chances.append(np.repeat(weights[kept], _MIDPOINTS))
        every, chance = np.concatenate(values), np.concatenate(chances)
        order = np.argsort(every, kind="stable")
        reached = np.cumsum(chance[order])
        wanted = (np.arange(count) + 0.5) / count * reached[-1]
        found = every[order][np.minimum(np.searchsorted(reached, wanted), every.size - 1)]
        scaled: Floats = found * (self.level / found.mean())
        return scaled

    def draw(self, normals: Floats, random: np.random.Generator) -> Floats:
        """G for normals (markets, times): one level and size for each market, a shock for each time."""
        weights = np.array(self.weights).ravel()
        level, size = np.divmod(random.choice(weights.size, normals.shape[0], p=weights / weights.sum()), _SIZES.size)
        shape = np.maximum(_SIZES[size], _SURE)[:, None] ** -2.0
        shocks = np.where(_SIZES[size][:, None] > 0, gammaincinv(shape, ndtr(normals)) / shape, 1.0)
        drawn: Floats = _LEVELS[level][:, None] * shocks
        return drawn

    def to_json(self) -> dict[str, Any]:
        weights = [[round(one, 6) for one in row] for row in self.weights]
        return {"weights": weights, "windows": self.windows, "size": self.size, "level": self.level}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Shock":
        """Raises ValueError when the weights belong to another grid."""
        weights = np.array(data["weights"], np.float64)
        if weights.shape != _SHAPE or not weights.sum() > 0:
            raise ValueError("these weights of a shared shock belong to another grid; renew the forecast")
        return Shock(_rows(weights / weights.sum()), float(data["windows"]))


def no_shock() -> Shock:
    """Deals as if independent and the level right; for comparisons."""
    return shock_of(0.0)


def shock_of(size: float, level: float = 1.0) -> Shock:
    """A shock of one known size and level, rounded to the grid."""
    weights = np.zeros(_SHAPE)
    weights[int(np.argmin(np.abs(np.log(_LEVELS / level)))), int(np.argmin(np.abs(_SIZES - size)))] = 1.0
    return Shock(_rows(weights))


def size_shock(windows: Sequence[Strayed]) -> Shock:
    """Weights of level m and size σ given past windows.

    Formula: prior (half-normal σ, log-normal m) × Π N(actual; expected + (m − 1)·leverage, m·variance +
    (m·σ·leverage)²)^weight.
    """
    level, size = _LEVELS[:, None], _SIZES[None, :]
    log_weight = -0.5 * (size / PRIOR_SIZE) ** 2 - 0.5 * (np.log(level) / PRIOR_LEVEL) ** 2
    counted = [one for one in windows if one.leverage > 0]
    for one in counted:
        mean = np.maximum(one.expected + (level - 1) * one.leverage, 0.0)
        variance = np.maximum(level * one.variance, _LEAST_VARIANCE) + (level * size * one.leverage) ** 2
        log_weight = log_weight - 0.5 * one.weight * (np.log(variance) + (one.actual - mean) ** 2 / variance)
    weights = np.exp(log_weight - log_weight.max())
    return Shock(_rows(weights / weights.sum()), float(sum(one.weight for one in counted)))


def apart_from(windows: Sequence[Strayed], start: float, end: float) -> list[Strayed]:
    """Windows that share no day with start … end, so that a past period is not judged by itself."""
    return [one for one in windows if one.end <= start or one.start >= end]


def _rows(weights: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in weights.tolist())


@cache
def _gamma_quantiles(size: float) -> Floats:
    """(200) equally likely values of a gamma variable of mean 1 and standard deviation ``size``."""
    if size == 0.0:
        return np.ones(_MIDPOINTS)
    values: Floats = gammaincinv(size**-2, (np.arange(_MIDPOINTS) + 0.5) / _MIDPOINTS) * size**2
    return values
