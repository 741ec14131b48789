"""How far the team has come towards a published plan: bookings, what to steer by, states and teams.

Answers: each target beside what is true today, in words. Does not answer: how it is measured
(``cadence.target_plans``).
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from landmark.cadence.calls import read_quotas
from landmark.cadence.in_one_currency import read_mixed_book
from landmark.cadence.models import TargetPlan
from landmark.cadence.models.calls import Scope
from landmark.cadence.target_plans import (
    Progress,
    list_steps,
    measure_progress,
    read_input,
    work_out,
)
from landmark.engines.targets import LEADING
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.funnel import count_entered
from landmark.outlook.summary import summarise
from landmark.ui.formats import format_chance, format_count, format_number, format_percent
from landmark.workspace.presenters.four_numbers import Outcome, read_outcome
from landmark.workspace.presenters.target_setting import Setting, show_range
from landmark.workspace.target_forms import leading_labels

LIKELY = 0.5
"""From so much on a target counts as on its way."""


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


def view_progress(plan: TargetPlan, setting: Setting) -> ProgressView:
    as_of = setting.request.as_of
    entered = count_entered(plan.org, as_of, plan.starts_on, min(plan.ends_on, as_of.on))
    found = measure_progress(plan, as_of, setting.funnel, entered)
    told = read_input(plan)
    worked = work_out(told)
    rows = [_bookings_row(plan, found, setting)]
    rows += [_leading_row(key, told.measures[key], found, setting) for key in LEADING if key in told.measures]
    levels = tuple(
        (setting.states.get(level.state, level.state), show_range(level.shown_low, level.shown_high),
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
    summary = summarise(org, as_of, setting.period)
    return read_outcome(summary, read_mixed_book(org, as_of, summary))


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
