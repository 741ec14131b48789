"""Which milestones tell won deals from lost ones, and on how many deals that rests.

Answers: for each milestone, the share won among deals that had it at a point, and among deals as old and as far along
that did not. Does not answer: what brings a win; who reaches a milestone differs in other ways too.

Every closed deal is looked at on the days it reached certain ages, with what was known then; all its looks together
weigh as much as one deal. Looks are compared within strata of age × number of other milestones; moves of the stage
are no milestones here, since they come with them. With n₁, n₀ looks with
and without the milestone and N = n₁ + n₀ of a stratum: shares are averaged with weight n₁ n₀ / N, the odds ratio is
Mantel–Haenszel's, its interval (95 %) from the variance of Robins, Breslow & Greenland (1986). Deals still open say
nothing yet and are left out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from landmark.forecast.history import OPEN, WON, Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.snapshots import Snapshots
from landmark.forecast.vocabulary import Vocabulary

AGES = np.array([7, 14, 30, 60, 90, 150, 240], np.int32)
FEWEST_EACH = 15
"""A milestone is judged from so many deals with it and so many without it on."""
_FURTHER = np.array([1, 3, 5, 8])
STAGE = "stage:"
_LEVEL = 0.95


@dataclass(frozen=True)
class Separator:
    """share_with, share_without: won, at the same age and as far along · odds ratio with its interval · the deals it
    rests on."""

    milestone: str
    share_with: float
    share_without: float
    odds: float
    low: float
    high: float
    deals_with: int
    deals_without: int

    @property
    def is_clear(self) -> bool:
        return self.low > 1.0 or self.high < 1.0


def find_separators(history: History, as_of: float, vocabulary: Vocabulary) -> list[Separator]:
    """Milestones with enough deals on both sides, the strongest first; clear ones before the rest."""
    known = as_known(history, as_of).history
    deal, day, age = _looks(known)
    if deal.size == 0:
        return []
    reached = Snapshots(known, vocabulary).reached(deal, day)
    weight = 1.0 / np.bincount(deal)[deal]
    is_won = known.outcome[deal] == WON
    judged = [place for place, name in enumerate(vocabulary.milestones) if not name.startswith(STAGE)]
    far = reached[:, judged].sum(axis=1)
    found = []
    for place in judged:
        name, others = vocabulary.milestones[place], far - reached[:, place]
        stratum = age * (_FURTHER.size + 1) + np.searchsorted(_FURTHER, others, "right")
        one = _compare(name, stratum, reached[:, place], is_won, weight, deal)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (not one.is_clear, -abs(np.log(one.odds)), one.milestone))


def _looks(known: History) -> tuple[Ints, Ints, NDArray[np.int64]]:
    """(deal, day, place of the age) of each closed deal at each age it lived beyond."""
    closed = known.outcome != OPEN
    pieces = []
    for place, age in enumerate(AGES.tolist()):
        day = np.ceil(known.opened) + age
        deals = np.flatnonzero(closed & (day < known.closed) & ~(known.known_from > day))
        pieces.append((deals, day[deals], np.full(deals.size, place)))
    deal, day, age = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    return deal.astype(np.int32), day.astype(np.int32), age.astype(np.int64)


def _compare(
    name: str, stratum: NDArray[np.int64], has: NDArray[np.bool_], won: NDArray[np.bool_], weight: Floats, deal: Ints
) -> Separator | None:
    size = int(stratum.max()) + 1

    def total(chosen: NDArray[np.bool_]) -> Floats:
        summed: Floats = np.bincount(stratum[chosen], weight[chosen], size).astype(np.float64)
        return summed

    a, b, c, d = total(has & won), total(has & ~won), total(~has & won), total(~has & ~won)
    both = (a + b > 0) & (c + d > 0)
    within = both[stratum]
    deals_with, deals_without = (np.unique(deal[within & side]).size for side in (has, ~has))
    if min(deals_with, deals_without) < FEWEST_EACH:
        return None
    a, b, c, d = (cells[both] for cells in (a, b, c, d))
    count = a + b + c + d
    pull = (a + b) * (c + d) / count
    odds, low, high = _odds_ratio(a, b, c, d, count)
    return Separator(
        name,
        float(pull @ (a / (a + b)) / pull.sum()),
        float(pull @ (c / (c + d)) / pull.sum()),
        odds,
        low,
        high,
        deals_with,
        deals_without,
    )


def _odds_ratio(a: Floats, b: Floats, c: Floats, d: Floats, count: Floats) -> tuple[float, float, float]:
    """Mantel–Haenszel with half a deal added to each side, so that nothing is infinite."""
    r, s = a * d / count, b * c / count
    p, q = (a + d) / count, (b + c) / count
    total_r, total_s = float(r.sum()) + 0.25, float(s.sum()) + 0.25
    variance = (
        float(p @ r) / (2 * total_r**2)
        + float(p @ s + q @ r) / (2 * total_r * total_s)
        + float(q @ s) / (2 * total_s**2)
    )
    odds = total_r / total_s
    spread = float(np.exp(ndtri(0.5 + _LEVEL / 2) * np.sqrt(variance)))
    return odds, odds / spread, odds * spread
