"""The loan funnel: better than stage × horizon, and blind to what came later. Skipped, saying so, without the data."""

from pathlib import Path

import numpy as np
import pytest

from landmark.connectors.histories import parsed_to_history
from landmark.connectors.recognise import parse_files
from landmark.connectors.values import parse_day
from landmark.forecast.backtest import OURS, run_backtest, score_rounds
from landmark.forecast.baselines import STAGE_HORIZON
from landmark.forecast.model import fit
from tests.pure.connectors.helpers import files_in, real_data
from tests.pure.forecast.made import cut

pytestmark = pytest.mark.data
EXAMPLE = Path(__file__).parents[3] / "examples" / "bpic2012.mapping.yaml"
HORIZONS = [7, 14, 30]


def test_the_loan_funnel_on_one_day() -> None:
    history = parsed_to_history(parse_files(files_in(real_data("bpic2012"), "cases", "events"), EXAMPLE))
    day = parse_day("2012-01-01")
    rounds = run_backtest(history, [day], HORIZONS)
    cards = {(card.model, card.horizon): card.scores for card in score_rounds(history, rounds, history.complete_to)}
    for horizon in HORIZONS:
        ours, theirs = cards[OURS, horizon], cards[STAGE_HORIZON, horizon]
        assert ours.brier < theirs.brier
        assert ours.log_loss < theirs.log_loss

    short = cut(history, day)
    blind, seen = fit(short, day).predict(short, day, HORIZONS), rounds[0].prediction
    assert short.deal_ids[blind.deal].tolist() == history.deal_ids[seen.deal].tolist()
    assert np.allclose(blind.p_won, seen.p_won, rtol=0, atol=1e-9)
    assert np.allclose(blind.p_lost, seen.p_lost, rtol=0, atol=1e-9)
