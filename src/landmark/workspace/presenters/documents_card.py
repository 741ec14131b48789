"""Documents on a deal's overview: what went out last."""

from django.utils.translation import gettext as _

from landmark.closing.models import Letter, LetterState
from landmark.ui.formats import format_day
from landmark.workspace.presenters.room import Card, Room

BEGUN_BY = (Letter,)


def read_card(room: Room) -> Card | None:
    url, last = room.link("documents"), None
    if "documents" in room.begun:
        rows = Letter.objects.filter(deal=room.deal, created_at__lte=room.as_of.known_by)
        last = rows.only("state", "subject", "sent_at").first()
    if last is None:
        return Card(_("Documents"), _("nothing mailed yet"), "quiet", _("Snapshot and plan as PDF"), url)
    if last.state != LetterState.SENT or last.sent_at is None:
        return Card(_("Documents"), _("“%(subject)s” was not sent") % {"subject": last.subject}, "missing",
                    _("Look at it and send it again"), url)  # fmt: skip
    day = format_day(last.sent_at.date(), year_of=room.as_of.on)
    state = _("“%(subject)s” sent %(day)s") % {"subject": last.subject, "day": day}
    return Card(_("Documents"), state, "ready", "", url)
