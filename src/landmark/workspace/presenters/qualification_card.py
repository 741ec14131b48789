"""Qualification on a deal's overview: how many gates are open, and the one next thing.

Answers: the card. Does not answer: what the page shows (``presenters.qualification``).
"""

from typing import Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.engines.six_gates import decide, read_gates
from landmark.playbook.loader import load_playbook
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.known_facts import read_facts
from landmark.workspace.presenters.room import Card
from landmark.workspace.templatetags.workspace import link_to


def read_card(request: MemberRequest, deal: Deal) -> Card | None:
    playbook, lang = load_playbook(deal.playbook), get_language() or "en"
    if not playbook.qualification.gates or deal.is_closed:
        return None
    on = request.as_of.on
    facts = read_facts(request, deal)
    gates = read_gates(facts, playbook, on, lang)
    passed = sum(gate.is_passed for gate in gates)
    decision = decide(facts, playbook, gates, on, "")
    state = _("%(passed)d of %(all)d gates open") % {"passed": passed, "all": len(gates)}
    url = link_to(request, "workspace:qualification", pk=deal.id)
    tones: dict[str, Literal["ready", "missing", "quiet"]] = {"go": "ready", "route": "missing", "pause": "quiet"}
    step = decision.sentence if decision.kind == "route" else ""
    return Card(_("Qualification"), state, tones[decision.kind], step, url)
