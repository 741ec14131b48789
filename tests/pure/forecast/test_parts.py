"""The parts of the forecast, each against a hand count or an outside oracle."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from landmark.forecast import calendars, evaluate, full, grid, mixing, portfolio, trees
from landmark.forecast.backtest import run_backtest, score_rounds
from landmark.forecast.baselines import STAGE, STAGE_HORIZON, predict_baselines
from landmark.forecast.design import Scaling, expand
from landmark.forecast.hazards import Ahead, fit_hazards
from landmark.forecast.history import LOST, OPEN, WON, History, Season
from landmark.forecast.known import as_known
from landmark.forecast.mixing import HeldBack, mixed
from landmark.forecast.model import fit
from landmark.forecast.priors import Priors
from landmark.forecast.sampling import MOST_ROWS, sample
from landmark.forecast.shrunken import standing
from landmark.forecast.snapshots import Snapshots, landmark_rows
from landmark.forecast.vocabulary import Vocabulary, learn
from landmark.playbook.loader import load_playbook
from tests.pure.forecast.made import START, cut, make_history


def tiny() -> History:
    """Two deals. A: opened day 0, demo on 2 and 5, closed won on 10. B: opened day 4 with a push of its target date."""
    return History(
        deal_ids=np.array(["A", "B"], object),
        opened=np.array([0.0, 4.0]),
        closed=np.array([10.0, np.nan]),
        outcome=np.array([WON, OPEN], np.int8),
        known_from=np.array([np.nan, np.nan]),
        event_deal=np.array([0, 0, 1, 1, 0], np.int32),
        event_at=np.array([2.0, 5.0, 3.0, 6.0, 12.0]),
        event_known=np.array([2.0, 5.0, 3.0, 8.0, 12.0]),
        event_code=np.array([0, 0, 1, 0, 1], np.int32),
        milestones=("Demo", "Call"),
        attributes={"target_on": np.array(["1970-01-20", "1970-01-25"], object)},
        change_deal=np.array([1], np.int32),
        change_at=np.array([6.5]),
        change_field=np.array(["target_on"], object),
        change_value=np.array(["1970-02-10"], object),
        complete_to=12.0,
    )


def row(history: History, deal: int, day: int) -> dict[str, float]:
    known = as_known(history, 12.0).history
    table = Snapshots(known, learn(known)).table(np.array([deal], np.int32), np.array([day], np.int32))
    return dict(zip(table.names, table.values[0].tolist(), strict=True))


def test_a_snapshot_by_hand() -> None:
    seen = row(tiny(), 0, 7)
    assert (seen["age"], seen["idle"], seen["events"], seen["kinds"]) == (7, 2, 2, 1)
    assert (seen["since:Demo"], seen["first:Demo"], seen["count:Demo"]) == (2, 5, 2)
    assert np.isnan(seen["since:Call"])
    assert (seen["events_3"], seen["events_7"], seen["stage_age"], seen["last_gap"]) == (1, 2, 5, 3)
    assert seen["date:target_on"] == 12


def test_an_event_before_the_opening_counts_from_the_opening_and_late_knowledge_waits() -> None:
    assert row(tiny(), 1, 7)["since:Call"] == 3
    assert row(tiny(), 1, 7)["count:Demo"] == 0
    assert row(tiny(), 1, 8)["since:Demo"] == 2


def test_a_push_is_seen_from_its_day_on() -> None:
    before, after = row(tiny(), 1, 6), row(tiny(), 1, 7)
    assert (before["date:target_on"], before["changes:target_on"]) == (18, 0)
    assert (after["date:target_on"], after["changes:target_on"]) == (33, 1)


def test_a_deal_is_at_risk_from_opening_to_closing_and_once_its_history_is_known() -> None:
    history = replace(tiny(), known_from=np.array([3.0, np.nan]))
    deal, day = landmark_rows(history, np.array([0, 3, 4, 9, 10, 11], np.int32))
    assert list(zip(deal.tolist(), day.tolist(), strict=True)) == [
        (0, 3),
        (0, 4),
        (1, 4),
        (0, 9),
        (1, 9),
        (1, 10),
        (1, 11),
    ]


def test_outcomes_are_censored_at_the_as_of_day() -> None:
    rows = grid.outcomes(tiny(), np.array([0, 1], np.int32), np.array([5, 5], np.int32), 12.0)
    # day 5 + 7 = 12 is over on day 12, day 5 + 10 is not; A closes 5 days after day 5, in the interval (3, 5]
    assert rows[0].tolist() == [0, 0, 0, WON] + [-1] * (grid.INTERVALS - 4)
    assert rows[1].tolist() == [0, 0, 0, 0, 0] + [-1] * (grid.INTERVALS - 5)


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)), min_size=grid.INTERVALS, max_size=grid.INTERVALS))
def test_hazards_add_up_to_incidences(pairs: list[tuple[float, float]]) -> None:
    incidence = grid.cumulate(np.array([pairs]))[0]
    survival = np.cumprod([1 - won - lost for won, lost in pairs])
    assert np.allclose(incidence[1:].sum(axis=1), 1 - survival)
    assert np.all(np.diff(incidence, axis=0) >= 0)


def test_between_edges_weekends_weigh_as_told() -> None:
    incidence = np.zeros((1, grid.INTERVALS + 1, 2))
    incidence[0, 7:, 0] = 0.4  # all within (10, 14]
    weight = np.ones((1, 365, 2))
    weight[0, 10, 0] = 2.0
    p = grid.at_horizons(incidence, np.array([10, 11, 12, 14], np.int32), weight, np.zeros(1, np.intp))[0, :, 0]
    assert np.allclose(p, [0.0, 0.16, 0.24, 0.4])


@pytest.mark.parametrize(
    ("day", "flag", "expected"),
    [
        ("2026-03-31", "quarter_last_5", 1),
        ("2026-03-26", "quarter_last_5", 0),
        ("2026-04-01", "quarter_first_31", 1),
        ("2026-04-15", "quarter_first_15", 1),
        ("2026-04-16", "quarter_first_15", 0),
        ("2026-05-01", "quarter_first_15", 0),
        ("2026-02-28", "month_last_5", 1),
        ("2026-02-28", "day_off", 1),
        ("2026-12-24", "turn_of_year", 1),
        ("2027-01-02", "turn_of_year", 1),
        ("2027-01-03", "turn_of_year", 0),
    ],
)
def test_calendar_by_hand(day: str, flag: str, expected: int) -> None:
    number = int(np.datetime64(day).astype("datetime64[D]").astype(np.int64))
    flags = calendars.closing_days(np.array([number], np.int32))[0]
    assert flags[calendars.INTERVAL_NAMES.index(flag)] == expected


def test_a_quarters_end_seen_once_is_not_used() -> None:
    start = int(np.datetime64("2026-01-01").astype(np.int64))
    short, long = grid.known_calendar(start, start + 100.0), grid.known_calendar(start, start + 400.0)
    place = calendars.INTERVAL_NAMES.index("quarter_last_5")
    assert not short[place]
    assert long[place]
    assert short[calendars.INTERVAL_NAMES.index("day_off")]


def test_logistic_hazards_agree_with_scikit_learn() -> None:
    """One interval, no calendar and no clock effect left: an ordinary penalised multinomial logistic regression."""
    random = np.random.default_rng(0)
    x = random.normal(size=(3_000, 3))
    score = np.column_stack([np.zeros(3_000), x[:, 0] - 1, x[:, 1] * 0.5 - 0.5])
    chance = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
    target = (random.random(3_000)[:, None] > chance.cumsum(axis=1)).sum(axis=1)
    outcome = np.full((3_000, grid.INTERVALS), -1, np.int8)
    outcome[:, 0] = target
    calendar = grid.calendar_ahead(np.full(3_000, START, np.int32), 0, np.zeros(len(calendars.INTERVAL_NAMES), bool))
    ahead = Ahead(x, np.zeros((3_000, 1, grid.INTERVALS), np.int64), calendar)
    ours = fit_hazards(ahead, outcome, np.ones(3_000), np.full(3, 0.01)).predict(ahead)[:, 0]
    theirs = LogisticRegression(C=1e3, max_iter=500).fit(x, target).predict_proba(x)[:, 1:]
    assert np.abs(ours - theirs).max() < 0.005


def test_the_gradient_is_the_slope_of_the_objective() -> None:
    from landmark.forecast.hazards import Hazards, _Problem

    random = np.random.default_rng(3)
    rows = 40
    season = Season(pace=tuple(random.normal(size=12) / 5), weekdays=tuple(map(tuple, random.normal(size=(2, 7)) / 5)))
    known = np.ones(len(calendars.INTERVAL_NAMES), bool)
    calendar = grid.calendar_ahead(START + random.integers(0, 5, rows).astype(np.int32), 0, known, season)
    ahead = Ahead(random.normal(size=(rows, 2)), grid.clock_bins(random.random((rows, 2)) * 50), calendar)
    outcome = random.integers(-1, 3, (rows, grid.INTERVALS)).astype(np.int8)
    penalty = Hazards(
        np.ones((3, 2, 3)), np.ones((calendar.kinds, 2)), np.ones((2, 2, grid.CLOCK_BINS)), np.ones((2, grid.INTERVALS))
    )
    problem = _Problem(ahead, outcome, random.random(rows), np.zeros((2, grid.INTERVALS)), penalty)
    at = random.normal(size=problem.penalty.size) * 0.3
    gradient = problem.objective(at)[1]
    for place in random.choice(at.size, 40, replace=False):
        step = np.zeros(at.size)
        step[place] = 1e-2
        slope = (problem.objective(at + step)[0] - problem.objective(at - step)[0]) / 2e-2
        assert slope == pytest.approx(gradient[place], rel=1e-3, abs=1e-3)


def test_trees_come_back_from_json_bit_for_bit_and_find_a_threshold() -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(2_000, 3))
    x[random.random(x.shape) < 0.2] = np.nan
    outcome = np.full((2_000, grid.INTERVALS), -1, np.int8)
    outcome[:, 0] = np.where(x[:, 0] > 0, np.where(x[:, 1] > 0.5, WON, LOST), 0)
    calendar = grid.calendar_ahead(np.full(2_000, START, np.int32), 0, np.zeros(len(calendars.INTERVAL_NAMES), bool))
    inputs = trees.Inputs(x, np.zeros((2_000, 2)), calendar, np.zeros((1, grid.INTERVALS, 2)))
    fitted = trees.fit_trees(inputs, outcome, np.ones(2_000), np.arange(2_000), seed=0)
    assert fitted is not None
    hazard = fitted.predict(inputs, 1)
    again = trees.Trees.from_json(json.loads(json.dumps(fitted.to_json()))).predict(inputs, 1)
    assert np.array_equal(hazard, again)
    known = ~np.isnan(x[:, :2]).any(axis=1)
    for cause in (WON, LOST):
        happened = outcome[known, 0] == cause
        assert evaluate.auc(happened.astype(float), hazard[known, 0, cause - 1]) > 0.99
    only_lost = np.where(outcome == WON, LOST, outcome)
    assert trees.fit_trees(inputs, only_lost, np.ones(2_000), np.arange(2_000), seed=0) is None


def test_rows_repeat_a_story_as_often_as_a_deal_has_them_unless_most_of_them_never_close() -> None:
    """Two closed deals of four rows each; then eight more that stay, of forty rows each."""
    deal = np.repeat(np.arange(2), 4)
    ahead = np.zeros((8, grid.INTERVALS), np.int8)
    ahead[:, 3] = WON
    assert grid.repeats(ahead, deal) == 4.0
    stay = np.zeros((320, grid.INTERVALS), np.int8)
    with_stays = np.concatenate([ahead, stay]), np.concatenate([deal, 2 + np.repeat(np.arange(8), 40)])
    assert grid.repeats(*with_stays) == 1.5 * 4
    assert grid.repeats(stay, deal[:1].repeat(320)) == 1.0, "no closing, no story"


def test_deals_that_never_close_do_not_keep_trees_from_learning() -> None:
    """300 deals of one row each, and ten that just stay, told by 3,000 rows."""
    random = np.random.default_rng(8)
    x = random.normal(size=(3_300, 2))
    stays = np.arange(3_300) >= 300
    x[:, 1] = stays
    deal = np.where(stays, 300 + np.arange(3_300) % 10, np.arange(3_300))
    outcome = np.full((3_300, grid.INTERVALS), -1, np.int8)
    outcome[:, 0] = np.where(stays | (x[:, 0] < 0), 0, np.where(random.random(3_300) < 0.5, WON, LOST))
    calendar = grid.calendar_ahead(np.full(3_300, START, np.int32), 0, np.zeros(len(calendars.INTERVAL_NAMES), bool))
    inputs = trees.Inputs(x, np.zeros((3_300, 2)), calendar, np.full((1, grid.INTERVALS, 2), -3.0))
    fitted = trees.fit_trees(inputs, outcome, np.ones(3_300), deal, seed=0)
    assert fitted is not None
    closes = fitted.predict(inputs, 1)[:, 0].sum(axis=1)
    assert closes[~stays & (x[:, 0] > 0.2)].mean() > 0.4
    assert closes[stays].mean() < 0.05


def test_trees_go_on_from_the_calendar_they_cannot_see() -> None:
    """Nothing in the columns tells working days from days off; only where the boosters start from does."""
    random = np.random.default_rng(6)
    day = np.repeat(np.array([START, START + 1], np.int32), 3_000)
    calendar = grid.calendar_ahead(day, 0, np.zeros(len(calendars.INTERVAL_NAMES), bool))
    start = np.zeros((2, grid.INTERVALS, 2))
    start[:, 0, 0] = np.log([0.3 / 0.7, 0.01 / 0.99])
    outcome = np.full((6_000, grid.INTERVALS), -1, np.int8)
    closes = random.random(6_000) < np.array([0.3, 0.01])[calendar.row]
    outcome[:, 0] = np.where(closes, np.where(random.random(6_000) < 0.5, WON, LOST), 0)
    inputs = trees.Inputs(random.normal(size=(6_000, 2)), np.zeros((6_000, 2)), calendar, start)
    fitted = trees.fit_trees(inputs, outcome, np.ones(6_000), np.arange(6_000), seed=0)
    assert fitted is not None
    hazard = fitted.predict(inputs, 1)[:, 0].sum(axis=1)
    assert hazard[calendar.row == 0].mean() == pytest.approx(0.3, abs=0.02)
    assert hazard[calendar.row == 1].mean() == pytest.approx(0.01, abs=0.005)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.floats(0.001, 0.999)), min_size=4, max_size=60))
def test_scores_agree_with_scikit_learn(pairs: list[tuple[bool, float]]) -> None:
    won = np.array([float(one) for one, _ in pairs])
    p = np.array([value for _, value in pairs])
    assert evaluate.brier(won, p) == pytest.approx(brier_score_loss(won, p))
    assert evaluate.log_loss(won, p) == pytest.approx(log_loss(won, p, labels=[0, 1]))
    if 0 < won.sum() < won.size:
        assert evaluate.auc(won, p) == pytest.approx(roc_auc_score(won, p))
    else:
        assert np.isnan(evaluate.auc(won, p))


def test_calibration_error_by_hand() -> None:
    p = np.repeat([0.1, 0.5], 10)
    won = np.array([0.0] * 10 + [1.0] * 10)
    bins = evaluate.reliability(won, p)
    assert [one.rows for one in bins] == [2] * 10
    assert evaluate.calibration_error(won, p) == pytest.approx((5 * 0.1 + 5 * 0.5) / 10)


def test_three_class_loss_by_hand() -> None:
    outcome = np.array([OPEN, WON, LOST], np.int8)
    loss = evaluate.three_class_loss(outcome, np.full(3, 0.5), np.full(3, 0.3), np.full(3, 0.2))
    assert loss == pytest.approx(-np.mean(np.log([0.5, 0.3, 0.2])))


def test_no_rows_have_no_scores() -> None:
    nothing = np.zeros(0)
    scores = evaluate.score(nothing, nothing)
    assert scores.rows == 0
    assert all(np.isnan(value) for value in (scores.brier, scores.log_loss, scores.auc, scores.calibration_error))


def test_bookings_of_two_sure_deals_and_a_coin() -> None:
    found = portfolio.bookings(np.array([1.0, 0.0, 0.5]), np.array([100.0, 900.0, 50.0]), already=10.0)
    assert found.expected == pytest.approx(135.0)
    assert (found.p10, found.p90) == (110.0, 160.0)
    assert found == portfolio.bookings(np.array([1.0, 0.0, 0.5]), np.array([100.0, 900.0, 50.0]), already=10.0)


def test_bookings_cover_what_independent_deals_bring() -> None:
    random = np.random.default_rng(2)
    p, amount = random.random(60), random.random(60) * 1_000
    found = portfolio.bookings(p, amount)
    outcomes = (random.random((4_000, 60)) < p) @ amount
    assert np.mean((outcomes >= found.p10) & (outcomes <= found.p90)) == pytest.approx(0.8, abs=0.03)
    with pytest.raises(ValueError, match="outside 0 to 1"):
        portfolio.bookings(np.array([1.2]), np.array([1.0]))


def test_a_window_is_the_difference_of_two_days() -> None:
    curve = np.linspace(0.001, 0.365, 365)[None, :]
    assert portfolio.window_probability(curve, 0, 30)[0] == pytest.approx(0.030)
    assert portfolio.window_probability(curve, 10, 30)[0] == pytest.approx(0.020)


def test_priors_of_the_default_playbook() -> None:
    playbook = load_playbook()
    priors = Priors.from_playbook(playbook)
    first, last = priors.stages[0], priors.stages[-1]
    assert first.win_rate == float(playbook.open_stages[0].win_prior or 0)
    assert first.median_days == sum(float(stage.typical_days or 30) for stage in playbook.open_stages)
    assert last.median_days < first.median_days
    assert Priors.from_json(priors.to_json()) == priors
    reached = np.array([[True, True], [True, False], [False, False]])
    rates = priors.rates(("Discovery Complete", "stage:commercial"), reached)
    assert rates[0, 0] > rates[1, 0]
    assert rates[2].sum() == pytest.approx(np.log(2) / priors.pooled.median_days)


def test_an_attribute_filled_in_on_closing_is_not_read_by_its_absence() -> None:
    history = make_history(deals=500)
    account = np.array(["known"] * 500, object)
    account[history.outcome == OPEN] = None
    leaky = replace(history, attributes={"size": np.where(account == None, None, "7"), "account": account})  # noqa: E711
    words = learn(as_known(leaky, START + 300.0).history)
    assert [leak.attribute for leak in words.left_out] == ["account", "size"]
    assert words.attributes == ()


def test_an_attribute_filled_somewhat_later_is_kept_but_not_its_absence() -> None:
    history = make_history(deals=4_000)
    place = np.arange(4_000)
    missing = np.where(history.outcome == OPEN, place % 5 < 2, place % 5 < 1)
    size = np.where(missing, None, "7").astype(object)
    words = learn(as_known(replace(history, attributes={"size": size}), START + 300.0).history)
    assert (words.left_out, [(one.name, one.fill) for one in words.attributes]) == ((), [("size", 7.0)])


def test_which_columns_there_are_depends_on_the_vocabulary_alone() -> None:
    history = tiny()
    words = learn(as_known(history, 12.0).history)
    unchanged = replace(
        history,
        change_deal=history.change_deal[:0],
        change_at=history.change_at[:0],
        change_field=history.change_field[:0],
        change_value=history.change_value[:0],
    )
    deal, day = np.array([1], np.int32), np.array([8], np.int32)
    moved, still = (Snapshots(one, words).table(deal, day) for one in (history, unchanged))
    assert moved.names == still.names
    columns = {name: place for place, name in enumerate(moved.names)}
    chosen = [columns[f"{name}:target_on"] for name in ("changes", "moved", "since_change")]
    assert moved.values[0, chosen].tolist() == [1, 16, 1.5]
    assert still.values[0, chosen[:2]].tolist() == [0, 0]


def test_strength_and_end_of_evidence_are_columns_where_they_differ() -> None:
    history = tiny()
    events = history.event_at.size
    graded = replace(
        history,
        strength=np.arange(events, dtype=np.int32) % 3 + 1,
        event_expires=np.where(np.arange(events) % 2 == 0, 40.0, np.nan),
    )
    words = learn(as_known(graded, 12.0).history)
    assert words.graded
    assert words.expiring
    table = Snapshots(graded, words).table(np.array([1], np.int32), np.array([12], np.int32))
    named = dict(zip(table.names, table.values[0].tolist(), strict=True))
    assert {named[f"strength:{name}"] for name in words.graded} <= {1.0, 2.0, 3.0}
    assert all(np.isnan(named[f"left:{name}"]) or named[f"left:{name}"] == 28.0 for name in words.expiring)
    assert Vocabulary.from_json(json.loads(json.dumps(words.to_json()))) == words


def test_public_holidays_are_days_off_where_the_country_is_known() -> None:
    epiphany = np.array([int(np.datetime64("2026-01-06").astype(np.int64))], np.int32)
    day_off = calendars.INTERVAL_NAMES.index("day_off")
    flags = {name: calendars.closing_days(epiphany, Season(name))[0, day_off] for name in ("IT", "NL", "", "nowhere")}
    assert flags == {"IT": 1, "NL": 0, "": 0, "nowhere": 0}


def test_quarters_follow_the_fiscal_year() -> None:
    april = np.array([int(np.datetime64("2026-04-29").astype(np.int64))], np.int32)
    last = calendars.INTERVAL_NAMES.index("quarter_last_5")
    assert calendars.closing_days(april, Season("", 2))[0, last] == 1
    assert calendars.closing_days(april, Season("", 4))[0, last] == 0


def test_days_until_a_month_run_down_and_through_it() -> None:
    day = np.array([int(np.datetime64(text).astype(np.int64)) for text in ("2026-02-20", "2026-03-11", "2026-04-01")])
    until = calendars.days_until_month(np.array([3.0, 3.0, 3.0]), day.astype(np.int32))
    assert until.tolist() == [9, -10, 334]
    assert np.isnan(calendars.days_until_month(np.array([np.nan]), day[:1].astype(np.int32)))[0]


def test_ids_and_owners_are_no_attributes() -> None:
    history = make_history(deals=300)
    codes = np.array([f"free text {place}" for place in range(300)], object)
    people = np.array(["owner 1", "owner 2"] * 150, object)
    described = replace(history, attributes={"note": codes, "owner": people, "account_id": people, "level": people})
    assert [one.name for one in learn(as_known(described, START + 300.0).history).attributes] == ["level"]


def test_a_long_history_is_thinned_the_same_way_each_time() -> None:
    history = make_history(deals=8_000, days=900, seed=4)
    known = as_known(history, START + 900.0).history
    one, other = sample(known, START + 900.0), sample(known, START + 900.0)
    assert one.deal.tolist() == other.deal.tolist()
    assert one.deal.size <= MOST_ROWS * 1.05
    assert one.spacing % 7 != 0
    assert set(((one.day + 3) % 7).tolist()) == set(range(7))


def test_a_backtest_row_is_the_forecast_of_that_day() -> None:
    history = make_history(deals=330)
    days = [START + 270.0]
    rounds = run_backtest(history, days, [7, 30])
    assert rounds[0].level == "full"
    for one, day in zip(rounds, days, strict=True):
        short = cut(history, day)
        alone = fit(short, day).predict(short, day, [7, 30])
        assert np.allclose(one.prediction.p_won, alone.p_won, rtol=0, atol=1e-9)
        assert np.allclose(one.prediction.p_lost, alone.p_lost, rtol=0, atol=1e-9)


def test_only_what_is_complete_is_scored() -> None:
    history = make_history(deals=300)
    rounds = run_backtest(history, [START + 200.0, START + 280.0], [7, 30])
    cards = {(card.horizon, card.model): card.scores for card in score_rounds(history, rounds, START + 300.0)}
    assert cards[30, "landmark"].rows == rounds[0].prediction.deal.size
    assert cards[7, "landmark"].rows == sum(one.prediction.deal.size for one in rounds)
    assert {model for _, model in cards} == {"landmark", STAGE, STAGE_HORIZON}
    assert score_rounds(history, rounds, START + 150.0) == []


def test_baselines_by_hand() -> None:
    """One closed deal, won: with five average deals mixed in, every stage says what the average says."""
    found = predict_baselines(tiny(), 11.0, [7])
    assert found[STAGE][0, 0] == pytest.approx(1.0)
    assert 0 <= found[STAGE_HORIZON][0, 0] <= 1


def test_a_steady_drift_counts_for_more_than_closings_that_swing() -> None:
    """Half as many wins as expected, evenly or all in every other fortnight."""
    fortnight = np.repeat(np.arange(10), 100)
    hazard = np.tile([0.4, 0.1], (1_000, 1))
    steady = np.tile(np.repeat([WON, LOST, 0], [20, 10, 70]), 10)
    swinging = np.tile(np.repeat([WON, LOST, 0, 0, LOST, 0], [40, 10, 50, 0, 10, 90]), 5)
    told = (HeldBack(seen.astype(np.int8), hazard, hazard, fortnight, 1.0, 1.0) for seen in (steady, swinging))
    even, uneven = (one.drift(np.zeros(2)) for one in told)
    assert even[0] == pytest.approx(np.sqrt((200 + 20) / (400 + 20)))
    assert even[1] == pytest.approx(1.0)
    # Pearson: each fortnight is 20 off an expected 20, so 10 × 20² / 20 / 9 = 22.2 times what chance allows.
    assert uneven[0] == pytest.approx(np.sqrt((200 + 20 * 200 / 9) / (400 + 20 * 200 / 9)))


def test_columns_kept_at_the_end_say_nothing_while_they_never_vary() -> None:
    columns = np.column_stack([np.arange(4.0), np.ones(4), np.full(4, 7.0)])
    scaled = Scaling.learn(columns, always=1).apply(columns)
    assert scaled.shape == (4, 2)
    assert scaled[:, 1].tolist() == [0.0] * 4


def test_standing_is_the_chance_of_three_weeks_of_constant_rates() -> None:
    daily = np.array([0.03, 0.01])
    hazard = -np.expm1(-daily * grid.LENGTH[:, None])[None]
    assert standing(hazard) == pytest.approx(np.log(-np.expm1(-21 * daily))[None], abs=1e-4)


def test_few_closings_say_at_once_what_the_rates_have_seen() -> None:
    """One deal in twelve has the milestone, and more than half of those close: a light ridge lets its slope say so."""
    random = np.random.default_rng(5)
    has = (np.arange(120) % 12 == 0).astype(float)
    outcome = np.full((120, grid.INTERVALS), -1, np.int8)
    outcome[:, 0] = np.where(random.random(120) < np.where(has, 0.6, 0.02), 1, 0)
    calendar = grid.calendar_ahead(np.full(120, START, np.int32), 0, np.zeros(len(calendars.INTERVAL_NAMES), bool))
    ahead = Ahead(has[:, None] - has.mean(), np.zeros((120, 1, grid.INTERVALS), np.int64), calendar)
    fits = (fit_hazards(ahead, outcome, np.ones(120), np.full(1, ridge)) for ridge in (50.0, full.STANDING_PENALTY))
    held, free = (one.predict(ahead)[has == 1, 0, 0].mean() for one in fits)
    share = outcome[has == 1, 0].mean()
    assert abs(free - share) < 0.15
    assert held < share / 2


def test_two_models_of_one_mind_stay_so() -> None:
    hazard = np.array([[0.2, 0.1], [0.001, 0.0], [0.5, 0.5]])
    assert mixed(hazard, hazard, np.array([0.3, 0.8])) == pytest.approx(hazard, abs=1e-8)


def test_one_models_certainty_is_not_drowned_by_the_others_doubt() -> None:
    """Log odds are averaged: of 1 in 100 and 1 in 1,000,000 that is 1 in 10,000, where the chances make 1 in 200."""
    doubt, certain = np.array([[0.01, 0.0]]), np.array([[1e-6, 0.0]])
    closes = mixed(doubt, certain, np.array([0.5, 0.5])).sum()
    assert closes == pytest.approx(1e-4, rel=0.02)


def held_back(happened: np.ndarray, by_slopes: np.ndarray, by_trees: np.ndarray, told: float = 1.0) -> HeldBack:
    """All within one fortnight."""
    return HeldBack(happened, by_slopes, by_trees, np.zeros(happened.size, np.int64), 1.0, told)


def test_whose_hazards_foresaw_more_gets_the_larger_say() -> None:
    random = np.random.default_rng(0)
    truth = np.column_stack([random.random(4_000) * 0.2, random.random(4_000) * 0.1])
    draw = random.random(4_000)
    happened = np.where(draw < truth[:, 0], WON, np.where(draw < truth.sum(axis=1), LOST, OPEN)).astype(np.int8)
    flat = np.broadcast_to(truth.mean(axis=0), truth.shape)
    believed = np.array([0.5, 0.5])
    told = held_back(happened, flat, truth).shares(believed)
    assert (told > 0.75).all()
    assert held_back(happened, truth, flat).shares(believed) == pytest.approx(1 - told, abs=1e-9)


def test_closings_that_swing_together_are_one_story() -> None:
    expected = np.full(4, 10.0)
    assert mixing._swing(np.array([10.0, 11.0, 9.0, 10.0]), expected) == 1.0
    assert mixing._swing(np.array([40.0, 0.0, 0.0, 0.0]), expected) == pytest.approx((900 + 3 * 100) / 10 / 3)
    assert mixing._swing(np.array([20.0, 22.0, 18.0, 20.0]), expected) == 1.0, "a level is no swing"


def test_a_story_told_often_moves_the_say_of_the_trees_less() -> None:
    random = np.random.default_rng(1)
    truth = np.column_stack([random.random(1_000) * 0.2, random.random(1_000) * 0.1])
    happened = np.where(random.random(1_000) < truth.sum(axis=1), WON, OPEN).astype(np.int8)
    flat, believed = np.broadcast_to(truth.mean(axis=0), truth.shape), np.array([0.5, 0.5])
    once, often = (held_back(happened, truth, flat, told).shares(believed)[0] for told in (1.0, 30.0))
    assert once < often < 0.5


def test_deals_opened_within_six_weeks_are_one_cohort_that_slopes_do_not_see() -> None:
    known = as_known(make_history(), START + 300.0).history
    vocabulary, deal = learn(known), np.arange(50, dtype=np.int32)
    table = Snapshots(known, vocabulary).table(deal, np.full(50, START + 299, np.int32))
    cohort = table.values[:, table.names.index("cohort")]
    assert cohort.tolist() == np.floor(known.opened[:50] / 42).tolist()
    assert "cohort" not in expand(table, vocabulary)[2]
