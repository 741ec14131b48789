"""Which milestones and attributes the model knows, learned from what was known on the day of the fit.

Answers: which columns a snapshot has and how a text value becomes a number. Does not answer: their weights.
A milestone or a category never seen in the fit is counted as "other" and can raise no error.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from landmark.forecast.cells import read_date, read_number
from landmark.forecast.history import LOST, OPEN, WON, Floats, History, Texts

MILESTONES_KEPT = 40
LEVELS_KEPT = 60
LEVEL_DEALS = 5
"""A category needs this many deals to become a level of its own."""
PARSED_SHARE = 0.98
"""A column is numeric (or a date) when at least this share of its values reads as one."""
_NEVER = frozenset({"owner", "account_id"})


@dataclass(frozen=True)
class Attribute:
    """One column. ``kind``: number, date or category. ``levels``: categories from the lowest to the highest share won.

    ``fill``: what an empty cell counts as; None leaves it empty, which may tell something. It is filled when deals
    still open lack the value far more often than closed ones do: then people fill it in on closing, and an empty cell
    would leak the outcome.
    """

    name: str
    kind: str
    levels: tuple[str, ...] = ()
    fill: float | None = None


@dataclass(frozen=True)
class Vocabulary:
    """``close_shift`` is 1 when closings carry dates without times: the closing of day d is then stamped d 00:00."""

    milestones: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    close_shift: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Vocabulary":
        attributes = tuple(
            Attribute(one["name"], one["kind"], tuple(one["levels"]), one["fill"]) for one in data["attributes"]
        )
        return Vocabulary(tuple(data["milestones"]), attributes, int(data["close_shift"]))


def learn(history: History) -> Vocabulary:
    """Read the columns of a cut history (see ``known.as_known``)."""
    found = (
        _attribute(name, column, history) for name, column in sorted(history.attributes.items()) if name not in _NEVER
    )
    closings = history.closed[history.outcome != OPEN]
    dated_only = closings.size > 0 and float(np.mean(closings == np.floor(closings))) > 0.9
    return Vocabulary(_milestones(history), tuple(one for one in found if one is not None), int(dated_only))


def _milestones(history: History) -> tuple[str, ...]:
    pairs = np.unique(np.stack([history.event_code, history.event_deal]), axis=1) if history.event_code.size else None
    if pairs is None:
        return ()
    deals = np.bincount(pairs[0], minlength=len(history.milestones))
    ranked = sorted(range(len(history.milestones)), key=lambda code: (-int(deals[code]), history.milestones[code]))
    return tuple(history.milestones[code] for code in ranked[:MILESTONES_KEPT])


def _attribute(name: str, column: Texts, history: History) -> Attribute | None:
    changed = history.change_value[history.change_field == name]
    values = [value for value in (*column.tolist(), *changed.tolist()) if value]
    if not values:
        return None
    filled = not _missing_tells(column, history)
    for kind, read in (("number", read_number), ("date", read_date)):
        read_so = read(values)
        if float(np.mean(~np.isnan(read_so))) >= PARSED_SHARE:
            return Attribute(name, kind, (), float(np.nanmedian(read_so)) if filled else None)
    levels = _levels(values, column, history)
    if not levels:
        return None
    commonest = max(levels, key=lambda level: (values.count(level), level))
    return Attribute(name, "category", levels, float(levels.index(commonest)) if filled else None)


def _levels(values: list[str], column: Texts, history: History) -> tuple[str, ...]:
    """The commonest levels, ordered by the share won among closed deals (5 deals' worth of the average mixed in)."""
    counts = Counter(values)
    common = [
        level for level, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= LEVEL_DEALS
    ]
    common = common[:LEVELS_KEPT]
    if sum(counts[level] for level in common) < len(values) / 2:
        return ()
    closed = history.outcome != OPEN
    average = float(np.mean(history.outcome[closed] == WON)) if closed.any() else 0.5

    def share_won(level: str) -> float:
        here = closed & (column == level)
        return (float(np.sum(history.outcome[here] == WON)) + 5 * average) / (int(here.sum()) + 5)

    return tuple(sorted(common, key=lambda level: (share_won(level), level)))


def _missing_tells(column: Texts, history: History) -> bool:
    missing = np.array([not value for value in column], bool)
    is_open, is_closed = history.outcome == OPEN, (history.outcome == WON) | (history.outcome == LOST)
    if not is_open.any() or not is_closed.any():
        return True
    p, q = float(missing[is_open].mean()), float(missing[is_closed].mean())
    spread = math.sqrt(max(missing.mean() * (1 - missing.mean()), 1e-9) * (1 / is_open.sum() + 1 / is_closed.sum()))
    return not (p - q > 0.05 and p - q > 4 * spread)


def read_values(attribute: Attribute, values: Sequence[str | None]) -> Floats:
    """Numbers as they are, dates as days since 1970, categories as their rank (rare, unknown: −1), empty: NaN."""
    if attribute.kind == "number":
        read = read_number(values)
    elif attribute.kind == "date":
        read = read_date(values)
    else:
        rank = {level: float(place) for place, level in enumerate(attribute.levels)}
        read = np.array([rank.get(value, -1.0) if value else math.nan for value in values], np.float64)
    return read if attribute.fill is None else np.where(np.isnan(read), attribute.fill, read)
