"""The bookings of a window ahead of a day: what would have been said of them then, and what came in.

Answers: both, in one currency, for a history that goes on past the day. Does not answer: how good the saying was.
"""

from dataclasses import dataclass

import numpy as np

from landmark.forecast.arrivals import Arrivals, amounts_on, currencies
from landmark.forecast.history import WON, Floats, History, Ints
from landmark.forecast.known import as_known
from landmark.forecast.portfolio import Outcomes, Pipeline, draw_outcomes, newcomers
from landmark.forecast.shocks import Shock


@dataclass(frozen=True)
class Window:
    """``days`` days from ``as_of`` on, in one currency ("" where none is said).

    ``amounts_tell``: amounts were written on closing, so that on the day itself none was known.
    """

    as_of: float
    days: int
    currency: str = ""
    amounts_tell: bool = False

    @property
    def end(self) -> float:
        return self.as_of + self.days


@dataclass(frozen=True)
class Outlook:
    """deal (n) positions of the deals open on the day · p_won (n) within the window · what else was known then."""

    deal: Ints
    p_won: Floats
    shock: Shock
    arrivals: Arrivals


def foresee_bookings(history: History, window: Window, outlook: Outlook, *, seed: int, draws: int) -> Outcomes:
    """As a forecast made on the day would: amounts as known then, unsaid ones and newcomers drawn from history."""
    known = as_known(history, window.as_of)
    place = np.full(history.deal_ids.size, -1, np.int64)
    place[known.position] = np.arange(known.position.size)
    mine = currencies(history)[outlook.deal] == window.currency
    at = place[outlook.deal[mine]]
    amount = amounts_on(known.history, window.as_of)[at]
    if window.amounts_tell:
        amount = np.full(amount.size, np.nan)
    usual = outlook.arrivals.amounts.get(window.currency, np.zeros(0))
    return draw_outcomes(
        Pipeline.of(np.clip(outlook.p_won[mine], 0.0, 1.0), amount, usual=usual),
        shock=outlook.shock,
        newcomers=[newcomers(outlook.arrivals, 0, window.days, window.currency)],
        seed=seed,
        draws=draws,
    )


@dataclass(frozen=True)
class Booked:
    """What a window brought: all of it, and the part from deals not yet opened on the day, in money and in deals."""

    total: float
    unopened: float
    wins: int
    unopened_wins: int


def read_bookings(history: History, window: Window) -> Booked:
    """Amounts as last known of the deals won after the day and by the window's end."""
    won = (history.outcome == WON) & (history.closed > window.as_of) & (history.closed <= window.end)
    won &= currencies(history) == window.currency
    amount = np.nan_to_num(amounts_on(history, history.complete_to))
    new = won & (history.opened > window.as_of)
    return Booked(float(amount[won].sum()), float(amount[new].sum()), int(won.sum()), int(new.sum()))


def main_currency(history: History) -> str:
    """The currency of most deals; the first by letter when several are equal."""
    codes, counts = np.unique(currencies(history).astype(str), return_counts=True)
    return str(codes[np.argmax(counts)]) if codes.size else ""
