"""The full level: penalised logistic and boosted hazards, fitted on the same landmark snapshots.

Answers: what is fitted once history suffices, and how it goes on beyond the time that history covers.
Does not answer: when it is used, and with what share (``model``).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.forecast.design import Scaling, expand
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
from landmark.forecast.snapshots import Table
from landmark.forecast.trees import CLASSES, Inputs, Trees, fit_trees
from landmark.forecast.vocabulary import Vocabulary

PENALTY_A_ROW = 17.0
SHRUNKEN_WEIGHT = 40.0
TAIL_HALF_LIFE_DAYS = 60.0
_DEALS_AT_RISK = 30
_HELD_BACK_DAYS = (14.0, 90.0)
_SHARES = np.linspace(0.2, 0.8, 7)
_TEMPER = 4.0
_DRIFT_WEIGHT = 20.0
_DRIFT_LIMITS = (0.6, 1.6)


@dataclass(frozen=True)
class Full:
    """The parts only the full level has. ``supported``: intervals ahead that history covers; later ones are tail.
    ``tree_share``: what the trees say of the two hazard models. ``share``: what both say beside the shrunken rates.
    ``drift`` (2): factor on the hazards of won and lost, as the market has moved of late.
    ``calendar`` (K) which calendar features were seen often enough."""

    scaling: Scaling
    hazards: Hazards
    trees: Trees | None
    tree_share: float
    drift: Floats
    supported: int
    calendar: NDArray[np.bool_]
    share: float

    def to_json(self) -> dict[str, Any]:
        return {
            "scaling": self.scaling.to_json(),
            "hazards": self.hazards.to_json(),
            "trees": None if self.trees is None else self.trees.to_json(),
            "tree_share": self.tree_share,
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
            float(data["tree_share"]),
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
    closed: int,
    seed: int,
    threads: int = 1,
) -> Full | None:
    """None when no interval ahead has enough deals at risk. ``closed``: closed deals, which set its share."""
    ahead = outcomes(known, rows.deal, rows.day, as_of)
    supported = _supported(ahead, rows.deal)
    if supported == 0:
        return None
    ahead[:, supported:] = -1
    columns = expand(table, vocabulary)[0]
    scaling = Scaling.learn(columns)
    usable = known_calendar(float(rows.day.min()), as_of)
    calendar = calendar_ahead(rows.day, vocabulary.close_shift, usable, vocabulary.season)
    linear = Ahead(scaling.apply(columns), clock_bins(table.clocks), calendar)
    grown = tree_inputs(table, calendar, None)
    # Sums in the same order everywhere, and no spinning when web and worker share two cores.
    with threadpool_limits(1, "blas"):
        share, drift, start = _judge(linear, grown, ahead, known, rows, as_of, seed, threads)
        hazards, trees = _fit_both(linear, grown, ahead, rows, seed, threads, start)
    return Full(scaling, hazards, trees, share, drift, supported, usable, closed / (closed + SHRUNKEN_WEIGHT))


def _fit_both(
    linear: Ahead,
    grown: Inputs,
    ahead: NDArray[np.int8],
    rows: Sample,
    seed: int,
    threads: int,
    start: Hazards | None = None,
) -> tuple[Hazards, Trees | None]:
    deals = int(np.unique(rows.deal).size)
    penalty = PENALTY_A_ROW * max(rows.deal.size / deals, 1.0)
    hazards = fit_hazards(linear, ahead, rows.weight, penalty, start)
    grown = replace(grown, start=hazards.average(grown.calendar))
    return hazards, fit_trees(grown, ahead, rows.weight, deals, seed, threads)


def _judge(
    linear: Ahead,
    grown: Inputs,
    ahead: NDArray[np.int8],
    known: History,
    rows: Sample,
    as_of: float,
    seed: int,
    threads: int,
) -> tuple[float, Floats, Hazards | None]:
    """How much the trees should say, and how the market has drifted, judged out of time; and the hazards it took.

    Both are fitted on half of the deals as of an earlier day. Each share from 0.2 to 0.8 is weighed by the likelihood
    it gave to what became known since, with the levels of both set right, and the average is taken: 0.5 when nothing
    tells them apart. One such stretch of time is worth less than its deals: its log likelihood counts for a quarter.
    """
    earlier = as_of - np.clip((as_of - float(rows.day.min())) / 4, *_HELD_BACK_DAYS)
    before = outcomes(known, rows.deal, rows.day, float(np.floor(earlier)))
    before[ahead < 0] = -1
    chosen = np.flatnonzero((rows.deal % 2 == 0) & (before >= 0).any(axis=1))
    if np.unique(before[chosen][before[chosen] >= 0]).size < CLASSES:
        return 0.5, np.ones(2), None
    part = Sample(rows.deal[chosen], rows.day[chosen], rows.weight[chosen], rows.spacing, rows.kept)
    hazards, trees = _fit_both(linear.take(chosen), grown.take(chosen), before[chosen], part, seed, threads)
    row, interval = np.nonzero((ahead >= 0) & (before < 0))
    if trees is None or row.size == 0:
        return 0.5, np.ones(2), hazards
    happened = ahead[row, interval]
    grown = replace(grown, start=hazards.average(grown.calendar))
    by_slopes, by_trees = hazards.predict(linear)[row, interval], trees.hazard(grown, row, interval)
    repeats = row.size / np.unique(rows.deal[row]).size  # the cells of one deal tell the same story again and again
    one, other = (_chance(_levelled(hazard, happened, repeats), happened) for hazard in (by_slopes, by_trees))
    likelihood = np.array([np.sum(np.log((1 - share) * one + share * other)) for share in _SHARES])
    weight = np.exp((likelihood - likelihood.max()) / (repeats * _TEMPER))
    share = float(weight @ _SHARES / weight.sum())
    fortnight = ((rows.day[row] + MIDDLE[interval]) // 14).astype(np.int64)
    drift = _drift((1 - share) * by_slopes + share * by_trees, happened, fortnight - fortnight.min(), repeats)
    return share, drift, hazards


def _levelled(hazard: Floats, happened: NDArray[np.int8], repeats: float) -> Floats:
    """Hazards (cells, 2) scaled to as many closings as there were, five of them aside."""
    seen = np.array([np.sum(happened == cause) for cause in (1, 2)])
    return _bounded(hazard * (seen + 5 * repeats) / (hazard.sum(axis=0) + 5 * repeats))


def _drift(hazard: Floats, happened: NDArray[np.int8], fortnight: NDArray[np.int64], repeats: float) -> Floats:
    """Root of closings seen / closings expected (2: won, lost): the final fit, which knows those closings, has taken in
    about half of it by itself. Where closings swing from fortnight to fortnight by more than chance (dispersion, after
    Pearson, above 1) they are evidence of less, and the drift stays nearer to 1."""
    drift = np.ones(2)
    for cause in (0, 1):
        seen = np.bincount(fortnight, happened == cause + 1) / repeats
        expected = np.bincount(fortnight, hazard[:, cause]) / repeats
        full = np.maximum(expected * seen.sum() / expected.sum(), 1e-9)
        told = full > 1.0
        swing = np.sum((seen - full)[told] ** 2 / full[told]) / max(int(told.sum()) - 1, 1)
        weight = _DRIFT_WEIGHT * max(float(swing), 1.0)
        drift[cause] = np.sqrt((seen.sum() + weight) / (expected.sum() + weight))
    result: Floats = np.clip(drift, *_DRIFT_LIMITS)
    return result


def _chance(hazard: Floats, happened: NDArray[np.int8]) -> Floats:
    """Probability (cells) that hazards (cells, 2) gave to what happened."""
    full = np.column_stack([1.0 - hazard.sum(axis=1), hazard])
    chance: Floats = np.maximum(full[np.arange(happened.size), happened], 1e-9)
    return chance


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
