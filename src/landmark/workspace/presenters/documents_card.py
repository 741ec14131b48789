"""Documents on a deal's overview: what went out last."""

from django.utils.translation import gettext as _

from landmark.closing.models import Letter, LetterState
from landmark.deals.models import Deal
from landmark.ui.formats import format_day
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.room import Card
from landmark.workspace.templatetags.workspace import link_to


def read_card(request: MemberRequest, deal: Deal) -> Card | None:
    url = link_to(request, "workspace:documents", pk=deal.id)
    rows = Letter.objects.filter(deal=deal, created_at__lte=request.as_of.known_by)
    last = rows.only("state", "subject", "sent_at").first()
    if last is None:
        return Card(_("Documents"), _("nothing mailed yet"), "quiet", _("Snapshot and plan as PDF"), url)
    if last.state != LetterState.SENT or last.sent_at is None:
        return Card(_("Documents"), _("“%(subject)s” was not sent") % {"subject": last.subject}, "missing",
                    _("Look at it and send it again"), url)  # fmt: skip
    day = format_day(last.sent_at.date(), year_of=request.as_of.on)
    state = _("“%(subject)s” sent %(day)s") % {"subject": last.subject, "day": day}
    return Card(_("Documents"), state, "ready", "", url)
