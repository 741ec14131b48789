"""The forecast page: this and the next fiscal quarter.

Answers: what each period is worth in words, ranges and tables. Does not answer: how it is computed (``outlook``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.outlook.models import FitRun
from landmark.outlook.periods import Period, next_period, period_containing, read_period
from landmark.outlook.reading import OrgForecast, last_run, read_forecast
from landmark.outlook.summary import CurrencySummary, Group, PeriodSummary, Range, Sums, summarise
from landmark.playbook.loader import load_playbook
from landmark.ui.charts import Frame, Mark, Tick, place_marks
from landmark.ui.formats import format_money
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice, list_periods

WIDE, NARROW = (
    Frame(560, 150, left=12, right=12, top=38, bottom=26),
    Frame(316, 150, left=10, right=10, top=52, bottom=26),
)
LARGEST_DOT = 6.0
TICKS = 4


@dataclass(frozen=True, slots=True)
class Dot:
    """One outcome in twenty."""

    x: float
    y: float
    is_inside: bool


@dataclass(frozen=True, slots=True)
class Distribution:
    """Twenty outcomes as dots, each as likely as the next, over a scale of money."""

    frame: Frame
    size: str
    radius: float
    dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a breakdown. ``gap``: what the model expects beyond the stage percentages."""

    label: str
    sums: Sums
    is_won: bool = False

    @property
    def gap(self) -> Decimal:
        return self.sums.expected - self.sums.weighted


@dataclass(frozen=True, slots=True)
class PeriodView:
    period: Period
    title: str
    money: CurrencySummary
    range: Range | None
    distributions: tuple[Distribution, ...]
    by_stage: tuple[Line, ...]
    by_team: tuple[Line, ...]
    by_owner: tuple[Line, ...]
    summary: PeriodSummary

    @property
    def gap(self) -> Decimal:
        return self.money.total.expected - self.money.total.weighted


@dataclass(frozen=True, slots=True)
class ForecastPage:
    forecast: OrgForecast | None
    periods: tuple[PeriodView, ...]
    chosen: PeriodView
    choices: list[PeriodChoice]
    run: FitRun | None
    level: str


def read_forecast_page(request: MemberRequest) -> ForecastPage:
    as_of, org = request.as_of, request.org
    this = period_containing(org, as_of.on)
    wanted = [(this, _("This quarter")), (next_period(this), _("Next quarter"))]
    chosen = read_period(org, request.GET.get("period"), as_of.on)
    if chosen.key not in {period.key for period, _title in wanted}:
        wanted.append((chosen, chosen.label))
    lang = get_language() or "en"
    views = tuple(_view(request, period, title, lang) for period, title in wanted)
    forecast = read_forecast(org, as_of)
    return ForecastPage(
        forecast=forecast,
        periods=views[:2],
        chosen=next(view for view in views if view.period.key == chosen.key),
        choices=list_periods(request, chosen),
        run=last_run(org),
        level=name_level(forecast.level) if forecast else "",
    )


def name_level(level: str) -> str:
    """How much history the model could use."""
    names = {
        "full": _("Full model on your own history"),
        "shrunken": _("Your own history, leaning on the playbook's figures"),
        "prior": _("The playbook's figures, until your own history is long enough"),
    }
    return names.get(level, level)


def _view(request: MemberRequest, period: Period, title: str, lang: str) -> PeriodView:
    summary = summarise(request.org, request.as_of, period)
    money = summary.main
    if not money.total.open_count and not money.total.won_count and summary.others:
        money = summary.others[0]
    playbook = load_playbook(request.org.playbook)
    order = {stage.key: index for index, stage in enumerate(playbook.stages)}
    stages = sorted(money.by_stage, key=lambda group: (group.key == "won", order.get(group.key, 99)))
    return PeriodView(
        period=period,
        title=title,
        money=money,
        range=money.range,
        distributions=draw_distributions(money),
        by_stage=tuple(
            Line(playbook.label("stage", group.key, lang), group.sums, group.key == "won") for group in stages
        ),
        by_team=_lines(money.by_team, _("No team")),
        by_owner=_lines(money.by_owner, _("Nobody yet")),
        summary=summary,
    )


def _lines(groups: Iterable[Group], nobody: str) -> tuple[Line, ...]:
    return tuple(Line(group.label or nobody, group.sums) for group in groups)


def draw_distributions(money: CurrencySummary) -> tuple[Distribution, ...]:
    """The spread of outcomes in two sizes; nothing without a forecast or when nothing can be won."""
    spread = money.range
    if spread is None or not spread.spread or spread.spread[-1] <= 0:
        return ()
    return tuple(_draw(money, spread, frame, size) for frame, size in ((WIDE, "wide"), (NARROW, "narrow")))


def _draw(money: CurrencySummary, spread: Range, frame: Frame, size: str) -> Distribution:
    low, high = spread.spread[0], spread.spread[-1]
    if money.total.won:
        low = min(low, float(money.total.won))
    pad = (high - low or high) * 0.04
    start, end = max(low - pad, 0.0), high + pad

    def share(value: float) -> float:
        return (value - start) / (end - start)

    slots = int((frame.x1 - frame.x0) / (2 * LARGEST_DOT))
    places = [round(share(value) * slots) for value in spread.spread]
    highest = max(places.count(place) for place in places)
    radius = min(LARGEST_DOT, (frame.y0 - frame.y1) / (2 * highest))
    dots = tuple(
        Dot(
            x=frame.x(place / slots),
            y=round(frame.y0 - radius - 2 * radius * places[:index].count(place), 1),
            is_inside=float(spread.p10) <= value <= float(spread.p90),
        )
        for index, (place, value) in enumerate(zip(places, spread.spread, strict=True))
    )
    values = [start + (end - start) * (place + 0.5) / TICKS for place in range(TICKS)]
    return Distribution(
        frame=frame,
        size=size,
        radius=round(radius - 0.6, 1),
        dots=dots,
        marks=tuple(place_marks(_marks(money, spread, share), frame)),
        ticks=tuple(Tick(frame.x(share(v)), format_money(_round(v), money.currency, short=True)) for v in values),
        label=_label(money, spread),
    )


def _round(value: float) -> Decimal:
    """Two leading digits, as a scale wants them."""
    return Decimal(f"{value:.2g}")


def _marks(money: CurrencySummary, spread: Range, share: Callable[[float], float]) -> list[tuple[float, str, bool]]:
    def words(amount: Decimal) -> str:
        return format_money(amount, money.currency, short=True)

    marks = [(share(float(spread.p50)), _("middle %(amount)s") % {"amount": words(spread.p50)}, True)]
    if money.total.won:
        won = _("won %(amount)s") % {"amount": words(money.total.won)}
        marks.append((share(float(money.total.won)), won, False))
    return marks


def _label(money: CurrencySummary, spread: Range) -> str:
    return _(
        "Twenty equally likely outcomes: one in ten below %(low)s, half below %(middle)s, one in ten above %(high)s."
    ) % {
        "low": format_money(spread.p10, money.currency, short=True),
        "middle": format_money(spread.p50, money.currency, short=True),
        "high": format_money(spread.p90, money.currency, short=True),
    }
