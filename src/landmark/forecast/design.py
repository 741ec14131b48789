"""Snapshots as inputs of a linear model: bounded recencies, logarithms and indicators, standardised.

Answers: which transformed columns carry a snapshot. Does not answer: their weights. What lies in the past counts as
1 / (1 + days / τ) for several τ: 1 when fresh, fading to 0, and 0 for what never happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.history import Floats
from landmark.forecast.snapshots import COHORT, Table
from landmark.forecast.vocabulary import Vocabulary

_CLIP = 5.0
_Column = tuple[str, Floats]


def _fade(days: Floats, scale: float) -> Floats:
    return 1.0 / (1.0 + np.where(np.isnan(days), np.inf, np.maximum(days, 0.0)) / scale)


def _signed_log(values: Floats) -> Floats:
    filled = np.nan_to_num(values)
    return np.sign(filled) * np.log1p(np.abs(filled))


def _durations(name: str, x: Floats) -> Iterator[_Column]:
    yield f"{name} log", np.log1p(np.maximum(x, 0.0))
    for scale in (1.0, 4.0, 15.0, 45.0):
        yield f"{name} {scale:g}", _fade(x, scale)


def _since(name: str, x: Floats) -> Iterator[_Column]:
    yield f"{name} reached", (~np.isnan(x)).astype(np.float64)
    for scale in (1.0, 5.0, 20.0):
        yield f"{name} {scale:g}", _fade(x, scale)


def _first(name: str, x: Floats) -> Iterator[_Column]:
    for scale in (3.0, 15.0):
        yield f"{name} {scale:g}", _fade(x, scale)


def _count(name: str, x: Floats) -> Iterator[_Column]:
    yield name, np.log1p(x)


def _number(name: str, x: Floats, middle: float = 0.0) -> Iterator[_Column]:
    yield f"{name} log", _signed_log(x)
    yield f"{name} log squared", np.where(np.isnan(x), 0.0, (_signed_log(x) - middle) ** 2)
    yield f"{name} missing", np.isnan(x).astype(np.float64)


def _date(name: str, x: Floats) -> Iterator[_Column]:
    yield f"{name} log", _signed_log(x)
    yield f"{name} overdue", (x < 0).astype(np.float64)
    for scale in (7.0, 30.0):
        yield f"{name} near {scale:g}", _fade(np.abs(x), scale)
    yield f"{name} missing", np.isnan(x).astype(np.float64)


def _month(name: str, x: Floats) -> Iterator[_Column]:
    yield f"{name} in", (x <= 0).astype(np.float64)
    for scale in (15.0, 60.0):
        yield f"{name} {scale:g}", _fade(x, scale)


def _strength(name: str, x: Floats) -> Iterator[_Column]:
    yield name, np.nan_to_num(x)


def _plain_log(name: str, x: Floats) -> Iterator[_Column]:
    yield name, np.log(np.nan_to_num(np.maximum(x, 0.0)) + 0.05)


def _indicators(name: str, x: Floats, count: int) -> Iterator[_Column]:
    for level in range(-1, count):
        yield f"{name} {level}", (x == level).astype(np.float64)


_SHAPES = {
    "since": _since,
    "first": _first,
    "count": _count,
    "changes": _count,
    "number": _number,
    "date": _date,
    "month": _month,
    "strength": _strength,
    "left": _date,
    "moved": _number,
    "since_change": _since,
}
_BY_NAME = {
    "age": _durations,
    "idle": _durations,
    "stage_age": _durations,
    "last_gap": _plain_log,
    "momentum": _plain_log,
    "kinds": _count,
}


def expand(table: Table, vocabulary: Vocabulary) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Transformed columns (rows, p) with their names and groups; the same for every table of the vocabulary."""
    levels = {f"category:{one.name}": len(one.levels) for one in vocabulary.attributes}
    middles = {f"number:{one.name}": float(_signed_log(np.array(one.middle))) for one in vocabulary.attributes}
    states = len(vocabulary.milestones) + 1
    columns, names, groups = [], [], []
    idle = table.values[:, table.names.index("idle")]
    for place, (name, group) in enumerate(zip(table.names, table.groups, strict=True)):
        if group in ("calendar", COHORT):  # a slope would go on rising for ever
            continue
        x = table.values[:, place]
        for column_name, column in _shape(name, x, idle, levels, middles, states):
            columns.append(column)
            names.append(column_name)
            groups.append(group)
    return np.column_stack(columns), tuple(names), tuple(groups)


def _shape(
    name: str, x: Floats, idle: Floats, levels: dict[str, int], middles: dict[str, float], states: int
) -> Iterator[_Column]:
    prefix = name.split(":", 1)[0]
    if name in ("last", "before_last", "newest"):
        yield from _indicators(name, x, states)
        if name == "last":
            yield from ((f"{key} fresh", column * _fade(idle, 4.0)) for key, column in _indicators(name, x, states))
    elif prefix == "category":
        yield from _indicators(name, x, levels[name])
        yield f"{name} missing", np.isnan(x).astype(np.float64)
    elif name in middles:
        yield from _number(name, x, middles[name])
    elif name.startswith("events"):
        yield from _count(name, x)
    else:
        yield from (_BY_NAME.get(name) or _SHAPES[prefix])(name, x)


@dataclass(frozen=True)
class Scaling:
    """mean (p) and spread (p) of the training columns; columns that never vary are left out."""

    mean: Floats
    spread: Floats
    kept: NDArray[np.bool_]

    @staticmethod
    def learn(columns: Floats, always: int) -> "Scaling":
        """``always``: so many columns at the end are kept though they never vary."""
        mean, spread = columns.mean(axis=0), columns.std(axis=0)
        varies = spread > 1e-6
        at_end = np.arange(mean.size) >= mean.size - always
        return Scaling(mean, np.where(varies, spread, 1.0), varies | at_end)

    def apply(self, columns: Floats) -> Floats:
        """(rows, kept columns), within ±5 spreads, so that no unusual deal runs away."""
        scaled: Floats = np.clip((columns - self.mean) / self.spread, -_CLIP, _CLIP)[:, self.kept]
        return scaled

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name).tolist() for name in self.__dataclass_fields__}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Scaling":
        mean, spread = (np.array(data[name], np.float64) for name in ("mean", "spread"))
        return Scaling(mean, spread, np.array(data["kept"], bool))
