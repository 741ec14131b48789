"""What the calendar of a team's own past tells: busy months, weekdays, days of the month."""

from dataclasses import replace

import numpy as np
import pytest

from landmark.forecast.calendars import fortnight_day, month_place, months_of, weekday
from landmark.forecast.habits import learn_habits
from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.model import fit
from landmark.forecast.vocabulary import Vocabulary
from tests.pure.forecast.made import START, make_history

DAYS = 700


def steady(
    closes_on: np.ndarray | None = None, event_share: np.ndarray | None = None, days: int = DAYS, seed: int = 0
) -> History:
    """Deals opened evenly, closed after some weeks on a day that is allowed, with an event on a tenth of their days."""
    random = np.random.default_rng(seed)
    size = 1_500
    opened = START + random.random(size) * days
    closed = np.floor(opened + random.exponential(45.0, size)) + 1.0
    if closes_on is not None:
        dates = np.arange(START, START + days + 900)
        place = {7: weekday, 14: fortnight_day, 31: month_place}[closes_on.size]
        allowed = dates[closes_on[place(dates)]]
        closed = allowed[np.searchsorted(allowed, closed)].astype(np.float64)
    end = START + float(days)
    known = closed <= end
    deal = np.repeat(np.arange(size), 12)
    at = opened[deal] + random.random(deal.size) * np.maximum(np.minimum(closed, end) - opened, 0.0)[deal]
    if event_share is not None:
        kept = random.random(deal.size) < event_share[months_of(np.floor(at).astype(np.int32)) - 1]
        deal, at = deal[kept], at[kept]
    outcome = np.where(known, np.where(random.random(size) < 0.4, WON, LOST), OPEN).astype(np.int8)
    made = make_history(deals=size)
    return replace(
        made,
        opened=opened,
        closed=np.where(known, closed, np.nan),
        outcome=outcome,
        known_from=np.full(size, np.nan),
        event_deal=deal.astype(np.int32),
        event_at=at,
        event_known=at,
        event_code=np.zeros(deal.size, np.int32),
        milestones=("call",),
        attributes={},
        strength=None,
        event_expires=None,
        complete_to=end,
    )


def test_a_slow_august_is_known_a_year_later() -> None:
    share = np.ones(12)
    share[7] = 0.5
    pace = np.array(learn_habits(steady(event_share=share)).pace)
    assert pace.size == 12
    assert pace.argmin() == 7
    assert pace[7] == pytest.approx(np.log(0.5), abs=0.3)
    assert np.abs(np.delete(pace, 7)).max() < 0.2


def test_less_than_a_year_tells_no_pace() -> None:
    assert learn_habits(steady(days=300)).pace == ()


def test_a_day_like_any_other_is_no_habit() -> None:
    season = learn_habits(steady())
    assert all(abs(value) < 0.12 for one in season.weekdays for value in one)
    assert all(abs(value) < 0.12 for one in season.fortnights for value in one)
    assert all(abs(value) < 0.12 for one in season.month_days for value in one)


def test_decisions_on_the_fifteenth_are_expected_on_the_fifteenth() -> None:
    """A committee that meets once a month: next to nothing is said to close on the days before it."""
    only = np.zeros(31, bool)
    only[14] = True
    history = steady(closes_on=only)
    won, lost = learn_habits(history).month_days
    assert np.argmax(won) == np.argmax(lost) == 14
    assert np.delete(won, 14).max() < -1.0
    day = float(np.datetime64("2023-06-01").astype(int))
    assert START < day < START + DAYS
    p = fit(history, day).predict(history, day, [10, 20])
    before, after = (p.p_won + p.p_lost).mean(axis=0)
    assert before < 0.05 < 0.2 < after


def test_closings_keyed_every_second_friday_are_expected_then() -> None:
    """A week without, a week with: the Friday between says nothing."""
    friday = np.arange(14) == 4
    history = steady(closes_on=friday)
    won, lost = learn_habits(history).fortnights
    assert np.argmax(won) == np.argmax(lost) == 4
    assert won[11] < -1.0 > lost[11]
    day = START + 604
    assert fortnight_day(np.array([day], np.int32))[0] == 7
    p = fit(history, day).predict(history, day, [7, 14])
    before, after = (p.p_won + p.p_lost).mean(axis=0)
    assert before < 0.05 < 0.2 < after


def test_a_fortnight_begins_on_a_monday() -> None:
    days = np.array(["1970-01-05", "1970-01-12", "1970-01-19", "2026-11-22"], "datetime64[D]").astype(np.int32)
    assert fortnight_day(days).tolist() == [0, 7, 0, 13]


@pytest.mark.parametrize("is_newer", [True, False])
def test_a_rule_of_one_half_of_the_past_is_no_habit_of_fortnights(is_newer: bool) -> None:
    """Every second Friday, but in the newer half only, or in the older one only."""
    free, ruled = steady(), steady(closes_on=np.arange(14) == 4)
    follows = (ruled.closed > START + DAYS / 2) == is_newer
    season = learn_habits(replace(ruled, closed=np.where(follows, ruled.closed, free.closed)))
    assert all(abs(value) < 0.2 for one in season.fortnights for value in one)


@pytest.mark.parametrize("days", [120, 700])
def test_month_ends_are_not_taken_for_fortnights(days: int) -> None:
    """Two or three month ends may lie whole fortnights apart."""
    at_end = np.arange(31) == 15
    assert np.abs(np.array(learn_habits(steady(closes_on=at_end, days=days)).fortnights)).max(initial=0.0) < 0.05


def test_moving_house_in_one_day_is_no_habit() -> None:
    """A thousand deals closed at one stroke on the ninth do not make the ninth of every month special."""
    history = steady()
    dates = np.floor(history.closed)
    chosen = (history.outcome != OPEN) & (dates > START + 300) & (dates < START + 330)
    stroke = float(np.datetime64("2022-12-09").astype(int))
    season = learn_habits(replace(history, closed=np.where(chosen, stroke + 0.5, history.closed)))
    assert all(one[8] < 0.3 for one in season.month_days)


def test_places_in_the_month_are_counted_from_both_ends() -> None:
    days = np.array(["2026-02-01", "2026-02-15", "2026-02-16", "2026-02-28", "2026-03-31"], "datetime64[D]").astype(
        np.int32
    )
    assert month_place(days).tolist() == [0, 14, 27, 15, 15]


def test_habits_survive_the_file() -> None:
    words = Vocabulary((), (), season=learn_habits(steady()))
    assert Vocabulary.from_json(words.to_json()) == words
