"""What stands in the way of a plan, as one kind sentence.

Answers: the words of a refusal. Does not answer: whether something is refused (``plan_actions``).
"""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from landmark.engines.schedule import Problem
from landmark.engines.workdays import Workdays
from landmark.ui.formats import format_weekday


def tell_problem(problem: Problem, title_of: Callable[[str], str]) -> str:
    names = [f"“{title_of(key) or '…'}”" for key in problem.keys]
    if problem.code == "circle":
        return _("These actions wait for one another in a circle: %(circle)s. Take one of the links away.") % {
            "circle": " → ".join(names)
        }
    if problem.code == "itself":
        return _("%(action)s cannot wait for itself.") % {"action": names[0]}
    if problem.code == "overlap":
        return _(
            "%(action)s would begin before %(before)s has ended. Choose %(day)s or later, give it fewer days, or move "
            "%(before)s forward."
        ) % {"action": names[0], "before": names[1], "day": format_weekday(problem.day)}
    return _("%(action)s waits for something that is not in this plan any more. Choose again what it waits for.") % {
        "action": names[0]
    }


def tell_day_off(day: date, workdays: Workdays) -> str:
    """Which day off it is and the working days beside it."""
    name = workdays.holiday(day)
    before, after = workdays.on_or_before(day), workdays.on_or_after(day)
    values = {
        "day": format_weekday(day), "name": name, "before": format_weekday(before), "after": format_weekday(after),
    }  # fmt: skip
    if name:
        return _("%(day)s is a public holiday (%(name)s). Choose %(before)s or %(after)s.") % values
    return _("%(day)s is on a weekend. Choose %(before)s or %(after)s.") % values
