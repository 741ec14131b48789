"""The full level: penalised logistic and boosted hazards, fitted on the same landmark snapshots.

Answers: what is fitted once history suffices, and how it goes on beyond the time that history covers.
Does not answer: when it is used, and with what share (``model``).
"""

import math
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, expit, logit, xlog1py, xlogy
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.forecast.design import Scaling, expand
from landmark.forecast.duplicates import account_folds
from landmark.forecast.grid import (
    INTERVALS,
    LENGTH,
    MIDDLE,
    Calendar,
    calendar_ahead,
    clock_bins,
    known_calendar,
    outcomes,
)
from landmark.forecast.hazards import Ahead, Hazards, fit_hazards
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.sampling import Sample
from landmark.forecast.shrunken import standing
from landmark.forecast.snapshots import Table
from landmark.forecast.trees import CLASSES, Inputs, Trees, fit_trees
from landmark.forecast.vocabulary import Vocabulary

PENALTY_A_ROW = 17.0
PENALTY_DEALS = 2_000.0
"""Deals at which the ridge is twice as strong as with no end of them."""
STRENGTHS = (16.0, 4.0, 1.0)
FEW_DEALS, _TRIAL = 1_500, 40
"""With fewer deals than these, deals that were held back say how strong the ridge is, in fits of so many steps."""
SHRUNKEN_DEALS = 60.0
"""Every sixty closed deals more, the shrunken rates say about a third as much as before."""
STANDING, STANDING_PENALTY = 2, 0.17
"""Columns of what the shrunken rates say of where a deal stands: there the slopes begin. Their ridge is light."""
TREE_WEIGHTS = np.array([500.0, 1_000.0])
"""Closed deals at which the trees have half the say on closing, and on whether a closing is a win: closings are few."""
TAIL_HALF_LIFE_DAYS = 60.0
_DEALS_AT_RISK = 30
_HELD_BACK_DAYS = (14.0, 90.0)
_SHARES = np.linspace(0.0, 1.0, 11)
_COINS = (10, 5)
"""How firmly the shares of the trees are believed beforehand, on closing and on whether a closing is a win."""
_SUREST = 1e-9
_DRIFT_WEIGHT = 20.0
_DRIFT_LIMITS = (0.6, 1.6)


@dataclass(frozen=True)
class Full:
    """The parts only the full level has. ``supported``: intervals ahead that history covers; later ones are tail.
    ``tree_shares`` (2): how much of the chance of a closing, and of a closing being a win, the trees say; the logistic
    hazards say the rest. ``share``: what both say beside the shrunken rates.
    ``drift`` (2): factor on the hazards of won and lost, as the market has moved of late.
    ``calendar`` (K) which calendar features were seen often enough."""

    scaling: Scaling
    hazards: Hazards
    trees: Trees | None
    tree_shares: Floats
    drift: Floats
    supported: int
    calendar: NDArray[np.bool_]
    share: float

    def to_json(self) -> dict[str, Any]:
        return {
            "scaling": self.scaling.to_json(),
            "hazards": self.hazards.to_json(),
            "trees": None if self.trees is None else self.trees.to_json(),
            "tree_shares": self.tree_shares.tolist(),
            "drift": self.drift.tolist(),
            "supported": self.supported,
            "calendar": self.calendar.tolist(),
            "share": self.share,
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Full":
        return Full(
            Scaling.from_json(data["scaling"]),
            Hazards.from_json(data["hazards"]),
            None if data["trees"] is None else Trees.from_json(data["trees"]),
            np.array(data["tree_shares"], np.float64),
            np.array(data["drift"], np.float64),
            int(data["supported"]),
            np.array(data["calendar"], bool),
            float(data["share"]),
        )


def fit_full(
    known: History,
    as_of: float,
    vocabulary: Vocabulary,
    rows: Sample,
    table: Table,
    slow: Floats,
    closed: int,
    seed: int,
    threads: int = 1,
) -> Full | None:
    """None when no interval ahead has enough deals at risk. ``slow``: hazards of the rows by the shrunken rates ·
    ``closed``: closed deals, which set its share · ``threads``: with two, the trial runs beside the fit."""
    ahead = outcomes(known, rows.deal, rows.day, as_of)
    supported = _supported(ahead, rows.deal)
    if supported == 0:
        return None
    ahead[:, supported:] = -1
    columns = slope_columns(table, vocabulary, slow)[0]
    scaling = Scaling.learn(columns, STANDING)
    usable = known_calendar(float(rows.day.min()), as_of)
    calendar = calendar_ahead(rows.day, vocabulary.close_shift, usable, vocabulary.season)
    linear = Ahead(scaling.apply(columns), clock_bins(table.clocks), calendar)
    grown = tree_inputs(table, calendar, None)
    # Sums in the same order everywhere, and no spinning when web and worker share two cores.
    with threadpool_limits(1, "blas"):
        believed = closed / (closed + TREE_WEIGHTS)
        penalty = _penalty(linear, ahead, known, rows)
        trial = _trial(linear, ahead, known, rows, as_of, penalty)
        with ThreadPoolExecutor(1) as beside:
            judged = beside.submit(_judge, trial, linear, grown, ahead, rows, believed, seed)
            if threads == 1:
                wait([judged])
            hazards = _fit_slopes(linear, ahead, rows, penalty, trial.hazards if trial else None)
            trees = _grow(_started(grown, hazards), ahead, rows, seed)
            shares, drift = judged.result()
    return Full(scaling, hazards, trees, shares, drift, supported, usable, share_of(closed))


def share_of(closed: int) -> float:
    """What both models say beside the shrunken rates, after so many closed deals."""
    return -math.expm1(-closed / SHRUNKEN_DEALS)


def slope_columns(table: Table, vocabulary: Vocabulary, slow: Floats) -> tuple[Floats, tuple[str, ...]]:
    """Columns of the slopes and their groups: the snapshot's, and at the end where the deal stands by the shrunken
    rates. A slope for it lets few deals say at once that a milestone counts as much as the rates have it."""
    columns, _names, groups = expand(table, vocabulary)
    return np.column_stack([columns, standing(slow)]), (*groups, *("path",) * STANDING)


def _penalty(linear: Ahead, ahead: NDArray[np.int8], known: History, rows: Sample) -> float:
    """The ridge a deal: what has to be learned is the same whether there are many deals or few, but what helps few of
    them differs from team to team. Each strength is fitted on half of the deals, no account in both halves, and weighed
    by the likelihood it gives to the other half; the average, as a power, is taken."""
    if rows.deals >= FEW_DEALS:
        return PENALTY_A_ROW * (1.0 + PENALTY_DEALS / rows.deals)
    fold, repeats = account_folds(known, 2)[rows.deal], rows.repeats
    likelihood = np.zeros(len(STRENGTHS))
    for half in (0, 1):
        fitted, held = np.flatnonzero(fold == half), np.flatnonzero(fold != half)
        if not (ahead[fitted] > 0).any() or not (ahead[held] >= 0).any():
            return PENALTY_A_ROW * STRENGTHS[0]
        found, judged = None, linear.take(held)
        for place, strength in enumerate(STRENGTHS):
            ridge = _ridge(linear, PENALTY_A_ROW * strength) * repeats
            found = fit_hazards(linear.take(fitted), ahead[fitted], rows.weight[fitted], ridge, found, _TRIAL, repeats)
            likelihood[place] += _log_likelihood(found.predict(judged), ahead[held]) / repeats
    weight = np.exp(likelihood - likelihood.max())
    return PENALTY_A_ROW * float(np.exp(weight @ np.log(STRENGTHS) / weight.sum()))


def _ridge(linear: Ahead, penalty: float) -> Floats:
    """(p) of each column: what the rates say is held by the same light one, however few the deals."""
    ridge = np.full(linear.x.shape[1], penalty)
    ridge[-STANDING:] = STANDING_PENALTY
    return ridge


def _log_likelihood(hazard: Floats, ahead: NDArray[np.int8]) -> float:
    """Of what happened in each cell that was at risk; hazard (rows, INTERVALS, 2)."""
    row, interval = np.nonzero(ahead >= 0)
    chances = np.concatenate([1.0 - hazard.sum(axis=2, keepdims=True), hazard], axis=2)[row, interval]
    return float(np.sum(np.log(np.maximum(chances[np.arange(row.size), ahead[row, interval]], 1e-9))))


@dataclass(frozen=True)
class _Trial:
    """Slopes fitted on some of the rows as of an earlier day. rows (n) they were fitted on · before (rows, INTERVALS)
    what was known that day · is_fitted (rows) whether the deal is one of the half that was looked at."""

    hazards: Hazards
    rows: NDArray[np.intp]
    before: NDArray[np.int8]
    is_fitted: NDArray[np.bool_]


def _fit_slopes(linear: Ahead, ahead: NDArray[np.int8], rows: Sample, penalty: float, start: Hazards | None) -> Hazards:
    ridge = _ridge(linear, penalty) * rows.repeats
    return fit_hazards(linear, ahead, rows.weight, ridge, start, repeats=rows.repeats)


def _started(grown: Inputs, hazards: Hazards) -> Inputs:
    """The trees go on from what these hazards say of an average deal."""
    return replace(grown, start=hazards.average(grown.calendar))


def _grow(grown: Inputs, ahead: NDArray[np.int8], rows: Sample, seed: int) -> Trees | None:
    return fit_trees(grown, ahead, rows.weight, rows.deals, seed)


def _trial(
    linear: Ahead, ahead: NDArray[np.int8], known: History, rows: Sample, as_of: float, penalty: float
) -> _Trial | None:
    """On half of the deals, no account in both halves, as of an earlier day; None when too little was known then."""
    earlier = as_of - np.clip((as_of - float(rows.day.min())) / 4, *_HELD_BACK_DAYS)
    before = outcomes(known, rows.deal, rows.day, float(np.floor(earlier)))
    before[ahead < 0] = -1
    is_fitted = account_folds(known, 2)[rows.deal] == 0
    chosen = np.flatnonzero(is_fitted & (before >= 0).any(axis=1))
    if np.unique(before[chosen][before[chosen] >= 0]).size < CLASSES:
        return None
    hazards = _fit_slopes(linear.take(chosen), before[chosen], rows.take(chosen), penalty, None)
    return _Trial(hazards, chosen, before, is_fitted)


def _judge(
    trial: _Trial | None,
    linear: Ahead,
    grown: Inputs,
    ahead: NDArray[np.int8],
    rows: Sample,
    believed: Floats,
    seed: int,
) -> tuple[Floats, Floats]:
    """How much the trees should say, and how the market has drifted, judged out of time.

    Trees are grown beside the trial's slopes. Each share from 0 to 1 is weighed by the likelihood it gave to what
    became known since of the other half, with the levels of both set right, and the average is taken; ``believed`` when
    nothing tells them apart: trees need more deals than slopes. Each closing counts once, however many rows tell of it,
    and when deals close for less where closings swing together: a fortnight is then one story, not one for each deal.
    """
    if trial is None:
        return believed, np.ones(2)
    chosen, before = trial.rows, trial.before
    grown = _started(grown, trial.hazards)
    trees = _grow(grown.take(chosen), before[chosen], rows.take(chosen), seed)
    row, interval = np.nonzero((ahead >= 0) & (before < 0) & ~trial.is_fitted[:, None])
    if trees is None or row.size == 0:
        return believed, np.ones(2)
    happened = ahead[row, interval]
    by_slopes, by_trees = trial.hazards.predict(linear)[row, interval], trees.hazard(grown, row, interval)
    repeats = row.size / np.unique(rows.deal[row]).size  # the cells of one deal tell the same story again and again
    fortnight = ((rows.day[row] + MIDDLE[interval]) // 14).astype(np.int64)
    fortnight -= fortnight.min()
    closings = happened > 0
    told = max(closings.sum() / max(np.unique(rows.deal[row][closings]).size, 1), 1.0)
    swing = _swing(np.bincount(fortnight, closings) / told, np.bincount(fortnight, by_slopes.sum(axis=1)) / told)
    one, other = (_levelled(hazard, happened, repeats) for hazard in (by_slopes, by_trees))
    shares = _weigh(one, other, happened, believed, (told * swing, told))
    return shares, _drift(mixed(by_slopes, by_trees, shares), happened, fortnight, repeats)


def _weigh(
    by_slopes: Floats, by_trees: Floats, happened: NDArray[np.int8], believed: Floats, repeats: tuple[float, float]
) -> Floats:
    """(2) the trees' share of the chance to close, and of the chance that a closing is a win: the likelihood of hazards
    c·w and c·(1 − w) is one of c times one of w; ``repeats`` (2): how often each tells of one and the same. Beforehand
    a share weighs as much as that many of a few coins falling on the trees' side, each with the chance ``believed``."""
    closes, won = happened > 0, happened[happened > 0] == 1
    counted = (np.ones_like(closes), closes)
    shares = []
    for one, other, came_true, counts, belief, coins, often in zip(
        apart(by_slopes), apart(by_trees), (closes, won), counted, believed, _COINS, repeats, strict=True
    ):
        slopes, trees = (np.where(came_true, 1, -1) * _log_odds(p[counts]) for p in (one, other))
        likelihood = -np.array([np.logaddexp(0, (share - 1) * slopes - share * trees).sum() for share in _SHARES])
        log_weight = _log_binomial(coins, belief) + likelihood / often
        weight = np.exp(log_weight - log_weight.max())
        shares.append(float(weight @ _SHARES / weight.sum()))
    return np.array(shares)


def _log_binomial(n: int, p: float) -> Floats:
    """Log of the chance that each share of n coins shows heads, between whole numbers too; ``scipy.stats`` knows it for
    whole ones, and takes two seconds to load."""
    k = _SHARES * n
    log_chance: Floats = -betaln(1 + n - k, 1 + k) - np.log(n + 1) + xlogy(k, p) + xlog1py(n - k, -p)
    return log_chance


def mixed(by_slopes: Floats, by_trees: Floats, shares: Floats) -> Floats:
    """Hazards (…, 2) of both models → one: the log odds of each chance, to close and that a closing is a win, averaged
    in its own share. An average of the chances would have a floor: one model's doubt against the other's certainty."""
    own, other = (_log_odds(np.stack(apart(hazard), axis=-1)) for hazard in (by_slopes, by_trees))
    return hazard_of(*mixed_chances(own, other, shares))


def mixed_chances(own: Floats, other: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """Log odds (…, closes and a closing is a win) of slopes and of trees → the two chances."""
    chances = expit((1 - shares) * own + shares * other)
    return chances[..., 0], chances[..., 1]


def hazard_of(closes: Floats, wins: Floats) -> Floats:
    """(…, 2) of the chance that the deal closes, and that such a closing is a win."""
    return np.stack([closes * wins, closes * (1 - wins)], axis=-1)


def _log_odds(chance: Floats) -> Floats:
    odds: Floats = logit(np.clip(chance, _SUREST, 1 - _SUREST))
    return odds


def apart(hazard: Floats) -> tuple[Floats, Floats]:
    """Hazards (…, 2) → the chance that the deal closes, and that such a closing is a win."""
    closes = hazard.sum(axis=-1)
    return closes, hazard[..., 0] / np.maximum(closes, 1e-300)


def _levelled(hazard: Floats, happened: NDArray[np.int8], repeats: float) -> Floats:
    """Hazards (cells, 2) scaled to as many closings as there were, five of them aside."""
    seen = np.array([np.sum(happened == cause) for cause in (1, 2)])
    return _bounded(hazard * (seen + 5 * repeats) / (hazard.sum(axis=0) + 5 * repeats))


def _drift(hazard: Floats, happened: NDArray[np.int8], fortnight: NDArray[np.int64], repeats: float) -> Floats:
    """Root of closings seen / closings expected (2: won, lost): the final fit, which knows those closings, has taken in
    about half of it by itself. Where closings swing they are evidence of less, and the drift stays nearer to 1."""
    drift = np.ones(2)
    for cause in (0, 1):
        seen = np.bincount(fortnight, happened == cause + 1) / repeats
        expected = np.bincount(fortnight, hazard[:, cause]) / repeats
        weight = _DRIFT_WEIGHT * _swing(seen, expected)
        drift[cause] = np.sqrt((seen.sum() + weight) / (expected.sum() + weight))
    result: Floats = np.clip(drift, *_DRIFT_LIMITS)
    return result


def _swing(seen: Floats, expected: Floats) -> float:
    """By how much closings differ from fortnight to fortnight beyond chance: Pearson's dispersion, 1 for none."""
    full = np.maximum(expected * seen.sum() / expected.sum(), 1e-9)
    told = full > 1.0
    return max(float(np.sum((seen - full)[told] ** 2 / full[told])) / max(int(told.sum()) - 1, 1), 1.0)


def tree_inputs(table: Table, calendar: Calendar, hazards: Hazards | None) -> Inputs:
    """Snapshot columns without the as-of day's calendar: intervals bring their own. The trees start from what these
    hazards say of an average deal; from nothing without them."""
    values = table.values[:, [group != "calendar" for group in table.groups]]
    nothing = np.zeros((calendar.interval.shape[0], INTERVALS, 2))
    return Inputs(values, table.running, calendar, nothing if hazards is None else hazards.average(calendar))


def _supported(ahead: NDArray[np.int8], deal: Ints) -> int:
    """How many intervals in a row have at least thirty different deals at risk."""
    enough = [np.unique(deal[ahead[:, j] >= 0]).size >= _DEALS_AT_RISK for j in range(INTERVALS)]
    return enough.index(False) if False in enough else INTERVALS


def drifted(hazard: Floats, drift: Floats) -> Floats:
    """Hazards (rows, INTERVALS, 2) times the drift, never above certainty."""
    return _bounded(hazard * drift)


def _bounded(hazard: Floats) -> Floats:
    bounded: Floats = hazard / np.maximum(hazard.sum(axis=-1, keepdims=True), 1.0)
    return bounded


def with_tail(hazard: Floats, slow: Floats, supported: int) -> Floats:
    """Beyond the covered intervals the last daily rate goes on and fades to the shrunken rates, half in 60 days."""
    if supported >= INTERVALS:
        return hazard
    rate = _daily(hazard[:, supported - 1], LENGTH[supported - 1])
    result = hazard.copy()
    for j in range(supported, INTERVALS):
        fade = 0.5 ** ((MIDDLE[j] - MIDDLE[supported - 1]) / TAIL_HALF_LIFE_DAYS)
        mixed = fade * rate + (1 - fade) * _daily(slow[:, j], LENGTH[j])
        total = np.maximum(mixed.sum(axis=1, keepdims=True), 1e-300)
        result[:, j] = -np.expm1(-total * LENGTH[j]) * mixed / total
    return result


def _daily(hazard: Floats, days: float) -> Floats:
    """Hazards of an interval (rows, 2) → constant daily rates that give them."""
    total = np.clip(hazard.sum(axis=1, keepdims=True), 1e-300, 1 - 1e-12)
    rates: Floats = -np.log1p(-total) / days * hazard / total
    return rates
