"""Everything the model says of a batch of open deals, and why: plain columns in, plain data out.

Answers: curves, parts of the probability, similar deals, next milestones and causes of change, ready to be stored.
Does not answer: which deals, what is read or stored (``explaining``, ``actions``). It knows no database, so that
processes of their own can tell batches, and memory does not grow with the deals.
"""

import json
import os
import pickle
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.forecast.closing import find_win_ranges
from landmark.forecast.explain import Explainer
from landmark.forecast.history import Floats, History, Ints
from landmark.forecast.model import Fitted
from landmark.forecast.replay import Cause, Chance, replay
from landmark.forecast.similar import Past, Similar, Steps, find_similar, look_ahead
from landmark.forecast.snapshots import Snapshots, with_numbers
from landmark.outlook.curves import DAYS, as_stored, pack_curves
from landmark.outlook.pushes import add_unmoved
from landmark.outlook.ways import Way

PARTS_KEPT = 10
LEAST_PART, ROUNDING = 5e-4, 1e-12


@dataclass(frozen=True)
class Outlooks:
    """deal (n) rows of the history · won, lost (n, 365) as stored · raw (n, 365): won before the lowest is taken."""

    deal: Ints
    won: Floats
    lost: Floats
    raw: Floats


def predict_open(fitted: Fitted, history: History) -> Outlooks:
    """Every day of the year ahead; where a target date was moved, the lowest answer over every stage of the moving."""
    several, source = add_unmoved(history)
    prediction = fitted.predict(several, history.complete_to, range(1, DAYS + 1))
    of_deal = source[prediction.deal]
    itself = prediction.deal < history.deal_ids.size
    deal = of_deal[itself]
    place = np.full(history.deal_ids.size, -1, np.int64)
    place[deal] = np.arange(deal.size)
    lowest = prediction.p_won[itself].copy()
    np.minimum.at(lowest, place[of_deal[~itself]], prediction.p_won[~itself])
    return Outlooks(deal, lowest, prediction.p_lost[itself], prediction.p_won[itself])


@dataclass(frozen=True)
class Earlier:
    """A stored forecast to compare with. fitted: None when this version can no longer read it. is_current: the very
    model that speaks now."""

    names: tuple[str, ...]
    as_of: date
    fitted: Fitted | None
    is_current: bool


@dataclass(frozen=True)
class Night:
    """What all batches share. by: the day that probabilities speak of, ``horizon`` days ahead."""

    fitted: Fitted
    by: date
    horizon: int
    explainer: Explainer
    past: Past
    way: Way
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True)
class Batch:
    """Open deals alone (n), cut to what is known. deal: their places among all · stands: on the path · before: what
    each earlier forecast said of them, NaN for nothing."""

    history: History
    deal: Ints
    stands: Ints
    before: tuple[Floats, ...]


@dataclass(frozen=True)
class Told:
    """For each deal (n): packed curves, days between which eight in ten wins lie (n, 2), reasons as JSON."""

    won: list[bytes]
    lost: list[bytes]
    win_range: Ints
    contributions: list[str]
    explanation: list[str]


def tell(night: Night, batch: Batch) -> Told:
    """base + parts = the stored P(won by the period's end); the causes of a change sum to it."""
    with threadpool_limits(limits=1):
        history = with_numbers(batch.history, night.fitted.vocabulary)
        outlooks = predict_open(night.fitted, history)
        p, raw = outlooks.won[:, night.horizon - 1], outlooks.raw[:, night.horizon - 1]
        parts = _parts(night, history, p, raw)
        compared = _compare(night, batch, history, p, raw)
        changes = _changes(night, batch, history, as_stored(p))
    why = ({**one, "changes": change} for one, change in zip(compared, changes, strict=True))
    return Told(
        pack_curves(outlooks.won), pack_curves(outlooks.lost), find_win_ranges(outlooks.won),
        [json.dumps(one) for one in parts], [json.dumps(one) for one in why],
    )  # fmt: skip


def tell_each(night: Night, batches: Iterable[Batch], processes: int) -> Iterator[Told]:
    """In the order of the batches; any number of processes tells the same. Few batches wait at a time."""
    if processes < 2:
        yield from (tell(night, batch) for batch in batches)
        return
    packed, waiting = pickle.dumps(night), deque[Future[Told]]()
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin)
    try:
        for batch in batches:
            waiting.append(pool.submit(_tell_packed, packed, batch))
            if len(waiting) > processes + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _tell_packed(packed: bytes, batch: Batch) -> Told:
    return tell(_unpack(packed), batch)


@lru_cache(maxsize=1)
def _unpack(packed: bytes) -> Night:
    night: Night = pickle.loads(packed)  # noqa: S301 - the parent wrote it a moment ago
    return night


def _begin() -> None:
    """A process whose parent was killed ends too."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()


# What it is made of


def _parts(night: Night, history: History, p: Floats, raw: Floats) -> list[dict[str, Any]]:
    """Where a target date was moved, the lowest answer counts; what that costs is a part of its own."""
    deals = np.arange(p.size, dtype=np.int32)
    made_of = night.explainer.explain(Snapshots(history, night.fitted.vocabulary), deals, raw)
    order = np.argsort(np.array(made_of.keys))  # parts of one size by name, the moved dates last
    keys = [*(made_of.keys[place] for place in order), "moved_dates"]
    kept = keep_largest(keys, np.column_stack([made_of.effects[:, order], p - raw]))
    by = night.by.isoformat()
    return [
        {"by": by, "base": made_of.base, "p_won": one, "parts": parts}
        for one, parts in zip(p.tolist(), kept, strict=True)
    ]


def keep_largest(keys: Sequence[str], effects: Floats) -> list[list[tuple[str, float]]]:
    """For each deal (n) the largest of its parts (n, K) by size; what is left goes into one ``other``, so that the sum
    stays."""
    sizes = np.abs(effects)
    order = np.argsort(-sizes, axis=1, kind="stable")[:, :PARTS_KEPT]
    largest = np.take_along_axis(effects, order, axis=1)
    counts = (np.abs(largest) >= LEAST_PART).sum(axis=1)
    is_kept = np.arange(order.shape[1]) < counts[:, None]
    left = effects.sum(axis=1) - np.where(is_kept, largest, 0.0).sum(axis=1)
    found = []
    for places, parts, count, rest in zip(
        order.tolist(), largest.tolist(), counts.tolist(), left.tolist(), strict=True
    ):
        kept = [(keys[place], part) for place, part in zip(places[:count], parts[:count], strict=True)]
        found.append([*kept, ("other", rest)] if abs(rest) > ROUNDING else kept)
    return found


# Deals like it, and what the next milestones go with


def _compare(night: Night, batch: Batch, history: History, p: Floats, raw: Floats) -> list[dict[str, Any]]:
    as_of, deal = history.complete_to, np.arange(p.size, dtype=np.int32)
    today = np.full(deal.size, int(as_of), np.int32)
    snapshots = Snapshots(history, night.fitted.vocabulary)
    past = replace(night.past, deal=_within(night.past.deal, batch.deal))
    like = find_similar(past, deal, p, as_of - history.opened, snapshots.newest(deal, today))
    wanted = night.way.next_of(batch.stands, snapshots.reached(deal, today))
    found = look_ahead(night.fitted, history, as_of, night.horizon, past, deal, [ahead.names for ahead in wanted])
    return [
        {"similar": near, "steps": steps, "unseen": ahead.unseen}
        for near, steps, ahead in zip(_plain_similar(like), _plain_steps(found, p - raw), wanted, strict=True)
    ]


def _within(deal: Ints, batch: Ints) -> Ints:
    """Places among all deals → places in the batch (in order); others get numbers beyond it."""
    place = np.minimum(np.searchsorted(batch, deal), batch.size - 1)
    return np.where(batch[place] == deal, place, batch.size + deal).astype(np.int32)


def _plain_similar(like: Similar) -> list[list[float]]:
    columns = (like.count.tolist(), like.won.tolist(), like.low.round(4).tolist(), like.high.round(4).tolist())
    return [list(row) for row in zip(*columns, strict=True)]


def _plain_steps(found: Steps, cut: Floats) -> list[list[list[Any]]]:
    """``cut`` (n): what moved target dates cost each deal; it stays when a milestone comes."""
    held: list[list[list[Any]]] = [[] for _ in range(cut.size)]
    less, like = cut[found.row], found.like
    p, low, high = (np.maximum(column + less, 0.0).round(4).tolist() for column in (found.p, like.low, like.high))
    columns = (found.names, p, like.count.tolist(), like.won.tolist(), low, high)
    for row, *step in zip(found.row.tolist(), *columns, strict=True):
        held[row].append(step)
    return held


# Why it changed


def chance_of(fitted: Fitted) -> Chance:
    """P(won) as stored: the lowest answer over every stage of the moving of a target date; NaN where not open."""

    def chance(history: History, as_of: float, horizon: int) -> Floats:
        several, source = add_unmoved(history)
        found = fitted.predict(several, as_of, [horizon])
        lowest = np.full(history.deal_ids.size, np.nan)
        itself = found.deal < history.deal_ids.size
        lowest[found.deal[itself]] = found.p_won[itself, 0]
        np.minimum.at(lowest, source[found.deal[~itself]], found.p_won[~itself, 0])
        return as_stored(lowest)

    return chance


def _changes(night: Night, batch: Batch, numbered: History, after: Floats) -> list[list[dict[str, Any]]]:
    """One entry for each forecast a deal is compared with: the last, the last of an earlier day, a week ago's.

    numbered: the deals with their texts read, as tonight's model reads them.
    """
    found: list[list[dict[str, Any]]] = [[] for _ in range(after.size)]
    now = batch.history.complete_to
    for one, before in zip(night.earlier, batch.before, strict=True):
        fitted = one.fitted or night.fitted
        is_read = fitted.vocabulary.attributes == night.fitted.vocabulary.attributes
        history = numbered if is_read else with_numbers(batch.history, fitted.vocabulary)
        back = (night.by - one.as_of).days - night.horizon
        told = replay(
            chance_of(fitted), history, now - back, now + night.horizon, before, after,
            is_same=one.fitted is not None, is_current=one.is_current,
        )  # fmt: skip
        for deal, causes in told.items():
            found[deal].append(_plain_change(one, float(before[deal]), float(after[deal]), causes))
    return found


def _plain_change(one: Earlier, before: float, after: float, causes: Iterable[Cause]) -> dict[str, Any]:
    told = [[cause.kind, cause.key, cause.effect] for cause in causes if cause.effect]
    return {"against": list(one.names), "since": one.as_of.isoformat(), "from": before, "to": after, "causes": told}
