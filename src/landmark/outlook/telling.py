"""Everything the model says of a batch of open deals, and why: plain columns in, plain data out.

Answers: curves, parts of the probability, similar deals, next milestones and causes of change, ready to be stored.
Does not answer: which deals, what is read or stored (``explaining``, ``actions``). It knows no database, so that
processes of their own can tell batches, and memory does not grow with the deals.
"""

import json
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
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
from landmark.forecast.similar import Past, Similar, Step, find_similar, find_steps
from landmark.forecast.snapshots import Snapshots, with_numbers
from landmark.outlook.curves import DAYS, as_stored, pack_curves
from landmark.outlook.pushes import add_unmoved
from landmark.outlook.ways import Way

PARTS_KEPT = 10


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
        changes = _changes(night, batch, as_stored(p))
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
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin)
    waiting: deque[Future[Told]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(tell, night, batch))
            if len(waiting) > processes + 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


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
    held = []
    for row in range(p.size):
        cut = float(p[row] - raw[row])
        kept = keep_largest([*made_of.ranked(row), ("moved_dates", cut)] if cut else made_of.ranked(row))
        held.append({"by": night.by.isoformat(), "base": made_of.base, "p_won": float(p[row]), "parts": kept})
    return held


def keep_largest(parts: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """The largest parts by size; what is left goes into one ``other``, so that the sum stays."""
    ranked = sorted((part for part in parts if abs(part[1]) >= 5e-4), key=lambda part: -abs(part[1]))[:PARTS_KEPT]
    left = sum(effect for _key, effect in parts) - sum(effect for _key, effect in ranked)
    return [*ranked, ("other", left)] if abs(left) > 1e-12 else ranked


# Deals like it, and what the next milestones go with


def _compare(night: Night, batch: Batch, history: History, p: Floats, raw: Floats) -> list[dict[str, Any]]:
    as_of, deal = history.complete_to, np.arange(p.size, dtype=np.int32)
    today = np.full(deal.size, int(as_of), np.int32)
    snapshots = Snapshots(history, night.fitted.vocabulary)
    past = replace(night.past, deal=_within(night.past.deal, batch.deal))
    like = find_similar(past, deal, p, as_of - history.opened, snapshots.newest(deal, today))
    wanted = night.way.next_of(batch.stands, snapshots.reached(deal, today))
    found = find_steps(night.fitted, history, as_of, night.horizon, past, deal, [ahead.names for ahead in wanted])
    return [
        {"similar": near, "steps": _plain_steps(steps, cut), "unseen": ahead.unseen}
        for near, steps, cut, ahead in zip(_plain_similar(like), found, p - raw, wanted, strict=True)
    ]


def _within(deal: Ints, batch: Ints) -> Ints:
    """Places among all deals → places in the batch (in order); others get numbers beyond it."""
    place = np.minimum(np.searchsorted(batch, deal), batch.size - 1)
    return np.where(batch[place] == deal, place, batch.size + deal).astype(np.int32)


def _plain_similar(like: Similar) -> list[list[float]]:
    columns = (like.count.tolist(), like.won.tolist(), like.low.round(4).tolist(), like.high.round(4).tolist())
    return [list(row) for row in zip(*columns, strict=True)]


def _plain_steps(steps: Sequence[Step], cut: float) -> list[list[Any]]:
    """``cut``: what moved target dates cost the deal; it stays when a milestone comes."""
    return [
        [
            one.milestone, round(max(one.p + cut, 0.0), 4), one.count, one.won, round(max(one.low + cut, 0.0), 4),
            round(max(one.high + cut, 0.0), 4),
        ]
        for one in steps
    ]  # fmt: skip


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


def _changes(night: Night, batch: Batch, after: Floats) -> list[list[dict[str, Any]]]:
    """One entry for each forecast a deal is compared with: the last, the last of an earlier day, a week ago's."""
    found: list[list[dict[str, Any]]] = [[] for _ in range(after.size)]
    now = batch.history.complete_to
    for one, before in zip(night.earlier, batch.before, strict=True):
        fitted = one.fitted or night.fitted
        history = with_numbers(batch.history, fitted.vocabulary)
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
