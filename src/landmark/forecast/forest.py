"""The boosted trees asked about thousands of deals at once: whole columns are compared, not deals one by one.

Answers: the same hazards as ``trees.Trees``, to the last digit of every tree; and how far each group of columns led
there. Does not answer: how trees are grown.

Method. Comparing a whole column costs a tenth of a nanosecond a deal, one step of one deal from node to node a hundred
times that. So every node of a tree is asked about all deals, and the answers are put together from the leaves up: the
place of a deal's leaf below a node is its place below the child that the node points to. What does not change with the
time ahead is asked once for all intervals; nodes that look at the calendar alone are settled beforehand. Source: the
idea of Lucchese et al., QuickScorer (2015), with columns of deals in place of bit vectors of leaves.
"""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from landmark.forecast.grid import INTERVALS
from landmark.forecast.history import Floats
from landmark.forecast.model import Fitted
from landmark.forecast.trees import Inputs, Trees

DEEPEST = 8
"""The place of a leaf fits in a byte."""
CELLS = 64_000
"""So many deals × intervals at a time: their columns stay near the processor."""
Singles = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Places = tuple[int, Bytes | None]
"""Where leaves lie below a node: a number, and what comes on top of it for each deal (both modulo ``_BYTE``)."""
_BYTE = 256
_FARTHEST = 88.7
"""Log odds whose exponential single precision can hold."""


class Forest(Trees):
    """The same trees, quick with many deals (from some hundred on; one deal is quicker with ``Trees``). Cells that are
    named one by one are asked as ever. Raises ValueError for inputs of other columns than the trees were grown on."""

    @cached_property
    def woods(self) -> "tuple[tuple[Tree, ...], ...]":
        """The trees of each booster, in their order."""
        return tuple(_read_trees(booster.save_raw("json")) for booster in (self.closes, self.wins))

    def predict(self, inputs: Inputs, intervals: int) -> Floats:
        rows = np.arange(inputs.x.shape[0])
        hazard = np.zeros((rows.size, INTERVALS, 2))
        size = CELLS // max(intervals, 1)
        for start in range(0, rows.size if intervals else 0, size):
            part = rows[start : start + size]
            closes, wins = self._chances(self._columns(inputs.take(part), intervals))
            hazard[part, :intervals, 0], hazard[part, :intervals, 1] = closes * wins, closes * (1.0 - wins)
        return hazard

    def _columns(self, inputs: Inputs, intervals: int) -> "_Columns":
        columns = _Columns(inputs, intervals)
        if intervals and len(columns.each) != self.closes.num_features():
            raise ValueError(f"the trees read {self.closes.num_features()} columns, not {len(columns.each)}")
        return columns

    def _chances(self, columns: "_Columns") -> list[Floats]:
        """(rows, intervals) of each booster; what leaves say is added in single precision, as xgboost does."""
        found = []
        for place, wood in enumerate(self.woods):
            said = np.ascontiguousarray(columns.start[:, :, place])
            for tree in wood:
                first, more = _find_leaves(tree, columns.each)
                said += tree.values[first] if more is None else tree.values[first:].take(more, mode="clip")
            found.append(_chance(said).T)
        return found

    def shares(self, inputs: Inputs, intervals: int, groups: Floats) -> Floats:
        """(rows, K, intervals, 2) log odds: what each split on a deal's way changed, booked to its column's group.

        groups (columns of ``Inputs.at`` + 1, K): the last one takes what holds for every deal.
        """
        columns, rows = self._columns(inputs, intervals), inputs.x.shape[0]
        shares = np.empty((rows, groups.shape[1], intervals, 2))
        for place, wood in enumerate(self.woods):
            leaf = np.empty((len(wood), intervals, rows), np.int32)
            for number, tree in enumerate(wood):
                first, more = _find_leaves(tree, columns.each)
                places = 0 if more is None else more + np.uint8(first % _BYTE)
                np.add(places, number * _BYTE, out=leaf[number], dtype=np.int32)
            changes = np.concatenate([tree.changes(groups) for tree in wood])
            said = _sum_rows(changes, leaf.reshape(len(wood), -1).T).reshape(intervals, rows, groups.shape[1])
            said += columns.start[:, :, place, None] * groups[-1]
            shares[:, :, :, place] = said.transpose(1, 2, 0)
        return shares


def make_quick(fitted: Fitted) -> Fitted:
    """The same model; its trees are quick with many deals."""
    full = fitted.full
    if full is None or full.trees is None:
        return fitted
    return replace(fitted, full=replace(full, trees=as_forest(full.trees)))


def as_forest(trees: Trees) -> Forest:
    """The same trees; itself when they are quick already, with what was read of them."""
    return trees if isinstance(trees, Forest) else Forest(trees.closes, trees.wins)


def _sum_rows(table: Floats, chosen: NDArray[np.int32]) -> Floats:
    """(rows, K): the sum of the chosen (rows, c) rows of a table (m, K)."""
    rows, count = chosen.shape
    ones, stops = np.ones(chosen.size), np.arange(0, chosen.size + 1, count)
    summed: Floats = csr_array((ones, chosen.ravel(), stops), shape=(rows, table.shape[0])) @ table
    return summed


def _chance(odds: Singles) -> Floats:
    """The logistic of single precision numbers, rounded as xgboost rounds it."""
    away = np.exp(np.minimum(-odds.astype(np.float64), _FARTHEST)).astype(np.float32)
    chance: Floats = (np.float32(1.0) / (away + np.float32(1.0))).astype(np.float64)
    return chance


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes (m): left and right child (−1 below a leaf), column, limit, and whether an unknown number goes left; less
    than the limit goes left. value (m): of a leaf, what it says; of a node, the average of those below it.

    values: of the leaves by their place, twice over, so that places may be counted from any of them.
    """

    left: list[int]
    right: list[int]
    column: list[int]
    limit: Singles
    unknown_left: list[bool]
    value: Floats
    height: int
    values: Singles

    def changes(self, groups: Floats) -> Floats:
        """(_BYTE, K): for the leaf at each place, what the splits on the way to it changed."""
        found = np.zeros((_BYTE, groups.shape[1]))

        def walk(node: int, first: int, size: int, so_far: Floats) -> None:
            if self.left[node] < 0:
                found[first : first + size] = so_far
                return
            half = size // 2
            for child, begin in ((self.left[node], first), (self.right[node], first + half)):
                step = (self.value[child] - self.value[node]) * groups[self.column[node]]
                walk(child, begin, half, so_far + step)

        walk(0, 0, 1 << self.height, self.value[0] * groups[-1])
        return found


def _read_trees(raw: bytearray) -> tuple[Tree, ...]:
    stored = json.loads(raw)["learner"]["gradient_booster"]["model"]["trees"]
    return tuple(_read_tree(one) for one in stored)


def _read_tree(stored: dict[str, Any]) -> Tree:
    left, right, column = stored["left_children"], stored["right_children"], stored["split_indices"]
    if any(stored["split_type"]):
        raise ValueError("only trees that compare numbers are read, not categories")
    limit = np.array(stored["split_conditions"], np.float32)  # of a leaf: what it says
    weight, value = np.array(stored["sum_hessian"], np.float64), limit.astype(np.float64)
    values, height = np.zeros(_BYTE, np.float32), _height(left, right, 0)
    if height > DEEPEST:
        raise ValueError(f"a tree of {height} levels is deeper than {DEEPEST}")

    def read(node: int, first: int, size: int) -> None:
        if left[node] < 0:
            values[first : first + size] = limit[node]
            return
        ends = [left[node], right[node]]
        for end, begin in zip(ends, (first, first + size // 2), strict=True):
            read(end, begin, size // 2)
        value[node] = weight[ends] @ value[ends] / weight[ends].sum()

    read(0, 0, 1 << height)
    unknown_left = [bool(one) for one in stored["default_left"]]
    return Tree(left, right, column, limit, unknown_left, value, height, np.concatenate([values, values]))


def _height(left: list[int], right: list[int], node: int) -> int:
    return 0 if left[node] < 0 else 1 + max(_height(left, right, left[node]), _height(left, right, right[node]))


class _Columns:
    """The columns of ``Inputs.at``: (rows,) where the time ahead changes nothing, (intervals, 1) where all rows have
    the same, else (intervals, rows). start (intervals, rows, 2)."""

    def __init__(self, inputs: Inputs, intervals: int) -> None:
        rows, moving = np.arange(inputs.x.shape[0]), replace(inputs, x=inputs.x[:, :0])
        each = [np.full(rows.size, interval) for interval in range(intervals)]
        ahead = np.stack([moving.at(rows, interval).T for interval in each], axis=1)
        self.start = np.stack([inputs.start_of(rows, interval) for interval in each])
        self.each: list[Singles] = [*np.ascontiguousarray(inputs.x.T, np.float32)]
        self.each += [one[:, :1] if (one == one[:, :1]).all() else np.ascontiguousarray(one) for one in ahead]


def _find_leaves(tree: Tree, columns: list[Singles]) -> Places:
    """The place of each cell's leaf."""

    def below(node: int, size: int) -> Places:
        """Counted from the first place below the node, which has ``size`` of them."""
        if tree.left[node] < 0:
            return 0, None
        half, column, limit = size // 2, columns[tree.column[node]], tree.limit[node]
        left, (first, more) = below(tree.left[node], half), below(tree.right[node], half)
        right = (first + half, more)
        if tree.unknown_left[node]:  # a comparison with the unknown is never true
            return _choose((column >= limit).view(np.uint8), right, left)
        return _choose((column < limit).view(np.uint8), left, right)

    return below(0, 1 << tree.height)


def _choose(answers: Bytes, one: Places, other: Places) -> Places:
    """The places of ``one`` where the answer is 1, else those of ``other``; in few steps over all rows."""
    step, base, extra, more = np.uint8((one[0] - other[0]) % _BYTE), other[0], one[1], other[1]
    if extra is None and more is None:
        return base, answers if step == 1 else answers * step
    chosen, mask = step if extra is None else extra + step, np.negative(answers)
    return base, chosen & mask if more is None else more ^ ((more ^ chosen) & mask)
