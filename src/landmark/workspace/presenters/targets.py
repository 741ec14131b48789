"""The targets page: the chain from revenue down to qualified deals, the plan around it, how far the team has come.

Answers: what the page shows of a plan in words, pictures and tables. Does not answer: how any figure is computed
(``engines.targets``, ``cadence.target_plans``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.cadence.calls import read_quotas
from landmark.cadence.models import TargetPlan
from landmark.cadence.models.calls import Scope
from landmark.cadence.target_plans import (
    PlanInput,
    Progress,
    Rate,
    Worked,
    list_steps,
    measure_progress,
    name_shares,
    read_deal_size,
    read_draft,
    read_input,
    read_published,
    suggest_rates,
    work_out,
)
from landmark.engines.targets import LEADING, Contradiction
from landmark.orgs.models import Team
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.funnel import Funnel, count_entered, read_funnel
from landmark.outlook.periods import Period, next_period, period_containing, read_quarter
from landmark.outlook.summary import summarise
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.charts import Frame
from landmark.ui.formats import format_chance, format_count, format_money, format_number, format_percent
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice
from landmark.workspace.presenters.four_numbers import Outcome, read_outcome
from landmark.workspace.target_forms import TargetsForm, leading_labels, start_values
from landmark.workspace.templatetags.workspace import link_to

WIDE, NARROW = Frame(620, 232, left=104, right=70, top=6, bottom=6), Frame(316, 232, left=86, right=64, top=6, bottom=6)
BAR, STEP = 26.0, 62.0
SAMPLE_DEAL = Decimal(60_000)
SAMPLE_WINS = 20
LIKELY = 0.5
"""From so much on a target counts as on its way."""


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


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One target beside what is true today. ``tone``: good, warn, or empty while nothing can be said."""

    label: str
    kind: str
    target: str
    now: str
    words: str
    tone: str
    share: int | None


@dataclass(frozen=True, slots=True)
class ProgressView:
    measures: tuple[MeasureRow, ...]
    levels: tuple[tuple[str, str, str], ...]
    teams: tuple[tuple[str, str, str, int], ...]
    elapsed: int
    unconverted: int
    quotas: str = ""


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


@dataclass(frozen=True)
class Setting:
    """What every part of the page needs to know about the organisation."""

    request: MemberRequest
    period: Period
    playbook: Playbook
    lang: str
    states: Mapping[str, str]
    names: Mapping[str, str]
    funnel: Funnel
    measured: tuple[Rate, ...]

    @property
    def currency(self) -> str:
        return self.request.org.currency

    def money(self, amount: Decimal) -> str:
        return format_money(amount, self.currency, short=True)

    def make_form(self, data: QueryDict | None = None, initial: Mapping[str, object] | None = None) -> TargetsForm:
        roles = {role.key: self.names[role.key] for role in self.playbook.benchmarks.targets.roles}
        teams = {key: name for key, name in self.names.items() if key not in roles}
        return TargetsForm(
            data, initial=dict(initial or {}), steps=list_steps(self.playbook), states=self.states, roles=roles,
            teams=teams, measured=self.measured,
        )  # fmt: skip


def read_setting(request: MemberRequest) -> Setting:
    playbook, lang = load_playbook(request.org.playbook), get_language() or "en"
    funnel = read_funnel(request.org, request.as_of)
    wanted = request.POST.get("period") or request.GET.get("period")
    here = period_containing(request.org, request.as_of.on)
    return Setting(
        request=request,
        period=read_quarter(request.org, wanted, request.as_of.on) if wanted else here,
        playbook=playbook,
        lang=lang,
        states={s.key: playbook.text(f"funnel_state.{s.key}.label", lang) for s in playbook.benchmarks.states},
        names=name_shares(request.org, playbook, lang),
        funnel=funnel,
        measured=suggest_rates(funnel, playbook),
    )


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
        progress=_view_progress(plan, setting) if plan else None,
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
    figures = [_range(level.shown_low, level.shown_high) for level in worked.levels]
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


def _range(low: int, high: int) -> str:
    return format_count(low) if low == high else f"{format_count(low)}–{format_count(high)}"


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
        "count": format_count(one.stated_count), "chain": _range(one.chain_low, one.chain_high),
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


# Progress


def _view_progress(plan: TargetPlan, setting: Setting) -> ProgressView:
    as_of = setting.request.as_of
    entered = count_entered(plan.org, as_of, plan.starts_on, min(plan.ends_on, as_of.on))
    found = measure_progress(plan, as_of, setting.funnel, entered)
    told = read_input(plan)
    worked = work_out(told)
    rows = [_bookings_row(plan, found, setting)]
    rows += [_leading_row(key, told.measures[key], found, setting) for key in LEADING if key in told.measures]
    levels = tuple(
        (setting.states.get(level.state, level.state), _range(level.shown_low, level.shown_high),
         format_count(found.entered.get(level.state, 0)))
        for level in worked.levels
    )  # fmt: skip
    teams = tuple(
        (team.label, setting.money(team.target), setting.money(team.won), _percent_of(team.won, team.target))
        for team in found.teams
    )
    quotas = _say_quotas(setting)
    return ProgressView(tuple(rows), levels, teams, round(100 * found.elapsed), found.unconverted, quotas)


def _say_quotas(setting: Setting) -> str:
    """What team quotas add up to, beside the targets; "" for who may not see them."""
    request = setting.request
    if not has_right(request.member, Right.SEE_CALLS):
        return ""
    found = read_quotas(request.org, request.as_of, setting.period)
    held = [
        one.amount
        for (scope, _id), one in found.items()
        if scope == Scope.TEAM and one.currency == request.org.currency
    ]
    meant = _("A target is what the plan needs of a team; a quota is what its leaders ask of it, set apart from it.")
    if not held:
        return f"{meant} {_('No team has a quota for this period.')}"
    total = setting.money(sum((amount for amount in held if amount is not None), Decimal(0)))
    return f"{meant} {_('Team quotas add up to %(total)s.') % {'total': total}}"


def _percent_of(part: Decimal, whole: Decimal) -> int:
    return round(100 * part / whole) if whole > 0 else 0


def _bookings_row(plan: TargetPlan, found: Progress, setting: Setting) -> MeasureRow:
    share = _percent_of(found.won, plan.amount)
    passed = round(100 * found.elapsed)
    words = _("%(share)d %% reached with %(passed)d %% of the period gone") % {"share": share, "passed": passed}
    outcome = _read_outcome(setting)
    is_on_way = share >= passed
    if not found.is_reached and outcome.model is not None and outcome.draws is not None:
        chance = outcome.draws.chance_to_reach(plan.amount)
        is_on_way = chance >= LIKELY
        words = _("%(words)s. The model expects %(model)s: %(chance)s likely to be reached.") % {
            "words": words, "model": setting.money(outcome.model), "chance": format_chance(chance),
        }  # fmt: skip
    tone = "good" if found.is_reached or is_on_way else "warn"
    return MeasureRow(
        _("Bookings"), _("result"), setting.money(plan.amount), setting.money(found.won), words, tone, min(share, 100)
    )


def _read_outcome(setting: Setting) -> Outcome:
    """What the model says of the whole period, the same as on the overview."""
    org, as_of = setting.request.org, setting.request.as_of
    return read_outcome(org, as_of, summarise(org, as_of, setting.period))


def _leading_row(key: str, target: Decimal, found: Progress, setting: Setting) -> MeasureRow:
    rows = {"coverage": _coverage_row, "last_step": _last_step_row, "qualified": _qualified_row}
    return rows[key](leading_labels()[key], target, found, setting)


def _coverage_row(label: str, target: Decimal, found: Progress, setting: Setting) -> MeasureRow:
    aim = _("at least %(times)s×") % {"times": format_number(float(target), 1)}
    if found.coverage is None:
        return MeasureRow(label, _("steer by"), aim, "—", _("Nothing is left to win."), "good", None)
    words = _("%(pipeline)s aimed at the period or overdue, for %(left)s still to win") % {
        "pipeline": setting.money(found.pipeline), "left": setting.money(found.left),
    }  # fmt: skip
    is_met = found.coverage >= target
    shown = f"{format_number(float(found.coverage), 1)}×"
    return MeasureRow(label, _("steer by"), aim, shown, words, "good" if is_met else "warn", None)


def _last_step_row(label: str, target: Decimal, found: Progress, setting: Setting) -> MeasureRow:
    aim = _("at least %(share)s") % {"share": format_percent(float(target), 0)}
    share = found.last_step
    if share is None or share.rate is None:
        return MeasureRow(label, _("steer by"), aim, "—", _("No proposal has ended yet."), "", None)
    words = _("%(low)s to %(high)s on %(count)s ended deals") % {
        "low": format_percent(share.low), "high": format_percent(share.high), "count": format_count(share.ended),
    }  # fmt: skip
    is_surely_below = share.high < float(target)
    tone = "good" if share.rate >= float(target) else "warn" if is_surely_below else ""
    return MeasureRow(label, _("steer by"), aim, format_percent(share.rate), words, tone, None)


def _qualified_row(label: str, target: Decimal, found: Progress, setting: Setting) -> MeasureRow:
    first = list_steps(setting.playbook)[0][0]
    count = found.entered.get(first, 0)
    pace = float(target) * found.elapsed
    words = _("an even pace would be at %(pace)s today") % {"pace": format_number(pace, 0)}
    tone = "good" if count >= pace else "warn"
    return MeasureRow(label, _("steer by"), format_count(int(target)), format_count(count), words, tone, None)
