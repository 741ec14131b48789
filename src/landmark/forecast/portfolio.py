"""What a set of open deals may bring in a period: expected, and the range around it.

Answers: the distribution of the sum when each deal is won or not. Limits, to be told wherever it is shown: deals are
taken as independent, so the range is too narrow when a market turns; and deals not yet opened bring nothing.
"""

from dataclasses import dataclass

import numpy as np

from landmark.forecast.history import Floats

DRAWS = 10_000
_SHARES = (0.1, 0.5, 0.9)
_SPREAD = tuple((2 * place + 1) / 40 for place in range(20))


@dataclass(frozen=True)
class Bookings:
    """All in the amounts' own unit. One in ten outcomes lies below ``p10``, one in ten above ``p90``.

    ``spread`` (20), rising: one outcome in twenty each, for a picture of the distribution.
    """

    expected: float
    p10: float
    p50: float
    p90: float
    spread: tuple[float, ...] = ()


def bookings(p_won: Floats, amount: Floats, *, already: float = 0.0, seed: int = 0, draws: int = DRAWS) -> Bookings:
    """Sum of the amounts of deals won in the period, plus what is ``already`` booked.

    p_won (n) · amount (n), NaN counts as 0. Formula: expected = already + Σ p·amount; quantiles by seeded simulation,
    draws numbers of memory however many deals there are. Raises ValueError for a probability outside 0…1.
    """
    if p_won.size and not (np.nanmin(p_won) >= 0.0 and np.nanmax(p_won) <= 1.0):
        raise ValueError("a probability lies outside 0 to 1")
    value = np.nan_to_num(amount)
    total = np.full(draws, already)
    random = np.random.default_rng(seed)
    for p, worth in zip(p_won.tolist(), value.tolist(), strict=True):
        if p > 0.0 and worth != 0.0:
            total += worth * (random.random(draws) < p)
    low, middle, high = np.quantile(total, _SHARES)
    spread = tuple(np.quantile(total, _SPREAD).tolist())
    return Bookings(already + float(p_won @ value), float(low), float(middle), float(high), spread)


def window_probability(p_won: Floats, start: int, end: int) -> Floats:
    """P(won after day ``start`` and by day ``end``) from daily curves (n, 365); start 0 means from now on."""
    until_start = p_won[:, start - 1] if start > 0 else np.zeros(p_won.shape[0])
    chance: Floats = np.maximum(p_won[:, end - 1] - until_start, 0.0)
    return chance
