"""Rows → the columns of the board and the page of the table.

Answers: which card stands where, how many are left out of sight, what the page says on top.
Does not answer: what a card says (``pipeline``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.outlook.periods import Period, month_in_view, next_period, period_in_view, read_period
from landmark.outlook.reading import OrgForecast, read_forecast
from landmark.playbook.loader import load_playbook
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.alerts import list_choices
from landmark.workspace.presenters.filters import (
    Choice,
    Filter,
    Flag,
    change_query,
    list_flags,
    list_owners,
    list_teams,
)
from landmark.workspace.presenters.pipeline import DealRow, Totals, find_currency, read_rows, settle_gates, total

CARDS = 20
CARDS_MORE = 200


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: str
    summary: str
    totals: Totals
    cards: Sequence[DealRow]
    hidden: int
    more_url: str
    is_paused: bool


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    label: str
    title: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What board and table share: the rows that match, sums over all of them, and what can be chosen."""

    rows: list[DealRow]
    totals: Totals
    open_count: int
    filter: Filter
    flags: list[Flag]
    alerts: list[tuple[str, str, int]]
    owners: list[Choice]
    teams: list[Choice]
    period: Period
    periods: list[PeriodChoice]
    forecast: OrgForecast | None
    attention: int


def read_pipeline(request: MemberRequest) -> Pipeline:
    as_of, query = request.as_of, request.GET
    period = read_period(request.org, query.get("period"), as_of.on)
    forecast = read_forecast(request.org, as_of)
    everything = read_rows(request.member, as_of, period, forecast)
    chosen = Filter.read(query)
    unflagged = chosen.pick(everything, but="flag")
    rows = chosen.order(chosen.pick(unflagged))
    return Pipeline(
        rows=rows,
        totals=total(rows, find_currency(everything, request.org)),
        open_count=len(everything),
        filter=chosen,
        flags=list_flags(unflagged, chosen, query),
        alerts=list_choices([row.alerts for row in chosen.pick(everything, but="alert")], chosen.alert),
        owners=list_owners(everything, chosen),
        teams=list_teams(everything, chosen),
        period=period,
        periods=list_periods(request, period),
        forecast=forecast,
        attention=sum(row.step.state in ("none", "late") for row in rows),
    )


def list_periods(
    request: MemberRequest, period: Period, *, this: Period | None = None, with_months: bool = True
) -> list[PeriodChoice]:
    """This and the next fiscal quarter, then months, counted from the day looked at; a period of a link stands last."""
    this = this or period_in_view(request.org, request.as_of.on)
    month = month_in_view(request.org, request.as_of.on)
    listed = [(this, _("This quarter")), (next_period(this), _("Next quarter"))]
    if with_months:
        listed += [(month, _("This month")), (next_period(month), _("Next month"))]
    if period not in [one for one, _title in listed]:
        listed.append((period, period.label))
    choices = []
    for offered, title in listed:
        url = change_query(request.GET, period="" if offered == this else offered.key)
        choices.append(PeriodChoice(offered.label, title, url, offered.key == period.key))
    return choices


def build_columns(pipeline: Pipeline, request: MemberRequest) -> list[Column]:
    """One column a stage of the path, then the paused deals. Sums take in every row, cards only the first few."""
    playbook = load_playbook(request.org.playbook)
    lang = get_language() or "en"
    stages = [*playbook.open_stages, *(stage for stage in playbook.stages if stage.kind == "paused")]
    more = request.GET.get("more", "")
    by_stage: dict[str, list[DealRow]] = {stage.key: [] for stage in stages}
    for row in pipeline.rows:
        by_stage.setdefault(row.stage, []).append(row)
    shown = [row for key, rows in by_stage.items() for row in rows[: _limit(key, more)]]
    settled = {row.id: row for row in settle_gates(shown, request.org, request.as_of)}
    kinds = {stage.key: stage.kind for stage in stages}
    return [
        Column(
            key=key,
            label=playbook.label("stage", key, lang),
            summary=playbook.text(f"stage.{key}.summary", lang),
            totals=total(rows, pipeline.totals.currency),
            cards=[settled[row.id] for row in rows[: _limit(key, more)]],
            hidden=max(len(rows) - _limit(key, more), 0),
            more_url=change_query(request.GET, more=key),
            is_paused=kinds.get(key) == "paused",
        )
        for key, rows in by_stage.items()
    ]


def _limit(stage: str, more: str) -> int:
    return CARDS_MORE if stage == more else CARDS


@dataclass(frozen=True, slots=True)
class Heading:
    """A column heading of the table: a link that sorts by it, and turns the order when it already does."""

    key: str
    label: str
    url: str
    direction: str
    is_number: bool = False


def build_headings(pipeline: Pipeline, query: QueryDict) -> list[Heading]:
    shown = (
        ("name", _("Deal"), False), ("stage", _("Stage"), False), ("amount", _("Value"), True),
        ("score", _("Score"), True), ("alerts", _("Alerts"), True), ("expected", _("Expected"), True),
        ("step", _("Next step"), False), ("", _("Gate"), False), ("age", _("In stage"), True),
        ("target", _("Target date"), False), ("owner", _("Owner"), False),
    )  # fmt: skip
    chosen = pipeline.filter
    falls = {"expected", "amount", "score", "age", "alerts"}
    headings = []
    for key, label, is_number in shown:
        is_on = key != "" and key == chosen.sort
        turned = f"-{key}" if is_on and not chosen.is_reversed else key
        direction = "" if not is_on else ("descending" if (key in falls) != chosen.is_reversed else "ascending")
        headings.append(Heading(key, label, change_query(query, sort=turned) if key else "", direction, is_number))
    return headings


def name_file(day: date) -> str:
    return f"pipeline-{day.isoformat()}.csv"
