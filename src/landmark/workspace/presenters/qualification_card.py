"""Qualification on a deal's overview: how many gates are open, and the one next thing.

Answers: the card. Does not answer: what the page shows (``presenters.qualification``).
"""

from typing import Literal

from django.db.models import Model
from django.utils.translation import gettext as _

from landmark.engines.six_gates import decide, read_gates
from landmark.workspace.presenters.room import Card, Room

BEGUN_BY: tuple[type[Model], ...] = ()


def read_card(room: Room) -> Card | None:
    """Made of the deal's facts alone."""
    playbook, on = room.playbook, room.as_of.on
    if not playbook.qualification.gates or room.deal.is_closed:
        return None
    gates = read_gates(room.facts, playbook, on, room.lang)
    passed = sum(gate.is_passed for gate in gates)
    decision = decide(room.facts, playbook, gates, on, "")
    state = _("%(passed)d of %(all)d gates open") % {"passed": passed, "all": len(gates)}
    url = room.link("qualification")
    tones: dict[str, Literal["ready", "missing", "quiet"]] = {"go": "ready", "route": "missing"}
    step = decision.sentence if decision.kind == "route" else ""
    return Card(_("Qualification"), state, tones.get(decision.kind, "quiet"), step, url)
