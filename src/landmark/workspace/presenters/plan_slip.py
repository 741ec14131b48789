"""What it does to a plan and to the deal when one action slips: asked by a link or a form, changes nothing.

Answers: the new end, all that moves, the chance to be won by the target date before and after, with its curve. Does not
answer: whether it will slip. The curve after is the deal's stored one with all wins later by what the win slips.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.engines.schedule import slip
from landmark.outlook.reading import read_forecast
from landmark.plans.reading import PlanState
from landmark.ui.formats import format_day
from landmark.ui.numbers import read_count
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.later_wins import LaterWins, draw_later_wins

WIN_STEPS = ("signature", "decision_meeting")
"""Steps whose delay delays the win, the nearest to it first."""
MOST_DAYS, USUAL_DAYS = 120, 5


@dataclass(frozen=True, slots=True)
class SlipView:
    """``chance``: what it does to the chance, or why nothing can be said of it."""

    action: str
    days: int
    sentence: str
    chance: str
    curve: LaterWins | None
    moved: tuple[tuple[str, date, date], ...]


def read_slip(request: MemberRequest, deal: Deal, state: PlanState) -> SlipView | None:
    """``?slip=<action>&by=<working days>``; None while nothing is asked."""
    asked = request.GET.get("slip", "")
    line = next((line for line in state.open_lines if str(line.action.id) == asked), None)
    if state.schedule is None or line is None:
        return None
    days = read_count(request.GET.get("by", ""))
    days = USUAL_DAYS if days is None else min(max(days, 1), MOST_DAYS)
    found = slip(state.tasks, asked, days, on=max(state.on, state.plan.starts_on), workdays=state.workdays)
    words = {"before": format_day(found.before_on, year_of=state.on),
             "after": format_day(found.after_on, year_of=state.on)}  # fmt: skip
    sentence = _("The end stays on %(before)s: there is slack enough.") % words
    if found.moved_days:
        sentence = _("The end moves from %(before)s to %(after)s.") % words
    moved = tuple((state.title_of(key), old, new) for key, old, new in found.moved)
    shift = _win_shift(state, found.moved, (found.after_on - found.before_on).days)
    chance, curve = _chance(request, deal, shift)
    return SlipView(line.action.text, days, sentence, chance, curve, moved)


def _win_shift(state: PlanState, moved: Iterable[tuple[str, date, date]], of_end: int) -> int:
    """Calendar days by which the win comes later: with the signature, else the decision, else the end."""
    keys = {str(line.action.id): line.action.key for line in state.lines if line.is_open}
    by_step = {keys.get(key, ""): (new - old).days for key, old, new in moved}
    present = [step for step in WIN_STEPS if step in keys.values()]
    return by_step.get(present[0], 0) if present else of_end


def _chance(request: MemberRequest, deal: Deal, shift: int) -> tuple[str, LaterWins | None]:
    target, on = deal.target_on, request.as_of.on
    if deal.is_closed:
        return "", None
    if target is None or target <= on:
        return _("Give the deal a target date ahead to see what this does to its chance."), None
    forecast = read_forecast(request.org, request.as_of)
    outlook = forecast.deal(deal.id) if forecast else None
    if outlook is None:
        return _("Nothing is forecast for this deal yet; the chance follows with the next scoring."), None
    curve = draw_later_wins(outlook, max(shift, 0), on, target, {})
    words = {"day": format_day(target, year_of=on), "before": curve.told, "after": curve.later}
    if shift <= 0:
        return _("The chance to be won by %(day)s stays at %(before)s.") % words, None
    return _("The chance to be won by %(day)s goes from %(before)s to about %(after)s.") % words, curve
