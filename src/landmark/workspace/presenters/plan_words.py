"""Words of a plan's lines: slack, and what is missing.

Answers: the words. Does not answer: which of them apply (``plans.reading``).
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.plans.reading import PlanLine


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
