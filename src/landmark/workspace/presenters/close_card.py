"""The card of the way to the signature on a deal's overview.

Answers: how far it is and the one next thing to do. Does not answer: what each page shows (``close``).
"""

from django.utils.translation import gettext as _

from landmark.closing.models import Blocker, CommercialSummary, Packet
from landmark.workspace.presenters.close import ClosePage
from landmark.workspace.presenters.close_stops import find_next, read_stops
from landmark.workspace.presenters.room import Card, Room

BEGUN_BY = (Packet, CommercialSummary, Blocker)


def read_card(room: Room) -> Card | None:
    """On the overview once something of the last mile exists, or the deal stands in its last two stages."""
    is_near = room.stages_left is not None and room.stages_left <= 1
    if not is_near and "close" not in room.begun:
        return None
    page = ClosePage(room.request, room.deal)
    stops = read_stops(page)
    found = find_next(page, stops)
    done = sum(stop.is_done for stop in stops)
    state = _("%(done)d of %(all)d steps to the signature and beyond") % {"done": done, "all": len(stops)}
    url = room.link(found.name if found else "close")
    return Card(_("Close"), state, "missing" if found else "ready", found.step if found else "", url)
