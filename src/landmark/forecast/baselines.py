"""What people use today, to measure against: stage percentages, and stage × horizon counts.

Answers: P(won) by two plain methods, fitted on what was known on the as-of day. Does not answer: P(lost).
Both add five deals' worth of the average to each group, so that a rare group does not shout.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.history import OPEN, WON, Floats, History, Ints
from landmark.forecast.known import Known, as_known
from landmark.forecast.snapshots import Snapshots, landmark_rows
from landmark.forecast.vocabulary import Vocabulary, learn

STAGE, STAGE_HORIZON = "stage percentage", "stage x horizon"
SHRINK_DEALS = 5.0
_MASK_BITS = 20
_LANDMARKS = 40


def predict_baselines(history: History, as_of: float, horizons: Sequence[int]) -> dict[str, Floats]:
    """Name → P(won) (n open deals in the order of the history, H horizons)."""
    known = as_known(history, as_of)
    vocabulary = learn(known.history)
    snapshots = Snapshots(known.history, vocabulary)
    deal = known.open_deals()
    day = np.full(deal.size, int(as_of), np.int32)
    stage = _stage_percentage(known, snapshots, deal, day)
    return {
        STAGE: np.repeat(stage[:, None], len(horizons), axis=1),
        STAGE_HORIZON: _stage_horizon(known, snapshots, vocabulary, deal, day, horizons),
    }


def stage_percentages(history: History, as_of: float, vocabulary: Vocabulary) -> Floats:
    """The plain stage percentage of each open deal (n), by a vocabulary learned before: nothing is learned anew."""
    known = as_known(history, as_of)
    deal = known.open_deals()
    snapshots = Snapshots(known.history, vocabulary)
    return _stage_percentage(known, snapshots, deal, np.full(deal.size, int(as_of), np.int32))


def _stage_percentage(known: Known, snapshots: Snapshots, deal: Ints, day: Ints) -> Floats:
    """Share won among closed deals that ever had the deal's newest milestone; no horizon, as in most pipelines."""
    history = known.history
    closed = np.flatnonzero(history.outcome != OPEN).astype(np.int32)
    won = (history.outcome[closed] == WON).astype(np.float64)
    average = float(won.mean()) if won.size else 0.5
    had = snapshots.reached(closed, np.full(closed.size, int(known.as_of), np.int32)).astype(np.float64)
    share = (won @ had + SHRINK_DEALS * average) / (had.sum(axis=0) + SHRINK_DEALS)
    newest = snapshots.newest(deal, day)
    by_stage = np.append(share, [average, average])
    return by_stage[newest]


def _stage_horizon(
    known: Known, snapshots: Snapshots, vocabulary: Vocabulary, deal: Ints, day: Ints, horizons: Sequence[int]
) -> Floats:
    """Share won within the horizon among past snapshots with the same set of milestones (the 20 commonest)."""
    history = known.history
    first = int(np.ceil(history.opened.min(initial=known.as_of)))
    step = max(2, (int(known.as_of) - first) // _LANDMARKS)
    past, past_day = landmark_rows(history, np.arange(int(known.as_of) - 1, first, -step).astype(np.int32))
    ahead = np.where(np.isnan(history.closed[past]), np.inf, history.closed[past] - past_day)
    is_won = history.outcome[past] == WON
    bits = min(len(vocabulary.milestones), _MASK_BITS)
    past_mask, mask = _mask(snapshots.reached(past, past_day), bits), _mask(snapshots.reached(deal, day), bits)
    result = np.zeros((deal.size, len(horizons)))
    for place, horizon in enumerate(horizons):
        over = past_day + horizon <= known.as_of
        result[:, place] = _share_by_mask(past_mask[over], (is_won & (ahead <= horizon))[over], mask)
    return result


def _mask(reached: NDArray[np.bool_], bits: int) -> NDArray[np.int64]:
    masks: NDArray[np.int64] = reached[:, :bits].astype(np.int64) @ (1 << np.arange(bits, dtype=np.int64))
    return masks


def _share_by_mask(past: NDArray[np.int64], won: NDArray[np.bool_], wanted: NDArray[np.int64]) -> Floats:
    average = float(won.mean()) if won.size else 0.0
    groups, place = np.unique(past, return_inverse=True)
    count = np.bincount(place, minlength=groups.size)
    share = (np.bincount(place, won.astype(np.float64), groups.size) + SHRINK_DEALS * average) / (count + SHRINK_DEALS)
    found = np.searchsorted(groups, wanted)
    inside = np.minimum(found, max(groups.size - 1, 0))
    if groups.size == 0:
        return np.full(wanted.size, average)
    return np.where(groups[inside] == wanted, share[inside], average)
