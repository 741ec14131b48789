"""Discovery on the deal's overview.

Answers: where discovery stands and the one next thing to do. Does not answer: the page itself (``discovery``).
"""

from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.buying.models import (
    Agreement,
    Assumption,
    CallNote,
    Criterion,
    Fact,
    Hypothesis,
    ImpactLine,
    ImpactSummary,
    Requirement,
    ResearchSheet,
)
from landmark.workspace.presenters.discovery import DiscoveryPage
from landmark.workspace.presenters.discovery_next import tell_unwritten
from landmark.workspace.presenters.room import Card, Room

BEGUN_BY = (
    ResearchSheet, Hypothesis, CallNote, Fact, ImpactLine, ImpactSummary, Agreement, Requirement, Criterion, Assumption,
)  # fmt: skip


def read_card(room: Room) -> Card | None:
    page, url = DiscoveryPage(room.request, room.deal), room.link("discovery")
    tone: Literal["missing", "quiet"] = "missing" if page.is_open else "quiet"
    if "discovery" not in room.begun:
        step = tell_unwritten(len(page.part.pre_call)) if page.is_open else ""
        return Card(_("Discovery"), _("nothing heard yet"), tone, step, url)
    if page.next.is_done:
        return Card(_("Discovery"), _say_state(page), "ready", "", url)
    return Card(_("Discovery"), _say_state(page), tone, page.next.text if page.is_open else "", url)


def _say_state(page: DiscoveryPage) -> str:
    if page.terms.sign_off is not None:
        return _("impact and requirements agreed") if page.impact.confirmation else _("requirements agreed")
    if page.impact.confirmation is not None:
        return _("impact confirmed by %(name)s") % {"name": page.impact.confirmation.confirmed_by}
    if page.impact.lines:
        return _("impact in figures, not confirmed yet")
    count = len(page.all_facts)
    if count:
        return ngettext("%(n)d fact, no figure yet", "%(n)d facts, no figure yet", count) % {"n": count}
    return _("nothing heard yet")
