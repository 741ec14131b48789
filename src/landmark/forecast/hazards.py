"""Discrete-time competing hazards, won and lost, ahead of a landmark: penalised multinomial logistic.

Answers: the hazard of each interval ahead, given a snapshot. Does not answer: how snapshots are made.

Model (rows i, intervals j, causes c):
    log(h_c / h_stay) = offset_jc + a_jc + Σ_b B_jb x_i·W_cb + k_ij·G_c + Σ_q t_qc(i, j)
with a basis B of the time ahead (constant, log, fresh), so the weight of every feature may change with the horizon; k
is the calendar of the interval itself, t a step function of what each clock of the deal (its age, the age of its
stage) will show by then. The person-period table is never laid out: rows × intervals is
a product, and so is its gradient.
Source: Tutz & Schmid, Modeling Discrete Time-to-Event Data (2016), ch. 8; van Houwelingen & Putter, Dynamic Prediction
in Clinical Survival Analysis (2012), on landmarking.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from landmark.forecast.grid import CLOCK_BINS, INTERVALS, LENGTH, MIDDLE, Calendar
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
        weights: Floats = np.exp(np.clip(calendar.daily @ self.calendar, -5.0, 5.0))
        return weights

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
    eta += (ahead.calendar.interval @ hazards.calendar).transpose(0, 2, 1)[ahead.calendar.row]
    for clock, by_bin in enumerate(hazards.clocks):
        for cause in range(_CAUSES):
            eta[:, cause] += by_bin[cause][ahead.bins[:, clock]]
    return eta + hazards.level


class _Problem:
    """The penalised negative log likelihood and its gradient; ``penalty`` has one number for each parameter."""

    def __init__(
        self, ahead: Ahead, outcome: NDArray[np.int8], weight: Floats, offset: Floats, penalty: Hazards
    ) -> None:
        self._ahead, self._offset, self.penalty = ahead, offset, _flatten(penalty)
        self._shapes = [getattr(penalty, name).shape for name in penalty.__dataclass_fields__]
        self._at_risk = (outcome >= 0) * weight[:, None]
        self._closed = np.stack([outcome == 1, outcome == 2], axis=1).astype(np.float64)
        rows = np.arange(outcome.shape[0])
        shape = (ahead.calendar.interval.shape[0], rows.size)
        self._sum_by_day = csr_array((np.ones(rows.size), (ahead.calendar.row, rows)), shape=shape)

    def hazards(self, parameters: Floats) -> Hazards:
        cuts = np.cumsum([int(np.prod(shape)) for shape in self._shapes])[:-1]
        parts = zip(np.split(parameters, cuts), self._shapes, strict=True)
        slopes, calendar, clocks, level = (part.reshape(shape) for part, shape in parts)
        return Hazards(slopes, calendar, clocks, level + self._offset)

    def objective(self, parameters: Floats) -> tuple[float, Floats]:
        eta = _eta(self._ahead, self.hazards(parameters))
        top = np.maximum(eta.max(axis=1), 0.0)
        odds = np.exp(eta - top[:, None])
        total = odds.sum(axis=1) + np.exp(-top)
        loss = float(np.sum(self._at_risk * (top + np.log(total) - (self._closed * eta).sum(axis=1))))
        residual = (odds / total[:, None] - self._closed) * self._at_risk[:, None]
        gradient = _flatten(self._gradient(residual)) + self.penalty * parameters
        return loss + 0.5 * float(np.sum(self.penalty * parameters**2)), gradient

    def _gradient(self, residual: Floats) -> Hazards:
        x, bins, calendar = self._ahead.x, self._ahead.bins, self._ahead.calendar
        by_basis = (residual.reshape(-1, INTERVALS) @ BASIS).reshape(x.shape[0], -1)
        slopes = np.vstack([by_basis.sum(axis=0, keepdims=True), x.T @ by_basis])
        by_day = (self._sum_by_day @ residual.reshape(x.shape[0], -1)).reshape(-1, _CAUSES, INTERVALS)
        by_calendar: Floats = np.einsum("djk,dcj->kc", calendar.interval, by_day)
        clocks = np.zeros((bins.shape[1], _CAUSES, CLOCK_BINS))
        for clock in range(bins.shape[1]):
            for cause in range(_CAUSES):
                clocks[clock, cause] = np.bincount(bins[:, clock].ravel(), residual[:, cause].ravel(), CLOCK_BINS)
        return Hazards(slopes, by_calendar, clocks, by_day.sum(axis=0))


def _flatten(parts: Hazards) -> Floats:
    return np.concatenate([getattr(parts, name).ravel() for name in parts.__dataclass_fields__])


def fit_hazards(ahead: Ahead, outcome: NDArray[np.int8], weight: Floats, penalty: float) -> Hazards:
    """Maximum penalised likelihood by L-BFGS.

    outcome (rows, INTERVALS) as ``grid.outcomes`` · weight (rows) · penalty: ridge on the slopes, four times as strong
    on how they change with the time ahead.
    """
    slopes = np.full((ahead.x.shape[1] + 1, _CAUSES, BASIS.shape[1]), penalty)
    slopes[:, :, 1:] *= _TIME_PENALTY
    slopes[0] = 1.0
    penalties = Hazards(
        slopes,
        np.full((ahead.calendar.interval.shape[2], _CAUSES), _CALENDAR_PENALTY),
        np.full((ahead.bins.shape[1], _CAUSES, CLOCK_BINS), _CLOCK_PENALTY),
        np.ones((_CAUSES, INTERVALS)),
    )
    problem = _Problem(ahead, outcome, weight, _offset(outcome, weight), penalties)
    found = minimize(
        problem.objective,
        np.zeros(problem.penalty.size),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS, "maxcor": 20},
    )
    return problem.hazards(found.x)


def _offset(outcome: NDArray[np.int8], weight: Floats) -> Floats:
    """Log of the average daily rate × the interval's length (2, INTERVALS): where the fit starts from."""
    exposure = float(np.sum((outcome >= 0) * weight[:, None] * LENGTH[None, :])) + 1.0
    events = [float(np.sum((outcome == cause) * weight[:, None])) + 0.5 for cause in (1, 2)]
    offset: Floats = np.log(np.array(events)[:, None] / exposure * LENGTH[None, :])
    return offset
