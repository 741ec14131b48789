"""What a probability is made of: sums, who gets the credit, similar deals, what comes next, and why it changed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landmark.forecast.closing import find_win_days
from landmark.forecast.explain import Explainer, explain
from landmark.forecast.history import LOST, OPEN, WON, Floats, History
from landmark.forecast.model import FULL, SHRUNKEN, Fitted, fit
from landmark.forecast.replay import EDIT, EVIDENCE, RECORD, REFIT, TIME, Cause, Chance, replay
from landmark.forecast.separation import find_separators
from landmark.forecast.similar import SIMILAR, find_past, find_similar, look_ahead
from landmark.forecast.snapshots import Snapshots, Table
from tests.pure.forecast.made import START, make_history

DAY = START + 260.0


@pytest.fixture(scope="module")
def history() -> History:
    return make_history(deals=420)


@pytest.fixture(scope="module")
def fitted(history: History) -> Fitted:
    fitted = fit(history, DAY)
    assert fitted.level == FULL
    return fitted


# Parts


@pytest.mark.parametrize("horizon", [1, 30, 90, 365])
def test_the_parts_sum_to_the_probability(history: History, fitted: Fitted, horizon: int) -> None:
    made_of = explain(fitted, history, DAY, horizon)
    p = fitted.predict(history, DAY, [horizon])
    assert np.array_equal(made_of.deal, p.deal)
    assert np.allclose(made_of.base + made_of.effects.sum(axis=1), p.p_won[:, 0], rtol=0, atol=1e-12)
    assert 0 < made_of.base < 1
    assert {"milestone:Sponsor met", "attribute:segment", "age", "calendar", "stage_age", "path"} <= set(made_of.keys)
    assert "together" not in made_of.keys, "nothing may be left unexplained"


def test_the_parts_sum_at_the_shrunken_level(history: History) -> None:
    young = START + 60.0
    fitted = fit(history, young)
    assert fitted.level == SHRUNKEN
    made_of = explain(fitted, history, young, 30)
    p = fitted.predict(history, young, [30]).p_won[:, 0]
    assert made_of.keys == ("path", "age")
    assert np.allclose(made_of.base + made_of.effects.sum(axis=1), p, rtol=0, atol=1e-12)


def test_nobody_open_leaves_nothing_to_explain(history: History, fitted: Fitted) -> None:
    assert explain(fitted, history, START - 5.0, 30).effects.shape == (0, 0)


def test_one_open_deal_is_the_typical_one(history: History, fitted: Fitted) -> None:
    """With nobody to differ from, only the season can move it."""
    is_open = np.flatnonzero(~(history.closed <= DAY) & (history.opened <= DAY))
    closed = np.where(np.isin(np.arange(history.closed.size), is_open[1:]), DAY - 1.0, history.closed)
    alone = replace(history, closed=np.maximum(closed, history.opened), outcome=np.where(
        np.isnan(history.closed), LOST, history.outcome).astype(np.int8))  # fmt: skip
    made_of = explain(fitted, alone, DAY, 30)
    assert made_of.effects.shape[0] == 1
    moved = {key: effect for key, effect in zip(made_of.keys, made_of.effects[0], strict=True) if abs(effect) > 1e-4}
    assert set(moved) <= {"calendar"}


def test_the_sponsor_is_seen_to_go_with_wins(history: History, fitted: Fitted) -> None:
    made_of = explain(fitted, history, DAY, 30)
    known = (history.event_code == 2) & (history.event_at <= DAY)
    sponsored = np.isin(made_of.deal, history.event_deal[known])
    effect = made_of.effects[:, made_of.keys.index("milestone:Sponsor met")]
    assert effect[sponsored].mean() > 0.02 > 0 > effect[~sponsored].mean()


def test_more_points_on_the_way_change_the_parts_by_little(
    history: History, fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = explain(fitted, history, DAY, 30)
    monkeypatch.setattr("landmark.forecast.explain.POINTS", 24)
    many = explain(fitted, history, DAY, 30)
    assert np.abs(few.effects - many.effects).max() < 0.004


def test_the_parts_are_near_those_of_many_orders(history: History, fitted: Fitted) -> None:
    """Shapley values over orders of entering, by brute force: another way to be fair, and much the same numbers.

    Where a deal stands and its milestones tell of the same thing, which the two ways divide a little differently.
    """
    deals = 12
    game, table = explainer_of(history, fitted, 30), table_of(history, fitted, deals)
    full = fitted.full
    assert full is not None
    shares, mean = game._shares(full, table, 0), game._mean
    parts = np.zeros((deals, len(game.keys)))
    random = np.random.default_rng(1)
    orders = [order for one in range(40) for order in both_ways(random.permutation(len(game.keys)))]
    for order in orders:
        slopes = np.repeat(mean.by_slopes.sum(axis=0)[None], deals, axis=0)
        trees = np.repeat(mean.by_trees.sum(axis=0)[None], deals, axis=0)
        before = game._p_full(full, slopes, trees)
        for group in order:
            slopes += (shares.by_slopes - mean.by_slopes)[:, group]
            trees += (shares.by_trees - mean.by_trees)[:, group]
            after = game._p_full(full, slopes, trees)
            parts[:, group] += (after - before) / len(orders)
            before = after
    ours = game._play_full(full, shares)
    assert np.abs(ours - parts).mean() < 0.015
    assert np.corrcoef(ours.ravel(), parts.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("horizon", [1, 30, 90, 365])
def test_the_slope_is_that_of_small_steps(history: History, fitted: Fitted, horizon: int) -> None:
    """Closed form against central differences, at every interval and in both components, the tail included."""
    game, table = explainer_of(history, fitted, horizon), table_of(history, fitted, 6)
    full = fitted.full
    assert full is not None
    shares = game._shares(full, table, 0)
    at = np.stack([shares.by_slopes.sum(axis=1), shares.by_trees.sum(axis=1)])
    rise = game._rise_of_full(full, *at)
    assert np.abs(rise).max() > 0.005
    for place in np.ndindex(2, *at.shape[2:]):
        step = np.zeros_like(at)
        step[place[0], :, place[1], place[2]] = 1e-4
        there, back = game._p_full(full, *(at + step)), game._p_full(full, *(at - step))
        assert np.allclose((there - back) / 2e-4, rise[place[0], :, place[1], place[2]], rtol=0, atol=1e-7)


def both_ways(order: np.ndarray) -> list[np.ndarray]:
    return [order, order[::-1]]


def explainer_of(history: History, fitted: Fitted, horizon: int) -> Explainer:
    deal = fitted.predict(history, DAY, [horizon]).deal
    return Explainer(fitted, Snapshots(history, fitted.vocabulary), deal, DAY, horizon)


def table_of(history: History, fitted: Fitted, most: int) -> Table:
    deal = fitted.predict(history, DAY, [30]).deal[:most]
    return Snapshots(history, fitted.vocabulary).table(deal, np.full(deal.size, int(DAY), np.int32))


def test_chunks_change_nothing(history: History, fitted: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = explain(fitted, history, DAY, 30)
    monkeypatch.setattr("landmark.forecast.explain.CHUNK", 7)
    assert np.allclose(explain(fitted, history, DAY, 30).effects, whole.effects, rtol=0, atol=1e-12)


# Similar deals


def test_similar_deals_are_others_counted_once_and_over(history: History, fitted: Fitted) -> None:
    past = find_past(fitted, history, DAY, 30)
    assert past.deal.size > 200
    assert np.bincount(past.deal).max() <= 3
    found = fitted.predict(history, DAY, [30])
    p, age = found.p_won[:, 0], DAY - history.opened[found.deal]
    newest = Snapshots(history, fitted.vocabulary).newest(found.deal, np.full(found.deal.size, int(DAY), np.int32))
    like = find_similar(past, found.deal, p, age, newest)
    assert np.all((like.count >= 10) & (like.count <= SIMILAR))
    assert np.all((like.won >= 0) & (like.won <= like.count))
    assert np.all((like.low <= p) & (p <= like.high))
    high, low = p > np.quantile(p, 0.75), p < np.quantile(p, 0.25)
    assert (like.won / like.count)[high].mean() > (like.won / like.count)[low].mean() + 0.1


def test_what_happens_later_changes_no_comparison(history: History, fitted: Fitted) -> None:
    later = history.closed > DAY
    other = replace(history, outcome=np.where(later, WON, history.outcome).astype(np.int8))
    one, two = find_past(fitted, history, DAY, 30), find_past(fitted, other, DAY, 30)
    assert np.array_equal(one.is_won, two.is_won)
    assert np.array_equal(one.place, two.place)


def test_with_no_past_the_range_says_that_nothing_is_known(history: History, fitted: Fitted) -> None:
    past = find_past(fitted, history, START + 20.0, 30)
    like = find_similar(past, np.zeros(1, np.int32), np.array([0.4]), np.array([10.0]), np.zeros(1, np.int64))
    assert like.count[0] == 0
    assert like.low[0] < 0.05
    assert like.high[0] > 0.95


def test_the_range_holds_the_true_share() -> None:
    """In a market whose chances are known, eight ranges in ten (at least) hold the chance itself."""
    random = np.random.default_rng(3)
    held = 0
    for _ in range(200):
        truth = random.uniform(0.1, 0.9)
        past = make_past(random.random(SIMILAR * 2) < truth)
        like = find_similar(past, np.array([9_999], np.int32), np.array([0.5]), np.array([1.0]), np.zeros(1, np.int64))
        held += bool(like.low[0] <= truth <= like.high[0])
    assert held >= 160


def make_past(won: np.ndarray) -> object:
    from landmark.forecast.similar import Past

    n = won.size
    return Past(np.arange(n, dtype=np.int32), np.zeros((n, 2)), np.zeros(n, np.int64), np.ones((n, 1), bool), won)


def test_the_next_milestone_is_told_with_the_deals_that_had_it(history: History, fitted: Fitted) -> None:
    past = find_past(fitted, history, DAY, 30)
    found = fitted.predict(history, DAY, [30])
    reached = Snapshots(history, fitted.vocabulary).reached(found.deal, np.full(found.deal.size, int(DAY), np.int32))
    place = fitted.vocabulary.milestones.index("Sponsor met")
    wanted = [[] if reached[row, place] else ["Sponsor met", "Never heard of"] for row in range(found.deal.size)]
    known = history if history.complete_to == DAY else replace(history, complete_to=DAY)
    steps = look_ahead(fitted, known, DAY, 30, past, found.deal, wanted)
    gains = steps.p - found.p_won[steps.row, 0]
    assert gains.size == sum(1 for names in wanted if names), "an unknown name is left out"
    assert np.mean(gains) > 0.05
    assert steps.like.low[0] <= steps.p[0] <= steps.like.high[0]
    assert 0 < steps.like.won[0] <= steps.like.count[0] <= SIMILAR


# The day it closes


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_win_days_are_in_order_and_inside_the_curve(steps: list[float]) -> None:
    curve = np.minimum(np.cumsum(np.array(steps)) / 100, 1.0)
    days = find_win_days(curve)
    if curve[-1] <= 0:
        assert days is None
        return
    assert days is not None
    assert 1 <= days.p10 <= days.p25 <= days.middle <= days.p75 <= days.p90 <= curve.size


def test_win_days_of_an_even_curve_are_its_shares() -> None:
    days = find_win_days(np.arange(1, 101) / 200)
    assert days is not None
    assert (days.p10, days.p25, days.middle, days.p75, days.p90) == (10, 25, 50, 75, 90)


def test_a_falling_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="never falls"):
        find_win_days(np.array([0.2, 0.1]))


# What separates won from lost


def test_only_the_milestone_with_an_effect_separates(history: History, fitted: Fitted) -> None:
    """In the made market the sponsor wins deals; demo and terms come to won and lost deals alike."""
    rows = {one.milestone: one for one in find_separators(history, START + 300.0, fitted.vocabulary)}
    sponsor = rows["Sponsor met"]
    assert sponsor.is_clear
    assert sponsor.share_with > sponsor.share_without + 0.25
    assert sponsor.low < 0.75 * 0.85 / (0.25 * 0.15) < sponsor.high * 2  # the market's own odds ratio is 17
    assert not any(one.is_clear for name, one in rows.items() if name != "Sponsor met")
    assert min(sponsor.deals_with, sponsor.deals_without) >= 15


def test_open_deals_and_thin_groups_separate_nothing(history: History, fitted: Fitted) -> None:
    still = replace(
        history, closed=np.full(history.closed.size, np.nan), outcome=np.zeros(history.closed.size, np.int8)
    )
    assert find_separators(still, START + 300.0, fitted.vocabulary) == []
    assert find_separators(history, START + 40.0, fitted.vocabulary) == []


# Why it changed


def counting(weights: dict[str, float], daily: float) -> Chance:
    """A model that adds up what it knows: so much for each milestone, each edit, and each day gone by."""

    def chance(history: History, as_of: float, horizon: int) -> Floats:
        p = np.where((history.opened <= as_of) & ~(history.closed <= as_of), 0.3, np.nan)
        p += daily * (as_of - START)
        for deal, at, code in zip(history.event_deal, history.event_known, history.event_code, strict=True):
            p[deal] += weights.get(history.milestones[code], 0.0) if at <= as_of else 0.0
        for deal, at, name in zip(history.change_deal, history.change_at, history.change_field, strict=True):
            p[deal] += weights.get(str(name), 0.0) if at <= as_of else 0.0
        return p

    return chance


@pytest.fixture
def small() -> History:
    """Three open deals: one gains a milestone and loses its date, one only grows older, one was never seen before."""
    return History(
        deal_ids=np.array(["a", "b", "c"], object),
        opened=np.array([START, START, START + 8.0]),
        closed=np.full(3, np.nan),
        outcome=np.full(3, OPEN, np.int8),
        known_from=np.full(3, np.nan),
        event_deal=np.array([0, 0, 1], np.int32),
        event_at=np.array([START + 1.0, START + 6.0, START + 2.0]),
        event_known=np.array([START + 1.0, START + 7.0, START + 2.0]),
        event_code=np.array([0, 1, 0], np.int32),
        milestones=("Demo held", "Sponsor met"),
        attributes={"target_on": np.array(["2022-03-01"] * 3, object)},
        change_deal=np.array([0], np.int32),
        change_at=np.array([START + 9.0]),
        change_field=np.array(["target_on"], object),
        change_value=np.array(["2022-06-01"], object),
        complete_to=START + 10.0,
    )


def test_replay_names_the_right_causes_and_sums_to_the_difference(small: History) -> None:
    old = counting({"Demo held": 0.1, "Sponsor met": 0.08, "target_on": -0.05}, daily=-0.002)
    before = np.array([0.39, 0.39, np.nan])
    after = np.array([0.47, 0.38, 0.30])
    told = replay(old, small, START + 5.0, START + 90.0, before, after)
    assert set(told) == {0, 1}, "a deal without an earlier forecast has nothing to compare with"
    assert as_points(told[0]) == [(RECORD, "", 0), (TIME, "", -1), (EVIDENCE, "Sponsor met", 8),
                                  (EDIT, "target_on", -5), (REFIT, "", 6)]  # fmt: skip
    assert as_points(told[1]) == [(RECORD, "", 0), (TIME, "", -1), (REFIT, "", 0)]
    for deal, causes in told.items():
        assert sum(cause.effect for cause in causes) == pytest.approx(after[deal] - before[deal], abs=1e-15)


def test_a_record_corrected_since_is_told_apart(small: History) -> None:
    """The earlier forecast did not know of the demo: the same model today would have said ten points more."""
    old = counting({"Demo held": 0.1}, daily=0.0)
    told = replay(old, small, START + 5.0, START + 90.0, np.array([0.3, np.nan, np.nan]), np.array([0.4, 0.4, 0.3]))
    assert as_points(told[0])[0] == (RECORD, "", 10)


def test_without_the_earlier_model_the_renewal_comes_first(small: History) -> None:
    new = counting({"Demo held": 0.1, "Sponsor met": 0.08}, daily=0.0)
    told = replay(
        new, small, START + 5.0, START + 90.0, np.array([0.3, np.nan, np.nan]), np.array([0.48, 0.4, 0.3]),
        is_same=False,
    )  # fmt: skip
    assert [point for point in as_points(told[0]) if point[2]] == [(REFIT, "", 10), (EVIDENCE, "Sponsor met", 8)]


def as_points(causes: list[Cause]) -> list[tuple[str, str, int]]:
    return [(cause.kind, cause.key, round(100 * cause.effect)) for cause in causes]


def test_many_new_items_are_told_with_the_last(small: History) -> None:
    many = 12
    busy = replace(
        small,
        event_deal=np.concatenate([small.event_deal, np.zeros(many, np.int32)]),
        event_at=np.concatenate([small.event_at, np.full(many, START + 8.0)]),
        event_known=np.concatenate([small.event_known, np.full(many, START + 8.0)]),
        event_code=np.concatenate([small.event_code, np.arange(many, dtype=np.int32) + 2]),
        milestones=(*small.milestones, *(f"M{number}" for number in range(many))),
    )
    old = counting({f"M{number}": 0.01 for number in range(many)}, daily=0.0)
    told = replay(old, busy, START + 5.0, START + 90.0, np.array([0.3, np.nan, np.nan]), np.array([0.42, 0.3, 0.3]))
    assert sum(cause.effect for cause in told[0]) == pytest.approx(0.12)
    assert len([cause for cause in told[0] if cause.kind == EVIDENCE]) == 8


def test_replay_of_the_real_model_sums_for_every_deal(history: History, fitted: Fitted) -> None:
    def chance(given: History, as_of: float, horizon: int) -> Floats:
        found = fitted.predict(given, as_of, [horizon])
        p = np.full(given.deal_ids.size, np.nan)
        p[found.deal] = found.p_won[:, 0]
        return p

    then = DAY - 7
    known = replace(history, complete_to=DAY)
    before = chance(history, then, 67)
    after = chance(history, DAY, 60) + 0.01
    told = replay(chance, known, then, DAY + 60, before, after)
    assert len(told) > 20
    for deal, causes in told.items():
        assert sum(cause.effect for cause in causes) == pytest.approx(after[deal] - before[deal], abs=1e-12)
        assert causes[0].effect == pytest.approx(0, abs=1e-12), "nothing was corrected"
        assert causes[-1].effect == pytest.approx(0.01, abs=1e-12), "what the walk does not explain is the renewal"
    assert any(cause.kind == EVIDENCE and abs(cause.effect) > 0.01 for causes in told.values() for cause in causes)
