"""The forecast's own report card: what it would have said on past days, and what came of it.

Answers: scores, reliability, expected and actual wins and how often the range held, beside what people use today.
Does not answer: how it is shown (``report_card`` reads it back).

A fit takes seconds, so the model is fitted again only a few times; each fit speaks for the days after it, until the
next. That is a little harder on the model than on the baselines, which are counted afresh on every day.
"""

import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from landmark.forecast.backtest import OURS, Round, outcome_at, score_rounds
from landmark.forecast.baselines import predict_baselines
from landmark.forecast.evaluate import reliability
from landmark.forecast.history import WON, Floats, History
from landmark.forecast.model import FULL, Fitted, fit
from landmark.forecast.portfolio import bookings
from landmark.forecast.priors import Priors

OnProgress = Callable[[str, int], None]

LONG_HORIZONS, SHORT_HORIZONS = (30, 60, 90), (7, 14, 30)
LONG_SPAN_DAYS = 540
LONG_WINDOW_DAYS = 182
WEEK = 7
MOST_DAYS = 13
FULL_REFITS = 2
FEWEST_DEALS = 30


def back_test(
    history: History, on: date, level: str, priors: Priors, seed: int, tick: OnProgress, start_percent: int = 50
) -> dict[str, Any]:
    """The report as plain data; empty while there is too little past to test on."""
    opened = history.opened[~np.isnan(history.opened)]
    span = history.complete_to - float(opened.min(initial=history.complete_to))
    horizons = LONG_HORIZONS if span >= LONG_SPAN_DAYS else SHORT_HORIZONS
    days = choose_days(history.complete_to, span, horizons)
    if not days or int(np.sum(history.closed <= days[0])) < FEWEST_DEALS:
        return {}
    refits = choose_refits(days, FULL_REFITS if level == FULL else len(days))
    rounds: list[Round] = []
    fitted: Fitted | None = None
    for place, day in enumerate(days):
        tick(_("Testing the forecast on past days"), start_percent + (85 - start_percent) * place // len(days))
        if fitted is None or day in refits:
            fitted = fit(history, day, priors, seed)
        prediction = fitted.predict(history, day, horizons)
        rounds.append(Round(prediction, fitted.level, fitted.reason, predict_baselines(history, day, horizons)))
    offset = history.complete_to - _days_of(on)
    return _report(history, rounds, horizons, offset, len(refits), seed)


def choose_days(complete_to: float, span: float, horizons: tuple[int, ...]) -> list[float]:
    """Weekly (or every few weeks) as-of days, oldest first; the shortest horizon of the last one is just over."""
    window = min(LONG_WINDOW_DAYS, span * 0.4) if horizons == LONG_HORIZONS else span * 0.4
    newest, oldest = complete_to - horizons[0], complete_to - max(window, horizons[-1])
    weeks = int((newest - oldest) // WEEK) + 1
    step = WEEK * max(math.ceil(weeks / MOST_DAYS), 1)
    return sorted(newest - step * place for place in range(max(int((newest - oldest) // step) + 1, 0)))


def choose_refits(days: list[float], count: int) -> set[float]:
    """Evenly spread days on which the model is fitted again; the first always."""
    return {days[place * len(days) // count] for place in range(min(count, len(days)))}


def _report(
    history: History, rounds: list[Round], horizons: tuple[int, ...], offset: float, refits: int, seed: int
) -> dict[str, Any]:
    def screen_day(day: float) -> str:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day - offset)).date().isoformat()

    cards = score_rounds(history, rounds, history.complete_to)
    periods = [
        _period(history, one, place, horizon, screen_day(one.prediction.as_of), seed)
        for place, horizon in enumerate(horizons)
        for one in _scored(history, rounds, horizon)
    ]
    report = {
        "horizons": list(horizons),
        "first": screen_day(rounds[0].prediction.as_of),
        "last": screen_day(rounds[-1].prediction.as_of),
        "every_days": int(rounds[1].prediction.as_of - rounds[0].prediction.as_of) if len(rounds) > 1 else 0,
        "refits": refits,
        "cards": [{"horizon": card.horizon, "model": card.model, **asdict(card.scores)} for card in cards],
        "reliability": _reliability(history, rounds, horizons),
        "periods": periods,
        "range_held": sum(period["p10"] <= period["actual"] <= period["p90"] for period in periods),
    }
    plain: dict[str, Any] = _without_nan(report)
    return plain


def _scored(history: History, rounds: list[Round], horizon: int) -> list[Round]:
    return [one for one in rounds if one.prediction.as_of + horizon <= history.complete_to]


def _by_model(one: Round, place: int) -> dict[str, Floats]:
    return {OURS: one.prediction.p_won[:, place]} | {name: p[:, place] for name, p in one.baselines.items()}


def _period(history: History, one: Round, place: int, horizon: int, day: str, seed: int) -> dict[str, Any]:
    """Wins within the horizon of one past day: expected by each method, our range, and what happened."""
    won = outcome_at(history, one.prediction, horizon) == WON
    p = np.clip(one.prediction.p_won[:, place], 0.0, 1.0)
    counted = bookings(p, np.ones(p.size), seed=seed, draws=2_000)
    return {
        "as_of": day,
        "horizon": horizon,
        "open": int(p.size),
        "actual": int(won.sum()),
        "expected": {name: float(values.sum()) for name, values in _by_model(one, place).items()},
        "p10": counted.p10,
        "p90": counted.p90,
    }


def _reliability(history: History, rounds: list[Round], horizons: tuple[int, ...]) -> list[dict[str, Any]]:
    """Ten bins for each horizon and method."""
    found = []
    for place, horizon in enumerate(horizons):
        scored = _scored(history, rounds, horizon)
        if not scored:
            continue
        won = np.concatenate([outcome_at(history, one.prediction, horizon) == WON for one in scored]).astype(np.float64)
        for name in _by_model(scored[0], place):
            p = np.concatenate([_by_model(one, place)[name] for one in scored])
            bins = [asdict(one) for one in reliability(won, p)]
            found.append({"horizon": horizon, "model": name, "bins": bins})
    return found


def _without_nan(value: Any) -> Any:
    """JSON in a database knows no NaN: an undefined score is null."""
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _days_of(on: date) -> float:
    return float((on - date(1970, 1, 1)).days)
