"""Why moving a date never lifts a score.

Answers: for each open deal whose target date was moved, the same deal as if the moving had stopped earlier, at every
stage of it. Does not answer: the score (``fitting`` takes the lowest of the model's answers over these).

The argument: the set of answers only grows when a date moves once more, so its lowest member cannot rise. This holds
for any model and any feature; nothing has to be trusted about the sign of a weight.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.history import OPEN, History

TARGET = "target_on"


def add_unmoved(history: History) -> tuple[History, NDArray[np.int32]]:
    """The history followed by copies, and for each of its rows the row of the deal it speaks of (at first: itself).

    An open deal whose target date changed m times (as known) gets m copies: with none of these changes, the first, the
    first two … the first m − 1.
    """
    order = np.lexsort((np.arange(history.change_deal.size), history.change_at, history.change_deal))
    is_move = (history.change_field[order] == TARGET) & (history.outcome[history.change_deal[order]] == OPEN)
    moves = order[is_move]
    of_deal = history.change_deal[moves]
    deals, counts = np.unique(of_deal, return_counts=True)
    itself = np.arange(history.deal_ids.size)
    source = np.concatenate([itself, np.repeat(deals, counts)]).astype(np.int32)
    all_moves = np.full(itself.size, history.change_deal.size + 1)
    kept_moves = np.concatenate([all_moves, *(np.arange(count) for count in counts)]).astype(np.int64)
    rank = np.full(history.change_deal.size, -1, np.int64)
    rank[moves] = np.arange(moves.size) - np.searchsorted(of_deal, of_deal, "left")
    return _copy(history, source, kept_moves, rank), source


def _copy(
    history: History, source: NDArray[np.int32], kept_moves: NDArray[np.int64], rank: NDArray[np.int64]
) -> History:
    """One deal for each entry of ``source``, with its events, and its changes less the moves from ``kept_moves`` on."""
    events, event_copy = _rows_of(history.event_deal, source)
    changes, change_copy = _rows_of(history.change_deal, source)
    stays = rank[changes] < kept_moves[change_copy]
    changes, change_copy = changes[stays], change_copy[stays]
    return replace(
        history,
        deal_ids=history.deal_ids[source],
        opened=history.opened[source],
        closed=history.closed[source],
        outcome=history.outcome[source],
        known_from=history.known_from[source],
        event_deal=event_copy,
        event_at=history.event_at[events],
        event_known=history.event_known[events],
        event_code=history.event_code[events],
        strength=None if history.strength is None else history.strength[events],
        attributes={name: column[source] for name, column in history.attributes.items()},
        change_deal=change_copy,
        change_at=history.change_at[changes],
        change_field=history.change_field[changes],
        change_value=history.change_value[changes],
    )


def _rows_of(of_deal: NDArray[np.int32], source: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Rows that belong to each copy's deal, and the copy they go to."""
    order = np.argsort(of_deal, kind="stable")
    start = np.searchsorted(of_deal[order], source, "left")
    stop = np.searchsorted(of_deal[order], source, "right")
    copy = np.repeat(np.arange(source.size, dtype=np.int32), stop - start)
    within = np.arange(copy.size) - np.repeat(np.cumsum(stop - start) - (stop - start), stop - start)
    rows: NDArray[np.int64] = order[start[copy] + within]
    return rows, copy
