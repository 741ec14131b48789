"""Trees asked about whole columns say what xgboost says deal by deal, and book it to the same columns."""

from dataclasses import replace

import numpy as np
import pytest
from xgboost import DMatrix

from landmark.forecast.calendars import INTERVAL_NAMES
from landmark.forecast.forest import Forest
from landmark.forecast.grid import INTERVALS, calendar_ahead
from landmark.forecast.trees import Inputs, Trees, fit_trees

ROWS, COLUMNS, CLOCKS = 900, 7, 3
MONDAY = 19_000


def make_inputs(days: int) -> Inputs:
    """Unknown numbers in every column, clocks that run on, and so many as-of days."""
    random = np.random.default_rng(days)
    x, clocks = random.normal(size=(ROWS, COLUMNS)), random.uniform(-60, 200, (ROWS, CLOCKS))
    x[random.random(x.shape) < 0.3] = np.nan
    clocks[random.random(clocks.shape) < 0.2] = np.nan
    calendar = calendar_ahead((MONDAY + np.arange(ROWS) % days).astype(np.int32), 0, np.ones(len(INTERVAL_NAMES), bool))
    return Inputs(x, clocks, calendar, random.normal(-2.0, 0.5, (days, INTERVALS, 2)))


@pytest.fixture(scope="module", params=[1, 4])
def inputs(request: pytest.FixtureRequest) -> Inputs:
    return make_inputs(request.param)


@pytest.fixture(scope="module")
def trees() -> Trees:
    inputs, random = make_inputs(4), np.random.default_rng(7)
    pull = (
        np.nan_to_num(inputs.x[:, :1] + inputs.clocks[:, :1] / 80) + inputs.calendar.interval[inputs.calendar.row, :, 0]
    )
    closes, wins = random.random((ROWS, INTERVALS)) < 1 / (1 + np.exp(1 - pull)), np.nan_to_num(inputs.x[:, 1:2]) > 0
    outcome = np.where(closes, np.where(wins, 1, 2), 0).astype(np.int8)
    found = fit_trees(inputs, outcome, np.ones(ROWS), np.arange(ROWS), 1)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def forest(trees: Trees) -> Forest:
    return Forest(trees.closes, trees.wins)


@pytest.mark.parametrize("intervals", [1, 5, INTERVALS])
def test_the_hazards_are_those_of_xgboost(inputs: Inputs, trees: Trees, forest: Forest, intervals: int) -> None:
    one, other = trees.predict(inputs, intervals), forest.predict(inputs, intervals)
    assert np.allclose(one, other, rtol=5e-7, atol=0)
    assert np.mean(one == other) > 0.99, "but for the last digit of the logistic here and there"
    assert np.unique(one[:, 0, 0]).size > 100


def test_pieces_change_nothing(inputs: Inputs, forest: Forest, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = forest.predict(inputs, INTERVALS)
    monkeypatch.setattr("landmark.forecast.forest.CELLS", 500)
    assert np.array_equal(forest.predict(inputs, INTERVALS), whole)


def test_no_deals_and_no_intervals_have_no_hazards(inputs: Inputs, forest: Forest) -> None:
    nobody = inputs.take(np.zeros(0, np.intp))
    assert forest.predict(nobody, INTERVALS).shape == (0, INTERVALS, 2)
    assert not forest.predict(inputs, 0).any()


def test_the_shares_are_those_of_xgboost(inputs: Inputs, forest: Forest) -> None:
    few, intervals = inputs.take(np.arange(200)), 6
    row, interval = np.repeat(np.arange(200), intervals), np.tile(np.arange(intervals), 200)
    cells, start = DMatrix(few.at(row, interval)), few.start_of(row, interval)
    shares = forest.shares(few, intervals, np.eye(cells.num_col() + 1))
    for place, booster in enumerate((forest.closes, forest.wins)):
        cells.set_base_margin(start[:, place])
        said = booster.predict(cells, pred_contribs=True, approx_contribs=True).reshape(200, intervals, -1)
        assert np.abs(shares[:, :, :, place] - said.transpose(0, 2, 1)).max() < 1e-5


def test_a_forest_is_stored_as_its_trees(trees: Trees, forest: Forest) -> None:
    assert forest.to_json() == trees.to_json()


def test_too_deep_a_tree_is_refused(inputs: Inputs, trees: Trees, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landmark.forecast.forest.DEEPEST", 1)
    with pytest.raises(ValueError, match="deeper"):
        Forest(trees.closes, trees.wins).predict(inputs, 1)


def test_inputs_of_other_columns_are_refused(inputs: Inputs, forest: Forest) -> None:
    with pytest.raises(ValueError, match="columns"):
        forest.predict(replace(inputs, x=inputs.x[:, 1:]), INTERVALS)


def test_odds_beyond_single_precision_are_no_warning(inputs: Inputs, trees: Trees, forest: Forest) -> None:
    far = replace(inputs, start=inputs.start - 200.0)
    assert np.allclose(forest.predict(far, INTERVALS), trees.predict(far, INTERVALS), rtol=1e-3, atol=1e-37)
