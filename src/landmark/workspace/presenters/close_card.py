"""The card of the way to the signature on a deal's overview.

Answers: how far it is and the one next thing to do. Does not answer: what each page shows (``close``).
"""

from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.close import ClosePage
from landmark.workspace.presenters.close_stops import find_next, read_stops
from landmark.workspace.presenters.room import Card
from landmark.workspace.templatetags.workspace import link_to


def read_card(request: MemberRequest, deal: Deal) -> Card | None:
    """On the overview once something of the last mile exists, or the deal stands in its last two stages."""
    page = ClosePage(request, deal)
    place = page.playbook.position(page.facts.stage)
    is_near = place is not None and place >= len(page.playbook.open_stages) - 2
    if not is_near and page.packet.current is None and page.summary is None and not page.blockers:
        return None
    stops = read_stops(page)
    found = find_next(stops)
    done = sum(stop.is_done for stop in stops)
    state = _("%(done)d of %(all)d steps to the signature and beyond") % {"done": done, "all": len(stops)}
    url = link_to(request, f"workspace:{found.name if found else 'close'}", pk=deal.id)
    return Card(_("Close"), state, "missing" if found else "ready", found.step if found else "", url)
