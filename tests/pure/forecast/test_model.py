"""What a forecast promises: no look ahead, probabilities that add up, the level history allows, plain storage."""

import json
from dataclasses import replace

import numpy as np
import pytest

from landmark.forecast import full, trees
from landmark.forecast.evaluate import auc
from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.model import BENCHMARKS, FULL, SHRUNKEN, Fitted, Prediction, fit
from landmark.forecast.priors import Priors, StagePrior
from tests.pure.forecast.made import START, cut, make_history

HORIZONS = [1, 7, 14, 30, 31, 90, 365]


@pytest.fixture(scope="module")
def history() -> History:
    return make_history(deals=420)


@pytest.fixture(scope="module")
def fitted(history: History) -> Fitted:
    return fit(history, START + 240.0)


def same(one: Prediction, other: Prediction) -> bool:
    names = ("p_won", "p_lost", "p_open")
    return all(np.allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9) for name in names)


def check_probabilities(prediction: Prediction) -> None:
    total = prediction.p_won + prediction.p_lost + prediction.p_open
    assert np.all(np.abs(total - 1) < 1e-12)
    for p in (prediction.p_won, prediction.p_lost, prediction.p_open):
        assert np.all((p >= 0) & (p <= 1))
    assert np.all(np.diff(prediction.p_won, axis=1) >= 0)
    assert np.all(np.diff(prediction.p_lost, axis=1) >= 0)


def test_predicts_every_open_deal_and_only_those(history: History, fitted: Fitted) -> None:
    day = START + 240.0
    prediction = fitted.predict(history, day, HORIZONS)
    is_open = (history.opened <= day) & ~(history.closed <= day)
    assert prediction.deal.tolist() == np.flatnonzero(is_open).tolist()
    assert fitted.level == FULL
    check_probabilities(prediction)


def test_one_horizon_does_not_depend_on_the_others(history: History, fitted: Fitted) -> None:
    day = START + 240.0
    every = fitted.predict(history, day, HORIZONS)
    alone = fitted.predict(history, day, [30])
    assert np.array_equal(every.p_won[:, HORIZONS.index(30)], alone.p_won[:, 0])


def test_nothing_after_the_day_can_matter(history: History, fitted: Fitted) -> None:
    day = START + 240.0
    short = cut(history, day)
    again = fit(short, day)
    seen, blind = fitted.predict(history, day, HORIZONS), again.predict(short, day, HORIZONS)
    assert history.deal_ids[seen.deal].tolist() == short.deal_ids[blind.deal].tolist()
    assert same(seen, blind)


def test_late_knowledge_counts_only_once_known(history: History) -> None:
    day = START + 120.0
    late = replace(history, event_known=np.where(history.event_at > day - 20, day + 5, history.event_known))
    hidden = history.event_at <= day - 20
    without = replace(
        history,
        event_deal=history.event_deal[hidden],
        event_at=history.event_at[hidden],
        event_known=history.event_known[hidden],
        event_code=history.event_code[hidden],
    )
    assert same(fit(late, day).predict(late, day, [30]), fit(without, day).predict(without, day, [30]))


def test_learns_what_matters(history: History, fitted: Fitted) -> None:
    prediction = fitted.predict(history, START + 240.0, [60])
    won = (history.outcome[prediction.deal] == WON) & (history.closed[prediction.deal] <= START + 300)
    assert auc(won.astype(float), prediction.p_won[:, 0]) > 0.75


def test_stored_as_plain_text_it_predicts_the_same(history: History, fitted: Fitted) -> None:
    again = Fitted.from_json(json.loads(json.dumps(fitted.to_json())))
    day = START + 240.0
    one, other = fitted.predict(history, day, HORIZONS), again.predict(history, day, HORIZONS)
    assert np.array_equal(one.p_won, other.p_won)
    assert np.array_equal(one.p_lost, other.p_lost)
    assert (again.level, again.reason) == (fitted.level, fitted.reason)


def test_two_threads_fit_what_one_fits(history: History, fitted: Fitted) -> None:
    assert fit(history, fitted.as_of, threads=2).to_json() == fitted.to_json()


def test_a_model_of_another_version_is_refused(fitted: Fitted) -> None:
    with pytest.raises(ValueError, match="fit it again"):
        Fitted.from_json(fitted.to_json() | {"version": 0})


@pytest.mark.parametrize(
    ("closed", "level"), [(0, BENCHMARKS), (9, BENCHMARKS), (10, SHRUNKEN), (45, SHRUNKEN), (60, FULL)]
)
def test_the_level_follows_the_history(closed: int, level: str) -> None:
    history = make_history(deals=500)
    day = float(np.ceil(np.sort(history.closed)[closed])) - 1.0 if closed else float(np.ceil(history.opened.min()))
    while np.sum(history.closed <= day) < closed:
        day += 1
    fitted = fit(history, day)
    assert fitted.closed >= closed
    if closed == 9 and fitted.closed > 9:
        level = SHRUNKEN
    assert fitted.level == level
    assert str(fitted.closed) in fitted.reason
    check_probabilities(fitted.predict(history, day, HORIZONS))


def test_with_no_history_it_says_what_the_playbook_says() -> None:
    priors = Priors(StagePrior(0.3, 45.0), (StagePrior(0.2, 60.0), StagePrior(0.6, 10.0)), {"termssent": 1}, 40.0)
    history = make_history(deals=20, days=30)
    nothing_closed = replace(
        history, closed=np.full(20, np.nan), outcome=np.full(20, OPEN, np.int8), complete_to=START + 30
    )
    day = START + 30.0
    prediction = fit(nothing_closed, day, priors).predict(nothing_closed, day, [10, 45])
    has_terms = np.isin(prediction.deal, history.event_deal[history.event_code == 1])
    # half of the stage's deals are over by its median, 60 % of those are won
    assert np.allclose(prediction.p_won[has_terms, 0], 0.6 * 0.5)
    assert np.allclose(prediction.p_won[~has_terms, 1], 0.3 * 0.5)


def test_one_winner_alone_teaches_little() -> None:
    """Ten closed deals, all won, move the pooled rate towards certainty but not beyond what forty prior deals allow."""
    history = make_history(deals=60, days=30, won_only=True)
    day = START + 30.0
    assert 10 <= np.sum(history.closed <= day) < 60
    p = fit(history, day).predict(history, day, [365])
    assert fit(history, START + 2.0).predict(history, day, [365]).p_won.mean() < p.p_won.mean() < 0.9


def test_all_won_never_reaches_the_full_model() -> None:
    history = make_history(deals=600, won_only=True)
    fitted = fit(history, START + 280.0)
    assert fitted.level == SHRUNKEN
    check_probabilities(fitted.predict(history, START + 280.0, HORIZONS))


def test_no_open_deal_gives_no_rows(history: History, fitted: Fitted) -> None:
    day = START - 5.0
    assert fitted.predict(history, day, [30]).p_won.shape == (0, 1)
    assert fit(history, day).predict(history, day, [30]).deal.size == 0


def test_unseen_milestones_and_categories_are_no_error(history: History, fitted: Fitted) -> None:
    segment = history.attributes["segment"].copy()
    segment[:] = "never heard of"
    other = replace(
        history,
        milestones=("Demo held", "Terms sent", "A new thing"),
        attributes=dict(history.attributes) | {"segment": segment, "extra": segment},
    )
    check_probabilities(fitted.predict(other, START + 240.0, HORIZONS))


def test_works_without_events_and_attributes(history: History) -> None:
    none = np.zeros(0, np.int32)
    bare = replace(
        history,
        event_deal=none,
        event_at=np.zeros(0),
        event_known=np.zeros(0),
        event_code=none,
        milestones=(),
        attributes={},
    )
    fitted = fit(bare, START + 240.0)
    assert fitted.level == FULL
    check_probabilities(fitted.predict(bare, START + 240.0, HORIZONS))


def test_a_deal_that_opened_and_closed_at_once_is_never_at_risk(history: History) -> None:
    opened = history.opened.copy()
    opened[5] = history.closed[5] = START + 100.0
    at_once = replace(history, opened=opened, closed=history.closed)
    for day in (START + 99.0, START + 100.0, START + 101.0):
        assert 5 not in fit(at_once, day).predict(at_once, day, [7]).deal


@pytest.mark.parametrize("horizons", [[], [0], [366], [7, -1]])
def test_other_horizons_are_refused(history: History, fitted: Fitted, horizons: list[int]) -> None:
    with pytest.raises(ValueError, match="whole days"):
        fitted.predict(history, START + 240.0, horizons)


def test_a_time_of_day_is_refused(history: History) -> None:
    with pytest.raises(ValueError, match="whole day"):
        fit(history, START + 0.5)


def test_a_far_horizon_ends_near_the_slow_rates(history: History, fitted: Fitted) -> None:
    """By a year ahead nearly all of these 30-day deals are over, though no interval that far was ever seen."""
    prediction = fitted.predict(history, START + 240.0, [30, 365])
    assert np.all(prediction.p_open[:, 1] < 0.15)
    assert np.all(prediction.p_open[:, 0] > prediction.p_open[:, 1])


def test_a_rule_that_has_turned_round_is_unlearned(monkeypatch: pytest.MonkeyPatch) -> None:
    """For ten months small customers were won and large ones lost, for the last six the other way round."""
    monkeypatch.setattr(trees, "ROUNDS", 100)
    random, size, days = np.random.default_rng(3), 1_500, 480
    made = make_history(deals=size, days=days)
    small = random.random(size) < 0.5
    won = random.random(size) < np.where(small == (made.opened < START + 300), 0.85, 0.1)
    outcome = np.where(made.outcome == OPEN, OPEN, np.where(won, WON, LOST)).astype(np.int8)
    sizes = np.where(small, "small", "large").astype(object)
    history = replace(made, outcome=outcome, attributes={"segment": sizes})
    told = fit(history, START + days).predict(history, START + days, [60])
    new = history.opened[told.deal] > START + 400
    p, is_small = told.p_won[new, 0], small[told.deal[new]]
    assert p[~is_small].mean() > p[is_small].mean()


def test_the_rates_by_stage_fade_as_deals_close() -> None:
    """43 % at 50 closed deals, 19 % at 100, less than a hundredth at 300."""
    fitted = fit(make_history(), START + 300.0)
    assert fitted.full is not None
    assert fitted.closed == 354
    assert 1 - fitted.full.share == pytest.approx(0.003, abs=0.0005)
    assert [1 - full.share_of(closed) for closed in (50, 100, 300)] == pytest.approx([0.43, 0.19, 0.0067], abs=0.005)
