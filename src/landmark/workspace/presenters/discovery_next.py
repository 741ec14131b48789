"""The one next thing to do in discovery.

Answers: the first thing still open, in the order of the work. Does not answer: what a form accepts, what a gate asks.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.workspace.templatetags.workspace import link_to

if TYPE_CHECKING:
    from landmark.workspace.presenters.discovery import DiscoveryPage


@dataclass(frozen=True)
class Next:
    """The one next thing to do in discovery. ``is_done``: nothing is left."""

    text: str
    why: str
    button: str
    url: str
    is_done: bool = False


def find_next(page: "DiscoveryPage") -> Next:
    """The first thing still open, in the order of the work: research, talk, impact, the buyer's yes, requirements."""
    steps = (_next_note, _next_research, _next_fact, _next_impact, _next_yes, _next_terms)
    found = next((step for find in steps if (step := find(page)) is not None), None)
    return found or Next(_("Discovery is complete."), _("Impact and requirements are confirmed."), "", "", is_done=True)


def _next_note(page: "DiscoveryPage") -> Next | None:
    note = page.waiting_note
    if note is None or not page.can_edit:
        return None
    url = link_to(page.request, "workspace:discovery_note", pk=page.deal.id, note=note.id)
    return Next(_("Look at what your note holds"), _("It is kept, and nothing is on record from it yet."),
                _("Open the note"), url)  # fmt: skip


def _next_research(page: "DiscoveryPage") -> Next | None:
    """Only before the first talk: afterwards the buyer's own words count."""
    if page.all_facts or page.impact.lines or page.requirements:
        return None
    state = page.research.readiness.state
    if state == "unwritten":
        why = _("What you expect makes your questions sharper.")
        url = page.url("hypothesis" if page.research.sheet else "research")
        return Next(tell_unwritten(page.unwritten), why, _("Write it down"), url)
    if state in ("unchecked", "forgotten"):
        return Next(_("Answer the five questions from memory"), _("It takes a minute before you dial."),
                    _("Check yourself"), page.url("pre_call"))  # fmt: skip
    return None


def tell_unwritten(count: int) -> str:
    text = ngettext("Prepare the call: %(n)d question is open", "Prepare the call: %(n)d questions are open", count)
    return text % {"n": count}


def _next_fact(page: "DiscoveryPage") -> Next | None:
    if page.all_facts or page.impact.lines:
        return None
    return Next(_("Talk to them, then write one note"), _("Evidence, people, impact and the next step come from it."),
                _("After a call"), page.call_url)  # fmt: skip


def _next_impact(page: "DiscoveryPage") -> Next | None:
    if not page.impact.lacks:
        return None
    lacking = ", ".join(page.impact_lacks)
    needs_figure = page.impact.lacks[0] in ("figure", "per_month")
    return Next(_("Complete the sentence on impact: %(lacking)s") % {"lacking": lacking},
                _("A figure they agree with opens the gate to a solution."),
                _("Add a figure") if needs_figure else _("Write the sentence"),
                page.url("impact" if needs_figure else "summary"))  # fmt: skip


def _next_yes(page: "DiscoveryPage") -> Next | None:
    if page.impact.confirmation is not None:
        return None
    return Next(_("Let the buyer confirm the sentence on impact"), page.impact.sentence, _("They confirmed it"),
                page.url("confirm"))  # fmt: skip


def _next_terms(page: "DiscoveryPage") -> Next | None:
    if page.terms.sign_off is not None:
        return None
    if not page.gaps:
        return Next(_("Let the buyer sign off requirements and criteria"), _("Everything is there."),
                    _("They agreed"), page.url("sign_off"))  # fmt: skip
    more = len(page.gaps) - 1
    why = ngettext("%(n)d more thing is missing before the sign-off.",
                   "%(n)d more things are missing before the sign-off.", more) % {"n": more}  # fmt: skip
    return Next(page.gaps[0].text, why if more else "", _("Do it now"), page.gaps[0].url)
