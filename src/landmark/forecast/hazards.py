"""Discrete-time competing hazards, won and lost, ahead of a landmark: penalised multinomial logistic.

Answers: the hazard of each interval ahead, given a snapshot. Does not answer: how snapshots are made.

Model (rows i, intervals j, causes c): log(h_c / h_stay) = offset_jc + a_jc + Σ_b B_jb x_i·W_cb + k_ij·G_c with a basis B
of the time ahead (constant, log, fresh), so the weight of every feature may change with the horizon; k is the calendar of
the interval itself. The person-period table is never laid out: rows × intervals is a product, and so is its gradient.
Source: Tutz & Schmid, Modeling Discrete Time-to-Event Data (2016), ch. 8; van Houwelingen & Putter, Dynamic Prediction in
Clinical Survival Analysis (2012), on landmarking.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from landmark.forecast.grid import INTERVALS, LENGTH, MIDDLE, Calendar
from landmark.forecast.history import Floats

BASIS = np.column_stack([np.ones(INTERVALS), (np.log1p(MIDDLE) - 2.2) / 1.2, 1.0 / (1.0 + MIDDLE / 3.0)])
ITERATIONS = 80
_TIME_PENALTY = 4.0
_CALENDAR_PENALTY = 5.0
_CAUSES = 2


@dataclass(frozen=True)
class Hazards:
    """slopes (1 + p, 2, basis), first row the constant · calendar (K, 2) · level (2, INTERVALS), offset included."""

    slopes: Floats
    calendar: Floats
    level: Floats

    def predict(self, x: Floats, calendar: Calendar) -> Floats:
        """Hazards (rows, INTERVALS, 2) of standardised columns x (rows, p)."""
        odds = np.exp(np.clip(_eta(x, calendar, self.slopes, self.calendar, self.level), -30.0, 30.0))
        hazard: Floats = (odds / (1.0 + odds.sum(axis=1, keepdims=True))).transpose(0, 2, 1)
        return hazard

    def day_weights(self, calendar: Calendar) -> Floats:
        """(days, 365, 2): relative pull of each day ahead by its calendar alone."""
        weights: Floats = np.exp(np.clip(calendar.daily @ self.calendar, -5.0, 5.0))
        return weights

    def to_json(self) -> dict[str, Any]:
        return {"slopes": self.slopes.tolist(), "calendar": self.calendar.tolist(), "level": self.level.tolist()}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Hazards":
        calendar = np.array(data["calendar"], np.float64).reshape(-1, _CAUSES)
        return Hazards(np.array(data["slopes"], np.float64), calendar, np.array(data["level"], np.float64))


def _eta(x: Floats, calendar: Calendar, slopes: Floats, by_calendar: Floats, level: Floats) -> Floats:
    """Log odds against staying open (rows, 2, INTERVALS)."""
    flat = x @ slopes[1:].reshape(x.shape[1], -1) + slopes[0].reshape(1, -1)
    ahead = (flat.reshape(-1, BASIS.shape[1]) @ BASIS.T).reshape(x.shape[0], _CAUSES, INTERVALS)
    eta: Floats = ahead + (calendar.interval @ by_calendar).transpose(0, 2, 1)[calendar.row] + level
    return eta


class _Problem:
    """The penalised negative log likelihood and its gradient; ``penalty`` has one number for each parameter."""

    def __init__(self, x: Floats, outcome: NDArray[np.int8], calendar: Calendar, weight: Floats, offset: Floats,
                 penalty: Floats) -> None:
        self.x, self.calendar, self.offset, self.penalty = x, calendar, offset, penalty
        self._at_risk = (outcome >= 0) * weight[:, None]
        self._closed = np.stack([outcome == 1, outcome == 2], axis=1).astype(np.float64)
        rows = np.arange(x.shape[0])
        shape = (calendar.interval.shape[0], x.shape[0])
        self._sum_by_day = csr_array((np.ones(rows.size), (calendar.row, rows)), shape=shape)

    def split(self, parameters: Floats) -> tuple[Floats, Floats, Floats]:
        p, k = self.x.shape[1] + 1, self.calendar.interval.shape[2]
        cuts = np.cumsum([p * _CAUSES * BASIS.shape[1], k * _CAUSES])
        slopes, by_calendar, level = np.split(parameters, cuts)
        return (slopes.reshape(p, _CAUSES, BASIS.shape[1]), by_calendar.reshape(k, _CAUSES),
                level.reshape(_CAUSES, INTERVALS))

    def objective(self, parameters: Floats) -> tuple[float, Floats]:
        slopes, by_calendar, level = self.split(parameters)
        eta = _eta(self.x, self.calendar, slopes, by_calendar, level + self.offset)
        top = np.maximum(eta.max(axis=1), 0.0)
        odds = np.exp(eta - top[:, None])
        total = odds.sum(axis=1) + np.exp(-top)
        loss = float(np.sum(self._at_risk * (top + np.log(total) - (self._closed * eta).sum(axis=1))))
        residual = (odds / total[:, None] - self._closed) * self._at_risk[:, None]
        gradient = self._gradient(residual) + self.penalty * parameters
        return loss + 0.5 * float(np.sum(self.penalty * parameters**2)), gradient

    def _gradient(self, residual: Floats) -> Floats:
        by_basis = (residual.reshape(-1, INTERVALS) @ BASIS).reshape(self.x.shape[0], -1)
        slopes = np.vstack([by_basis.sum(axis=0, keepdims=True), self.x.T @ by_basis])
        by_day = (self._sum_by_day @ residual.reshape(self.x.shape[0], -1)).reshape(-1, _CAUSES, INTERVALS)
        by_calendar = np.einsum("djk,dcj->kc", self.calendar.interval, by_day)
        return np.concatenate([slopes.ravel(), by_calendar.ravel(), by_day.sum(axis=0).ravel()])


def fit_hazards(x: Floats, outcome: NDArray[np.int8], calendar: Calendar, weight: Floats, penalty: float) -> Hazards:
    """Maximum penalised likelihood by L-BFGS.

    x (rows, p) standardised · outcome (rows, INTERVALS) as ``grid.outcomes`` · weight (rows) · penalty: ridge on slopes,
    four times as strong on how they change with the time ahead.
    """
    offset = _offset(outcome, weight)
    slopes = np.full((x.shape[1] + 1, _CAUSES, BASIS.shape[1]), penalty)
    slopes[:, :, 1:] *= _TIME_PENALTY
    slopes[0] = 1.0
    of_calendar = np.full(calendar.interval.shape[2] * _CAUSES, _CALENDAR_PENALTY)
    penalties = np.concatenate([slopes.ravel(), of_calendar, np.ones(INTERVALS * _CAUSES)])
    problem = _Problem(x, outcome, calendar, weight, offset, penalties)
    found = minimize(problem.objective, np.zeros(penalties.size), jac=True, method="L-BFGS-B",
                     options={"maxiter": ITERATIONS, "maxcor": 20})
    fitted, by_calendar, level = problem.split(found.x)
    return Hazards(fitted, by_calendar, level + offset)


def _offset(outcome: NDArray[np.int8], weight: Floats) -> Floats:
    """Log of the average daily rate × the interval's length (2, INTERVALS): where the fit starts from."""
    exposure = float(np.sum((outcome >= 0) * weight[:, None] * LENGTH[None, :])) + 1.0
    events = [float(np.sum((outcome == cause) * weight[:, None])) + 0.5 for cause in (1, 2)]
    offset: Floats = np.log(np.array(events)[:, None] / exposure * LENGTH[None, :])
    return offset
