"""Scores against scikit-learn and scikit-survival; the benchmark's own sums against closed forms and by hand."""

import numpy as np
import pytest
from benchmarks.accuracy.compare import BRIER, LOG_LOSS, THREE, draw_deals, ratio_of, row_losses
from benchmarks.accuracy.features import Lookout
from benchmarks.accuracy.learning import begin_recording, take_deals
from benchmarks.accuracy.logs import Log
from benchmarks.accuracy.peers import _between, combine_hazards
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sksurv.metrics import brier_score as censored_brier
from sksurv.util import Surv

from landmark.forecast import evaluate
from landmark.forecast.history import LOST, OPEN, WON
from tests.oracle.deals import AS_OF, followed, make_deals
from tests.pure.forecast.made import START, make_history

RANDOM = np.random.default_rng(6)
OUTCOME = RANDOM.integers(0, 3, 500)
SAID = RANDOM.dirichlet([2, 1, 1], 500)
WAS_WON = (OUTCOME == 1).astype(float)


def test_scores_are_those_of_scikit_learn() -> None:
    p = SAID[:, 1]
    assert evaluate.brier(WAS_WON, p) == pytest.approx(brier_score_loss(WAS_WON, p))
    assert evaluate.log_loss(WAS_WON, p) == pytest.approx(log_loss(WAS_WON, p))
    assert evaluate.auc(WAS_WON, p) == pytest.approx(roc_auc_score(WAS_WON, p))
    three = evaluate.three_class_loss(OUTCOME.astype(np.int8), *SAID.T)
    assert three == pytest.approx(log_loss(OUTCOME, SAID))


def test_the_benchmark_scores_rows_as_the_product_scores_sets() -> None:
    losses = row_losses(SAID[:, 1], SAID[:, 2], OUTCOME)
    assert losses[BRIER].mean() == pytest.approx(evaluate.brier(WAS_WON, SAID[:, 1]))
    assert losses[LOG_LOSS].mean() == pytest.approx(evaluate.log_loss(WAS_WON, SAID[:, 1]))
    assert losses[THREE].mean() == pytest.approx(log_loss(OUTCOME, SAID))
    assert set(row_losses(SAID[:, 1], None, OUTCOME)) == {BRIER, LOG_LOSS}


def test_brier_is_the_censored_one_where_nothing_is_censored_in_time() -> None:
    """With follow-up beyond the horizon the weights for censoring are 1; one cause, so open is not won."""
    end, _ = followed(make_deals(late=False))
    end = np.maximum(end, 1.0)
    horizon, p_open = 1.5, RANDOM.random(end.size)
    y = Surv.from_arrays(end < AS_OF, end)
    _, (theirs,) = censored_brier(y, y, p_open[:, None], [horizon])
    assert evaluate.brier((end <= horizon).astype(float), 1 - p_open) == pytest.approx(theirs)


def test_hazards_of_two_models_put_together_are_exponential() -> None:
    days = np.arange(1, 91.0)
    ours = combine_hazards(0.01 * days[None], 0.03 * days[None])
    assert ours[0, :, 0] == pytest.approx(0.25 * -np.expm1(-0.04 * days), abs=1e-12)
    assert ours[0, :, 1] == pytest.approx(0.75 * -np.expm1(-0.04 * days), abs=1e-12)


def test_the_interval_of_a_ratio() -> None:
    """A loss twice as large everywhere has ratio one half, surely; deals, not rows, are drawn."""
    deal = np.repeat(np.arange(100), 5)
    losses = RANDOM.random(500)
    weights = draw_deals(100, 200)
    assert weights.sum(axis=1).tolist() == [100.0] * 200
    half = ratio_of(losses, 2 * losses, deal, weights)
    assert (half.value, half.low, half.high) == pytest.approx((0.5, 0.5, 0.5), rel=1e-5)
    by_row, by_deal = (
        ratio_of(losses, np.repeat(RANDOM.random(100), 5) + 0.5, rows, draw_deals(int(rows.max()) + 1, 400))
        for rows in (np.arange(500), deal)
    )
    assert by_deal.high - by_deal.low > by_row.high - by_row.low


def test_what_peers_see_of_a_deal_by_hand() -> None:
    history = make_history(60, 120)
    log = Log("made", history, (START + 100.0,), (30,))
    rows = Lookout(log).on(START + 100.0)
    first = int(np.flatnonzero(history.deal_ids == rows.deal_id[0])[0])
    mine = history.event_deal == first
    seen = mine & (history.event_at <= START + 100)
    assert rows.x["age"][0] == pytest.approx(START + 100 - history.opened[first], abs=1e-6)
    for code, name in enumerate(history.milestones):
        at = history.event_at[seen & (history.event_code == code)]
        assert rows.x[f"n_{name}"][0] == at.size
        since = rows.x[f"s_{name}"][0]
        assert np.isnan(since) if not at.size else since == pytest.approx(START + 100 - at.max(), abs=1e-6)
    live = (history.opened <= START + 100) & ~(history.closed <= START + 100)
    assert rows.deal_id.tolist() == history.deal_ids[live].tolist()


@pytest.mark.parametrize("closed", [0, 5, 40])
def test_a_team_that_begins_to_record_knows_just_so_many_closed_deals(closed: int) -> None:
    history, day = make_history(300, 200), START + 150.0
    begun = begin_recording(history, day, closed)
    assert int((begun.closed <= day).sum()) == closed
    still_open = (history.opened <= day) & ~(history.closed <= day)
    assert set(history.deal_ids[still_open]) <= set(begun.deal_ids)
    first = np.nanmin(begun.known_from)
    assert (begun.opened[~np.isnan(begun.known_from)] < first).all()
    assert not (begun.closed <= first).any()


def test_taking_some_deals_takes_all_of_theirs() -> None:
    history = make_history(30, 100)
    part = take_deals(history, np.array([3, 7, 9]))
    assert part.deal_ids.tolist() == ["D3", "D7", "D9"]
    assert set(part.outcome.tolist()) <= {OPEN, WON, LOST}
    for place, deal in enumerate((3, 7, 9)):
        assert part.event_at[part.event_deal == place].tolist() == history.event_at[history.event_deal == deal].tolist()


def test_a_forests_hazards_between_its_times() -> None:
    """Times every three days; a constant rate comes out as itself on every day."""
    times = 3.0 * np.arange(1, 31)
    assert _between(0.02 * times[None], times, 3.0)[0] == pytest.approx(0.02 * np.arange(1, 91))
    late = _between(np.array([[0.5]]), np.array([6.0]), 3.0)[0]
    assert late[:6] == pytest.approx([0, 0, 0, 0.5 / 3, 1 / 3, 0.5])
    assert late[6:] == pytest.approx(0.5)
