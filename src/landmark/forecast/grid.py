"""The time ahead, cut into intervals; what happened in them; how hazards add up to probabilities.

Answers: interval edges, their calendar, the outcome of each snapshot in each interval (censored at the as-of
day), and cumulative incidence. Does not answer: what the hazards are. Days ahead run from 0 to 365.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.calendars import INTERVAL_NAMES, closing_days, fortnight_day, month_place, months_of, weekday
from landmark.forecast.history import Floats, History, Ints, Season

EDGES = np.array([0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 150, 250, 365], np.float64)
LENGTH = np.diff(EDGES)
MIDDLE = (EDGES[1:] + EDGES[:-1]) / 2
WHOLE = EDGES.astype(np.int64)
INTERVALS = LENGTH.size
YEAR = 365

CLOCK_EDGES = np.array(
    [1, 2, 3, 5, 7, 10, 14, 18, 23, 30, 38, 46, 55, 65, 75, 85, 95, 105, 115, 125, 140, 160, 190, 230, 300, 400, 600],
    np.float64,
)
CLOCK_BINS = CLOCK_EDGES.size + 1

_UNKNOWN, _STAYS = -1, 0
_STEEPEST = 8.0
_MOST_REPEATS = 1.5


def repeats(ahead: NDArray[np.int8], deal: Ints) -> float:
    """How often the rows tell one and the same story, on average; at least 1. ahead (rows, INTERVALS), deal (rows).

    As often as a deal has rows, but not much oftener than rows tell of one closing: a deal that nobody ever closes has
    no end of rows, and they tell next to nothing.
    """
    closing = (ahead > _STAYS).any(axis=1)
    return max(min(of_each(deal), _MOST_REPEATS * of_each(deal[closing])), 1.0)


def of_each(deal: Ints) -> float:
    """How many of these there are of one and the same deal, on average; 0 for none."""
    return deal.size / max(np.unique(deal).size, 1)


def outcomes(history: History, deal: Ints, day: Ints, as_of: float) -> NDArray[np.int8]:
    """(rows, INTERVALS): −1 not at risk or not yet over on the as-of day, 0 stays open, 1 won, 2 lost.

    Interval j is (EDGES[j], EDGES[j+1]] days after the snapshot. An interval counts only once it is over for everybody:
    counting early closings but not yet the deals that stay would bias the hazard upwards.
    """
    closed = history.closed[deal]
    ahead = np.where(np.isnan(closed), np.inf, closed - day)
    result = np.full((deal.size, INTERVALS), _UNKNOWN, np.int8)
    for j in range(INTERVALS):
        at_risk = (ahead > EDGES[j]) & (day + EDGES[j + 1] <= as_of)
        result[at_risk, j] = _STAYS
        closes = at_risk & (ahead <= EDGES[j + 1])
        result[closes, j] = history.outcome[deal[closes]]
    return result


@dataclass(frozen=True)
class Calendar:
    """Calendar of the days ahead of some landmark days.

    dates (D, K) what each date is like · first (days) the place in ``dates`` of each landmark day's first day ahead ·
    interval (days, INTERVALS, I) averages of those of ``dates`` that trees read · along (days, INTERVALS, L) what adds
    up on the way to an interval · row (rows) place of each row's day.
    """

    dates: Floats
    first: NDArray[np.int64]
    interval: Floats
    along: Floats
    row: NDArray[np.intp]

    def take(self, rows: NDArray[np.intp]) -> "Calendar":
        return replace(self, row=self.row[rows])

    @property
    def kinds(self) -> int:
        """How many numbers weigh a calendar: K + L."""
        return int(self.dates.shape[1] + self.along.shape[2])

    def pull(self, weights: Floats) -> Floats:
        """(D, C) what the weights (K + L, C) make of each date."""
        pull: Floats = np.exp(np.clip(self.dates @ weights[: self.dates.shape[1]], -_STEEPEST, _STEEPEST))
        return pull

    def effect(self, weights: Floats) -> Floats:
        """(days, INTERVALS, C) log of the average pull of an interval's dates, and what lies along the way.

        A quarter's last days make a month likely though most of its days are like any other: the hazards of days add
        up, not their logarithms.
        """
        along: Floats = self.along @ weights[self.dates.shape[1] :]
        return np.log(self._sums(self.pull(weights)) / LENGTH[:, None]) + along

    def gradient(self, weights: Floats, residual: Floats) -> Floats:
        """Derivative (K + L, C) of Σ residual (days, INTERVALS, C) · effect by the weights."""
        pull = self.pull(weights)
        each = residual / self._sums(pull)
        steps = np.zeros((pull.shape[0] + 1, pull.shape[1]))
        for j, (start, end) in enumerate(zip(WHOLE[:-1], WHOLE[1:], strict=True)):
            np.add.at(steps, self.first + start, each[:, j])
            np.subtract.at(steps, self.first + end, each[:, j])
        by_date = self.dates.T @ (pull * np.cumsum(steps[:-1], axis=0))
        return np.vstack([by_date, np.einsum("djl,djc->lc", self.along, residual)])

    def _sums(self, values: Floats) -> Floats:
        """Sums (days, INTERVALS, C) of values by date (D, C) over each interval."""
        total = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
        reached = total[self.first[:, None] + WHOLE]
        sums: Floats = reached[:, 1:] - reached[:, :-1]
        return sums


def calendar_ahead(day: Ints, shift: int, known: NDArray[np.bool_], season: Season = Season()) -> Calendar:  # noqa: B008
    """``shift`` is 1 when closings are stamped at the start of their date; ``known`` picks the usable features."""
    days, row = np.unique(day, return_inverse=True)
    start, end = (int(days.min()) + shift, int(days.max()) + shift + YEAR) if days.size else (0, 0)
    all_dates = np.arange(start, end, dtype=np.int32)
    dates = closing_days(all_dates, season)[:, known]
    along = np.zeros((days.size, INTERVALS, 0))
    first = days.astype(np.int64) + shift - start
    if season.pace:
        pace = np.array(season.pace)[months_of(all_dates) - 1]
        dates = np.column_stack([dates, pace])
        reached = np.concatenate([[0.0], np.cumsum(pace)])
        middle = np.maximum(MIDDLE.astype(np.int64), 1)
        along = ((reached[first[:, None] + middle] - reached[first][:, None]) / middle)[:, :, None]
    calendar = Calendar(dates, first, np.zeros(0), along, row)
    places = weekday(all_dates), fortnight_day(all_dates), month_place(all_dates)
    for habits, place in zip((season.weekdays, season.fortnights, season.month_days), places, strict=True):
        dates = np.column_stack([dates, *(np.array(one)[place] for one in habits)])
    return replace(calendar, dates=dates, interval=calendar._sums(calendar.dates) / LENGTH[:, None])


def known_calendar(first_day: float, as_of: float) -> NDArray[np.bool_]:
    """Which calendar features have been seen often enough to be told from chance.

    A quarter's end seen once cannot be told from whatever else happened that week: it takes more than three months (or
    quarters, or two years) of history before such a feature enters.
    """
    months = np.unique(
        np.arange(int(first_day), max(int(as_of), int(first_day) + 1))
        .astype("datetime64[D]")
        .astype("datetime64[M]")
        .astype(np.int64)
    )
    enough = {
        "day": True,
        "friday": True,
        "month": months.size > 3,
        "quarter": np.unique(months // 3).size > 3,
        "turn": np.unique(months // 12).size > 2,
    }
    return np.array([enough[name.split("_")[0]] for name in INTERVAL_NAMES], bool)


def clock_bins(clocks: Floats) -> NDArray[np.int64]:
    """The bin each clock (rows, clocks) will show in the middle of each interval: (rows, clocks, INTERVALS).

    A deal that is 20 days old is 50 days old a month ahead: many hazards follow that clock, not the snapshot's.
    """
    return np.searchsorted(CLOCK_EDGES, clocks[:, :, None] + MIDDLE, "right")


def cumulate(hazard: Floats) -> Floats:
    """Hazards (rows, INTERVALS, 2) → cumulative incidence at the edges (rows, INTERVALS + 1, 2), 0 at the first.

    Formula: F_c(j) = F_c(j−1) + S(j−1) h_c(j); S(j) = S(j−1) (1 − h_won(j) − h_lost(j)).
    """
    stay = np.cumprod(1.0 - hazard.sum(axis=2), axis=1)
    before = np.concatenate([np.ones((hazard.shape[0], 1)), stay[:, :-1]], axis=1)
    steps = before[:, :, None] * hazard
    return np.concatenate([np.zeros((hazard.shape[0], 1, 2)), np.cumsum(steps, axis=1)], axis=1)


def at_horizons(incidence: Floats, horizons: Ints, weight: Floats, row: NDArray[np.intp]) -> Floats:
    """Cumulative incidence at any whole days (rows, H, 2), between the edges in proportion to the days' weights.

    weight (days, 365, 2): how likely a closing is on each day ahead, relative to others (weekends weigh less).
    """
    reached = np.concatenate([np.zeros((weight.shape[0], 1, 2)), np.cumsum(weight, axis=1)], axis=1)
    result = np.empty((incidence.shape[0], horizons.size, 2))
    for place, horizon in enumerate(horizons.tolist()):
        j = int(np.searchsorted(WHOLE, horizon, "left")) - 1
        low, high = WHOLE[j], WHOLE[j + 1]
        share = (reached[:, horizon] - reached[:, low]) / (reached[:, high] - reached[:, low])
        result[:, place] = incidence[:, j] + (incidence[:, j + 1] - incidence[:, j]) * share[row]
    return result
