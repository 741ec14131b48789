"""The report card: how good the forecast was on past days, drawn and in words.

Answers: one horizon at a time, reliability, scores beside what people use today, expected and actual wins.
Does not answer: how the test was run (``outlook.backtesting``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from landmark.outlook.reading import OrgForecast, read_forecast
from landmark.outlook.report_card import METHODS, Bin, PastDay, ReportCard, Score
from landmark.outlook.report_card import read_report_card as read_stored
from landmark.ui.charts import Frame, Tick, draw_line
from landmark.ui.formats import format_day, format_number, format_percent
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.filters import change_query

SQUARE = Frame(360, 330, left=40, right=10, top=10, bottom=40)
WIDE, NARROW = (
    Frame(620, 230, left=36, right=10, top=14, bottom=28),
    Frame(330, 230, left=34, right=8, top=14, bottom=28),
)
OURS = METHODS[0]


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Reliability:
    frame: Frame
    diagonal: str
    ours: str
    ours_dots: tuple[Dot, ...]
    other: str
    other_dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class PastBar:
    """One past day: the range as a bar, expected as a line, what happened as a dot."""

    x: float
    top: float
    height: float
    expected_y: float
    actual_y: float
    has_held: bool
    width: float

    @property
    def bottom(self) -> float:
        return round(self.top + self.height, 1)


@dataclass(frozen=True, slots=True)
class Past:
    frame: Frame
    size: str
    bars: tuple[PastBar, ...]
    up: tuple[Tick, ...]
    across: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    name: str
    is_ours: bool
    brier: str
    log_loss: str
    auc: str
    calibration: str
    expected: str
    actual: str
    is_best_brier: bool
    is_best_log_loss: bool


@dataclass(frozen=True, slots=True)
class BinRow:
    predicted: str
    observed: str
    rows: int


@dataclass(frozen=True, slots=True)
class HorizonChoice:
    days: int
    url: str
    is_on: bool


@dataclass(frozen=True)
class CardPage:
    forecast: OrgForecast | None
    card: ReportCard | None
    horizon: int = 0
    horizons: tuple[HorizonChoice, ...] = ()
    verdict: str = ""
    rows: int = 0
    scores: tuple[ScoreRow, ...] = ()
    reliability: Reliability | None = None
    bins: tuple[BinRow, ...] = ()
    past: tuple[Past, ...] = ()
    past_days: tuple[PastDay, ...] = ()
    range_share: str = ""


def name_method(method: str) -> str:
    names = {METHODS[0]: _("Landmark"), METHODS[1]: _("Stage × horizon"), METHODS[2]: _("Stage percentage")}
    return names.get(method, method)


def read_report_card(request: MemberRequest) -> CardPage:
    forecast = read_forecast(request.org, request.as_of)
    if forecast is None:
        return CardPage(None, None)
    forecast.model.refresh_from_db(fields=["report"])
    card = read_stored(forecast.model)
    if card is None or not card.horizons:
        return CardPage(forecast, None)
    horizon = _choose(card, request.GET.get("horizon", ""))
    scores = [score for method in METHODS if (score := card.score(method, horizon)) is not None]
    bins = card.bins(OURS, horizon)
    return CardPage(
        forecast=forecast,
        card=card,
        horizon=horizon,
        horizons=tuple(
            HorizonChoice(days, change_query(request.GET, horizon=str(days)), days == horizon) for days in card.horizons
        ),
        verdict=_say_verdict(card, horizon),
        rows=scores[0].rows if scores else 0,
        scores=_score_rows(scores),
        reliability=_draw_reliability(bins, card.bins(METHODS[2], horizon)) if bins else None,
        bins=tuple(BinRow(format_percent(b.predicted, 1), format_percent(b.observed, 1), b.rows) for b in bins),
        past=tuple(_draw_past(card.past(horizon), frame, size) for frame, size in ((WIDE, "wide"), (NARROW, "narrow")))
        if card.past(horizon)
        else (),
        past_days=card.past(horizon),
        range_share=format_percent(card.range_share),
    )


def _choose(card: ReportCard, text: str) -> int:
    """The horizon asked for, else the middle one."""
    asked = int(text) if text.isdecimal() and len(text) < 4 else 0
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


def _score_rows(scores: Sequence[Score]) -> tuple[ScoreRow, ...]:
    best_brier = min((s.brier for s in scores if s.brier is not None), default=None)
    best_loss = min((s.log_loss for s in scores if s.log_loss is not None), default=None)
    return tuple(
        ScoreRow(
            name=name_method(s.method), is_ours=s.method == OURS, brier=format_number(s.brier, 4),
            log_loss=format_number(s.log_loss, 4), auc=format_number(s.auc, 3),
            calibration=format_percent(s.calibration_error, 1), expected=format_number(s.expected, 1),
            actual=format_number(s.actual, 0), is_best_brier=s.brier is not None and s.brier == best_brier,
            is_best_log_loss=s.log_loss is not None and s.log_loss == best_loss,
        )
        for s in scores
    )  # fmt: skip


def _draw_reliability(ours: Sequence[Bin], stage: Sequence[Bin]) -> Reliability:
    top = max([b.predicted for b in (*ours, *stage)] + [b.observed for b in (*ours, *stage)] + [0.1])
    end = next(step for step in (0.1, 0.2, 0.3, 0.5, 0.75, 1.0) if step >= min(top, 1.0))

    def points(bins: Sequence[Bin]) -> list[tuple[float, float]]:
        return [(min(b.predicted / end, 1.0), min(b.observed / end, 1.0)) for b in bins]

    most = max(b.rows for b in ours)
    ticks = [end * share for share in (0, 0.25, 0.5, 0.75, 1)]
    digits = 0 if end >= 0.2 else 1
    return Reliability(
        frame=SQUARE,
        diagonal=draw_line([(0, 0), (1, 1)], SQUARE),
        ours=draw_line(points(ours), SQUARE),
        ours_dots=_dots(ours, points(ours), most),
        other=draw_line(points(stage), SQUARE) if stage else "",
        other_dots=_dots(stage, points(stage), most),
        across=tuple(Tick(SQUARE.x(t / end), format_percent(t, digits)) for t in ticks),
        up=tuple(Tick(SQUARE.y(t / end), format_percent(t, digits)) for t in ticks),
        label=_("What was forecast against what happened, in %(bins)d groups of deals. The same as a table follows.")
        % {"bins": len(ours)},
    )


def _dots(bins: Sequence[Bin], points: Sequence[tuple[float, float]], most: int) -> tuple[Dot, ...]:
    return tuple(
        Dot(SQUARE.x(x), SQUARE.y(y), round(2.5 + 2.5 * (one.rows / most) ** 0.5, 1))
        for one, (x, y) in zip(bins, points, strict=True)
    )


def _draw_past(days: Sequence[PastDay], frame: Frame, size: str) -> Past:
    top = max(max(day.p90, day.actual, day.expected.get(OURS, 0.0)) for day in days) * 1.06 or 1.0
    step = (frame.x1 - frame.x0) / len(days)
    bars = []
    for place, day in enumerate(days):
        high, low = frame.y(day.p90 / top), frame.y(day.p10 / top)
        bars.append(
            PastBar(
                x=round(frame.x0 + step * (place + 0.5), 1), top=high, height=max(round(low - high, 1), 1.5),
                expected_y=frame.y(day.expected.get(OURS, 0.0) / top), actual_y=frame.y(day.actual / top),
                has_held=day.has_held, width=round(min(step * 0.5, 22), 1),
            )
        )  # fmt: skip
    every = max(len(days) // (4 if size == "narrow" else 7), 1)
    return Past(
        frame=frame,
        size=size,
        bars=tuple(bars),
        up=tuple(Tick(frame.y(share), format_number(top * share, 0)) for share in (0.0, 0.5, 0.94)),
        across=tuple(
            Tick(bars[place].x, _short_day(day.as_of)) for place, day in enumerate(days) if place % every == 0
        ),
        label=_("For each past day: the range of wins that was forecast, and the wins that came. The table follows."),
    )


def _short_day(day: date) -> str:
    return format_day(day, year_of=day)
