"""What the forms of the tab Decision do before the meeting: what it needs, and the invitation.

Answers: from what was typed to the action it asks for, and the sentence that follows. Does not answer: whether it may
be done (the actions say). Every handler takes the page and the sent form, and returns a sentence or raises ``Refused``.
"""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.closing import meeting_actions as meetings
from landmark.closing import offer_actions
from landmark.closing.meeting_input import MeetingInput
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.policies import Refused
from landmark.playbook.schema import Strength
from landmark.ui.numbers import read_count
from landmark.workspace.presenters.decision import DecisionPage
from landmark.workspace.presenters.decision_standing import tell_day_off
from landmark.workspace.typed import read_day, read_ids, read_text
from landmark.workspace.views.decision_typed import Acts, read_file, read_person, read_version, tell_letter


def _entry(page: DecisionPage, data: QueryDict) -> str:
    """A word of the buyer that the meeting's door asks for."""
    key, person = data.get("key", ""), read_person(page, data)
    checks = [check for gate in page.playbook.gates_at("meeting") for check in gate.checks]
    if key not in {getattr(check, "evidence", "") for check in checks} - {"", "actions_done"}:
        raise Refused(_("The meeting's door does not ask for this."))
    if person is None:
        raise Refused(_("Choose whose word it is from the people of this deal."))
    add_evidence(
        page.deal, by=page.request.member, key=key, strength=Strength.BUYER, occurred_on=page.as_of.on,
        title=read_text(data, "title", 200), author=person.name, attachment=read_file(page),
    )  # fmt: skip
    return _("“%(evidence)s” is on record.") % {"evidence": page.playbook.label("milestone", key, page.lang)}


def _ready(page: DecisionPage, data: QueryDict) -> str:
    meetings.confirm_promises(page.deal, by=page.request.member)
    return _("On record: everything that was promised is done.")


def _paper(page: DecisionPage, data: QueryDict) -> str:
    kind, do = data.get("kind", ""), data.get("do", "made")
    by = page.request.member
    if do == "sent":
        offer_actions.mark_sent(page.deal, by=by, kind=kind, tender_reason=read_text(data, "tender_reason", 300))
        return _("On record as sent.")
    offer_actions.mark_made(page.deal, by=by, kind=kind, is_made=do == "made", attachment=read_file(page))
    return _("On record as made.") if do == "made" else _("Taken back.")


def _part(page: DecisionPage, data: QueryDict) -> str:
    offer_actions.save_part(
        page.deal, by=page.request.member, key=data.get("key", ""), text=read_text(data, "text", 1000),
        challenge=read_text(data, "challenge", 300), value=read_text(data, "value", 300),
    )  # fmt: skip
    return _("Saved.")


def _drafts(page: DecisionPage, data: QueryDict) -> str:
    for key, text in page.drafts.items():
        if key in page.part.offer_parts and key not in page.room.parts:
            offer_actions.save_part(page.deal, by=page.request.member, key=key, text=text)
    return _("The parts are written from what is on record; change what you like.")


# Invite


def _plan(page: DecisionPage, data: QueryDict) -> str:
    meeting, letter = meetings.plan_meeting(
        page.deal, _read_plan(data), by=page.request.member, if_version=read_version(data)
    )
    if meeting.state != "invited":
        return " ".join((_("Saved. Nothing has gone out yet."), tell_day_off(page.deal, meeting))).strip()
    return tell_letter(letter, _("The update is out.")) if letter else _("Saved.")


def _read_plan(data: QueryDict) -> MeetingInput:
    day, zone = read_day(data, "day"), data.get("zone", "UTC")
    if day is None:
        raise Refused(_("Choose the day of the meeting."))
    try:
        clock = datetime.strptime(data.get("time", ""), "%H:%M").time()  # noqa: DTZ007 - the zone comes next
        starts_at = datetime.combine(day, clock, ZoneInfo(zone))
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:  # a folder of zones is an OSError
        raise Refused(_("Write the time as hours and minutes, for example 14:30, in a known time zone.")) from error
    points = [
        (read_text(data, f"agenda-{n}-key", 60), text, read_count(data.get(f"agenda-{n}-minutes", "")) or 0)
        for n in range(min(read_count(data.get("rows", "")) or 0, 20))
        if (text := read_text(data, f"agenda-{n}-text", 200))
    ]
    return MeetingInput(
        subject=read_text(data, "subject", 201), starts_at=starts_at,
        duration_minutes=read_count(data.get("minutes", "")) or 0, time_zone=zone, agenda=points,
        place=read_text(data, "place", 300),
        language="it" if data.get("language") == "it" else "en", people=read_ids(data, "people"),
        members=read_ids(data, "members"),
    )  # fmt: skip


def _invite(page: DecisionPage, data: QueryDict) -> str:
    _meeting, letter = meetings.send_invitation(page.deal, by=page.request.member)
    return tell_letter(letter, _("The invitation is out."))


def _cancel(page: DecisionPage, data: QueryDict) -> str:
    letter = meetings.cancel_meeting(page.deal, by=page.request.member)
    return tell_letter(letter, _("The meeting is cancelled.")) if letter else _("The meeting is cancelled.")


ACTS: Acts = {
    "entry": (_entry, "prepare"), "ready": (_ready, "prepare"), "paper": (_paper, "prepare"), "part": (_part, "decide"),
    "drafts": (_drafts, "decide"), "plan": (_plan, "invite"), "invite": (_invite, "meet"),
    "cancel": (_cancel, "invite"),
}  # fmt: skip
