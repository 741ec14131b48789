"""The forecast page: this and the next fiscal quarter.

Answers: what each period is worth in words, ranges and tables. Does not answer: how it is computed (``outlook``).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.outlook.models import FitRun
from landmark.outlook.periods import Period, next_period, period_containing, read_period
from landmark.outlook.ranges import Range
from landmark.outlook.reading import OrgForecast, last_run, read_forecast
from landmark.outlook.summary import CurrencySummary, Group, PeriodSummary, Sums, summarise
from landmark.playbook.loader import load_playbook
from landmark.ui.charts import Frame, Tick
from landmark.ui.formats import format_money
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice, list_periods

FRAME = Frame(560, 190, left=6, right=6, top=34, bottom=24)
LEVELS = ("full", "shrunken", "prior")


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    is_inside: bool


@dataclass(frozen=True, slots=True)
class Guide:
    """A named line across the distribution."""

    x: float
    label: str
    anchor: str
    is_main: bool
    row: int


@dataclass(frozen=True, slots=True)
class Distribution:
    frame: Frame
    bars: tuple[Bar, ...]
    guides: tuple[Guide, ...]
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
    distribution: Distribution | None
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
        distribution=draw_distribution(money, money.range),
        by_stage=tuple(
            Line(playbook.label("stage", group.key, lang), group.sums, group.key == "won") for group in stages
        ),
        by_team=_lines(money.by_team, _("No team")),
        by_owner=_lines(money.by_owner, _("Nobody yet")),
        summary=summary,
    )


def _lines(groups: Iterable[Group], nobody: str) -> tuple[Line, ...]:
    return tuple(Line(group.label or nobody, group.sums) for group in groups)


def draw_distribution(money: CurrencySummary, spread: Range | None) -> Distribution | None:
    return None
