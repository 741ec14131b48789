"""When a team and its customers are busy, and when they decide: what a calendar alone cannot know.

Answers: how much more, or less, than on average happens in each month of the year; how likely a closing is on each
weekday, on each day of a fortnight and at each place in the month. Does not answer: what it does to one deal; the model
weighs it.

Pace: log(events a working day and open deal) in calendar month t = level + trend · t + pace(month of the year) + noise,
the posterior mean with a normal prior on each pace. It is known long before a closing shows it.
Source: Bayesian linear regression, Bishop, Pattern Recognition and Machine Learning (2006), 3.3.

Weekdays, days of a fortnight and of the month: log of (closings + k) / (closings expected from the deals open that day
+ k), where 1/k is how much the ratios differ beyond chance: without such a difference every day is like any other.
Source: empirical Bayes for Poisson rates, Morris (1983).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.calendars import (
    MONTH_PLACES,
    MONTHS,
    fortnight_day,
    is_day_off,
    month_place,
    quarter_month,
    weekday,
)
from landmark.forecast.history import LOST, OPEN, WON, Floats, History, Ints, Season

FEWEST_MONTHS = 13
_PRIOR, _NOISE, _TREND = 0.2, 0.08, 0.2
"""Spread of a month's pace, of a month around it, and of a year's trend."""
_WEEK = 7
_FEWEST_WEEKS, _FEWEST_FOR_MONTH_DAYS, _FEWEST_FOR_FORTNIGHTS = 8, 4, 300
_USUAL = 0.95


def learn_habits(history: History) -> Season:
    """The organisation's season with what its history (cut, see ``known``) tells of it."""
    weekdays, fortnights, month_days = _closing_habits(history)
    return replace(
        history.season, pace=learn_pace(history), weekdays=weekdays, fortnights=fortnights, month_days=month_days
    )


def learn_pace(history: History) -> tuple[float, ...]:
    """Twelve logarithms that average 0, January first; nothing when history is short or nothing is dated."""
    if history.opened.size == 0 or history.event_at.size == 0:
        return ()
    first, as_of = float(np.min(np.fmax(history.opened, history.known_from))), history.complete_to
    months = _whole_months(first, as_of)
    if months.size < FEWEST_MONTHS:
        return ()
    events, exposure = _counts(history, months)
    if np.any(exposure <= 0) or np.any(events <= 0):
        return ()
    return _solve(np.log(events / exposure), 1.0 / (1.0 / events + _NOISE**2), months)


def _whole_months(first: float, as_of: float) -> Ints:
    """Months since 1970 that lie wholly in the history."""
    edges = np.array([np.ceil(first), np.floor(as_of)]).astype("datetime64[D]")
    months = edges.astype("datetime64[M]").astype(np.int64)
    return np.arange(months[0] + 1, months[1], dtype=np.int32)


def _counts(history: History, months: Ints) -> tuple[Floats, Floats]:
    """Events after the opening and before the closing, and open deals × working days, of each month."""
    at, deal = history.event_at, history.event_deal
    kept = (at > history.opened[deal]) & ~(at >= history.closed[deal])
    edge = np.arange(months[0], months[-1] + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    events = np.histogram(at[kept], edge)[0].astype(np.float64)
    days = np.arange(edge[0], edge[-1], dtype=np.int32)
    open_deals = _open_on(history, days)
    works = ~is_day_off(days, history.season)
    exposure = np.histogram(days, edge, weights=(open_deals * works).astype(np.float64))[0]
    return events, exposure


def _solve(rate: Floats, weight: Floats, months: Ints) -> tuple[float, ...]:
    years = (months - months.mean()) / MONTHS
    columns = np.column_stack([np.ones(months.size), years, np.eye(MONTHS)[months % MONTHS]])
    prior = np.concatenate([[1e-6, _TREND**-2], np.full(MONTHS, _PRIOR**-2)])
    found = np.linalg.solve(columns.T @ (columns * weight[:, None]) + np.diag(prior), columns.T @ (weight * rate))
    pace = found[2:]
    return tuple(float(one) for one in np.round(pace - pace.mean(), 4))


def _open_on(history: History, days: Ints) -> NDArray[np.int64]:
    """How many deals were open, and known, on each day."""
    start = np.sort(np.fmax(history.opened, history.known_from))
    end = np.sort(np.where(history.outcome == OPEN, np.inf, history.closed))
    count: NDArray[np.int64] = np.searchsorted(start, days, "left") - np.searchsorted(end, days, "left")
    return count


_Habits = tuple[tuple[float, ...], ...]


def _closing_habits(history: History) -> tuple[_Habits, _Habits, _Habits]:
    """Of weekdays, days of the fortnight and places in the month, each for won and lost; nothing where there is nothing
    to tell."""
    if history.opened.size == 0 or not np.any(history.outcome != OPEN):
        return (), (), ()
    first = int(np.ceil(np.min(np.fmax(history.opened, history.known_from))))
    days = np.arange(first, int(history.complete_to), dtype=np.int32)
    if days.size < _FEWEST_WEEKS * _WEEK:
        return (), (), ()
    at_risk = _open_on(history, days).astype(np.float64)
    weekdays, fortnights, month_days = [], [], []
    for cause in (WON, LOST):
        closed = history.closed[history.outcome == cause]
        counts = _without_bursts(np.histogram(np.floor(closed), np.append(days, days[-1] + 1))[0].astype(np.float64))
        weekdays.append(_ratios(counts, at_risk, weekday(days), _WEEK))
        expected = at_risk * np.exp(weekdays[-1])[weekday(days)]
        month_days.append(_of_every_month(counts, expected, days, history.season))
        fortnights.append(_of_both_halves(counts, at_risk * np.exp(month_days[-1])[month_place(days)], days))
    months = _whole_months(float(first), history.complete_to).size
    return _told(weekdays), _told(fortnights), _told(month_days) if months >= _FEWEST_FOR_MONTH_DAYS else ()


def _of_both_halves(counts: Floats, at_risk: Floats, days: Ints) -> Floats:
    """What the older and the newer half of the past agree on, each beyond its own weekdays. A few month ends, too, lie
    whole fortnights apart: it takes the better part of a year to tell them from fortnights."""
    if days.size < _FEWEST_FOR_FORTNIGHTS:
        return np.zeros(2 * _WEEK)
    newer, told = days > np.median(days), []
    for half in (newer, ~newer):
        count, risk, day = counts[half], at_risk[half], days[half]
        expected = risk * np.exp(_ratios(count, risk, weekday(day), _WEEK))[weekday(day)]
        told.append(_ratios(count, expected, fortnight_day(day), 2 * _WEEK))
    return _shared(*told)


def _of_every_month(counts: Floats, at_risk: Floats, days: Ints, season: Season) -> Floats:
    """What the last months of quarters and all other months agree on: the rest is the quarter's, not the month's."""
    ends_quarter = quarter_month(days, season) == 2
    one, other = (
        _ratios(counts[chosen], at_risk[chosen], month_place(days[chosen]), MONTH_PLACES)
        for chosen in (ends_quarter, ~ends_quarter)
    )
    return _shared(one, other)


def _shared(one: Floats, other: Floats) -> Floats:
    shared: Floats = np.where(one * other > 0, np.sign(one) * np.minimum(np.abs(one), np.abs(other)), 0.0)
    return shared


def _without_bursts(counts: Floats) -> Floats:
    """A thousand deals closed at one stroke, such as on moving to another system, are no habit."""
    busy = counts[counts > 0]
    return np.minimum(counts, np.quantile(busy, _USUAL)) if busy.size else counts


def _ratios(counts: Floats, at_risk: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """(groups) logarithms of closings against what the deals at risk let expect, each as far as it can be trusted."""
    seen = np.bincount(group, counts, groups)
    expected = np.bincount(group, at_risk, groups) * counts.sum() / max(float(at_risk.sum()), 1e-9)
    told = expected > 0
    if not told.any() or counts.sum() == 0:
        return np.zeros(groups)
    beyond = float(np.sum((seen - expected)[told] ** 2 / expected[told])) - (int(told.sum()) - 1)
    if beyond <= 0:
        return np.zeros(groups)
    weight = float(expected.sum()) / beyond
    ratios: Floats = np.log((seen + weight) / (expected + weight))
    return ratios


def _told(by_cause: list[Floats]) -> _Habits:
    if not any(one.any() for one in by_cause):
        return ()
    return tuple(tuple(float(value) for value in np.round(one, 4)) for one in by_cause)
