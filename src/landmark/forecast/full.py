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
    repeats,
)
from landmark.forecast.hazards import Ahead, Hazards, fit_hazards
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.mixing import HeldBack, bounded
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
    fold, told = account_folds(known, 2)[rows.deal], repeats(ahead, rows.deal)
    likelihood = np.zeros(len(STRENGTHS))
    for half in (0, 1):
        fitted, held = np.flatnonzero(fold == half), np.flatnonzero(fold != half)
        if not (ahead[fitted] > 0).any() or not (ahead[held] >= 0).any():
            return PENALTY_A_ROW * STRENGTHS[0]
        found, judged = None, linear.take(held)
        for place, strength in enumerate(STRENGTHS):
            ridge = _ridge(linear, PENALTY_A_ROW * strength) * told
            found = fit_hazards(linear.take(fitted), ahead[fitted], rows.weight[fitted], ridge, found, _TRIAL, told)
            likelihood[place] += _log_likelihood(found.predict(judged), ahead[held]) / told
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
    told = repeats(ahead, rows.deal)
    return fit_hazards(linear, ahead, rows.weight, _ridge(linear, penalty) * told, start, repeats=told)


def _started(grown: Inputs, hazards: Hazards) -> Inputs:
    """The trees go on from what these hazards say of an average deal."""
    return replace(grown, start=hazards.average(grown.calendar))


def _grow(grown: Inputs, ahead: NDArray[np.int8], rows: Sample, seed: int) -> Trees | None:
    return fit_trees(grown, ahead, rows.weight, rows.deal, seed)


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
    """How much the trees should say, and how the market has drifted: trees grown beside the trial's slopes, both judged
    by what became known since of the other half. ``believed`` when nothing tells them apart: trees need more deals than
    slopes."""
    if trial is None:
        return believed, np.ones(2)
    chosen, before = trial.rows, trial.before
    grown = _started(grown, trial.hazards)
    trees = _grow(grown.take(chosen), before[chosen], rows.take(chosen), seed)
    row, interval = np.nonzero((ahead >= 0) & (before < 0) & ~trial.is_fitted[:, None])
    if trees is None or row.size == 0:
        return believed, np.ones(2)
    by_slopes, by_trees = trial.hazards.predict(linear)[row, interval], trees.hazard(grown, row, interval)
    held = HeldBack.of(rows, row, interval, ahead[row, interval], by_slopes, by_trees)
    shares = held.shares(believed)
    return shares, held.drift(shares)


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
    return bounded(hazard * drift)


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
