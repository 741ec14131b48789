"""Deals not yet opened: how many arrive, and how many of them are won within what is left of a period.

Answers: rate of openings, chance by age, amounts, as known on a day, with how unsure they are. Does not answer: which
deals they will be. Seasons are not modelled; how far one month's openings strayed from the months before is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.cells import read_number
from landmark.forecast.grid import YEAR
from landmark.forecast.history import OPEN, WON, Floats, History, Texts
from landmark.forecast.known import as_known

RECENT_DAYS = 182
LOOK_BACK_DAYS = 365
BLOCK_DAYS = 28
FEWEST_BLOCKS = 4
AMOUNTS_KEPT = 200
WIDEST_STRAY = 0.6


@dataclass(frozen=True)
class Arrivals:
    """``rate``: openings a day · ``openings``: how many it rests on · ``stray``: standard deviation of the rate to come
    over the rate so far, beyond chance · ``won_by_age`` (366): chance to be won within 0 … 365 days of opening ·
    ``wins_by_age`` (366): how many wins that rests on · ``amounts``: currency → amounts of deals won, rising, thinned
    to 200 · ``shares``: currency → share of the openings.
    """

    rate: float
    openings: int
    stray: float
    won_by_age: Floats
    wins_by_age: Floats
    amounts: Mapping[str, Floats]
    shares: Mapping[str, float]

    def expect_wins(self, start: int, end: int) -> float:
        """Deals opened from now on and won after day ``start`` and by day ``end``.

        Formula: rate · (∫₀ᵉ F − ∫₀ˢ F) with F = ``won_by_age`` by the trapezium rule: a deal opened at u is won in the
        window with chance F(end − u) − F(start − u).
        """
        area = np.concatenate([[0.0], np.cumsum((self.won_by_age[1:] + self.won_by_age[:-1]) / 2)])
        return self.rate * float(area[min(end, YEAR)] - area[min(max(start, 0), YEAR)])

    def doubt(self, end: int) -> float:
        """Standard deviation of the expected wins over themselves.

        Formula: √(1/openings + 1/wins within ``end`` days + stray²), counts at least ½.
        """
        wins = float(self.wins_by_age[min(max(end, 0), YEAR)])
        return float(np.sqrt(1 / max(self.openings, 0.5) + 1 / max(wins, 0.5) + self.stray**2))

    def to_json(self) -> dict[str, Any]:
        return {
            "rate": self.rate,
            "openings": self.openings,
            "stray": self.stray,
            "won_by_age": np.round(self.won_by_age, 6).tolist(),
            "wins_by_age": self.wins_by_age.tolist(),
            "amounts": {code: values.tolist() for code, values in self.amounts.items()},
            "shares": dict(self.shares),
        }

    @staticmethod
    def from_json(data: dict[str, Any]) -> "Arrivals":
        return Arrivals(
            float(data["rate"]),
            int(data["openings"]),
            float(data["stray"]),
            np.array(data["won_by_age"], np.float64),
            np.array(data["wins_by_age"], np.float64),
            {code: np.array(values, np.float64) for code, values in data["amounts"].items()},
            {code: float(share) for code, share in data["shares"].items()},
        )


def find_arrivals(history: History, as_of: float) -> Arrivals:
    """From what was known on the day (whole days since 1970); zeros while nothing has been seen."""
    known = as_known(history, as_of).history
    first = float(known.opened.min(initial=as_of))
    span = as_of - first
    recent = float(np.clip(span / 2, 1.0, RECENT_DAYS))
    openings = int(np.sum(known.opened > as_of - recent))
    chance, wins = _chance_by_age(known, as_of)
    amounts, shares = _by_currency(known, as_of)
    return Arrivals(openings / recent, openings, _find_stray(known.opened, as_of, span), chance, wins, amounts, shares)


def _find_stray(opened: Floats, as_of: float, span: float) -> float:
    """How far four weeks' openings strayed from the rate of up to six such months before, beyond chance.

    Formula: √max(mean((c/ĉ − 1)² − 1/c̄ − 1/Σ before), 0) over past blocks; ĉ is the mean of the blocks before.
    """
    blocks = int(min(span, 2 * LOOK_BACK_DAYS) // BLOCK_DAYS)
    if blocks <= FEWEST_BLOCKS:
        return 0.0
    place = np.floor((as_of - opened) / BLOCK_DAYS).astype(np.int64)
    counts = np.bincount(place[(place >= 0) & (place < blocks)], minlength=blocks)[::-1].astype(np.float64)
    found = []
    for now in range(FEWEST_BLOCKS, blocks):
        before = counts[max(now - 6, 0) : now]
        if before.sum() > 0:
            usual = before.mean()
            found.append((counts[now] / usual - 1) ** 2 - 1 / max(usual, 1.0) - 1 / before.sum())
    return float(min(np.sqrt(max(np.mean(found), 0.0)), WIDEST_STRAY)) if found else 0.0


def _chance_by_age(known: History, as_of: float) -> tuple[Floats, Floats]:
    """Cumulative incidence of winning by age (Aalen and Johansen), from what happened in the last year.

    A deal opened before that year enters at the age it had when the year began. Also the wins it rests on, by age.
    """
    begin = as_of - LOOK_BACK_DAYS
    ended = np.where(known.outcome == OPEN, as_of, known.closed)
    seen = ended > begin
    enter = np.maximum(begin - known.opened[seen], 0.0)
    leave = ended[seen] - known.opened[seen]
    outcome = known.outcome[seen]
    day_in = np.clip(np.ceil(enter), 0, YEAR + 1).astype(np.int64)
    day_out = np.clip(np.floor(leave), 0, YEAR + 1).astype(np.int64)
    at_risk = np.cumsum(_count(day_in) - np.concatenate([[0.0], _count(day_out)[:-1]]))
    inside = day_out >= day_in
    won, over = _count(day_out[(outcome == WON) & inside]), _count(day_out[(outcome != OPEN) & inside])
    safe = np.maximum(at_risk, 1.0)
    surviving = np.concatenate([[1.0], np.cumprod(1 - np.minimum(over / safe, 1.0))[:-1]])
    by_day = np.cumsum(surviving * won / safe)[:YEAR]
    return np.concatenate([[0.0], by_day]), np.concatenate([[0.0], np.cumsum(won)[:YEAR]])


def _count(days: NDArray[np.int64]) -> Floats:
    return np.bincount(days, minlength=YEAR + 2).astype(np.float64)


def _by_currency(known: History, as_of: float) -> tuple[dict[str, Floats], dict[str, float]]:
    """Amounts of deals won in the last year (all wins while those are under 20), and how openings share out."""
    amount = amounts_on(known, as_of)
    codes = currencies(known)
    recent = known.closed > as_of - LOOK_BACK_DAYS
    amounts, shares = {}, {}
    opened = known.opened > as_of - LOOK_BACK_DAYS
    for code in sorted({str(one) for one in codes}):
        mine = codes == code
        won = mine & (known.outcome == WON) & ~np.isnan(amount)
        values = np.sort(amount[won & recent] if np.sum(won & recent) >= 20 else amount[won])
        if values.size:
            amounts[code] = _thin(values)
        shares[code] = float(np.mean(mine[opened])) if opened.any() else 0.0
    return amounts, shares


def _thin(values: Floats) -> Floats:
    """At most 200 values with the same mean: the means of equal groups, so that rare large deals are not lost."""
    if values.size <= AMOUNTS_KEPT:
        return values
    means = [float(group.mean()) for group in np.array_split(values, AMOUNTS_KEPT - 20)[:-1]]
    rest = np.array_split(values, AMOUNTS_KEPT - 20)[-1]
    return np.array([*means, *[float(group.mean()) for group in np.array_split(rest, min(20, rest.size))]])


def currencies(history: History) -> Texts:
    """(n) currency codes, "" where none is said."""
    column = history.attributes.get("currency")
    codes = np.empty(history.deal_ids.size, object)
    codes[:] = [value or "" for value in column] if column is not None else ""
    return codes


def amounts_on(history: History, day: float) -> Floats:
    """(n) the amount of each deal as known on the day, NaN where none is: the first value, then dated changes."""
    column = history.attributes.get("amount")
    if column is None:
        return np.full(history.deal_ids.size, np.nan)
    amount = read_number(column.tolist())
    changed = np.flatnonzero((history.change_field == "amount") & (history.change_at <= day))
    if changed.size:
        order = changed[np.argsort(history.change_at[changed], kind="stable")]
        amount[history.change_deal[order]] = read_number(history.change_value[order].tolist())
    return amount
