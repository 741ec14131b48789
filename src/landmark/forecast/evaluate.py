"""How good were probabilities: Brier, log loss, ranking, calibration.

Answers: one number each for outcomes y (n, 0/1) and probabilities p (n). Does not answer: how they were made.
Undefined scores (no rows; only winners or only losers for the AUC) are NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from landmark.forecast.history import Floats

_FLOOR = 1e-6
BINS = 10


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
    return float((rankdata(p)[won == 1].sum() - winners * (winners + 1) / 2) / (winners * others))


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


def three_class_loss(outcome: NDArray[np.int8], p_open: Floats, p_won: Floats, p_lost: Floats) -> float:
    """Mean −log of the probability of what happened; outcome is OPEN 0, WON 1 or LOST 2 at the horizon."""
    if not p_won.size:
        return float("nan")
    p = np.stack([p_open, p_won, p_lost], axis=1)[np.arange(outcome.size), outcome]
    return float(-np.mean(np.log(np.clip(p, _FLOOR, 1.0))))
