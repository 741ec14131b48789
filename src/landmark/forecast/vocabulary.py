"""Which milestones and attributes the model knows, learned from what was known on the day of the fit.

Answers: which columns a snapshot has and how a text value becomes a number. Does not answer: their weights.
A milestone or a category never seen in the fit is counted as "other" and can raise no error.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from landmark.forecast.calendars import MONTHS
from landmark.forecast.cells import read_date, read_number
from landmark.forecast.habits import learn_habits
from landmark.forecast.history import OPEN, WON, Floats, History, Ints, Season, Texts
from landmark.forecast.leaks import Leak, find_leaks, measure_fill
from landmark.forecast.sellers import is_never_used

MILESTONES_KEPT = 40
ATTRIBUTES_KEPT = 200
_GROUPS = 10
LEVELS_KEPT = 60
LEVEL_DEALS = 5
"""A category needs this many deals to become a level of its own."""
PARSED_SHARE = 0.98
"""A column is numeric (or a date) when at least this share of its values reads as one."""
FILL_GAP, FILL_ERRORS = 0.05, 4.0
LARGEST = 1e15
"""Numbers beyond this are kept at it: trees answer in single precision."""
_MONTHLY = re.compile(r"month|budget|cycle|fiscal", re.IGNORECASE)


@dataclass(frozen=True)
class Attribute:
    """One column. ``kind``: number, date, month (1–12, such as the buyer's budget month) or category. ``levels``:
    categories from the lowest to the highest share won, by name where that does not differ · ``middle``: the median
    of numbers · ``changes``: its changes are counted.

    ``fill``: what an empty cell counts as; None leaves it empty, which may tell something. It is filled when deals
    still open lack the value more often than closed ones do: then people fill it in on closing, and an empty cell
    would leak the outcome. Where that goes far, the column is left out altogether (``leaks``).
    """

    name: str
    kind: str
    levels: tuple[str, ...] = ()
    fill: float | None = None
    changes: bool = False
    middle: float = 0.0


@dataclass(frozen=True)
class Vocabulary:
    """``close_shift`` is 1 when closings carry dates without times: the closing of day d is then stamped d 00:00.

    ``graded`` and ``expiring``: milestones whose evidence differs in strength, or ends · ``left_out``: attributes that
    would give the outcome away.
    """

    milestones: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    close_shift: int = 0
    graded: tuple[str, ...] = ()
    expiring: tuple[str, ...] = ()
    left_out: tuple[Leak, ...] = ()
    season: Season = Season()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Vocabulary":
        return Vocabulary(
            tuple(data["milestones"]),
            tuple(Attribute(**one | {"levels": tuple(one["levels"])}) for one in data["attributes"]),
            int(data["close_shift"]),
            tuple(data["graded"]),
            tuple(data["expiring"]),
            tuple(Leak(**one) for one in data["left_out"]),
            _read_season(data["season"]),
        )


def _read_season(data: dict[str, Any]) -> Season:
    habits = {name: tuple(tuple(one) for one in data[name]) for name in ("weekdays", "fortnights", "month_days")}
    return Season(**data | {"pace": tuple(data["pace"])} | habits)


def learn(history: History) -> Vocabulary:
    """Read the columns of a cut history (see ``known.as_known``)."""
    left_out = find_leaks(history)
    leaking = {leak.attribute for leak in left_out}
    read = (
        _attribute(name, column, history)
        for name, column in sorted(history.attributes.items())
        if name not in leaking and not is_never_used(name)
    )
    found = _most_telling([one for one in read if one is not None], history)
    closings = history.closed[history.outcome != OPEN]
    dated_only = closings.size > 0 and float(np.mean(closings == np.floor(closings))) > 0.9
    milestones = _milestones(history)
    return Vocabulary(
        milestones,
        found,
        int(dated_only),
        _differing(history.strength, history, milestones),
        _ending(history, milestones),
        left_out,
        learn_habits(history),
    )


def _most_telling(attributes: list[Attribute], history: History) -> tuple[Attribute, ...]:
    """All of them; of more than 200 those that tell won deals from lost ones best, in the order of their names."""
    if len(attributes) <= ATTRIBUTES_KEPT:
        return tuple(attributes)
    told = [-_told(one, history) for one in attributes]
    kept = np.argsort(told, kind="stable")[:ATTRIBUTES_KEPT]
    return tuple(attributes[place] for place in sorted(kept.tolist()))


def _told(attribute: Attribute, history: History) -> float:
    """Adjusted share of the variance of won that groups of the attribute explain: ten of equal size, or its levels."""
    closed = history.outcome != OPEN
    values = read_values(attribute, history.attributes[attribute.name][closed].tolist())
    edges = np.unique(values[~np.isnan(values)])
    if edges.size > LEVELS_KEPT:
        edges = np.unique(np.nanquantile(values, np.linspace(0, 1, _GROUPS + 1)[1:-1]))
    group = np.unique(np.searchsorted(edges, values), return_inverse=True)[1]
    won = (history.outcome[closed] == WON).astype(np.float64)
    sizes = np.bincount(group)
    free = won.size - sizes.size
    if free < 1 or won.std() == 0.0:
        return 0.0
    means = np.bincount(group, won) / sizes
    return 1.0 - float(np.sum((won - means[group]) ** 2) / free) / float(won.var(ddof=1))


def _milestones(history: History) -> tuple[str, ...]:
    pairs = np.unique(np.stack([history.event_code, history.event_deal]), axis=1) if history.event_code.size else None
    if pairs is None:
        return ()
    deals = np.bincount(pairs[0], minlength=len(history.milestones))
    ranked = sorted(range(len(history.milestones)), key=lambda code: (-int(deals[code]), history.milestones[code]))
    return tuple(history.milestones[code] for code in ranked[:MILESTONES_KEPT])


def _differing(strength: Ints | None, history: History, milestones: tuple[str, ...]) -> tuple[str, ...]:
    """Milestones whose evidence is not always of the same strength."""
    if strength is None:
        return ()
    seen = {name: strength[history.event_code == code] for code, name in enumerate(history.milestones)}
    return tuple(name for name in milestones if seen[name].min() < seen[name].max())


def _ending(history: History, milestones: tuple[str, ...]) -> tuple[str, ...]:
    if history.event_expires is None:
        return ()
    ends = {history.milestones[code] for code in np.unique(history.event_code[~np.isnan(history.event_expires)])}
    return tuple(name for name in milestones if name in ends)


def _attribute(name: str, column: Texts, history: History) -> Attribute | None:
    changed = history.change_value[history.change_field == name]
    found = _typed(name, column, changed, history)
    return None if found is None else replace(found, changes=name == "target_on" or changed.size > 0)


def _typed(name: str, column: Texts, changed: Texts, history: History) -> Attribute | None:
    values = [value for value in (*column.tolist(), *changed.tolist()) if value]
    if not values:
        return None
    filled = _is_filled_on_closing(column, history)
    for kind, read in (("number", read_number), ("date", read_date)):
        read_so = read(values)
        if float(np.mean(~np.isnan(read_so))) >= PARSED_SHARE:
            if kind == "number" and _is_month(name, read_so):
                return Attribute(name, "month", ())
            middle = float(np.nanmedian(read_so))
            return Attribute(name, kind, (), middle if filled else None, middle=middle)
    levels = _levels(values, column, history)
    if not levels:
        return None
    commonest = max(levels, key=lambda level: (values.count(level), level))
    return Attribute(name, "category", levels, float(levels.index(commonest)) if filled else None)


def _levels(values: list[str], column: Texts, history: History) -> tuple[str, ...]:
    """The commonest levels, ordered by the share won among closed deals (5 deals' worth of the average mixed in) where
    that differs by more than chance, else by name: an order learned from noise would look like a signal to the trees.
    """
    counts = Counter(values)
    common = [
        level for level, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count >= LEVEL_DEALS
    ]
    common = sorted(common[:LEVELS_KEPT])
    if sum(counts[level] for level in common) < len(values) / 2:
        return ()
    closed = history.outcome != OPEN
    place = {level: number for number, level in enumerate(common)}
    group = np.array([place.get(value, len(common)) for value in column[closed].tolist()], np.int64)
    deals = np.bincount(group, minlength=len(common) + 1).astype(np.float64)
    won = np.bincount(group, (history.outcome[closed] == WON).astype(np.float64), deals.size).astype(np.float64)
    average = float(won.sum() / deals.sum()) if deals.sum() else 0.5
    if not _differ(deals, won, average):
        return tuple(common)
    share = (won + 5 * average) / (deals + 5)
    return tuple(sorted(common, key=lambda level: (share[place[level]], level)))


def _differ(deals: Floats, won: Floats, average: float) -> bool:
    """Pearson's chi-square of won in groups of closed deals, two standard deviations above what chance gives."""
    filled = deals > 0
    free = int(filled.sum()) - 1
    if free < 1 or not 0.0 < average < 1.0:
        return False
    expected = deals[filled] * average
    chi = float(np.sum((won[filled] - expected) ** 2 / expected)) / (1.0 - average)
    return chi > free + 2.0 * math.sqrt(2.0 * free)


def _is_filled_on_closing(column: Texts, history: History) -> bool:
    filled = np.array([bool(value) for value in column], bool)
    fill = measure_fill(filled, history.outcome != OPEN, history.opened)
    return fill.gap > FILL_GAP and fill.errors > FILL_ERRORS


def _is_month(name: str, values: Floats) -> bool:
    """Whole numbers from 1 to 12, most of them in use, under a name that speaks of a month, a budget or a cycle."""
    known = np.unique(values[~np.isnan(values)])
    whole = bool(np.all((known >= 1) & (known <= MONTHS) & (known == np.floor(known))))
    return whole and known.size > MONTHS / 4 and _MONTHLY.search(name) is not None


def read_values(attribute: Attribute, values: Sequence[str | None]) -> Floats:
    """Numbers as they are, dates as days since 1970, categories as their rank (rare, unknown: −1), empty: NaN."""
    if attribute.kind in ("number", "month"):
        read = np.clip(read_number(values), -LARGEST, LARGEST)
    elif attribute.kind == "date":
        read = read_date(values)
    else:
        rank = {level: float(place) for place, level in enumerate(attribute.levels)}
        read = np.array([rank.get(value, -1.0) if value else math.nan for value in values], np.float64)
    return read if attribute.fill is None else np.where(np.isnan(read), attribute.fill, read)
