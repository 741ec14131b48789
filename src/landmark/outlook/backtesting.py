"""The forecast's own report card: what it would have said on past days, and what came of it.

Answers: scores, reliability, expected and actual wins and how often the range held, beside what people use today.
Does not answer: how it is shown (``report_card`` reads it back).

A fit takes seconds, so the model is fitted again only a few times; each fit speaks for the days after it, until the
next. That is a little harder on the model than on the baselines, which are counted afresh on every day.
"""

import math
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.forecast.backtest import OURS, Round, outcome_at, score_rounds
from landmark.forecast.baselines import predict_baselines
from landmark.forecast.evaluate import reliability
from landmark.forecast.history import LOST, WON, Floats, History
from landmark.forecast.model import CLOSED_FOR_FULL, EACH_FOR_FULL, Fitted, fit
from landmark.forecast.portfolio import bookings
from landmark.forecast.priors import Priors

LONG_HORIZONS, SHORT_HORIZONS = (30, 60, 90), (7, 14, 30)
LONG_SPAN_DAYS = 540
LONG_WINDOW_DAYS = 182
WEEK = 7
MOST_DAYS = 13
FULL_REFITS = 1
FEWEST_DEALS = 30
WIDEST = 5.0


def back_test(history: History, on: date, priors: Priors, seed: int) -> dict[str, Any]:
    """The report as plain data; empty while there is too little past to test on. Touches no database."""
    with threadpool_limits(limits=1):
        return _back_test(history, on, priors, seed)


def _back_test(history: History, on: date, priors: Priors, seed: int) -> dict[str, Any]:
    opened = history.opened[~np.isnan(history.opened)]
    span = history.complete_to - float(opened.min(initial=history.complete_to))
    horizons = LONG_HORIZONS if span >= LONG_SPAN_DAYS else SHORT_HORIZONS
    days = choose_days(history.complete_to, span, horizons)
    if not days or int(np.sum(history.closed <= days[0])) < FEWEST_DEALS:
        return {}
    refits = choose_refits(days, FULL_REFITS if is_enough_for_full(history) else len(days))
    rounds: list[Round] = []
    fitted: Fitted | None = None
    for day in days:
        if fitted is None or day in refits:
            fitted = fit(history, day, priors, seed)
        prediction = fitted.predict(history, day, horizons)
        rounds.append(Round(prediction, fitted.level, fitted.reason, predict_baselines(history, day, horizons)))
    offset = history.complete_to - _days_of(on)
    return _report(history, rounds, horizons, offset, len(refits), seed)


def is_enough_for_full(history: History) -> bool:
    """Whether so many deals have closed that the full model will be tried."""
    won, lost = int(np.sum(history.outcome == WON)), int(np.sum(history.outcome == LOST))
    return won + lost >= CLOSED_FOR_FULL and min(won, lost) >= EACH_FOR_FULL


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
    periods: list[dict[str, Any]] = []
    for place, horizon in enumerate(horizons):
        scored = _scored(history, rounds, horizon)
        days = [_period(history, one, place, horizon, screen_day(one.prediction.as_of), seed) for one in scored]
        periods += _widen(days)
    report = {
        "horizons": list(horizons),
        "first": screen_day(rounds[0].prediction.as_of),
        "last": screen_day(rounds[-1].prediction.as_of),
        "every_days": int(rounds[1].prediction.as_of - rounds[0].prediction.as_of) if len(rounds) > 1 else 0,
        "refits": refits,
        "cards": [{"horizon": card.horizon, "model": card.model, **asdict(card.scores)} for card in cards],
        "reliability": _reliability(history, rounds, horizons),
        "periods": periods,
        "stretch": {str(h): find_stretch([p for p in periods if p["horizon"] == h]) for h in horizons},
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
        "variance": float(np.sum(p * (1 - p))),
        "p10": counted.p10,
        "p90": counted.p90,
    }


def find_stretch(periods: list[dict[str, Any]]) -> float:
    """How much further past totals strayed than independent deals would: 1 or more.

    Formula: √ mean((actual − expected)² / Σ p(1 − p)). Deals share a market, a price list and a quarter's end, so their
    outcomes come together; what that does to a sum is measured here rather than assumed.
    """
    ratios = [(one["actual"] - one["expected"][OURS]) ** 2 / one["variance"] for one in periods if one["variance"] > 0]
    return min(max(math.sqrt(sum(ratios) / len(ratios)), 1.0), WIDEST) if ratios else 1.0


def stretch_around(middle: float, value: float, stretch: float) -> float:
    """A possible total moved away from the middle; never below 0."""
    return max(middle + stretch * (value - middle), 0.0)


def _widen(periods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each past day's range by what the *other* past days say of the stretch, so that no day judges itself."""
    widened = []
    for place, one in enumerate(periods):
        stretch = find_stretch(periods[:place] + periods[place + 1 :])
        middle = one["expected"][OURS]
        low, high = (stretch_around(middle, one[name], stretch) for name in ("p10", "p90"))
        widened.append({**one, "p10": low, "p90": high})
    return widened


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
