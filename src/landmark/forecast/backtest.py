"""The honest test: fit again on every as-of day, on what was known then, and compare with what happened.

Answers: what the forecast said on past days, and how it scores beside stage percentages and stage × horizon.
Does not answer: how it will score in a different market.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landmark.forecast.baselines import predict_baselines
from landmark.forecast.evaluate import Scores, score, three_class_loss
from landmark.forecast.history import OPEN, WON, Floats, History
from landmark.forecast.model import Prediction, fit
from landmark.forecast.priors import Priors

OURS = "landmark"


@dataclass(frozen=True)
class Round:
    """One as-of day: our prediction, the level in use and why, and the baselines' P(won) (n, H) by name."""

    prediction: Prediction
    level: str
    reason: str
    baselines: dict[str, Floats]


@dataclass(frozen=True)
class Card:
    """Scores of one model at one horizon. Horizons that end after the history is complete are not scored."""

    horizon: int
    model: str
    scores: Scores


def run_backtest(
    history: History,
    days: Sequence[float],
    horizons: Sequence[int],
    priors: Priors | None = None,
    *,
    seed: int = 0,
    started: Callable[[int, float], None] | None = None,
) -> list[Round]:
    """One round for each as-of day. ``started(place, day)`` is told when a round begins."""
    rounds = []
    for place, day in enumerate(days):
        if started is not None:
            started(place, day)
        fitted = fit(history, day, priors, seed)
        prediction = fitted.predict(history, day, horizons)
        rounds.append(Round(prediction, fitted.level, fitted.reason, predict_baselines(history, day, horizons)))
    return rounds


def outcome_at(history: History, prediction: Prediction, horizon: int) -> NDArray[np.int8]:
    """OPEN, WON or LOST at as_of + horizon, for each predicted deal."""
    closed = history.closed[prediction.deal]
    over = closed <= prediction.as_of + horizon
    return np.where(over, history.outcome[prediction.deal], OPEN).astype(np.int8)


def score_rounds(history: History, rounds: Sequence[Round], complete_to: float) -> list[Card]:
    """A card for each horizon and model, over all rounds with as_of + horizon ≤ complete_to."""
    cards = []
    horizons = rounds[0].prediction.horizons.tolist() if rounds else []
    for place, horizon in enumerate(horizons):
        scored = [one for one in rounds if one.prediction.as_of + horizon <= complete_to]
        if not scored:
            continue
        outcome = np.concatenate([outcome_at(history, one.prediction, horizon) for one in scored])
        won = (outcome == WON).astype(np.float64)
        p_won, p_lost, p_open = (
            np.concatenate([getattr(one.prediction, name)[:, place] for one in scored])
            for name in ("p_won", "p_lost", "p_open")
        )
        cards.append(Card(horizon, OURS, score(won, p_won, three_class_loss(outcome, p_open, p_won, p_lost))))
        for name in scored[0].baselines:
            p = np.concatenate([one.baselines[name][:, place] for one in scored])
            cards.append(Card(horizon, name, score(won, p)))
    return cards
