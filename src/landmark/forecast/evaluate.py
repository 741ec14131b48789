"""How good were probabilities: Brier, log loss, ranking, calibration; and how good a perfect model would have looked.

Answers: one number each for outcomes y (n, 0/1) and probabilities p (n), and the range that chance alone would give a
model whose every p is right. Does not answer: how they were made.
Undefined scores (no rows; only winners or only losers for the AUC) are NaN.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from landmark.forecast.history import Floats

_FLOOR = 1e-6
BINS = 10
_BAND = (0.025, 0.975)


@dataclass(frozen=True)
class Scores:
    """``expected`` and ``actual`` count wins; ``three_class``: log loss over won, lost and open, NaN if unknown."""

    rows: int
    brier: float
    log_loss: float
    auc: float
    calibration_error: float
    expected: float
    actual: float
    three_class: float = float("nan")


@dataclass(frozen=True)
class ReliabilityBin:
    """One tenth of the rows, by rising probability."""

    rows: int
    predicted: float
    observed: float


def score(won: Floats, p: Floats, three_class: float = float("nan")) -> Scores:
    """All scores of one set of predictions."""
    return Scores(
        int(p.size),
        brier(won, p),
        log_loss(won, p),
        auc(won, p),
        calibration_error(won, p),
        float(p.sum()),
        float(won.sum()),
        three_class,
    )


def brier(won: Floats, p: Floats) -> float:
    """Mean of (p − y)²."""
    return float(np.mean((p - won) ** 2)) if p.size else float("nan")


def log_loss(won: Floats, p: Floats) -> float:
    """Mean of −log of the probability given to what happened; p kept within 1e−6 of 0 and 1."""
    if not p.size:
        return float("nan")
    q = np.clip(p, _FLOOR, 1 - _FLOOR)
    return float(-np.mean(won * np.log(q) + (1 - won) * np.log(1 - q)))


def auc(won: Floats, p: Floats) -> float:
    """Chance that a deal that was won had the higher probability than one that was not; ties count half."""
    winners = float(won.sum())
    others = won.size - winners
    if winners == 0 or others == 0:
        return float("nan")
    ordered = np.sort(p)
    ranks = (np.searchsorted(ordered, p, "left") + np.searchsorted(ordered, p, "right") + 1) / 2  # ties: their mean
    return float((ranks[won == 1].sum() - winners * (winners + 1) / 2) / (winners * others))


def reliability(won: Floats, p: Floats, bins: int = BINS) -> list[ReliabilityBin]:
    """Equal-sized bins by rank of p; empty ones are left out."""
    if not p.size:
        return []
    rank = np.empty(p.size, np.int64)
    rank[np.argsort(p, kind="stable")] = np.arange(p.size)
    place = rank * bins // p.size
    groups = [place == one for one in np.unique(place)]
    return [ReliabilityBin(int(g.sum()), float(p[g].mean()), float(won[g].mean())) for g in groups]


def calibration_error(won: Floats, p: Floats) -> float:
    """Mean over ten equal-sized bins of |observed − predicted|."""
    bins = reliability(won, p)
    return float(np.mean([abs(one.observed - one.predicted) for one in bins])) if bins else float("nan")


@dataclass(frozen=True)
class Perfect:
    """What 95 of 100 perfect models would show on the same rows: calibration error and number of wins, low and high."""

    calibration_low: float
    calibration_high: float
    wins_low: float
    wins_high: float


def perfect_model(
    p: Floats, deal: NDArray[np.integer], day: Floats, horizon: float, *, draws: int = 400, seed: int = 0
) -> Perfect:
    """The 95 % bands of a model whose every probability is right.

    p (n) · deal (n): whose row it is · day (n): its as-of day · horizon in days. Formula: outcomes are drawn from p
    by a Gaussian copula; two rows of one deal, Δ days apart, have correlation max(0, 1 − Δ / horizon), the share of the
    time ahead that they have in common, since a deal seen on five Mondays is not five deals. NaN without rows.
    """
    if not p.size:
        return Perfect(*[float("nan")] * 4)
    order = np.argsort(p, kind="stable")
    place = np.empty(p.size, np.int64)
    place[order] = np.arange(p.size) * BINS // p.size
    size = np.bincount(place, minlength=BINS)
    filled = size > 0
    said = np.bincount(place, p, BINS)[filled] / size[filled]
    errors, wins = [], []
    for won in _draw_outcomes(p, deal, day, horizon, draws, seed):
        happened = np.bincount(place, won, BINS)[filled] / size[filled]
        errors.append(float(np.mean(np.abs(happened - said))))
        wins.append(float(won.sum()))
    return Perfect(*np.quantile(errors, _BAND).tolist(), *np.quantile(wins, _BAND).tolist())


def _draw_outcomes(
    p: Floats, deal: NDArray[np.integer], day: Floats, horizon: float, draws: int, seed: int
) -> Iterator[Floats]:
    days, column = np.unique(day, return_inverse=True)
    row = np.unique(deal, return_inverse=True)[1]
    shared = np.maximum(0.0, 1.0 - np.abs(days[:, None] - days[None, :]) / horizon)
    mix = np.linalg.cholesky(shared + 1e-9 * np.eye(days.size))
    threshold, random = ndtri(p), np.random.default_rng(seed)
    for _ in range(draws):
        luck = random.standard_normal((int(row.max()) + 1, days.size)) @ mix.T
        yield (luck[row, column] < threshold).astype(np.float64)


def three_class_loss(outcome: NDArray[np.int8], p_open: Floats, p_won: Floats, p_lost: Floats) -> float:
    """Mean −log of the probability of what happened; outcome is OPEN 0, WON 1 or LOST 2 at the horizon."""
    if not p_won.size:
        return float("nan")
    p = np.stack([p_open, p_won, p_lost], axis=1)[np.arange(outcome.size), outcome]
    return float(-np.mean(np.log(np.clip(p, _FLOOR, 1.0))))
