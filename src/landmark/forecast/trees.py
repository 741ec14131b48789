"""The same hazards by boosted trees: they find thresholds and interplay that a linear model cannot.

Answers: the hazard of each interval ahead, given a snapshot. Fitted by scikit-learn's histogram boosting on the
person-period table, then kept as plain arrays, so a stored model is readable text and never a pickle.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from landmark.forecast.grid import INTERVALS, MIDDLE, Calendar
from landmark.forecast.history import Floats

ROUNDS = 80
RATE = 0.07
CLASSES = 3


@dataclass(frozen=True)
class Inputs:
    """x (rows, p) snapshot columns · clocks (rows, C) run on with the days ahead · calendar of the intervals."""

    x: Floats
    clocks: Floats
    calendar: Calendar

    def at(self, row: NDArray[np.intp], interval: NDArray[np.intp]) -> Floats:
        """Snapshot columns, the middle of the interval, what the clocks show then, the interval's calendar."""
        middle = MIDDLE[interval]
        calendar = self.calendar.interval[self.calendar.row[row], interval]
        return np.column_stack([self.x[row], middle, self.clocks[row] + middle[:, None], calendar])

    def take(self, rows: NDArray[np.intp]) -> "Inputs":
        return Inputs(self.x[rows], self.clocks[rows], self.calendar.take(rows))


@dataclass(frozen=True)
class Trees:
    """start (3) log-odds · each node array is (trees, nodes): feature (−1 in a leaf), threshold, left, right,
    missing_left, value; tree t belongs to class t mod 3 (stays, won, lost)."""

    start: Floats
    feature: NDArray[np.int32]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    value: Floats

    def predict(self, inputs: Inputs, intervals: int) -> Floats:
        """Hazards (rows, INTERVALS, 2); intervals beyond the fitted ones repeat nothing: they stay 0."""
        rows = np.arange(inputs.x.shape[0])
        hazard = np.zeros((rows.size, INTERVALS, 2))
        for j in range(intervals):
            hazard[:, j] = self.hazard(inputs, rows, np.full(rows.size, j))
        return hazard

    def hazard(self, inputs: Inputs, row: NDArray[np.intp], interval: NDArray[np.intp]) -> Floats:
        """Hazards (cells, 2) of chosen rows and intervals."""
        score = self._score(inputs.at(row, interval))
        odds = np.exp(score - score.max(axis=1, keepdims=True))
        hazards: Floats = (odds / odds.sum(axis=1, keepdims=True))[:, 1:]
        return hazards

    def _score(self, x: Floats) -> Floats:
        rows = np.arange(x.shape[0])
        missing = np.isnan(x)
        score = np.tile(self.start, (x.shape[0], 1))
        for tree in range(self.feature.shape[0]):
            score[:, tree % CLASSES] += self._walk(tree, x, missing, rows)
        return score

    def _walk(self, tree: int, x: Floats, missing: NDArray[np.bool_], rows: NDArray[np.intp]) -> Floats:
        feature, threshold = self.feature[tree], self.threshold[tree]
        node = np.zeros(x.shape[0], np.int32)
        while True:
            column = feature[node]
            inside = column >= 0
            if not inside.any():
                break
            column = np.maximum(column, 0)
            goes_left = np.where(
                missing[rows, column], self.missing_left[tree][node], x[rows, column] <= threshold[node]
            )
            node = np.where(inside, np.where(goes_left, self.left[tree][node], self.right[tree][node]), node)
        values: Floats = self.value[tree][node]
        return values

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name).tolist() for name in self.__dataclass_fields__}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Trees":
        kinds = {"feature": np.int32, "left": np.int32, "right": np.int32, "missing_left": np.bool_}
        return Trees(**{name: np.array(values, kinds.get(name, np.float64)) for name, values in data.items()})


def fit_trees(inputs: Inputs, outcome: NDArray[np.int8], deals: int, seed: int) -> Trees | None:
    """Boost on the person-period table. ``deals``: how many different deals the rows come from; a leaf must hold
    as many rows as about ten deals bring. None when one of the three outcomes never occurs."""
    row, interval = np.nonzero(outcome >= 0)
    target = outcome[row, interval]
    if np.unique(target).size < CLASSES:
        return None
    leaf = int(np.clip(10 * row.size / max(deals, 1), 40, max(row.size // 50, 40)))
    booster = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        learning_rate=RATE,
        max_leaf_nodes=8 if deals < 5_000 else 16,
        min_samples_leaf=leaf,
        l2_regularization=5.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed,
    )
    always_empty = np.isnan(inputs.x).all(axis=0)  # cannot be cut into bins
    filled = replace(inputs, x=np.where(always_empty, 0.0, inputs.x))
    booster.fit(filled.at(row, interval), target)
    return _as_arrays(booster)


def _as_arrays(booster: HistGradientBoostingClassifier) -> Trees:
    """Read the fitted trees; the node tables are scikit-learn's own, so its version is locked and a test compares."""
    tables = [predictor.nodes for round_ in booster._predictors for predictor in round_]
    size = max(table.size for table in tables)

    def stack(name: str, kind: type) -> NDArray[Any]:
        return np.stack([np.pad(table[name].astype(kind), (0, size - table.size)) for table in tables])

    leaf = stack("is_leaf", np.bool_)
    return Trees(
        start=np.asarray(booster._baseline_prediction, np.float64).ravel(),
        feature=np.where(leaf, -1, stack("feature_idx", np.int32)).astype(np.int32),
        threshold=np.nan_to_num(stack("num_threshold", np.float64)),
        left=stack("left", np.int32),
        right=stack("right", np.int32),
        missing_left=stack("missing_go_to_left", np.bool_),
        value=stack("value", np.float64),
    )
