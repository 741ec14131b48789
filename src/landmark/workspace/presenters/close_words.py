"""Sentences of the last mile: sections of the summary, what a section lacks, what stands in the way.

Answers: how a key of the engines is said. Does not answer: which keys there are (``engines.brief``,
``engines.last_mile``, ``engines.reviews``).
"""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.engines.last_mile import Hindrance
from landmark.ui.formats import format_day

Say = Callable[..., str]

_SECTIONS = {
    "decision": (gettext_lazy("Decision"), gettext_lazy("What exactly is to be approved, for how much, by when.")),
    "purpose": (gettext_lazy("Purpose"), gettext_lazy("One sentence.")),
    "context": (gettext_lazy("Context"), gettext_lazy("Two or three lines on where they stand today.")),
    "recommendation": (gettext_lazy("Recommendation"), gettext_lazy("The plan in plain words, one line a phase.")),
    "outcomes": (gettext_lazy("Expected outcomes"), gettext_lazy("Three to five, each measured: from what to what.")),
    "assumptions": (gettext_lazy("Assumptions and limits"), gettext_lazy("What must hold for the plan to work.")),
    "risks": (gettext_lazy("Risks and mitigation"), gettext_lazy("Each risk with what is done about it.")),
    "request": (gettext_lazy("Decision requested"), gettext_lazy("Who approves what by when, one line each.")),
}


def section_label(key: str) -> str:
    return _SECTIONS[key][0]  # type: ignore[return-value]


def section_hint(key: str) -> str:
    return _SECTIONS[key][1]  # type: ignore[return-value]


def tell_problem(key: str, low: int = 3, high: int = 5) -> str:
    """What a section of the executive summary lacks."""
    return {
        "empty": _("Nothing is written yet."),
        "one_sentence": _("Make it one sentence."),
        "two_or_three": _("Two or three lines are enough, and needed."),
        "too_few": _("Name at least %(low)d measured outcomes.") % {"low": low},
        "too_many": _("More than %(high)d outcomes are too many to remember.") % {"high": high},
        "unmeasured": _("Each outcome needs a number: from what to what."),
        "no_date": _("Each request needs its day."),
        "nobody": _("Each request names who approves it."),
    }[key]


def tell_hindrance(found: Hindrance, say: Say) -> str:
    """One thing in the way of go, of the recap or of the hand-over."""
    values = dict(found.values)
    sentences = {
        "no_packet": _("No version of the packet has gone out yet."),
        "paper_missing": _("Not ready: %(paper)s."),
        "lane_unowned": _("Nobody on our side runs the lane %(lane)s."),
        "lane_waiting": _("%(lane)s has not approved the packet."),
        "markup_open": _("Mark-up still open: %(clause)s."),
        "conflict": _("The papers disagree: %(subject)s."),
        "blocker_unowned": _("This blocker has no owner or no day: %(text)s."),
        "purchase_order_unknown": _("It is not known whether a purchase order is needed."),
        "purchase_order_needed": _("The purchase order is not here yet."),
        "billing_starts_on": _("It is not settled when billing starts."),
        "effective_on": _("It is not settled when the contract is in force."),
        "service_on": _("It is not settled when the service starts."),
        "service_before_effective": _(
            "The service would start on %(service)s, before the contract is in force on %(effective)s."
        ),
        "signing_unknown": _("The signing order does not name both sides yet."),
        "decision": _("What is being signed is not written."),
        "commercial_summary": _("There is no commercial summary."),
        "plan": _("There is no plan: no step with owner and day."),
        "commitments": _("Nobody of their side has said what they do next."),
        "risks": _("%(have)s of %(need)s risks are named."),
        "mitigation": _("This risk has no mitigation: %(risk)s."),
        "confirmer": _("Nobody is known as %(role)s, who owes a “Confirmed”."),
    }
    for name, word in (("paper", "paper"), ("lane", "lane"), ("subject", "conflict")):
        if name in values:
            values[name] = say(word, str(values[name]))
    for name in ("service", "effective"):
        if name in values:
            values[name] = format_day(values[name])  # type: ignore[arg-type]
    if "role" in values:
        values["role"] = say("role", str(values["role"]))
    return sentences[found.what] % values


def tell_flag(flag: str) -> str:
    return {
        "moved": _("Moved"),
        "blocked": _("Blocked"),
        "overdue": _("Overdue"),
        "no_owner": _("No owner"),
        "no_decider": _("Decider unclear"),
    }[flag]
