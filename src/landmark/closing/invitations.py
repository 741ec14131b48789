"""Invitations to the decision meeting on their way: from rows to a calendar file, and by mail to the guests.

Answers: the calendar object of a meeting's current version; its issue on record; its mail. Does not answer: what a
calendar object looks like (``documents.invitation``), how mail is sent (``letter_actions``).

Issued inside the action's transaction, delivered after it: a mail server is no part of a transaction.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from landmark.closing.letter_actions import send_letter
from landmark.closing.mail import Enclosure, NewLetter, Recipient
from landmark.closing.models import DecisionMeeting, IssuedInvitation, Letter
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.documents.invitation import Guest, Invitation, Method, build_invitation, describe
from landmark.engines.audience import SHARED, see
from landmark.orgs.models import Member
from landmark.ui.formats import format_weekday


@dataclass(frozen=True, slots=True)
class Issued:
    """What is ready to be delivered."""

    deal: Deal
    meeting: DecisionMeeting
    method: Method
    content: bytes
    row: IssuedInvitation


def make_invitation(meeting: DecisionMeeting) -> Invitation:
    """The meeting as its guests read it: only what both sides may see."""
    shared = see(meeting, SHARED)
    guests = list(meeting.invitees.select_related("person", "member__user").order_by("id"))
    organizer = next(
        (m for m in (meeting.changed_by, meeting.deal.owner) if m is not None and m.user is not None), None
    )
    if organizer is None or organizer.user is None:
        raise Refused(
            _("An invitation comes from somebody with an e-mail address: give the deal an owner who has one.")
        )
    with translation.override(meeting.language):
        return Invitation(
            uid=meeting.uid,
            sequence=meeting.sequence,
            subject=shared.subject,
            goal=_("The aim of this meeting: a decision by its end."),
            agenda=tuple(
                _("%(minutes)d min: %(text)s") % {"minutes": point["minutes"], "text": point["text"]}
                for point in shared.agenda
            ),
            starts_at=shared.starts_at,
            duration_minutes=shared.duration_minutes,
            stamped_at=meeting.issued_at or meeting.created_at,
            organizer=Guest(organizer.name, organizer.user.email),
            guests=tuple(Guest(row.name, row.email) for row in guests),
            place=shared.place,
            when=tell_when(meeting),
            language=meeting.language,
        )


def tell_when(meeting: DecisionMeeting) -> str:
    """ "Thu 12 Mar 2026, 14:30 to 15:30 (Europe/Rome)"."""
    starts = meeting.local_start
    ends = starts + timedelta(minutes=meeting.duration_minutes)
    words = {"day": format_weekday(starts.date()), "from": f"{starts:%H:%M}", "to": f"{ends:%H:%M}"}
    return _("%(day)s, %(from)s to %(to)s (%(zone)s)") % {**words, "zone": meeting.time_zone}


def build_file(meeting: DecisionMeeting) -> tuple[Method, bytes]:
    """The newest version that was issued, as a file."""
    last = meeting.issues.order_by("issued_at", "sequence").last()
    method: Method = "CANCEL" if last is not None and last.method == "CANCEL" else "REQUEST"
    return method, build_invitation(make_invitation(meeting), method)


def issue(meeting: DecisionMeeting, method: Method, *, by: Member, via: str) -> Issued:
    """Put one version on record, within the caller's transaction."""
    meeting.changed_by, meeting.issued_at = by, timezone.now().replace(microsecond=0)
    meeting.save(update_fields=["state", "sequence", "changed_by", "issued_at", "version"])
    content = build_invitation(make_invitation(meeting), method)
    row = IssuedInvitation.objects.create(
        meeting=meeting, method=method, sequence=meeting.sequence, issued_at=meeting.issued_at, issued_by=by,
        mailed_count=len(_recipients(meeting)), sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return Issued(meeting.deal, meeting, method, content, row)


def deliver(issued: Issued, *, by: Member, via: str) -> Letter | None:
    """Mail it to every guest with an address; None when nobody has one."""
    meeting = issued.meeting
    recipients = _recipients(meeting)
    if not recipients:
        return None
    invitation = make_invitation(meeting)
    with translation.override(meeting.language):
        words = _("Cancelled: %(subject)s") if issued.method == "CANCEL" else "%(subject)s"
        if issued.method == "REQUEST" and meeting.sequence:
            words = _("Changed: %(subject)s")
    letter = NewLetter(
        kind="invitation",
        recipients=recipients,
        subject=words % {"subject": meeting.subject},
        body=describe(invitation),
        reply_to=invitation.organizer.email,
        sender_name=invitation.organizer.name,
        enclosures=[Enclosure("invitation.ics", "text/calendar", issued.content, issued.method)],
    )
    return send_letter(issued.deal, letter, by=by, token=f"invitation-{issued.row.id}", via=via)


def _recipients(meeting: DecisionMeeting) -> list[Recipient]:
    rows = meeting.invitees.select_related("person", "member__user").order_by("id")
    return [Recipient(row.email, row.name) for row in rows if row.email]
