"""Discrete-time competing hazards, won and lost, ahead of a landmark: penalised multinomial logistic.

Answers: the hazard of each interval ahead, given a snapshot. Does not answer: how snapshots are made.

Model (rows i, intervals j, causes c):
    log(h_c / h_stay) = offset_jc + a_jc + Σ_b B_jb x_i·W_cb + log mean_d∈j exp(k_d·G_c) + Σ_q t_qc(i, j)
with a basis B of the time ahead (constant, log, fresh), so the weight of every feature may change with the horizon; k
is the calendar of the interval itself, t a step function of what each clock of the deal (its age, the age of its
stage) will show by then. The columns of a snapshot
are never laid out once for each interval: what they say is a product of rows and basis, and so is its gradient.
Source: Tutz & Schmid, Modeling Discrete Time-to-Event Data (2016), ch. 8; van Houwelingen & Putter, Dynamic Prediction
in Clinical Survival Analysis (2012), on landmarking.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from landmark.forecast.grid import CLOCK_BINS, INTERVALS, LENGTH, MIDDLE, YEAR, Calendar
from landmark.forecast.history import Floats

BASIS = np.column_stack([np.ones(INTERVALS), (np.log1p(MIDDLE) - 2.2) / 1.2, 1.0 / (1.0 + MIDDLE / 3.0)])
ITERATIONS = 80
_TIME_PENALTY = 4.0
_CALENDAR_PENALTY = 5.0
_CLOCK_PENALTY = 10.0
_CAUSES = 2


@dataclass(frozen=True)
class Ahead:
    """x (rows, p) standardised columns · bins (rows, clocks, INTERVALS) of the clocks · calendar of the intervals."""

    x: Floats
    bins: NDArray[np.int64]
    calendar: Calendar

    def take(self, rows: NDArray[np.intp]) -> "Ahead":
        return Ahead(self.x[rows], self.bins[rows], self.calendar.take(rows))


@dataclass(frozen=True)
class Hazards:
    """slopes (1 + p, 2, basis), first row the constant · calendar (K, 2) · clocks (clocks, 2, CLOCK_BINS) · level (2,
    INTERVALS), offset included."""

    slopes: Floats
    calendar: Floats
    clocks: Floats
    level: Floats

    def predict(self, ahead: Ahead) -> Floats:
        """Hazards (rows, INTERVALS, 2)."""
        odds = np.exp(np.clip(_eta(ahead, self), -30.0, 30.0))
        hazard: Floats = (odds / (1.0 + odds.sum(axis=1, keepdims=True))).transpose(0, 2, 1)
        return hazard

    def day_weights(self, calendar: Calendar) -> Floats:
        """(days, 365, 2): relative pull of each day ahead by its calendar alone."""
        weights: Floats = calendar.pull(self.calendar)[calendar.first[:, None] + np.arange(YEAR)]
        return weights

    def average(self, calendar: Calendar) -> Floats:
        """(days, INTERVALS, 2) log odds that an average deal closes in the interval, and that such a closing is a win:
        what the time ahead and its calendar say before anything is known about a deal."""
        eta = self.level.T + BASIS @ self.slopes[0].T + calendar.effect(self.calendar)
        odds: Floats = np.stack([np.logaddexp(eta[:, :, 0], eta[:, :, 1]), eta[:, :, 0] - eta[:, :, 1]], axis=2)
        return odds

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name).tolist() for name in self.__dataclass_fields__}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Hazards":
        calendar = np.array(data["calendar"], np.float64).reshape(-1, _CAUSES)
        slopes, clocks, level = (np.array(data[name], np.float64) for name in ("slopes", "clocks", "level"))
        return Hazards(slopes, calendar, clocks, level)


def _eta(ahead: Ahead, hazards: Hazards) -> Floats:
    """Log odds against staying open (rows, 2, INTERVALS)."""
    x, slopes = ahead.x, hazards.slopes
    flat = x @ slopes[1:].reshape(x.shape[1], -1) + slopes[0].reshape(1, -1)
    eta: Floats = (flat.reshape(-1, BASIS.shape[1]) @ BASIS.T).reshape(x.shape[0], _CAUSES, INTERVALS)
    eta += ahead.calendar.effect(hazards.calendar).transpose(0, 2, 1)[ahead.calendar.row]
    for clock, by_bin in enumerate(hazards.clocks):
        for cause in range(_CAUSES):
            eta[:, cause] += by_bin[cause][ahead.bins[:, clock]]
    return eta + hazards.level


class _Problem:
    """The penalised negative log likelihood and its gradient; ``penalty`` has one number for each parameter.

    Rows stand in the order of how far ahead they were followed, so the rows of each interval are the first few of all
    and cells never at risk (two thirds of rows × intervals, often more) cost nothing. Single precision where rows meet
    columns, double for every sum.
    """

    def __init__(
        self, ahead: Ahead, outcome: NDArray[np.int8], weight: Floats, offset: Floats, penalty: Hazards
    ) -> None:
        followed = np.where((outcome >= 0).any(axis=1), INTERVALS - np.argmax(outcome[:, ::-1] >= 0, axis=1), 0)
        order = np.argsort(-followed, kind="stable")[: int(np.sum(followed > 0))]
        self._counts = [int(np.sum(followed > j)) for j in range(INTERVALS)]
        row = np.concatenate([order[:count] for count in self._counts])
        interval = np.repeat(np.arange(INTERVALS), self._counts)
        happened = outcome[row, interval]
        self._x, self._offset, self.penalty = ahead.x[order].astype(np.float32), offset, _flatten(penalty)
        self._shapes = [getattr(penalty, name).shape for name in penalty.__dataclass_fields__]
        self._closed = np.stack([happened == 1, happened == 2]).astype(np.float64)
        self._weight = weight[row] * (happened >= 0)
        self._calendar, self._days = ahead.calendar, ahead.calendar.first.size
        self._day = ahead.calendar.row[row] * INTERVALS + interval
        self._bins = [ahead.bins[row, clock, interval] for clock in range(ahead.bins.shape[1])]

    def hazards(self, parameters: Floats) -> Hazards:
        cuts = np.cumsum([int(np.prod(shape)) for shape in self._shapes])[:-1]
        parts = zip(np.split(parameters, cuts), self._shapes, strict=True)
        slopes, calendar, clocks, level = (part.reshape(shape) for part, shape in parts)
        return Hazards(slopes, calendar, clocks, level + self._offset)

    def objective(self, parameters: Floats) -> tuple[float, Floats]:
        hazards = self.hazards(parameters)
        eta = self._cell_eta(hazards)
        top = np.maximum(np.maximum(eta[0], eta[1]), 0.0)
        odds = np.exp(eta - top)
        total = odds[0] + odds[1] + np.exp(-top)
        happened = self._closed[0] * eta[0] + self._closed[1] * eta[1]
        loss = float(self._weight @ (top + np.log(total) - happened))
        residual = (odds / total - self._closed) * self._weight
        gradient = _flatten(self._gradient(residual, hazards.calendar)) + self.penalty * parameters
        return loss + 0.5 * float(np.sum(self.penalty * parameters**2)), gradient

    def _slices(self) -> Iterator[tuple[int, int, slice]]:
        """Each interval with the number of its rows and the place of its cells."""
        start = 0
        for interval, count in enumerate(self._counts):
            yield interval, count, slice(start, start + count)
            start += count

    def _cell_eta(self, hazards: Hazards) -> Floats:
        """Log odds against staying open (2, cells)."""
        slopes = hazards.slopes.transpose(1, 2, 0).reshape(-1, hazards.slopes.shape[0])
        flat = slopes[:, 1:].astype(np.float32) @ self._x.T + slopes[:, :1]
        by_cause = flat.reshape(_CAUSES, BASIS.shape[1], -1)
        by_day = self._calendar.effect(hazards.calendar).reshape(-1, _CAUSES).T
        eta = by_day[:, self._day]
        for interval, count, cells in self._slices():
            eta[:, cells] += BASIS[interval] @ by_cause[:, :, :count] + hazards.level[:, interval, None]
        for bins, by_bin in zip(self._bins, hazards.clocks, strict=True):
            eta += by_bin[:, bins]
        return eta

    def _gradient(self, residual: Floats, weights: Floats) -> Hazards:
        by_row = np.zeros((_CAUSES, BASIS.shape[1], self._x.shape[0]))
        for interval, count, cells in self._slices():
            by_row[:, :, :count] += BASIS[interval][None, :, None] * residual[:, None, cells]
        flat = by_row.reshape(-1, self._x.shape[0])
        slopes = np.vstack([flat.sum(axis=1), (flat.astype(np.float32) @ self._x).T])
        by_day: Floats = np.stack([np.bincount(self._day, one, self._days * INTERVALS) for one in residual], axis=1)
        calendar = self._calendar.gradient(weights, by_day.reshape(self._days, INTERVALS, _CAUSES))
        clocks = np.array([[np.bincount(bins, one, CLOCK_BINS) for one in residual] for bins in self._bins])
        level = np.stack([residual[:, cells].sum(axis=1) for _, _, cells in self._slices()], axis=1)
        return Hazards(slopes.reshape(-1, _CAUSES, BASIS.shape[1]), calendar, clocks, level)


def _flatten(parts: Hazards) -> Floats:
    return np.concatenate([getattr(parts, name).ravel() for name in parts.__dataclass_fields__])


def fit_hazards(
    ahead: Ahead,
    outcome: NDArray[np.int8],
    weight: Floats,
    penalty: Floats,
    start: Hazards | None = None,
    most: int = ITERATIONS,
    repeats: float = 1.0,
) -> Hazards:
    """Maximum penalised likelihood by L-BFGS.

    outcome (rows, INTERVALS) as ``grid.outcomes`` · weight (rows) · penalty (p): ridge on the slopes of each column,
    four times as strong on how they change with the time ahead · ``start``: a fit of some of the rows, from which to go
    on with half as many steps · ``most`` steps otherwise · ``repeats``: how often the rows tell one and the same story.
    """
    slopes = np.ones((ahead.x.shape[1] + 1, _CAUSES, BASIS.shape[1]))
    slopes[1:] = penalty[:, None, None]
    slopes[1:, :, 1:] *= _TIME_PENALTY
    penalties = Hazards(
        slopes,
        np.full((ahead.calendar.kinds, _CAUSES), _CALENDAR_PENALTY * repeats),
        np.full((ahead.bins.shape[1], _CAUSES, CLOCK_BINS), _CLOCK_PENALTY),
        np.ones((_CAUSES, INTERVALS)),
    )
    offset = _offset(outcome, weight)
    problem = _Problem(ahead, outcome, weight, offset, penalties)
    first = np.zeros(problem.penalty.size) if start is None else _flatten(replace(start, level=start.level - offset))
    found = minimize(
        problem.objective,
        first,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": most if start is None else most // 2, "maxcor": 20},
    )
    return problem.hazards(found.x)


def _offset(outcome: NDArray[np.int8], weight: Floats) -> Floats:
    """Log of the average daily rate × the interval's length (2, INTERVALS): where the fit starts from."""
    exposure = float(np.sum((outcome >= 0) * weight[:, None] * LENGTH[None, :])) + 1.0
    events = [float(np.sum((outcome == cause) * weight[:, None])) + 0.5 for cause in (1, 2)]
    offset: Floats = np.log(np.array(events)[:, None] / exposure * LENGTH[None, :])
    return offset
