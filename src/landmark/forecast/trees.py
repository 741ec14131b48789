"""The same hazards by boosted trees: they find thresholds and interplay that a linear model cannot.

Answers: the hazard of each interval ahead, given a snapshot. Fitted by xgboost on the person-period table and stored
as its portable JSON, so a stored model is readable text and never a pickle.

Formula: h_won = c·w, h_lost = c·(1 − w), where c is the chance that the deal closes in the interval and w the chance
that a closing is a win. Two binary boosters: c learns from every cell, w from the closings alone. That is better and
three times cheaper than one booster of three classes (docs/adr/0007). Both start from what the time ahead and its
calendar say of an average deal: shallow trees alone never learn that nobody signs on a weekend.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.grid import INTERVALS, MIDDLE, Calendar, repeats
from landmark.forecast.history import Floats, Ints

if TYPE_CHECKING:
    from xgboost import Booster, QuantileDMatrix

# xgboost is imported where it is used: pages import this module and never need it, and it takes seconds to load.
ROUNDS = 100
RATE = 0.07
COLUMNS = 0.6
CLASSES = 3
_STORIES_IN_A_LEAF = 3.0
Cells = NDArray[np.float32]


@dataclass(frozen=True)
class Inputs:
    """x (rows, p) snapshot columns · clocks (rows, C) run on with the days ahead, a day waited for below 0 ·
    calendar of the intervals · start (days, INTERVALS, 2) log odds from which the boosters go on."""

    x: Floats
    clocks: Floats
    calendar: Calendar
    start: Floats

    def at(self, row: NDArray[np.intp], interval: NDArray[np.intp]) -> Cells:
        """Snapshot columns, the middle of the interval, what the clocks show then, the interval's calendar."""
        middle = MIDDLE[interval]
        place = self.calendar.row[row], interval
        calendar = (self.calendar.interval[place], self.calendar.along[place])
        return np.column_stack([self.x[row], middle, self.clocks[row] + middle[:, None], *calendar]).astype(np.float32)

    def start_of(self, row: NDArray[np.intp], interval: NDArray[np.intp]) -> Cells:
        """(cells, 2) where each booster starts from."""
        return self.start[self.calendar.row[row], interval].astype(np.float32)

    def take(self, rows: NDArray[np.intp]) -> "Inputs":
        return Inputs(self.x[rows], self.clocks[rows], self.calendar.take(rows), self.start)


@dataclass(frozen=True)
class Trees:
    """``closes``: the chance that a deal at risk closes in the interval · ``wins``: that such a closing is a win."""

    closes: "Booster"
    wins: "Booster"

    def predict(self, inputs: Inputs, intervals: int) -> Floats:
        """Hazards (rows, INTERVALS, 2); intervals beyond the fitted ones repeat nothing: they stay 0."""
        rows = np.arange(inputs.x.shape[0])
        hazard = np.zeros((rows.size, INTERVALS, 2))
        for j in range(intervals if rows.size else 0):
            hazard[:, j] = self.hazard(inputs, rows, np.full(rows.size, j))
        return hazard

    def hazard(self, inputs: Inputs, row: NDArray[np.intp], interval: NDArray[np.intp]) -> Floats:
        """Hazards (cells, 2) of chosen rows and intervals."""
        cells, start = inputs.at(row, interval), inputs.start_of(row, interval)
        closes, wins = (
            booster.inplace_predict(cells, base_margin=start[:, place]).astype(np.float64)
            for place, booster in enumerate((self.closes, self.wins))
        )
        return np.stack([closes * wins, closes * (1.0 - wins)], axis=1)

    def to_json(self) -> dict[str, Any]:
        return {name: json.loads(getattr(self, name).save_raw("json")) for name in self.__dataclass_fields__}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Trees":
        return Trees(*(_load(data[name]) for name in Trees.__dataclass_fields__))


def _load(data: dict[str, Any]) -> "Booster":
    from xgboost import Booster

    booster = Booster({"nthread": 1})
    booster.load_model(bytearray(json.dumps(data).encode()))
    return booster


def fit_trees(inputs: Inputs, outcome: NDArray[np.int8], weight: Floats, deal: Ints, seed: int) -> Trees | None:
    """Boost on the person-period table. weight, deal (rows). A leaf must hold as much as some three deals tell. None
    when one of the three outcomes never occurs."""
    from xgboost import train

    row, interval = np.nonzero(outcome >= 0)
    target = outcome[row, interval]
    if np.unique(target).size < CLASSES:
        return None
    start, weights, closed = inputs.start_of(row, interval), weight[row], target > 0
    cells = inputs.at(row, interval)
    leaf = _STORIES_IN_A_LEAF * repeats(outcome, deal)
    settings = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "eta": RATE,
        "max_depth": 5,
        "min_child_weight": leaf,
        "reg_lambda": leaf / 2,
        "subsample": 0.5,
        "colsample_bytree": COLUMNS,
        "nthread": 1,
        "seed": seed,
    }
    return Trees(
        train(settings, _matrix(cells, closed, weights, start[:, 0]), ROUNDS),
        train(settings, _matrix(cells[closed], target[closed] == 1, weights[closed], start[closed, 1]), ROUNDS),
    )


def _matrix(cells: Cells, happened: NDArray[np.bool_], weight: Floats, start: Cells) -> "QuantileDMatrix":
    from xgboost import QuantileDMatrix

    return QuantileDMatrix(cells, happened, weight=weight, base_margin=start, nthread=1)
