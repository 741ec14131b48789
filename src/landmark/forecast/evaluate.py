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
from landmark.forecast.shocks import Shock

_FLOOR = 1e-6
BINS = 10
_BAND = (0.025, 0.975)
FACTORS = np.linspace(0.0, 5.0, 101)


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
    column, mix = _time_in_common(day, horizon)
    row = np.unique(deal, return_inverse=True)[1]
    threshold, random = ndtri(p), np.random.default_rng(seed)
    for _ in range(draws):
        luck = random.standard_normal((int(row.max()) + 1, mix.shape[0])) @ mix.T
        yield (luck[row, column] < threshold).astype(np.float64)


def _time_in_common(day: Floats, horizon: float) -> tuple[NDArray[np.intp], Floats]:
    """The place of each row's day, and what makes normals of the days depend as far as their windows overlap."""
    days, column = np.unique(day, return_inverse=True)
    shared = np.maximum(0.0, 1.0 - np.abs(days[:, None] - days[None, :]) / horizon)
    mix = np.asarray(np.linalg.cholesky(shared + 1e-9 * np.eye(days.size)), np.float64)
    return column, mix


def stated_wins(
    p: Floats, day: Floats, market: NDArray[np.integer], horizon: float, shock: Shock, *, draws: int = 2_000
) -> tuple[float, float]:
    """The 95 % range of the number of wins with what moves all deals of a market at once.

    p (n) · day (n): as-of days · market (n): whose deals · horizon in days. Formula: P(won) becomes 1 − (1 − p)^G with
    a G for each market and day, whose level stays and whose shocks depend as far as the windows of two days overlap.
    What single deals add on top is left out: it is small beside that, and leaving it out can only narrow the range.
    """
    column, mix = _time_in_common(day, horizon)
    places, at = np.unique(np.column_stack([market, column]), axis=0, return_inverse=True)
    sums = _wins_by_factor(p, at.ravel(), len(places))
    random, markets = np.random.default_rng(0), int(places[:, 0].max(initial=-1)) + 1
    wins = []
    for _ in range(draws):
        factor = shock.draw(random.standard_normal((markets, mix.shape[0])) @ mix.T, random)
        drawn = factor[places[:, 0], places[:, 1]]
        wins.append(sum(np.interp(one, FACTORS, by_factor) for one, by_factor in zip(drawn, sums, strict=True)))
    low, high = np.quantile(wins, _BAND)
    return float(low), float(high)


def _wins_by_factor(p: Floats, group: NDArray[np.intp], groups: int) -> Floats:
    """(groups, factors): the expected wins of each group if everything is hit by each of FACTORS."""
    hazard = -np.log1p(-np.minimum(p, 1 - _FLOOR))
    return np.stack([np.bincount(group, -np.expm1(-hazard * factor), groups) for factor in FACTORS], axis=1)


def three_class_loss(outcome: NDArray[np.int8], p_open: Floats, p_won: Floats, p_lost: Floats) -> float:
    """Mean −log of the probability of what happened; outcome is OPEN 0, WON 1 or LOST 2 at the horizon."""
    if not p_won.size:
        return float("nan")
    p = np.stack([p_open, p_won, p_lost], axis=1)[np.arange(outcome.size), outcome]
    return float(-np.mean(np.log(np.clip(p, _FLOOR, 1.0))))
