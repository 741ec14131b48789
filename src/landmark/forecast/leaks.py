"""Which attributes give the outcome away, because they were written on or after closing.

Answers: which attributes of a cut history must be left out, each with its numbers and one plain sentence why.
Does not answer: how much an honest attribute tells (the model does), which deals stand there twice (``duplicates``).
An export shows the *last* value of a column. What was filled, overwritten or cleared because a deal closed looks
excellent in the past and is not there when a forecast is made.

Formula of the uneven filling: Mantel–Haenszel over eight groups of deals by opening day, so that a column that came or
went with time is not taken for a leak. With n_c closed and n_o open deals of a group and shares filled c and o: gap =
Σ w (c − o) / Σ w, w = n_c n_o / (n_c + n_o), and z its distance from 0 in standard errors (Cochran 1954; Mantel and
Haenszel 1959). Fewer than 20 closed or 10 open deals prove nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.cells import read_date, read_number
from landmark.forecast.evaluate import auc
from landmark.forecast.history import OPEN, WON, Floats, History, Texts
from landmark.forecast.known import known_at_opening
from landmark.forecast.sellers import is_never_used

FILLED, OUTCOME, OTHER_VALUES, HOLDS_CLOSING, CHANGED_LATE = (
    "filled on closing",
    "tells the outcome",
    "other values when closed",
    "holds the closing",
    "changed after closing",
)
FEWEST_CLOSED, FEWEST_OPEN = 20, 10
MOST_DEALS = 50_000
"""More deals than this are looked at in even steps: a leak is no matter of single deals."""
FILL_GAP, FILL_RATIO, FILL_ERRORS = 0.25, 0.1, 4.0
OUTCOME_TOLD = 0.9
"""Share of the errors of always guessing the commoner outcome that one column may not take away."""
RANK_TOLD = 0.99
VALUES_SHARED = 0.05
CLOSING_HELD, MONTH_HELD = 0.6, 0.9
"""A good guess often hits the month, never the day."""
LATE_SHARE, LATE_DEALS, LATE_DAYS = 0.1, 5, 1.0
_LEVEL_DEALS = 5
_GROUPS = 8
_FEWEST_PAIRS = 4.0
_READ_SHARE = 0.98
_MONTH = re.compile(r"\d{4}-\d{2}")

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Leak:
    """One attribute that is left out. ``closed`` and ``open_`` are the two shares behind the sentence."""

    attribute: str
    kind: str
    closed: float
    open_: float
    deals: int

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.kind].format(self.attribute, self.closed, self.open_)


_SENTENCES = {
    FILLED: "{0} is filled for {1:.0%} of closed and {2:.0%} of open deals: whether it is filled would give the "
    "outcome away, so it is shown but the forecast does not use it.",
    OUTCOME: "{0} alone tells won from lost for {1:.0%} of closed deals: it was written once the outcome was known, so "
    "the forecast does not use it.",
    OTHER_VALUES: "{0} holds other values on closed deals than on open ones ({2:.0%} in common): it changes on "
    "closing, so the forecast does not use it.",
    HOLDS_CLOSING: "{0} holds the day or the month of closing, or the days until then, for {1:.0%} of closed deals: it "
    "was written on closing, so the forecast does not use it.",
    CHANGED_LATE: "{0} was changed more than a day after closing on {1:.0%} of closed deals: its values are not what "
    "was known before, so the forecast does not use it.",
}


@dataclass(frozen=True)
class FillGap:
    """Shares filled among closed and open deals, their gap with opening days held equal, and its standard errors."""

    closed: float
    open_: float
    gap: float
    errors: float

    @property
    def leaks(self) -> bool:
        """Far apart, or (nearly) never missing once closed, or (nearly) never filled while open."""
        if abs(self.errors) <= FILL_ERRORS:
            return False
        never_missing = 1 - self.closed <= FILL_RATIO * (1 - self.open_)
        never_filled = self.open_ <= FILL_RATIO * self.closed
        return abs(self.gap) > FILL_GAP or (self.gap > 0 and (never_missing or never_filled))


@dataclass(frozen=True)
class _Column:
    """One attribute of the deals looked at; ``read`` holds its values as numbers or days, NaN where empty."""

    name: str
    text: Texts
    filled: Flags
    read: Floats
    opened: Floats
    closed: Floats
    outcome: NDArray[np.int8]

    @property
    def is_closed(self) -> Flags:
        flags: Flags = self.outcome != OPEN
        return flags


def find_leaks(history: History) -> tuple[Leak, ...]:
    """The leaking attributes of a cut history (see ``known.as_known``), by name, each by the first rule it meets."""
    is_closed = history.outcome != OPEN
    if int(is_closed.sum()) < FEWEST_CLOSED:
        return ()
    found = (_first_leak(name, history) for name in sorted(history.attributes) if not is_never_used(name))
    return tuple(leak for leak in found if leak is not None)


def _first_leak(name: str, history: History) -> Leak | None:
    if late := _changed_late(name, history):
        return late
    column = _column(name, history)
    if not column.filled.any():
        return None
    return next((leak for rule in _RULES for leak in rule(column)), None)


def _column(name: str, history: History) -> _Column:
    size = history.deal_ids.size
    step = max(1, -(-size // MOST_DEALS))
    text = known_at_opening(history, name)[::step]
    filled = np.array([bool(value) for value in text], bool)
    opened, closed = history.opened[::step], history.closed[::step]
    return _Column(name, text, filled, _read(text, filled), opened, closed, history.outcome[::step])


def _read(text: Texts, filled: Flags) -> Floats:
    """Numbers or days since 1970 where nearly all filled cells read so, else all NaN."""
    for read in (read_number, read_date):
        values = read(text.tolist())
        if filled.any() and float(np.mean(~np.isnan(values[filled]))) >= _READ_SHARE:
            return values
    return np.full(text.size, np.nan)


def measure_fill(filled: Flags, is_closed: Flags, opened: Floats) -> FillGap:
    """How unevenly a column (n) is filled; errors is 0 when there are too few deals of a kind.

    Where no closed and open deals were opened in the same weeks, the plain difference stands in.
    """
    closed, still_open = filled[is_closed], filled[~is_closed]
    if closed.size < FEWEST_CLOSED or still_open.size < FEWEST_OPEN:
        return FillGap(float(closed.mean()) if closed.size else 0.0, 0.0, 0.0, 0.0)
    shares = FillGap(float(closed.mean()), float(still_open.mean()), 0.0, 0.0)
    edges = np.nanquantile(opened, np.linspace(0, 1, _GROUPS + 1)[1:-1]) if (~np.isnan(opened)).any() else np.zeros(0)
    gap, errors, pairs = _stratified(filled, is_closed, np.searchsorted(edges, np.nan_to_num(opened), "right"))
    if pairs < _FEWEST_PAIRS:
        gap, errors, _ = _stratified(filled, is_closed, np.zeros(filled.size, np.intp))
    return replace(shares, gap=gap, errors=errors)


def _stratified(filled: Flags, is_closed: Flags, group: NDArray[np.intp]) -> tuple[float, float, float]:
    """(gap, standard errors, Σ w); the variance is the hypergeometric one of each group."""
    sums = [
        np.bincount(group, weights.astype(np.float64), _GROUPS)
        for weights in (np.ones(group.size), is_closed, filled, filled & is_closed)
    ]
    both, closed, full, full_closed = (one[sums[0] > 1] for one in sums)
    opened = both - closed
    weight = float(np.sum(closed * opened / both))
    excess = float(np.sum(full_closed - closed * full / both))
    variance = float(np.sum(closed * opened * full * (both - full) / (both**2 * (both - 1))))
    if weight == 0.0 or variance == 0.0:
        return 0.0, 0.0, weight
    return excess / weight, excess / float(np.sqrt(variance)), weight


def _filled_unevenly(column: _Column) -> Iterator[Leak]:
    fill = measure_fill(column.filled, column.is_closed, column.opened)
    if fill.leaks:
        yield Leak(column.name, FILLED, fill.closed, fill.open_, int(column.text.size))


def _tells_outcome(column: _Column) -> Iterator[Leak]:
    """By its levels (an empty cell is one, those of fewer than five deals are another), or as a number by rank."""
    closed = column.is_closed
    won = column.outcome[closed] == WON
    fewer = int(min(won.sum(), (~won).sum()))
    if fewer < FEWEST_CLOSED:
        return
    level = _levels(column.text[closed])
    size = np.bincount(level).astype(np.float64)
    winners = np.bincount(level, won.astype(np.float64), size.size)
    errors = float(np.minimum(winners, size - winners).sum())
    by_rank = _ranking(won, column.read[closed])
    if errors <= (1 - OUTCOME_TOLD) * fewer or by_rank >= RANK_TOLD:
        told = max(1 - errors / won.size, by_rank)
        yield Leak(column.name, OUTCOME, told, 0.0, int(won.size))


def _levels(text: Texts) -> NDArray[np.int64]:
    """A number for each cell: 0 empty, 1 rare, then one for each value of at least five cells."""
    counts = Counter(text.tolist())
    common = [value for value, count in counts.items() if value and count >= _LEVEL_DEALS]
    place = {value: number + 2 for number, value in enumerate(common)}
    return np.array([place.get(value, 1) if value else 0 for value in text.tolist()], np.int64)


def _ranking(won: Flags, values: Floats) -> float:
    """How well the numbers rank won above lost, or below: 0.5 is chance, 1 is perfect."""
    known = ~np.isnan(values)
    winners, rest = float(won[known].sum()), float((~won[known]).sum())
    if min(winners, rest) < FEWEST_CLOSED:
        return 0.5
    apart = auc(won[known].astype(np.float64), values[known])
    return max(apart, 1 - apart)


def _other_values(column: _Column) -> Iterator[Leak]:
    """Shares of the common values that closed and open deals have in common: Σ min(share closed, share open)."""
    closed, still_open = column.is_closed & column.filled, ~column.is_closed & column.filled
    if closed.sum() < FEWEST_CLOSED or still_open.sum() < FEWEST_CLOSED:
        return
    level = _levels(column.text)
    here, there = (np.bincount(level[rows], minlength=int(level.max()) + 1) for rows in (closed, still_open))
    common = level[column.filled] >= 2
    shared = float(np.minimum(here / here.sum(), there / there.sum()).sum())
    if float(common.mean()) > 0.5 and shared <= VALUES_SHARED:
        yield Leak(column.name, OTHER_VALUES, 1.0, shared, int(column.filled.sum()))


def _holds_closing(column: _Column) -> Iterator[Leak]:
    """The closing day itself, or the days from opening to closing, where those are not all alike."""
    known = column.is_closed & ~np.isnan(column.read)
    if known.sum() < FEWEST_CLOSED:
        return
    read, closed, opened = column.read[known], column.closed[known], column.opened[known]
    took = closed - opened
    on_day = float(np.mean(np.abs(read - np.floor(closed)) <= 1.0))
    as_long = float(np.mean(np.abs(read - took) <= 1.0)) if float(np.median(took)) >= 7 else 0.0
    share = max(on_day, as_long) if float(np.std(took)) > 1.0 else 0.0
    if share >= CLOSING_HELD:
        yield Leak(column.name, HOLDS_CLOSING, share, 0.0, int(known.sum()))


def _holds_month(column: _Column) -> Iterator[Leak]:
    """The month of closing, as 2026-05, where it is not the month of opening too."""
    known = {value for value in set(column.text.tolist()) if value and _MONTH.fullmatch(value)}
    if not known:
        return
    months = np.array([value if value in known else "" for value in column.text.tolist()], str)
    opened, closed = (days.astype("datetime64[D]").astype("datetime64[M]") for days in (column.opened, column.closed))
    told = column.is_closed & (months != "") & (opened != closed)
    if told.sum() < FEWEST_CLOSED:
        return
    share = float(np.mean(months[told] == closed[told].astype(str)))
    if share >= MONTH_HELD:
        yield Leak(column.name, HOLDS_CLOSING, share, 0.0, int(told.sum()))


def _changed_late(name: str, history: History) -> Leak | None:
    chosen = history.change_field == name
    deal = history.change_deal[chosen]
    late = np.unique(deal[history.change_at[chosen] > history.closed[deal] + LATE_DAYS])
    closed = int(np.sum(history.outcome != OPEN))
    if late.size < LATE_DEALS or late.size < LATE_SHARE * closed:
        return None
    return Leak(name, CHANGED_LATE, late.size / closed, 0.0, closed)


_RULES = (_filled_unevenly, _tells_outcome, _other_values, _holds_closing, _holds_month)
