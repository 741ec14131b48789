"""When a deal closes if it is won: a day to suggest, with ranges, from its own curve.

Answers: the days by which 10, 25, 50, 75 and 90 % of the ways to win it have happened. Does not answer: whether it is
won (the curve does), or what happens after a year (the curve ends there, so all is "given a win within it").
"""

from dataclasses import dataclass

import numpy as np

from landmark.forecast.history import Floats, Ints

_SHARES = np.array([0.1, 0.25, 0.5, 0.75, 0.9])


@dataclass(frozen=True)
class WinDays:
    """Days ahead: ``middle``; half of the wins between ``p25`` and ``p75``; eight in ten between ``p10``, ``p90``."""

    p10: int
    p25: int
    middle: int
    p75: int
    p90: int


def find_win_days(won: Floats) -> WinDays | None:
    """won (days): P(won by the end of each day ahead), never falling. None for a deal that is not won in any way.

    Formula: day q = first day d with W(d) / W(last) ≥ q. Raises ValueError for a curve that falls.
    """
    if won.size == 0 or won[-1] <= 0.0:
        return None
    if np.any(np.diff(won) < 0):
        raise ValueError("a curve of wins never falls")
    days = np.searchsorted(won / won[-1], _SHARES - 1e-12, "left") + 1
    return WinDays(*(int(day) for day in days))


def find_win_ranges(won: Floats) -> Ints:
    """(n, days) → ``p10`` and ``p90`` of each deal (n, 2); 0 where it is not won in any way."""
    last = won[:, -1:]
    share = won / np.where(last > 0.0, last, 1.0)
    days = [np.sum(share < q - 1e-12, axis=1) + 1 for q in _SHARES[[0, -1]]]
    return np.where(last > 0.0, np.column_stack(days), 0).astype(np.int32)
