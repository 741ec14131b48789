"""The targets page: the chain from revenue down to qualified deals, the plan around it, how far the team has come.

Answers: what the page shows of a plan in words, pictures and tables. Does not answer: how any figure is computed
(``engines.targets``, ``cadence.target_plans``), how far the team has come (``target_progress``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from landmark.cadence.models import TargetPlan
from landmark.cadence.target_plans import (
    PlanInput,
    Rate,
    Worked,
    read_deal_size,
    read_draft,
    read_input,
    read_published,
    work_out,
)
from landmark.engines.targets import Contradiction
from landmark.orgs.models import Team
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.periods import Period, next_period, period_containing
from landmark.ui.charts import Frame
from landmark.ui.formats import format_count, format_number, format_percent
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice
from landmark.workspace.presenters.target_progress import ProgressView, view_progress
from landmark.workspace.presenters.target_setting import Setting, show_range
from landmark.workspace.target_forms import TargetsForm, start_values
from landmark.workspace.templatetags.workspace import link_to

WIDE, NARROW = Frame(620, 232, left=104, right=70, top=6, bottom=6), Frame(316, 232, left=86, right=64, top=6, bottom=6)
BAR, STEP = 26.0, 62.0
SAMPLE_DEAL = Decimal(60_000)
SAMPLE_WINS = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One state of the chain. ``sure`` is what the best conversions need, ``wide`` what the worst ones do."""

    y: float
    middle: float
    sure: float
    wide: float
    label: str
    figure: str
    figure_x: float
    conversion: str
    conversion_y: float


@dataclass(frozen=True, slots=True)
class Chain:
    frame: Frame
    size: str
    bars: tuple[Bar, ...]
    thickness: float
    label: str


@dataclass(frozen=True, slots=True)
class LevelRow:
    state: str
    figure: str
    exact: str
    conversion: str
    origin: str


@dataclass(frozen=True, slots=True)
class PartRow:
    label: str
    part: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class WorkedView:
    """What follows from the figures in the form, or from a published plan."""

    chains: tuple[Chain, ...]
    rows: tuple[LevelRow, ...]
    warnings: tuple[str, ...]
    roles: tuple[PartRow, ...]
    teams: tuple[PartRow, ...]
    sentence: str


@dataclass(frozen=True)
class TargetsPage:
    period: Period
    choices: tuple[PeriodChoice, ...]
    plan: TargetPlan | None
    plan_worked: WorkedView | None
    progress: ProgressView | None
    draft: TargetPlan | None
    form: TargetsForm
    worked: WorkedView | None
    can_set: bool
    measured_note: str


def read_targets_page(request: MemberRequest, setting: Setting, form: TargetsForm | None = None) -> TargetsPage:
    """``form`` holds what somebody just sent; else the draft, else the published plan, else what history suggests."""
    org, as_of = request.org, request.as_of
    plan = read_published(org, setting.period, as_of)
    draft = read_draft(org, setting.period) if as_of.is_latest else None
    if form is None:
        stored = read_input(draft or plan) if draft or plan else suggest_plan(setting)  # type: ignore[arg-type]
        form = setting.make_form(initial=start_values(stored))
        worked: WorkedView | None = view_worked(stored, work_out(stored), setting)
    else:
        worked = view_form(form, setting)
    told = read_input(plan) if plan else None
    return TargetsPage(
        period=setting.period,
        choices=_choices(request, setting.period),
        plan=plan,
        plan_worked=view_worked(told, work_out(told), setting) if told else None,
        progress=view_progress(plan, setting) if plan else None,
        draft=draft,
        form=form,
        worked=worked,
        can_set=has_right(request.member, Right.SET_TARGETS) and as_of.is_latest,
        measured_note=_note_measured(setting.measured),
    )


def _choices(request: MemberRequest, period: Period) -> tuple[PeriodChoice, ...]:
    this = period_containing(request.org, request.as_of.on)
    offered = ((this, _("This quarter")), (next_period(this), _("Next quarter")))
    return tuple(
        PeriodChoice(one.label, title, link_to(request, "workspace:targets", query={"period": one.key}), one == period)
        for one, title in offered
    )


def suggest_plan(setting: Setting) -> PlanInput:
    """A first plan: measured conversions, the mean deal of the past year, twenty wins, and the playbook's figures."""
    start = setting.playbook.benchmarks.targets
    size = read_deal_size(setting.request.org, setting.request.as_of) or SAMPLE_DEAL
    teams = Team.objects.filter(org=setting.request.org).values_list("id", flat=True)
    return PlanInput(
        amount=size * SAMPLE_WINS,
        deal_size=size,
        rates=setting.measured,
        measures={"coverage": start.coverage, "last_step": start.last_step},
        roles={role.key: Decimal(role.weight) for role in start.roles},
        teams={str(team): Decimal(1) for team in teams},
    )


def view_form(form: TargetsForm, setting: Setting) -> WorkedView | None:
    """What follows from a form as sent; None while it holds something that cannot be read."""
    if not form.is_valid():
        return None
    plan = form.read_plan()
    return view_worked(plan, work_out(plan), setting)


def view_worked(plan: PlanInput, worked: Worked, setting: Setting) -> WorkedView:
    figures = [show_range(level.shown_low, level.shown_high) for level in worked.levels]
    labels = [setting.states.get(level.state, level.state) for level in worked.levels]
    conversions = ["", *(_words(rate) for rate in plan.rates)]
    origins = ["", *(_origin(rate) for rate in plan.rates)]
    rows = tuple(
        LevelRow(label, figure, _range_exact(float(level.low), float(level.high)), conversion, origin)
        for label, figure, level, conversion, origin in zip(
            labels, figures, worked.levels, conversions, origins, strict=True
        )
    )
    return WorkedView(
        chains=tuple(_draw(worked, rows, frame, size) for frame, size in ((WIDE, "wide"), (NARROW, "narrow"))),
        rows=rows,
        warnings=_warn(plan, worked, setting),
        roles=_role_rows(worked, setting),
        teams=tuple(PartRow(setting.names.get(k, k), setting.money(v)) for k, v in worked.team_amounts.items()),
        sentence=_("%(amount)s in deals of %(size)s: %(wins)s wins, from %(first)s qualified deals.")
        % {
            "amount": setting.money(plan.amount), "size": setting.money(plan.deal_size), "wins": figures[-1],
            "first": figures[0],
        },
    )  # fmt: skip


def _role_rows(worked: Worked, setting: Setting) -> tuple[PartRow, ...]:
    """Each role's part of the qualified deals, and of the proposals in the same proportion."""
    whole = sum(worked.role_counts.values())
    proposals = worked.levels[-2].shown_high if len(worked.levels) > 2 else 0  # noqa: PLR2004
    return tuple(
        PartRow(setting.names.get(key, key), format_count(part), format_number(proposals * part / whole, 0))
        for key, part in worked.role_counts.items()
    )


def _range_exact(low: float, high: float) -> str:
    shown = [format_number(value, 0 if value == int(value) else 2) for value in (low, high)]
    return shown[0] if low == high else f"{shown[0]}–{shown[1]}"


def _words(rate: Rate) -> str:
    low, high = (format_percent(float(value), 0 if value * 100 % 1 == 0 else 1) for value in (rate.low, rate.high))
    return low if rate.low == rate.high else f"{low[:-2]}–{high}"


def _origin(rate: Rate) -> str:
    if rate.origin != "measured":
        return _("your own figure")
    return _("measured on %(count)s ended deals") % {"count": format_count(rate.count)}


def _warn(plan: PlanInput, worked: Worked, setting: Setting) -> tuple[str, ...]:
    found = []
    if worked.contradiction is not None:
        found.append(_tell_contradiction(worked.contradiction))
    if any(rate.low != rate.high for rate in plan.rates):
        found.append(
            _("Some conversions are ranges, so the stack is one. Plan with the upper end; tighten it after a cycle.")
        )
    wanted = plan.measures.get("qualified")
    if wanted is not None and wanted < worked.levels[0].shown_high:
        found.append(
            _("The qualified deals to reach (%(wanted)s) are fewer than the chain needs (%(needed)s).")
            % {"wanted": format_count(int(wanted)), "needed": format_count(worked.levels[0].shown_high)}
        )
    last = plan.measures.get("last_step")
    if last is not None and last != plan.rates[-1].low:
        found.append(
            _("The last step is to reach %(target)s, yet the chain reckons with %(chain)s.")
            % {"target": format_percent(float(last), 1), "chain": _words(plan.rates[-1])}
        )
    return tuple(found)


def _tell_contradiction(one: Contradiction) -> str:
    low, high = format_percent(float(one.low), 1), format_percent(float(one.high), 1)
    values = {
        "stated": format_percent(float(one.stated), 1), "product": low if low == high else f"{low} to {high}",
        "count": format_count(one.stated_count), "chain": show_range(one.chain_low, one.chain_high),
    }  # fmt: skip
    return (
        _(
            "The overall conversion you wrote, %(stated)s, is not what the steps give: multiplied, %(product)s. "
            "By it %(count)s qualified deals would do; the steps need %(chain)s. The chain counts."
        )
        % values
    )


def _draw(worked: Worked, rows: Sequence[LevelRow], frame: Frame, size: str) -> Chain:
    top = float(worked.levels[0].high)
    bars = []
    for place, (level, row) in enumerate(zip(worked.levels, rows, strict=True)):
        y = frame.top + place * STEP + 4
        sure, wide = (frame.x(float(value) / top) - frame.x0 for value in (level.low, level.high))
        bars.append(
            Bar(
                y=round(y, 1), middle=round(y + BAR / 2, 1), sure=round(max(sure, 2), 1), wide=round(max(wide, 2), 1),
                label=row.state, figure=row.figure, figure_x=round(frame.x0 + max(wide, 2) + 8, 1),
                conversion=row.conversion, conversion_y=round(y - STEP / 2 + BAR / 2 + 4, 1),
            )
        )  # fmt: skip
    told = ", ".join(f"{row.state} {row.figure}" for row in rows)
    return Chain(frame, size, tuple(bars), BAR, _("Deals needed in each state: %(told)s.") % {"told": told})


def _note_measured(rates: Sequence[Rate]) -> str:
    measured = [rate for rate in rates if rate.origin == "measured"]
    if not measured:
        return _("Your history cannot give these conversions yet; the playbook's sample figures stand in.")
    if any(rate.low != rate.high for rate in measured):
        return _("Measured from your own deals, open ones not counted against you; ranges where few have ended.")
    return _("Measured from your own deals, open ones not counted against you.")
