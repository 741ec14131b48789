"""The decision on the deal's overview.

Answers: where it stands and the one next thing to do. Does not answer: the page itself (``decision``).
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.closing.models import DecisionMeeting
from landmark.engines.decision import Standing
from landmark.ui.formats import format_day
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
    is_done = not now.text or page.room.standing is Standing.SIGNED and not now.is_late
    goal = room.link(now.page) if now.page else f"{url}#{now.anchor}"
    return Card(_("Decision"), _say_state(page), "ready" if is_done else "missing", now.text, goal)


def _say_state(page: DecisionPage) -> str:
    standing, count = page.room.standing, len(page.room.open_conditions)
    if page.room.decision is not None and page.is_over:
        number = page.room.count_without
        words = ngettext("%(n)d meeting without a decision", "%(n)d meetings without a decision", number)
        return words % {"n": number}
    if count and standing is Standing.VERBAL:
        state = ngettext("yes, with %(n)d open condition", "yes, with %(n)d open conditions", count) % {"n": count}
        return f"{state}{_say_effect(page)}"
    if standing is not Standing.OPEN:
        return {
            Standing.VERBAL: _("a spoken yes"), Standing.WRITTEN: _("yes in writing"), Standing.SIGNED: _("signed"),
            Standing.REFUSED: _("no"),
        }[standing]  # fmt: skip
    if page.meeting is not None:
        return page.meeting.get_state_display() + (f" · {page.when}" if page.ahead else "")
    return _("no meeting planned yet")


def _say_effect(page: DecisionPage) -> str:
    """What waiting for the last condition does to the deal's curve."""
    found = page.road_map_curve
    if found is None:
        return ""
    day = format_day(found.curve.asked_on, year_of=page.as_of.on)
    words = {"day": day, "before": found.curve.told, "after": found.curve.later}
    return _(": %(after)s instead of %(before)s won by %(day)s") % words
