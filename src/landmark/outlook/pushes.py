"""Why moving a date never lifts a score.

Answers: for each open deal whose target date was moved, the same deal as if the moving had stopped earlier, at every
stage of it. Does not answer: the score (``fitting`` takes the lowest of the model's answers over these).

The argument: the set of answers only grows when a date moves once more, so its lowest member cannot rise. This holds
for any model and any feature; nothing has to be trusted about the sign of a weight.
"""

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.copies import copy_deals, keep_changes, rows_of
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
    return _copy_less(history, source, kept_moves, rank), source


def _copy_less(
    history: History, source: NDArray[np.int32], kept_moves: NDArray[np.int64], rank: NDArray[np.int64]
) -> History:
    """One deal for each entry of ``source``, with its events, and its changes less the moves from ``kept_moves`` on."""
    several = copy_deals(history, source)
    changes, _copy = rows_of(history.change_deal, source)
    return keep_changes(several, rank[changes] < kept_moves[several.change_deal])
