"""Which past landmark days a model is trained on: enough of them, and never more than a laptop can hold.

Answers: the (deal, day) rows of a fit and their weights. Depends only on what was known on the as-of day.
Long histories are thinned first in time (landmark days further apart, never a multiple of a week, so that all weekdays
are seen), then by a fixed hash of deal and day, so the same deals are taken every time.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.history import OPEN, Floats, History, Ints
from landmark.forecast.snapshots import landmark_rows

ROWS_A_DEAL = 6
FEWEST_ROWS, MOST_ROWS = 4_000, 30_000
LOOK_BACK_DAYS = 3 * 365
HALF_LIFE_DAYS = 2 * 365.0
_FEWEST_LANDMARKS = 60


@dataclass(frozen=True)
class Sample:
    """deal, day (rows) · weight (rows), halved every two years back · spacing: days between landmarks · kept: share of
    the landmark rows that was taken."""

    deal: Ints
    day: Ints
    weight: Floats
    spacing: int
    kept: float = 1.0

    @property
    def deals(self) -> int:
        """How many different deals the rows come from."""
        return int(np.unique(self.deal).size)

    def take(self, rows: NDArray[np.intp]) -> "Sample":
        return Sample(self.deal[rows], self.day[rows], self.weight[rows], self.spacing, self.kept)


def sample(history: History, as_of: float) -> Sample:
    """Rows of a cut history: landmark days as_of − 1, as_of − 1 − spacing, …, at most three years back."""
    last = int(as_of) - 1
    first = max(int(np.ceil(history.opened.min(initial=as_of))), last - LOOK_BACK_DAYS)
    budget = int(np.clip(ROWS_A_DEAL * history.deal_ids.size, FEWEST_ROWS, MOST_ROWS))
    spacing = _spacing(_open_days(history, first, as_of), budget, last - first)
    deal, day = landmark_rows(history, np.arange(last, first - 1, -spacing).astype(np.int32))
    share = min(budget / max(deal.size, 1), 1.0)
    if share < 1.0:
        kept = _hash(history, deal, day) < share
        deal, day = deal[kept], day[kept]
    named = np.unique(history.deal_ids[deal].astype(str), return_inverse=True)[1]
    order = np.lexsort((day, named))  # trees draw rows by their place: the order of a file must not matter
    deal, day = deal[order], day[order]
    weight: Floats = np.power(0.5, (as_of - day.astype(np.float64)) / HALF_LIFE_DAYS)
    return Sample(deal, day, weight, spacing, share)


def _open_days(history: History, first: int, as_of: float) -> float:
    start = np.fmax(np.fmax(history.opened, history.known_from), float(first))
    end = np.where(history.outcome == OPEN, as_of, history.closed)
    return float(np.sum(np.maximum(end - start, 0.0)))


def _spacing(open_days: float, budget: int, span: int) -> int:
    wanted = int(np.ceil(open_days / budget))
    spacing = max(1, min(wanted, max(span // _FEWEST_LANDMARKS, 1)))
    return spacing + (spacing % 7 == 0)


def _hash(history: History, deal: Ints, day: Ints) -> Floats:
    """A fixed number in 0…1 for each deal id and day."""
    chosen, place = np.unique(deal, return_inverse=True)
    base: NDArray[np.uint64] = np.array([zlib.crc32(str(history.deal_ids[one]).encode()) for one in chosen], np.uint64)
    mixed = (base[place] + day.astype(np.uint64) * np.uint64(0x9E3779B1)) * np.uint64(0x85EBCA6B)
    return ((mixed >> np.uint64(13)) % np.uint64(1 << 20)).astype(np.float64) / (1 << 20)
