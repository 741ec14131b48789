"""What changed between two days: the page.

Answers: the waterfall, the deals behind a bar, the from–to matrix, what can be chosen, what the history does not tell.
Does not answer: what was known on the two days (``cadence.changes``), what it adds up to (``engines.waterfall``).
``build_changes`` needs no request: the weekly page and other surfaces call it too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.cadence.changes import Changes, Step, list_steps, read_changes
from landmark.engines.waterfall import DealState, Movement, Scope, Waterfall, compare, find_cell, judge_turn, sum_up
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period, month_in_view, next_period, period_in_view, previous_period
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_count, format_day, format_money
from landmark.workspace.presenters.categories import CATEGORY_LABELS
from landmark.workspace.presenters.change_matrix import (
    CATEGORY_ORDER,
    TURN_LABELS,
    MatrixAsk,
    MatrixView,
    show_matrix,
    standing_of,
)
from landmark.workspace.presenters.change_query import NONE, PRESETS, ChangeQuery, find_period, find_scope, read_query
from landmark.workspace.presenters.change_rows import ChangeRow, read_rows
from landmark.workspace.presenters.deal_types import name_deal_type
from landmark.workspace.presenters.filters import Choice
from landmark.workspace.presenters.waterfall import (
    HINTS,
    LABELS,
    WaterfallView,
    count_deals,
    format_signed,
    show_waterfall,
)

ROWS_PER_PAGE = 25
LARGEST = 10
CHUNK = 500


@dataclass(frozen=True)
class Findings:
    """Both states compared: what the page, its file and the overview are made from."""

    query: ChangeQuery
    changes: Changes
    period: Period | None
    scope: Scope
    moved: dict[UUID, Movement]
    playbook: Playbook

    @property
    def fall(self) -> Waterfall:
        return sum_up(self.moved.values())


@dataclass(frozen=True, slots=True)
class Select:
    name: str
    label: str
    every: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The deals below the waterfall: of a bar, of a cell, or the largest changes."""

    title: str
    hint: str
    page: Page[Step]
    rows: list[ChangeRow]
    close_url: str


@dataclass(frozen=True)
class ChangesPage:
    query: ChangeQuery
    period_label: str
    lead: tuple[str, str, str]
    waterfall: WaterfallView
    matrix: MatrixView
    has_categories: bool
    opened: Opened
    presets: tuple[Choice, ...]
    standings: tuple[Choice, ...]
    selects: tuple[Select, ...]
    gaps: tuple[str, ...]
    currency: str
    csv_query: str

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the scope carries along unseen: the days, the as-of day, the matrix."""
        shown = {select.name for select in self.selects}
        return [(name, value) for name, value in self.query.values.items() if name not in shown]


def find_changes(org: Organisation, as_of: AsOf, given: Mapping[str, str], *, with_categories: bool = True) -> Findings:
    """What the address asks for, read and compared."""
    query = read_query(org, as_of, given)
    changes = read_changes(org, query.start, query.end, with_categories=with_categories)
    period = find_period(query, changes)
    scope = find_scope(query, changes, period)
    moved = compare(changes.before, changes.after, scope)
    return Findings(query, changes, period, scope, moved, load_playbook(org.playbook))


def build_changes(org: Organisation, as_of: AsOf, given: Mapping[str, str], lang: str) -> ChangesPage:
    found = find_changes(org, as_of, given)
    query, fall, currency = found.query, found.fall, found.scope.currency
    days = (format_day(query.start.on, year_of=as_of.on), format_day(query.end.on, year_of=as_of.on))
    by = query.by if has_categories(found.changes) else "stage"
    matrix = MatrixAsk(
        by, name_standings(found, by, lang), currency, lambda cell: query.url(cell=cell, by=query.values.get("by", "")),
        query.cell,
    )  # fmt: skip
    return ChangesPage(
        query=query,
        period_label=found.period.label if found.period else "",
        lead=(
            format_money(fall.start, currency, short=True),
            format_money(fall.end, currency, short=True),
            format_signed(fall.change, currency),
        ),
        waterfall=show_waterfall(
            fall, currency, days, lambda bar: query.url(bar=bar), chosen=str(query.bar) if query.bar else ""
        ),
        matrix=show_matrix(found.moved.values(), matrix),
        has_categories=has_categories(found.changes),
        opened=open_deals(found, matrix, given.get("page", ""), lang),
        presets=list_presets(query),
        standings=tuple(Choice(query.url(by=key), label, key == by) for key, label in _standings()),
        selects=tuple(list_selects(found, lang)),
        gaps=tuple(say_gaps(found.changes)),
        currency=currency,
        csv_query=query.url(),
    )  # fmt: skip


def _standings() -> tuple[tuple[str, str], ...]:
    return (("stage", _("Stages")), ("category", _("Categories")))


def has_categories(changes: Changes) -> bool:
    return any(state.category for side in (changes.before, changes.after) for state in side.values())


def name_standings(found: Findings, by: str, lang: str) -> list[tuple[str, str]]:
    """Stages or categories with their labels, from the least to the most advanced."""
    if by == "category":
        return [(key, str(CATEGORY_LABELS.get(key) or CATEGORY_LABELS[""])) for key in CATEGORY_ORDER]
    path = [stage.key for stage in found.playbook.open_stages]
    others = {state.stage for state in _counted(found.changes)} - set(path)
    return [(key, found.playbook.label("stage", key, lang)) for key in [*path, *sorted(others)]]


def _counted(changes: Changes) -> Iterator[DealState]:
    for side in (changes.before, changes.after):
        yield from (state for state in side.values() if state.is_counted_stage)


def open_deals(found: Findings, matrix: MatrixAsk, page: str, lang: str) -> Opened:
    """One query each for moves, edits, evidence and categories of the rows shown."""
    query = found.query
    if query.bar:
        steps = list_steps(found.moved, query.bar)
        title, hint = f"{LABELS[query.bar]}: {count_deals(len(steps))}", str(HINTS[query.bar])
    elif query.cell:
        steps = steps_in_cell(found, matrix)
        names = dict(matrix.names) | {str(reason): str(label) for reason, label in LABELS.items()}
        ends = [names.get(end, end) for end in query.cell]
        turn = judge_turn(*query.cell, [key for key, _label in matrix.names])
        title, hint = f"{' → '.join(ends)}: {count_deals(len(steps))}", str(TURN_LABELS[turn])
    else:
        steps, title, hint = list_steps(found.moved)[:LARGEST], _("The largest changes"), ""
    shown = Paginator(steps, ROWS_PER_PAGE).get_page(page)
    rows = read_rows(found.changes, list(shown.object_list), found.scope.currency, found.playbook, lang)
    return Opened(title, hint, shown, rows, query.url() if query.bar or query.cell else "")


def steps_in_cell(found: Findings, matrix: MatrixAsk) -> list[Step]:
    """One step a deal of the chosen cell, with what it is worth now or was on leaving."""
    standing, steps = standing_of(matrix.by), []
    for deal, movement in found.moved.items():
        if find_cell(movement, standing) == found.query.cell:
            steps.append(Step(deal, movement.left or movement.arrived, _worth(movement), movement))
    return sorted(steps, key=lambda step: (-abs(step.amount), str(step.deal)))


def _worth(movement: Movement) -> Decimal:
    return movement.end if movement.is_counted else movement.parts[-1][1]


def list_presets(query: ChangeQuery) -> tuple[Choice, ...]:
    names = {"week": _("Last week"), "month": _("Last four weeks"), "quarter": _("This quarter")}
    keys = [*PRESETS, "quarter"]
    return tuple(Choice(query.url(since=key, **{"from": ""}), names[key], key == query.preset) for key in keys)


def list_selects(found: Findings, lang: str) -> Iterator[Select]:
    """What a scope can be: only values that some deal has; a choice of one is no choice."""
    changes, values = found.changes, found.query.values
    states = list(_counted(changes))
    yield Select("period", _("Period"), "", tuple(_list_periods(found)))
    owners = {state.owner: changes.name_person(state.owner) or _("Nobody yet") for state in states}
    stages = {state.stage: found.playbook.label("stage", state.stage, lang) for state in states}
    lists: tuple[tuple[str, str, str, dict[str, str]], ...] = (
        ("owner", _("Owner"), _("All owners"), owners),
        ("team", _("Team"), _("All teams"), {state.team: state.team or _("No team") for state in states}),
        ("stage", _("Stage"), _("All stages"), stages),
        ("type", _("Type"), _("All types"), {s.deal_type: name_deal_type(s.deal_type) or _("No type") for s in states}),
    )
    for name, label, every, options in lists:
        if len(options) > 1 or values.get(name):
            yield Select(name, label, every, tuple(_choices(options, values.get(name, ""))))
    currencies = {state.currency: state.currency for state in states}
    if len(currencies) > 1:
        yield Select("currency", _("Currency"), "", tuple(_choices(currencies, found.scope.currency)))


def _choices(options: Mapping[str, str], chosen: str) -> Iterable[Choice]:
    known = {key or NONE: label for key, label in options.items()}
    if chosen and chosen not in known:
        known[chosen] = chosen
    named = sorted(known.items(), key=lambda item: item[1].casefold())
    return (Choice(key, label, key == chosen) for key, label in named)


def _list_periods(found: Findings) -> Iterator[Choice]:
    org, day = found.changes.org, found.query.end.on
    here = (period_in_view(org, day), month_in_view(org, day))
    offered = [near for one in here for near in (previous_period(one), one, next_period(one))]
    if found.period and found.period.key not in {period.key for period in offered}:
        offered.append(found.period)
    for period in offered:
        yield Choice(period.key, period.label, found.period is not None and period.key == found.period.key)
    yield Choice("all", _("Whole pipeline"), found.period is None)


def say_gaps(changes: Changes) -> Iterator[str]:
    """What the history does not tell, so that nobody takes silence for calm."""
    gaps, day = changes.gaps, format_day(changes.start.on)
    if gaps.is_flat:
        yield _("The imported files keep no earlier values or dates, so only opening, winning and losing show.")
    if gaps.late:
        yield ngettext(
            "The history of %(n)s deal begins after %(day)s; before that it stands as it was first known.",
            "The history of %(n)s deals begins after %(day)s; before that they stand as they were first known.",
            gaps.late,
        ) % {"n": format_count(gaps.late), "day": day}  # fmt: skip
    if gaps.undated:
        yield ngettext(
            "Nobody knows when %(n)s deal opened, so it counts as new on the day it was imported.",
            "Nobody knows when %(n)s deals opened, so they count as new on the day they were imported.",
            gaps.undated,
        ) % {"n": format_count(gaps.undated)}  # fmt: skip
    if gaps.unstaged:
        yield ngettext(
            "The stage of %(n)s deal is known only since its import; on %(day)s it stands at the first one.",
            "The stage of %(n)s deals is known only since their import; on %(day)s they stand at the first one.",
            gaps.unstaged,
        ) % {"n": format_count(gaps.unstaged), "day": day}  # fmt: skip


def list_all_rows(found: Findings, lang: str) -> Iterator[ChangeRow]:
    """Every deal under every bar, for a file; a few hundred at a time."""
    steps = iter(list_steps(found.moved, found.query.bar))
    while batch := list(islice(steps, CHUNK)):
        yield from read_rows(found.changes, batch, found.scope.currency, found.playbook, lang)


def find_largest(found: Findings, count: int, lang: str) -> Sequence[ChangeRow]:
    steps = list_steps(found.moved)[:count]
    return read_rows(found.changes, steps, found.scope.currency, found.playbook, lang)
