"""The report card: how good the forecast was on past days, drawn and in words.

Answers: one horizon at a time, reliability, scores beside what people use today, expected and actual wins and bookings,
people's calls beside the model, and what the model cannot know. Does not answer: how the test was run
(``outlook.backtesting``), where a line of a chart stands (``report_charts``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from landmark.cadence.calls import MODEL, NUMBERS, GradedCall, read_graded_calls
from landmark.cadence.models import CallKind, Scope
from landmark.outlook.reading import OrgForecast, read_forecast
from landmark.outlook.report_card import METHODS, Bin, PastDay, ReportCard, Score, read_gaps
from landmark.outlook.report_card import read_report_card as read_stored
from landmark.ui.formats import format_day, format_money, format_number, format_percent
from landmark.ui.numbers import read_count
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.filters import change_query
from landmark.workspace.presenters.forecast import name_level
from landmark.workspace.presenters.gaps import Gap, tell_gaps, tell_leak_check
from landmark.workspace.presenters.report_charts import (
    Lines,
    Past,
    Reliability,
    Window,
    draw_lines,
    draw_past,
    draw_reliability,
    find_points,
    find_slots,
)

OURS = METHODS[0]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    name: str
    is_ours: bool
    brier: str
    log_loss: str
    three_class: str
    auc: str
    calibration: str
    expected: str
    actual: str
    is_best_brier: bool
    is_best_log_loss: bool


@dataclass(frozen=True, slots=True)
class BinRow:
    """``at``, here and below: how far along its drawing the row lies, 0 … 1."""

    at: float
    predicted: str
    observed: str
    rows: int


@dataclass(frozen=True, slots=True)
class DayRow:
    """One past day: Brier and log loss, method by method, in the order of ``METHODS``."""

    at: float
    day: PastDay
    brier: tuple[str, ...]
    log_loss: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WinsRow:
    at: float
    day: PastDay


@dataclass(frozen=True, slots=True)
class MoneyRow:
    at: float
    day: PastDay
    low: str
    middle: str
    high: str
    actual: str
    unopened: str
    has_held: bool


@dataclass(frozen=True, slots=True)
class CallRow:
    """One kind of number over all weeks of periods that are over."""

    name: str
    is_model: bool
    count: int
    error: str
    lean: str


@dataclass(frozen=True, slots=True)
class CallWeek:
    """One number of one week beside what came of it."""

    week: str
    period: str
    name: str
    amount: str
    actual: str
    error: str


@dataclass(frozen=True, slots=True)
class HorizonChoice:
    days: int
    url: str
    is_on: bool


@dataclass(frozen=True)
class CardPage:
    """``calls`` is empty until a period with frozen calls is over; ``gaps``: what the model cannot know;
    ``leak_check``: that nothing had to be left out."""

    forecast: OrgForecast | None
    card: ReportCard | None
    gaps: tuple[Gap, ...] = ()
    leak_check: str = ""
    calls: tuple[CallRow, ...] = ()
    call_weeks: tuple[CallWeek, ...] = ()
    level: str = ""
    horizon: int = 0
    horizons: tuple[HorizonChoice, ...] = ()
    verdict: str = ""
    rows: int = 0
    scores: tuple[ScoreRow, ...] = ()
    reliability: Reliability | None = None
    bins: tuple[BinRow, ...] = ()
    brier_lines: tuple[Lines, ...] = ()
    loss_lines: tuple[Lines, ...] = ()
    methods: tuple[str, ...] = ()
    day_rows: tuple[DayRow, ...] = ()
    past: tuple[Past, ...] = ()
    past_rows: tuple[WinsRow, ...] = ()
    money: tuple[Past, ...] = ()
    money_rows: tuple[MoneyRow, ...] = ()
    wins: str = ""
    range_share: str = ""
    money_share: str = ""
    shock: str = ""


def name_method(method: str) -> str:
    names = {METHODS[0]: _("Landmark"), METHODS[1]: _("Stage × horizon"), METHODS[2]: _("Stage percentage")}
    return names.get(method, method)


def name_number(kind: str) -> str:
    names = {
        MODEL: _("Landmark"),
        CallKind.REPRESENTATIVE.value: _("Representatives' calls"),
        CallKind.MANAGER.value: _("Managers' calls"),
        CallKind.COMMIT.value: _("Commit"),
    }
    return names.get(kind, kind)


def read_report_card(request: MemberRequest) -> CardPage:
    forecast = read_forecast(request.org, request.as_of)
    if forecast is None:
        return CardPage(None, None)
    forecast.model.refresh_from_db(fields=["report"])
    graded = read_graded_calls(request.org, request.as_of)
    found, calls, weeks = read_gaps(forecast.model), _grade_calls(graded), _call_weeks(graded)
    gaps, leak_check = tell_gaps(found), tell_leak_check(found)
    level = name_level(forecast.level)
    card = read_stored(forecast.model)
    if card is None or not card.horizons:
        return CardPage(forecast, None, gaps, leak_check, calls, weeks, level)
    horizon = _choose(card, request.GET.get("horizon", ""))
    scores = [score for method in METHODS if (score := card.score(method, horizon)) is not None]
    bins, days = card.bins(OURS, horizon), card.past(horizon)
    reliability = draw_reliability(bins, card.bins(METHODS[2], horizon)) if bins else None
    brier_lines, loss_lines = _draw_scores(days)
    return CardPage(
        forecast=forecast,
        card=card,
        gaps=gaps,
        leak_check=leak_check,
        calls=calls,
        call_weeks=weeks,
        level=level,
        horizon=horizon,
        horizons=tuple(
            HorizonChoice(days, change_query(request.GET, horizon=str(days)), days == horizon) for days in card.horizons
        ),
        verdict=_say_verdict(card, horizon),
        rows=scores[0].rows if scores else 0,
        scores=_score_rows(scores),
        reliability=reliability,
        bins=_bin_rows(bins, reliability.places if reliability else ()),
        brier_lines=brier_lines,
        loss_lines=loss_lines,
        methods=tuple(name_method(method) for method in _methods(days)),
        day_rows=_day_rows(days),
        past=_draw_wins(days),
        past_rows=tuple(WinsRow(at, day) for at, day in zip(find_slots(len(days)), days, strict=True)),
        money=_draw_money(days, card.currency or request.org.currency),
        money_rows=_money_rows(days, card.currency or request.org.currency),
        wins=_say_wins(card, horizon),
        range_share=format_percent(card.range_share),
        money_share=format_percent(card.money_share),
        shock=format_percent(card.shock.get(horizon)),
    )


def _choose(card: ReportCard, text: str) -> int:
    """The horizon asked for, else the middle one."""
    asked = read_count(text)
    return asked if asked in card.horizons else card.horizons[len(card.horizons) // 2]


def _say_verdict(card: ReportCard, horizon: int) -> str:
    ours, stage = card.score(OURS, horizon), card.score(METHODS[2], horizon)
    if ours is None or stage is None or not ours.brier or not stage.brier:
        return _("There is too little past to compare the methods at this horizon.")
    gain = 1 - ours.brier / stage.brier
    if gain > 0:
        return _(
            "At %(days)d days Landmark was %(gain)s closer to what happened than stage percentages (Brier score)."
        ) % {
            "days": horizon,
            "gain": format_percent(gain),
        }
    return _(
        "At %(days)d days stage percentages were %(gain)s closer to what happened; read the forecast with care."
    ) % {
        "days": horizon,
        "gain": format_percent(-gain),
    }


def _say_wins(card: ReportCard, horizon: int) -> str:
    """Expected wins beside actual ones, as a share; the same deal may count on several days."""
    ours = card.score(OURS, horizon)
    if ours is None or not ours.actual:
        return ""
    gap = ours.expected / ours.actual - 1
    words = {"gap": format_percent(abs(gap)), "days": horizon}
    if abs(gap) < 0.005:
        return _("Expected wins within %(days)d days came out as many as real ones.") % words
    if gap > 0:
        return _("Expected wins within %(days)d days were %(gap)s above the real ones.") % words
    return _("Expected wins within %(days)d days were %(gap)s below the real ones.") % words


def _score_rows(scores: Sequence[Score]) -> tuple[ScoreRow, ...]:
    best_brier = min((s.brier for s in scores if s.brier is not None), default=None)
    best_loss = min((s.log_loss for s in scores if s.log_loss is not None), default=None)
    return tuple(
        ScoreRow(
            name=name_method(s.method), is_ours=s.method == OURS, brier=format_number(s.brier, 4),
            log_loss=format_number(s.log_loss, 4), three_class=format_number(s.three_class, 4),
            auc=format_number(s.auc, 3), calibration=format_percent(s.calibration_error, 1),
            expected=format_number(s.expected, 1), actual=format_number(s.actual, 0),
            is_best_brier=s.brier is not None and s.brier == best_brier,
            is_best_log_loss=s.log_loss is not None and s.log_loss == best_loss,
        )
        for s in scores
    )  # fmt: skip


def _methods(days: Sequence[PastDay]) -> tuple[str, ...]:
    return tuple(method for method in METHODS if any(method in day.brier for day in days))


def _draw_scores(days: Sequence[PastDay]) -> tuple[tuple[Lines, ...], tuple[Lines, ...]]:
    """Brier and log loss over the past days."""
    held, methods = [day for day in days if day.brier], _methods(days)
    dates = [day.as_of for day in held]
    brier = {method: [day.brier.get(method) for day in held] for method in methods}
    loss = {method: [day.log_loss.get(method) for day in held] for method in methods}
    return (
        draw_lines(dates, brier, _short, _("Brier score of each method on each past day. The table follows.")),
        draw_lines(dates, loss, _short, _("Log loss of each method on each past day. The table follows.")),
    )


def _short(value: float) -> str:
    return format_number(value, 2)


def _bin_rows(bins: Sequence[Bin], places: Sequence[float]) -> tuple[BinRow, ...]:
    return tuple(
        BinRow(at, format_percent(one.predicted, 1), format_percent(one.observed, 1), one.rows)
        for at, one in zip(places, bins, strict=True)
    )


def _day_rows(days: Sequence[PastDay]) -> tuple[DayRow, ...]:
    held, methods = [day for day in days if day.brier], _methods(days)
    return tuple(
        DayRow(
            at,
            day,
            tuple(format_number(day.brier.get(method), 4) for method in methods),
            tuple(format_number(day.log_loss.get(method), 4) for method in methods),
        )
        for at, day in zip(find_points(len(held)), held, strict=True)
    )


def _draw_wins(days: Sequence[PastDay]) -> tuple[Past, ...]:
    windows = [
        Window(day.as_of, day.p10, day.expected.get(OURS, 0.0), day.p90, day.actual, day.has_held) for day in days
    ]
    label = _("For each past day: the range of wins that was forecast, and the wins that came. The table follows.")
    return draw_past(windows, lambda value: format_number(value, 0), label) if windows else ()


def _draw_money(days: Sequence[PastDay], currency: str) -> tuple[Past, ...]:
    windows = [
        Window(day.as_of, day.money.p10, day.money.p50, day.money.p90, day.money.actual, day.money.has_held)
        for day in days
        if day.money is not None
    ]
    if not any(one.high or one.actual for one in windows):
        return ()
    label = _("For each past day: the range of bookings that was forecast, and what was booked. The table follows.")
    return draw_past(windows, lambda value: format_money(value, currency, short=True), label)


def _money_rows(days: Sequence[PastDay], currency: str) -> tuple[MoneyRow, ...]:
    def words(value: float) -> str:
        return format_money(value, currency, short=True)

    held = [(day, day.money) for day in days if day.money is not None]
    return tuple(
        MoneyRow(
            at, day, words(money.p10), words(money.p50), words(money.p90), words(money.actual),
            words(money.actual_unopened), money.has_held,
        )
        for at, (day, money) in zip(find_slots(len(held)), held, strict=True)
    )  # fmt: skip


def _whole(graded: Sequence[GradedCall]) -> list[GradedCall]:
    """Numbers for the whole organisation: where nobody called for it, its people's and teams' sums stand there."""
    return [one for one in graded if one.scope == Scope.ORG]


def _grade_calls(graded: Sequence[GradedCall]) -> tuple[CallRow, ...]:
    """How far each kind of number was off, as a share of what was booked: on average, and in which direction."""
    rows = []
    for kind in NUMBERS:
        held = [one for one in _whole(graded) if one.kind == kind and one.actual]
        if not held:
            continue
        errors = [float(one.error / one.actual) for one in held]
        lean = sum(errors) / len(errors)
        error = sum(abs(one) for one in errors) / len(errors)
        rows.append(CallRow(name_number(kind), kind == MODEL, len(held), format_percent(error), _say_lean(lean)))
    return tuple(rows) if any(not row.is_model for row in rows) else ()


def _say_lean(lean: float) -> str:
    if abs(lean) < 0.005:
        return _("none")
    return (_("%(share)s too high") if lean > 0 else _("%(share)s too low")) % {"share": format_percent(abs(lean))}


def _call_weeks(graded: Sequence[GradedCall]) -> tuple[CallWeek, ...]:
    return tuple(
        CallWeek(
            format_day(one.deadline_at), f"{format_day(one.starts_on)} – {format_day(one.ends_on)}",
            name_number(one.kind), format_money(one.amount, one.currency, short=True),
            format_money(one.actual, one.currency, short=True), format_money(one.error, one.currency, short=True),
        )
        for one in reversed(_whole(graded))
    )  # fmt: skip
