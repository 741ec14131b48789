"""Deals that looked like this one, and what became of them: the band around a probability, and what a milestone adds.

Answers: "of n similar deals, k were won", a range that says how far that can be trusted, and the same for deals that
had one milestone more. Does not answer: the probability (``model``) or a cause: deals that reach a milestone differ in
other ways too.

*Similar*: past snapshots of other deals, by the model's own score, age, and the newest milestone (the same one where
enough have it). Leak-free: a snapshot holds only what was known on its day, its horizon is over by the as-of day,
and a deal counts once in every comparison. Range: Beta(k + ½, n − k + ½) (Jeffreys), 80 %, widened to hold
the model's own number. Source: Brown, Cai & DasGupta (2001) on intervals for a share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.special import betaincinv

from landmark.forecast.copies import add_event_each, copy_deals
from landmark.forecast.history import WON, Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.model import Fitted
from landmark.forecast.snapshots import Snapshots, landmark_rows

SIMILAR = 40
FEWEST_SIMILAR = 10
A_DEAL = 3
"""A past deal is kept with at most so many snapshots; each comparison takes the nearest of them."""
MOST_SNAPSHOTS = 6_000
LANDMARKS, LOOK_BACK_DAYS = 24, 730
LEVEL = 0.8
STEPS_AHEAD = 4
_SCORE_SCALE, _AGE_SCALE = 0.35, 0.7


@dataclass(frozen=True)
class Past:
    """Snapshots whose horizon is over: deal (m), score and age coordinates (m, 2), newest milestone (m), the milestones
    reached (m, M), won within the horizon (m)."""

    deal: Ints
    place: Floats
    newest: NDArray[np.int64]
    reached: NDArray[np.bool_]
    is_won: NDArray[np.bool_]


@dataclass(frozen=True)
class Similar:
    """For each deal asked about: n similar ones, k of them won within the horizon, and the range around p (n,)."""

    count: Ints
    won: Ints
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Steps:
    """Milestones not reached yet, in columns (s): row (of the deals asked about, ascending) · names · p: P(won) had it
    been reached today · like: the deals that had it at this point."""

    row: NDArray[np.intp]
    names: list[str]
    p: Floats
    like: Similar


def find_past(fitted: Fitted, history: History, as_of: float, horizon: int) -> Past:
    """The snapshots to compare with; none while no horizon is over."""
    known = as_known(history, as_of).history
    last, milestones = int(as_of) - horizon, len(fitted.vocabulary.milestones)
    first = max(int(np.ceil(known.opened.min(initial=as_of))), last - LOOK_BACK_DAYS)
    if last <= first:
        empty = np.zeros(0, np.int32)
        none = np.zeros((0, milestones), bool)
        return Past(empty, np.zeros((0, 2)), np.zeros(0, np.int64), none, np.zeros(0, bool))
    days = np.unique(np.linspace(first + 1, last, LANDMARKS).astype(np.int32))
    deal, day = _thin(*landmark_rows(known, days), known.deal_ids.size)
    snapshots = Snapshots(known, fitted.vocabulary)
    table = snapshots.table(deal, day)
    p = np.zeros(deal.size)
    for one in np.unique(day):
        rows = day == one
        part = replace(table, values=table.values[rows])
        p[rows] = fitted.chances(part, float(one), np.array([horizon], np.int32))[:, 0, 0]
    is_won = (known.outcome[deal] == WON) & (known.closed[deal] <= day + horizon)
    age = table.values[:, table.names.index("age")]
    return Past(deal, _place(p, age), snapshots.newest(deal, day), snapshots.reached(deal, day), is_won)


def _thin(deal: Ints, day: Ints, deals: int) -> tuple[Ints, Ints]:
    """At most ``A_DEAL`` snapshots a deal, spread over its life, and at most ``MOST_SNAPSHOTS`` in all."""
    order = np.lexsort((day, deal))
    deal, day = deal[order], day[order]
    start = np.searchsorted(deal, deal, "left")
    count = np.searchsorted(deal, deal, "right") - start
    rank = np.arange(deal.size) - start
    step = np.maximum(count, A_DEAL) / A_DEAL
    kept = np.floor(rank / step) != np.floor((rank - 1) / step)
    deal, day = deal[kept], day[kept]
    every = max(int(np.ceil(deal.size / MOST_SNAPSHOTS)), 1)
    chosen = np.unique(deal)[::every]
    some = np.isin(deal, chosen)
    return deal[some], day[some]


def _place(p: Floats, age: Floats) -> Floats:
    bounded = np.clip(p, 0.002, 0.998)
    score = np.log(bounded / (1 - bounded)) / _SCORE_SCALE
    return np.column_stack([score, np.log1p(np.maximum(age, 0.0)) / _AGE_SCALE])


def count_holders(past: Past) -> NDArray[np.int64]:
    """(M) How many past deals had each milestone in one of their snapshots: what can be said of it rests on them."""
    if past.deal.size == 0:
        return np.zeros(past.reached.shape[1], np.int64)
    order = np.argsort(past.deal, kind="stable")
    starts = np.flatnonzero(np.diff(past.deal[order], prepend=-1))
    held: NDArray[np.int64] = np.logical_or.reduceat(past.reached[order], starts, axis=0).sum(axis=0)
    return held


def find_similar(past: Past, deal: Ints, p: Floats, age: Floats, newest: NDArray[np.int64]) -> Similar:
    """The nearest past snapshots of other deals to each deal asked about; all arguments (n,)."""
    count, won = np.zeros(deal.size, np.int32), np.zeros(deal.size, np.int32)
    where = _place(p, age)
    for state in np.unique(newest):
        asked = np.flatnonzero(newest == state)
        pool = np.flatnonzero(past.newest == state)
        if np.unique(past.deal[pool]).size < SIMILAR:
            pool = np.arange(past.deal.size)
        count[asked], won[asked] = _count_nearest(past, pool, deal[asked], where[asked])
    low, high = _range(count, won, p)
    return Similar(count, won, low, high)


def _count_nearest(past: Past, pool: NDArray[np.intp], deal: Ints, where: Floats) -> tuple[Ints, Ints]:
    """How many of the nearest different deals there are, at most ``SIMILAR``, and how many of them were won.

    A few snapshots more than deals are wanted are nearly always enough; where they are not, the most there may be.
    """
    count, won = np.zeros(deal.size, np.int32), np.zeros(deal.size, np.int32)
    if pool.size == 0:
        return count, won
    tree, left = cKDTree(past.place[pool]), np.arange(deal.size)
    most = min(pool.size, (SIMILAR + 1) * A_DEAL)
    for wanted in sorted({min(most, SIMILAR + SIMILAR // 2), most}):
        _far, found = tree.query(where[left], k=wanted)
        rows = pool[np.asarray(found).reshape(left.size, wanted)]
        count[left], won[left] = _count_others(past, rows, deal[left])
        left = left[count[left] < SIMILAR]
        if left.size == 0:
            break
    return count, won


def _count_others(past: Past, rows: NDArray[np.intp], deal: Ints) -> tuple[Ints, Ints]:
    """Of past snapshots (n, k), the nearest first: how many different deals but the one asked about, and won ones."""
    other = past.deal[rows]
    is_first = np.zeros(other.shape, bool)
    np.put_along_axis(is_first, _first_places(other), True, axis=1)
    is_first &= other != deal[:, None]
    taken = is_first & (np.cumsum(is_first, axis=1) <= SIMILAR)
    return taken.sum(axis=1).astype(np.int32), (taken & past.is_won[rows]).sum(axis=1).astype(np.int32)


def _first_places(values: Ints) -> NDArray[np.intp]:
    """For each row, the columns where a value appears for the first time (repeated so that the shape holds)."""
    order = np.argsort(values, axis=1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=1)
    is_new = np.ones(ranked.shape, bool)
    is_new[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    return np.where(is_new, order, order[:, :1])


def _range(count: Ints, won: Ints, p: Floats) -> tuple[Floats, Floats]:
    tail = (1 - LEVEL) / 2
    low = betaincinv(won + 0.5, count - won + 0.5, tail)
    high = betaincinv(won + 0.5, count - won + 0.5, 1 - tail)
    return np.minimum(low, p), np.maximum(high, p)


# What would move it


def look_ahead(
    fitted: Fitted,
    history: History,
    as_of: float,
    horizon: int,
    past: Past,
    deal: Ints,
    wanted: Sequence[Sequence[str]],
) -> Steps:
    """For each of the open deals (n, positions in the history) its wanted milestones, each reached today, alone.

    The range rests on the deals that had the milestone at a point like this one: same score (with it) and age.
    Milestones the model does not know are left out.
    """
    code = {name: place for place, name in enumerate(fitted.vocabulary.milestones) if name in history.milestones}
    pairs = [(row, name) for row, names in enumerate(wanted) for name in names[:STEPS_AHEAD] if name in code]
    row, names = np.array([one for one, _name in pairs], np.intp), [name for _row, name in pairs]
    what = np.array([code[name] for name in names], np.intp)
    count, won = np.zeros(row.size, np.int32), np.zeros(row.size, np.int32)
    p = _if_reached(fitted, history, as_of, horizon, deal[row], names) if pairs else np.zeros(0)
    where = _place(p, as_of - history.opened[deal[row]])
    for one in np.unique(what):
        asked = np.flatnonzero(what == one)
        pool = np.flatnonzero(past.reached[:, one])
        count[asked], won[asked] = _count_nearest(past, pool, deal[row[asked]], where[asked])
    return Steps(row, names, p, Similar(count, won, *_range(count, won, p)))


def _if_reached(
    fitted: Fitted, history: History, as_of: float, horizon: int, deal: Ints, names: Sequence[str]
) -> Floats:
    """P(won by the horizon) of each deal (n,) with one milestone more, reached at the as-of instant."""
    several = add_event_each(copy_deals(history, deal), names, as_of)
    return fitted.predict(several, as_of, [horizon]).p_won[:, 0]
