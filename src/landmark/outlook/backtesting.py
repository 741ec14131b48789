"""The forecast's own report card: what it would have said on past days, and what came of it.

Answers: scores, reliability, expected and actual wins, ranges of bookings beside what came in, beside what people use
today; how large the shared shock is, how many deals arrive, and what the data cannot tell. Does not answer: how it is
shown (``report_card`` reads it back).

A fit takes seconds, so the model is fitted again only a few times; each fit speaks for the days after it, until the
next. That is a little harder on the model than on the baselines, which are counted afresh on every day.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.forecast.arrivals import Arrivals, find_arrivals
from landmark.forecast.backtest import OURS, Round, outcome_at, score_rounds
from landmark.forecast.baselines import predict_baselines
from landmark.forecast.evaluate import brier, log_loss, reliability, three_class_loss
from landmark.forecast.history import LOST, OPEN, WON, Floats, History
from landmark.forecast.known import as_known
from landmark.forecast.leaks import FEWEST_CLOSED, Leak, find_leaks
from landmark.forecast.model import CLOSED_FOR_FULL, EACH_FOR_FULL, FULL, SHRUNKEN, Fitted, fit
from landmark.forecast.portfolio import Pipeline, draw_outcomes
from landmark.forecast.priors import Priors
from landmark.forecast.sellers import is_never_used
from landmark.forecast.shocks import Shock, Strayed, apart_from, size_shock, strayed
from landmark.forecast.unknowns import CHECKED, Unknown, find_unknowns
from landmark.forecast.windows import Outlook, Window, foresee_bookings, main_currency, read_bookings

LONG_HORIZONS, SHORT_HORIZONS = (30, 60, 90), (7, 14, 30)
LONG_SPAN_DAYS = 540
LONG_WINDOW_DAYS = 182
WEEK = 7
MOST_DAYS = 13
FULL_REFITS = 3
FEWEST_DEALS = 30
PAST_DRAWS = 2_000
OTHER_LENGTH = 0.25
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Past:
    """What a back-test works on: history · rounds, oldest first · horizons · offset of the screen's day · seed.

    ``amounts_tell``: amounts were written on closing, so that past days must not see them.
    ``level``: of model that speaks on the day of the report.
    """

    history: History
    rounds: list[Round]
    horizons: tuple[int, ...]
    offset: float
    seed: int
    currency: str = ""
    amounts_tell: bool = False

    @property
    def level(self) -> str:
        return FULL if is_enough_for_full(self.history) else SHRUNKEN

    def day(self, at: float) -> str:
        """The day a screen shows for a moment of the forecast's clock."""
        return (_EPOCH + timedelta(days=at - self.offset)).date().isoformat()

    def scored(self, horizon: int) -> list[Round]:
        """Rounds whose horizon is over."""
        return [one for one in self.rounds if one.prediction.as_of + horizon <= self.history.complete_to]


def back_test(history: History, on: date, priors: Priors, seed: int) -> dict[str, Any]:
    """The report as plain data; without ``cards`` while there is too little past to test on. Touches no database."""
    with threadpool_limits(limits=1):
        return _back_test(history, on, priors, seed)


def _back_test(history: History, on: date, priors: Priors, seed: int) -> dict[str, Any]:
    offset = history.complete_to - _days_of(on)
    report: dict[str, Any] = {"arrivals": find_arrivals(history, history.complete_to).to_json()}
    horizons, days = plan_test(history)
    if not days:
        bare: dict[str, Any] = _without_nan(report | {"shocks": {}})
        return bare
    refits = choose_refits(days, FULL_REFITS if is_enough_for_full(history) else len(days))
    rounds = run_rounds(history, days, refits, horizons, priors, seed)
    past = Past(history, rounds, horizons, offset, seed, main_currency(history), _amounts_tell(history))
    tested: dict[str, Any] = _without_nan(report | _report(past, len(refits)))
    return tested


def tell_unknowns(history: History, on: date, left_out: Sequence[Leak]) -> list[dict[str, Any]]:
    """What the model cannot know, as plain data for the report. left_out: by the fitted model itself."""
    offset = history.complete_to - _days_of(on)
    known = as_known(history, history.complete_to).history
    found = (*find_unknowns(known, left_out), Unknown(CHECKED, _count_checked(known)))
    return [_dated(one, offset) for one in found]


def _count_checked(known: History) -> int:
    if int(np.sum(known.outcome != OPEN)) < FEWEST_CLOSED:
        return 0
    columns = (values for name, values in known.attributes.items() if not is_never_used(name))
    return sum(any(value for value in values.tolist()) for values in columns)


def plan_test(history: History) -> tuple[tuple[int, ...], list[float]]:
    """Horizons and as-of days to test on; no days while fewer than thirty deals have closed by the first."""
    opened = history.opened[~np.isnan(history.opened)]
    span = history.complete_to - float(opened.min(initial=history.complete_to))
    horizons = LONG_HORIZONS if span >= LONG_SPAN_DAYS else SHORT_HORIZONS
    days = choose_days(history.complete_to, span, horizons)
    if not days or int(np.sum(history.closed <= days[0])) < FEWEST_DEALS:
        return horizons, []
    return horizons, days


def run_rounds(
    history: History,
    days: list[float],
    refits: set[float],
    horizons: tuple[int, ...],
    priors: Priors,
    seed: int,
    *,
    with_baselines: bool = True,
) -> list[Round]:
    """One round for each day, fitted anew on the days of ``refits``."""
    rounds: list[Round] = []
    fitted: Fitted | None = None
    for day in days:
        if fitted is None or day in refits:
            fitted = fit(history, day, priors, seed)
        prediction = fitted.predict(history, day, horizons)
        baselines = predict_baselines(history, day, horizons) if with_baselines else {}
        rounds.append(Round(prediction, fitted.level, fitted.reason, baselines))
    return rounds


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


def find_strayed(past: Past) -> list[Strayed]:
    """Wins of every past window and horizon; windows that overlap count once.

    Only days on which the level of model spoke that speaks now: shrunken rates say nothing of the full model's errors.
    """
    as_of = [one.prediction.as_of for one in past.rounds]
    step = min(np.diff(as_of), default=math.inf)
    found = []
    for place, horizon in enumerate(past.horizons):
        for one in past.scored(horizon):
            if one.level != past.level:
                continue
            won = float(np.sum(outcome_at(past.history, one.prediction, horizon) == WON))
            start = one.prediction.as_of
            weight = min(step / horizon, 1.0)
            found.append(strayed(one.prediction.p_won[:, place], won, start, start + horizon, weight))
    return found


def size_for(windows: list[Strayed], horizon: int) -> Shock:
    """The shock over ``horizon`` days: windows of that length count in full, others a quarter.

    A slow month moves a month's wins further than a quarter's, and a model may be right at one length and wrong at
    another, so the lengths are told apart; but all saw one market.
    """
    weighted = [
        one if one.end - one.start == horizon else replace(one, weight=one.weight * OTHER_LENGTH) for one in windows
    ]
    return size_shock(weighted)


def _report(past: Past, refits: int) -> dict[str, Any]:
    rounds = past.rounds
    cards = score_rounds(past.history, rounds, past.history.complete_to)
    windows = find_strayed(past)
    levels = [one.level for one in rounds]
    return {
        "horizons": list(past.horizons),
        "first": past.day(rounds[0].prediction.as_of),
        "last": past.day(rounds[-1].prediction.as_of),
        "every_days": int(rounds[1].prediction.as_of - rounds[0].prediction.as_of) if len(rounds) > 1 else 0,
        "refits": refits,
        "levels": {level: levels.count(level) for level in dict.fromkeys(levels)},
        "cards": [{"horizon": card.horizon, "model": card.model, **asdict(card.scores)} for card in cards],
        "reliability": _reliability(past),
        "periods": _periods(past, windows),
        "shocks": {str(horizon): size_for(windows, horizon).to_json() for horizon in past.horizons},
        "currency": past.currency,
    }


def _by_model(one: Round, place: int) -> dict[str, Floats]:
    return {OURS: one.prediction.p_won[:, place]} | {name: p[:, place] for name, p in one.baselines.items()}


def _periods(past: Past, windows: list[Strayed]) -> list[dict[str, Any]]:
    """Each past day and horizon, in the order of the horizons."""
    arrivals = [find_arrivals(past.history, one.prediction.as_of) for one in past.rounds]
    seen = dict(zip((one.prediction.as_of for one in past.rounds), arrivals, strict=True))
    return [
        _period(past, one, place, seen[one.prediction.as_of], windows)
        for place, horizon in enumerate(past.horizons)
        for one in past.scored(horizon)
    ]


def _period(past: Past, one: Round, place: int, arrivals: Arrivals, windows: list[Strayed]) -> dict[str, Any]:
    """One past window: scores, wins of the deals then open, and bookings of all, each with its range.

    The shock is sized from windows that share no day with this one, so that no window judges itself.
    """
    horizon, as_of = past.horizons[place], one.prediction.as_of
    outcome = outcome_at(past.history, one.prediction, horizon)
    won = (outcome == WON).astype(np.float64)
    p = np.clip(one.prediction.p_won[:, place], 0.0, 1.0)
    shock = size_for(apart_from(windows, as_of, as_of + horizon), horizon)
    wins = draw_outcomes(Pipeline.of(p, np.ones(p.size)), shock=shock, seed=past.seed, draws=PAST_DRAWS).of()
    ours, by_model = one.prediction, _by_model(one, place)
    window = Window(as_of, horizon, past.currency, past.amounts_tell)
    return {
        "as_of": past.day(as_of),
        "ends": past.day(as_of + horizon),
        "horizon": horizon,
        "open": int(p.size),
        "actual": int(won.sum()),
        "expected": {name: float(values.sum()) for name, values in by_model.items()},
        "brier": {name: brier(won, values) for name, values in by_model.items()},
        "log_loss": {name: log_loss(won, values) for name, values in by_model.items()},
        "three_class": three_class_loss(outcome, ours.p_open[:, place], ours.p_won[:, place], ours.p_lost[:, place]),
        "p10": wins.p10,
        "p90": wins.p90,
        "money": _money(past, Outlook(ours.deal, p, shock, arrivals), window),
    }


def _money(past: Past, outlook: Outlook, window: Window) -> dict[str, float]:
    """Bookings of the window in the main currency, deals opened after the day included."""
    said = foresee_bookings(past.history, window, outlook, seed=past.seed, draws=PAST_DRAWS).of()
    came = read_bookings(past.history, window)
    return {
        "expected": said.expected,
        "unopened": said.unopened,
        "p10": said.p10,
        "p50": said.p50,
        "p90": said.p90,
        "actual": came.total,
        "actual_unopened": came.unopened,
    }


def _reliability(past: Past) -> list[dict[str, Any]]:
    """Ten bins for each horizon and method."""
    found = []
    for place, horizon in enumerate(past.horizons):
        scored = past.scored(horizon)
        if not scored:
            continue
        outcomes = [outcome_at(past.history, one.prediction, horizon) == WON for one in scored]
        won = np.concatenate(outcomes).astype(np.float64)
        for name in _by_model(scored[0], place):
            p = np.concatenate([_by_model(one, place)[name] for one in scored])
            bins = [asdict(one) for one in reliability(won, p)]
            found.append({"horizon": horizon, "model": name, "bins": bins})
    return found


def _dated(one: Unknown, offset: float) -> dict[str, Any]:
    """With the day as a screen shows it."""
    day = None if one.day is None else (_EPOCH + timedelta(days=one.day - offset)).date().isoformat()
    return {**one.to_json(), "day": day}


def _amounts_tell(history: History) -> bool:
    column = {name: values for name, values in history.attributes.items() if name == "amount"}
    return bool(find_leaks(as_known(replace(history, attributes=column), history.complete_to).history))


def _without_nan(value: Any) -> Any:
    """JSON in a database knows no NaN: an undefined score is null."""
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _days_of(on: date) -> float:
    return float((on - date(1970, 1, 1)).days)
