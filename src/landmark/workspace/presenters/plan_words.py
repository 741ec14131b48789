"""Words of a plan and its lines: does it hold its day, slack, what is missing.

Answers: the words. Does not answer: what they rest on (``plans.reading``).
"""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.deals.models import Deal
from landmark.plans.reading import PARTS, PlanLine, PlanState
from landmark.ui.formats import format_day
from landmark.workspace.plan_forms import part_labels

SIGNING = "signature"


def say_slack(line: PlanLine) -> str:
    if line.row is None or not line.is_open:
        return ""
    slack = line.row.slack
    if slack == 0:
        return _("none")
    if slack < 0:
        return ngettext("%(n)d day short", "%(n)d days short", -slack) % {"n": -slack}
    return ngettext("%(n)d day", "%(n)d days", slack) % {"n": slack}


def gap_labels() -> dict[str, str]:
    return {
        "no_accountable": _("nobody is accountable"),
        "no_ours": _("no owner on our side"),
        "no_theirs": _("no owner on the buyer's side"),
        "owner_left": _("its owner is no longer here"),
        "no_date": _("no day yet"),
        "day_off": _("due on a day off"),
        "input_refused": _("the buyer cannot give the input: cut scope now"),
    }


def say_standing(state: PlanState, on: date) -> str:
    """Where the plan stands: does it hold its day?"""
    if state.schedule is None:
        return ""
    if not state.open_lines:
        return _("Everything in this plan is done.")
    end = state.schedule.expected_on
    late = state.workdays.count(state.end_on, end)
    if late > 0:
        return ngettext(
            "By now it ends on %(day)s, %(n)d working day after the agreed end.",
            "By now it ends on %(day)s, %(n)d working days after the agreed end.", late,
        ) % {"day": format_day(end, year_of=on), "n": late}  # fmt: skip
    return _("It holds its end on %(day)s.") % {"day": format_day(state.end_on, year_of=on)}


def say_past_target(deal: Deal, state: PlanState, on: date) -> str:
    """The plan signs after the deal's target date: one of the two is wrong."""
    signing = next((line for line in state.open_lines if line.action.key == SIGNING and line.row is not None), None)
    if deal.is_closed or deal.target_on is None or signing is None or signing.row is None:
        return ""
    day = max(signing.action.due_on or signing.row.expected_on, signing.row.expected_on)
    if day <= deal.target_on:
        return ""
    return _("By this plan they sign on %(day)s, after the deal's target date %(target)s.") % {
        "day": format_day(day, year_of=on), "target": format_day(deal.target_on, year_of=on),
    }  # fmt: skip


def say_unconfirmed(state: PlanState, on: date) -> str:
    """What the buyer has not confirmed of the plan as it stands; "" when all of it is."""
    if state.is_confirmed:
        return ""
    found = state.confirmation
    if found is None:
        return _("The buyer has not confirmed this plan yet.")
    if found.edition != state.plan.edition:
        words = {"day": format_day(found.confirmed_on, year_of=on)}
        return _("Changed since the buyer confirmed it on %(day)s: ask again.") % words
    labels = part_labels()
    names = ", ".join(labels[part] for part in PARTS if part not in found.parts)
    return _("Still to be confirmed by the buyer: %(names)s.") % {"names": names}
