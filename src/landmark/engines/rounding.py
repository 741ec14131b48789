"""Whole numbers that still add up: parts rounded together, so that what is shown sums to the total that is shown.

Answers: which of the parts are rounded up. Does not answer: what the parts mean, parts of money by exact weights
(``targets.split``).
"""

import math
from collections.abc import Sequence

_NOISE = 9
"""Digits kept: a float that is off in the tenth is taken for the whole number it means."""


def round_together(values: Sequence[float], total: int) -> list[int]:
    """Each value rounded down or up such that all sum to ``total``; the largest remainders are rounded up first.

    Where ``total`` lies further off than rounding explains, the difference is spread over all, an equal part each.
    Nothing stays nothing.
    """
    if not values:
        return []
    exact = [round(value, _NOISE) for value in values]
    found = [math.floor(value) for value in exact]
    each, left = divmod(total - sum(found), len(found))
    ranked = sorted(range(len(found)), key=lambda place: (found[place] - exact[place], place))
    for rank, place in enumerate(ranked):
        found[place] += each + (rank < left)
    return found
