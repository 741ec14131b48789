"""A deal as if something about it were different: copies with fewer or more events, fewer changes.

Answers: a history made of chosen deals, each as often as asked. Does not answer: what is left out or added (its
callers do: ``similar``, ``replay``, ``outlook.pushes``).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.history import Floats, History, Ints

Rows = NDArray[np.intp] | NDArray[np.bool_]


def copy_deals(history: History, source: Ints) -> History:
    """One deal for each entry of ``source`` (positions in the history), with its events and changes."""
    events, event_copy = rows_of(history.event_deal, source)
    changes, change_copy = rows_of(history.change_deal, source)
    several = replace(
        history,
        deal_ids=history.deal_ids[source],
        opened=history.opened[source],
        closed=history.closed[source],
        outcome=history.outcome[source],
        known_from=history.known_from[source],
        attributes={name: column[source] for name, column in history.attributes.items()},
    )
    several = replace(keep_changes(several, changes), change_deal=change_copy)
    return replace(keep_events(several, events), event_deal=event_copy)


def rows_of(of_deal: Ints, source: Ints) -> tuple[NDArray[np.intp], Ints]:
    """Rows that belong to each copy's deal, in their own order, and the copy they go to."""
    order = np.argsort(of_deal, kind="stable")
    start = np.searchsorted(of_deal[order], source, "left")
    stop = np.searchsorted(of_deal[order], source, "right")
    copy = np.repeat(np.arange(source.size, dtype=np.int32), stop - start)
    within = np.arange(copy.size) - np.repeat(np.cumsum(stop - start) - (stop - start), stop - start)
    return order[start[copy] + within], copy


def keep_events(history: History, rows: Rows) -> History:
    return replace(
        history,
        event_deal=history.event_deal[rows],
        event_at=history.event_at[rows],
        event_known=history.event_known[rows],
        event_code=history.event_code[rows],
        strength=None if history.strength is None else history.strength[rows],
        event_expires=None if history.event_expires is None else history.event_expires[rows],
    )


def keep_changes(history: History, rows: Rows) -> History:
    return replace(
        history,
        change_deal=history.change_deal[rows],
        change_at=history.change_at[rows],
        change_field=history.change_field[rows],
        change_value=history.change_value[rows],
    )


def add_event_each(history: History, names: Sequence[str], at: float) -> History:
    """One event more for each deal (n names): reached and known at ``at``, as strong as it usually is, and fresh."""
    place = {name: code for code, name in enumerate(history.milestones)}
    codes = np.array([place[name] for name in names], np.int32)
    moment = np.full(codes.size, at)
    return replace(
        history,
        event_deal=np.concatenate([history.event_deal, np.arange(codes.size, dtype=np.int32)]),
        event_at=np.concatenate([history.event_at, moment]),
        event_known=np.concatenate([history.event_known, moment]),
        event_code=np.concatenate([history.event_code, codes]),
        strength=None if history.strength is None else np.concatenate([history.strength, _usual(history, codes)]),
        event_expires=_with_fresh(history.event_expires, codes.size),
    )


def _usual(history: History, codes: Ints) -> Ints:
    """The middle strength of each milestone's events."""
    assert history.strength is not None  # noqa: S101 - the caller has looked
    middle = {}
    for code in np.unique(codes).tolist():
        found = history.strength[history.event_code == code]
        middle[code] = int(np.median(found)) if found.size else 1
    return np.array([middle[code] for code in codes.tolist()], np.int32)


def _with_fresh(expires: Floats | None, count: int) -> Floats | None:
    return None if expires is None else np.concatenate([expires, np.full(count, np.nan)])
