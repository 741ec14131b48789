"""The decision on the deal's overview.

Answers: where it stands and the one next thing to do. Does not answer: the page itself (``decision``).
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.closing.models import DecisionMeeting
from landmark.engines.decision import Standing
from landmark.workspace.presenters.decision import DecisionPage
from landmark.workspace.presenters.room import Card, Room

BEGUN_BY = (DecisionMeeting,)


def read_card(room: Room) -> Card | None:
    """On the overview once a meeting is planned, or a deal stands no more than two stages before the last."""
    if "decision" not in room.begun and room.stages_left is not None and room.stages_left > 2:
        return None
    page, url = DecisionPage(room.request, room.deal), room.link("decision")
    if not page.can_act:
        return Card(_("Decision"), _say_state(page), "quiet", "", url)
    now = page.now
    is_done = page.room.standing is Standing.SIGNED and not now.is_late
    return Card(_("Decision"), _say_state(page), "ready" if is_done else "missing", now.text, f"{url}#{now.anchor}")


def _say_state(page: DecisionPage) -> str:
    standing, count = page.room.standing, len(page.room.open_conditions)
    if page.room.decision is not None and page.is_over:
        number = page.room.count_without
        words = ngettext("%(n)d meeting without a decision", "%(n)d meetings without a decision", number)
        return words % {"n": number}
    if count and standing is Standing.VERBAL:
        return ngettext("yes, with %(n)d open condition", "yes, with %(n)d open conditions", count) % {"n": count}
    if standing is not Standing.OPEN:
        return {
            Standing.VERBAL: _("a spoken yes"), Standing.WRITTEN: _("yes in writing"), Standing.SIGNED: _("signed"),
            Standing.REFUSED: _("no"),
        }[standing]  # fmt: skip
    if page.meeting is not None:
        return page.meeting.get_state_display() + (f" · {page.when}" if page.ahead else "")
    return _("no meeting planned yet")
