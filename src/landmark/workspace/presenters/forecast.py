"""The overview of the forecast: one fiscal quarter, or one month.

Answers: what the period is worth in words, ranges and tables, the four numbers, what changed since last week.
Does not answer: how it is computed (``outlook``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.cadence.book import Book
from landmark.cadence.in_one_currency import read_mixed_book, sum_in_one_currency
from landmark.cadence.rates import Rate
from landmark.orgs.models import Organisation
from landmark.outlook.models import FitRun
from landmark.outlook.periods import Period, read_period
from landmark.outlook.ranges import Draws, Range
from landmark.outlook.reading import OrgForecast, last_run
from landmark.outlook.summary import CurrencySummary, Group, PeriodSummary, Sums, summarise
from landmark.playbook.loader import load_playbook
from landmark.ui.charts import Frame, Mark, Tick, place_marks
from landmark.ui.formats import format_day, format_money
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice, list_periods
from landmark.workspace.presenters.change_rows import ChangeRow
from landmark.workspace.presenters.changes import Findings, find_changes, find_largest, say_gaps
from landmark.workspace.presenters.deal_types import name_deal_type
from landmark.workspace.presenters.four_numbers import FourNumbers, read_four_numbers
from landmark.workspace.presenters.range_record import say_how_often_it_held
from landmark.workspace.presenters.waterfall import WaterfallView, format_signed, show_waterfall

WIDE, NARROW = (
    Frame(560, 150, left=12, right=12, top=38, bottom=26),
    Frame(316, 150, left=10, right=10, top=52, bottom=26),
)
LARGEST_DOT = 6.0
TICKS = 4
LARGEST_CHANGES = 5


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
class Scale:
    """The money along a distribution; ``share``: how far along it an amount lies."""

    start: float
    end: float

    def share(self, value: float) -> float:
        return (value - self.start) / (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a breakdown. ``gap``: what the model expects beyond the stage percentages. ``model``: the model's
    number of people and teams, the same as on the page of calls; None where it is not kept apart."""

    label: str
    sums: Sums
    is_won: bool = False
    model: Decimal | None = None

    @property
    def gap(self) -> Decimal:
        return self.sums.expected - self.sums.weighted


@dataclass(frozen=True, slots=True)
class Figure:
    """One row below the distribution, and its twin as a table. ``is_part``: it is a part of the row above. ``at``: how
    far along the distribution the amount lies, 0 … 1; None where it is not a place on it."""

    label: str
    amount: Decimal
    note: str = ""
    is_part: bool = False
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Several currencies in one sum: ``others`` beside the organisation's own, and the rates of the day."""

    currency: str
    others: str
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class PeriodView:
    period: Period
    title: str
    money: CurrencySummary
    range: Range | None
    figures: tuple[Figure, ...]
    distributions: tuple[Distribution, ...]
    by_stage: tuple[Line, ...]
    by_team: tuple[Line, ...]
    by_owner: tuple[Line, ...]
    by_type: tuple[Line, ...]
    summary: PeriodSummary
    together: Together | None

    @property
    def apart(self) -> list[CurrencySummary]:
        """Other currencies, where they are in no sum of the page."""
        return [] if self.together else [one for one in self.summary.others if one.currency != self.money.currency]

    @property
    def expected(self) -> Decimal:
        """The mean of all outcomes, deals not yet opened included; without a forecast what is won."""
        return self.range.expected if self.range else self.money.total.expected_total


@dataclass(frozen=True, slots=True)
class WeekView:
    """What changed since last week: a short waterfall and its largest parts. ``only``: its currency, where there are
    others."""

    waterfall: WaterfallView
    rows: Sequence[ChangeRow]
    start: date
    end: date
    change: str
    gaps: tuple[str, ...]
    period: str
    url: str
    only: str


@dataclass(frozen=True, slots=True)
class ForecastPage:
    forecast: OrgForecast | None
    view: PeriodView
    week: WeekView
    four: FourNumbers
    choices: list[PeriodChoice]
    run: FitRun | None
    level: str
    held: str


def read_forecast_page(request: MemberRequest) -> ForecastPage:
    as_of, org = request.as_of, request.org
    period = read_period(org, request.GET.get("period"), as_of.on)
    lang = get_language() or "en"
    choices = list_periods(request, period)
    title = next((choice.title for choice in choices if choice.is_on), period.label)
    summary = summarise(org, as_of, period)
    mixed = read_mixed_book(org, as_of, summary)
    view = _view(org, summary, mixed, title, lang)
    currency = _main_part(summary).currency
    found = find_changes(org, as_of, _week_query(request, currency), with_categories=False)
    forecast = view.summary.forecast
    return ForecastPage(
        forecast=forecast,
        view=view,
        week=_show_week(found, reverse("workspace:changes", args=[org.slug]), lang, currency if summary.others else ""),
        four=read_four_numbers(org, as_of, summary, mixed),
        choices=choices,
        run=last_run(org),
        level=name_level(forecast.level) if forecast else "",
        held=say_how_often_it_held(forecast),
    )


def _week_query(request: MemberRequest, currency: str) -> dict[str, str]:
    """The last week of the period in view; the changes page is opened with the same words."""
    day = request.as_of.on.isoformat() if request.as_of.query else ""
    return {"period": request.GET.get("period", ""), "currency": currency, "as_of": day}


def _show_week(found: Findings, page: str, lang: str, only: str) -> WeekView:
    """``page``: the address of the changes page."""
    query, fall, currency = found.query, found.fall, found.scope.currency
    days = (format_day(query.start.on, year_of=query.end.on), format_day(query.end.on, year_of=query.end.on))
    return WeekView(
        waterfall=show_waterfall(fall, currency, days, lambda bar: page + query.url(bar=bar), is_short=True),
        rows=find_largest(found, LARGEST_CHANGES, lang),
        start=query.start.on,
        end=query.end.on,
        change=format_signed(fall.change, currency),
        gaps=tuple(say_gaps(found.changes)),
        period=found.period.label if found.period else "",
        url=page + query.url(),
        only=only,
    )


def name_level(level: str) -> str:
    """How much history the model could use."""
    names = {
        "full": _("Full model on your own history"),
        "shrunken": _("Your own history, leaning on the playbook's figures"),
        "prior": _("The playbook's figures, until your own history is long enough"),
    }
    return names.get(level, level)


def _main_part(summary: PeriodSummary) -> CurrencySummary:
    """The organisation's own currency; where nothing is in it, the one with the largest pipeline."""
    total = summary.main.total
    return summary.others[0] if summary.others and not (total.open_count or total.won_count) else summary.main


def _view(org: Organisation, summary: PeriodSummary, mixed: Book | None, title: str, lang: str) -> PeriodView:
    converted = sum_in_one_currency(mixed) if mixed else None
    money = converted or _main_part(summary)
    playbook = load_playbook(org.playbook)
    order = {stage.key: index for index, stage in enumerate(playbook.stages)}
    stages = sorted(money.by_stage, key=lambda group: (group.key == "won", order.get(group.key, 99)))
    return PeriodView(
        period=summary.period,
        title=title,
        money=money,
        range=money.range,
        figures=tuple(_figures(money)),
        distributions=draw_distributions(money),
        by_stage=tuple(
            Line(playbook.label("stage", group.key, lang), group.sums, group.key == "won") for group in stages
        ),
        by_team=_lines(money.by_team, _("No team"), _sum_models(money.draws, 1)),
        by_owner=_lines(money.by_owner, _("Nobody yet"), _sum_models(money.draws, 0)),
        by_type=tuple(Line(name_deal_type(group.key) or _("No type"), group.sums) for group in money.by_type),
        summary=summary,
        together=_say_together(summary, mixed) if mixed and converted else None,
    )


def _say_together(summary: PeriodSummary, mixed: Book) -> Together:
    codes = sorted({*summary.arriving, *(part.currency for part in summary.others)})
    return Together(mixed.org.currency, ", ".join(codes), mixed.rates_used)


def _figures(money: CurrencySummary) -> Iterable[Figure]:
    """What the expected number is made of, the range, and the classic sum beside it."""
    total, spread, scale = money.total, money.range, _find_scale(money)

    def place(amount: Decimal) -> float | None:
        at = scale.share(float(amount)) if scale else -1.0
        return round(at, 4) if 0 <= at <= 1 else None

    won = ngettext("%(n)d deal", "%(n)d deals", total.won_count) % {"n": total.won_count}
    if spread:
        yield Figure(_("Expected"), spread.expected, _("mean of all outcomes"), at=place(spread.expected))
    yield Figure(_("Already won"), total.won, won, is_part=spread is not None, at=place(total.won))
    if spread:
        yield Figure(_("From open deals"), total.expected, _("value × chance"), is_part=True)
        if spread.unopened:
            yield Figure(_("From deals not opened yet"), spread.unopened, _("as in the past"), is_part=True)
        if spread.unpriced:
            yield Figure(_("From deals without a value"), spread.unpriced, _("taken as usual ones"), is_part=True)
        correction = spread.expected - total.expected_total - spread.unopened - spread.unpriced
        if abs(correction) >= 1:
            yield Figure(_("Correction"), correction, _("from how past totals came out"), is_part=True)
        yield Figure("P10", spread.p10, _("nine times in ten it is more"), at=place(spread.p10))
        yield Figure("P50", spread.p50, _("the middle"), at=place(spread.p50))
        yield Figure("P90", spread.p90, _("one time in ten it is more"), at=place(spread.p90))
    weighted, words = total.weighted_total, _("won, and value × stage percentage")
    yield Figure(_("Weighted by stage"), weighted, words, at=place(weighted))


def _lines(groups: Iterable[Group], nobody: str, models: Mapping[str, Decimal]) -> tuple[Line, ...]:
    return tuple(Line(group.label or nobody, group.sums, model=models.get(group.key)) for group in groups)


def _sum_models(draws: Draws | None, part: int) -> Mapping[str, Decimal]:
    """The model's numbers by owner's id (part 0) or team's name (part 1); none without a forecast."""
    found: dict[str, Decimal] = {}
    for whose, worth in draws.expected.items() if draws else ():
        found[whose[part]] = found.get(whose[part], Decimal(0)) + worth
    return found


def draw_distributions(money: CurrencySummary) -> tuple[Distribution, ...]:
    """The spread of outcomes in two sizes; nothing without a forecast or when nothing can be won."""
    spread, scale = money.range, _find_scale(money)
    if spread is None or scale is None:
        return ()
    return tuple(_draw(money, spread, scale, frame, size) for frame, size in ((WIDE, "wide"), (NARROW, "narrow")))


def _find_scale(money: CurrencySummary) -> Scale | None:
    """From the least to the most of all outcomes and what is won, with a little room at both ends."""
    if money.range is None or not money.range.spread or money.range.spread[-1] <= 0:
        return None
    low, high = money.range.spread[0], money.range.spread[-1]
    if money.total.won:
        low = min(low, float(money.total.won))
    pad = (high - low or high) * 0.04
    return Scale(max(low - pad, 0.0), high + pad)


def _draw(money: CurrencySummary, spread: Range, scale: Scale, frame: Frame, size: str) -> Distribution:
    start, end, share = scale.start, scale.end, scale.share
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
