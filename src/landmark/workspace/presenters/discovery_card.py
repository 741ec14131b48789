"""Discovery on the deal's overview.

Answers: where discovery stands and the one next thing to do. Does not answer: the page itself (``discovery``).
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.deals.models import Deal
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.discovery import DiscoveryPage
from landmark.workspace.presenters.room import Card
from landmark.workspace.templatetags.workspace import link_to


def read_card(request: MemberRequest, deal: Deal) -> Card | None:
    page = DiscoveryPage(request, deal)
    url = link_to(request, "workspace:discovery", pk=deal.id)
    step = page.next
    if step.is_done:
        return Card(_("Discovery"), _say_state(page), "ready", "", url)
    can_act = page.can_edit and page.is_open
    return Card(_("Discovery"), _say_state(page), "missing" if can_act else "quiet", step.text if can_act else "", url)


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
