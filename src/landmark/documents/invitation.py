"""The decision meeting as a calendar object: RFC 5545 for its form, RFC 5546 for what it asks of a calendar.

Answers: an invitation, its updates and its cancellation as bytes of an .ics file. Does not answer: to whom it goes and
when (``closing``). One meeting keeps one UID; each version has a higher SEQUENCE, and a cancellation has the highest.
Times are written in UTC, so no calendar needs to know our zone; the words of the description name it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Landmark//Decision meeting//EN"
Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody asked to come. Guests without an address get the file by another way and are not named in it."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One version of a meeting. ``goal`` and ``agenda``: words for both sides; ``stamped_at``: when it was issued."""

    uid: str
    sequence: int
    subject: str
    goal: str
    agenda: tuple[str, ...]
    starts_at: datetime
    duration_minutes: int
    stamped_at: datetime
    organizer: Guest
    guests: tuple[Guest, ...]
    place: str = ""
    when: str = ""
    language: str = "en"


def build_invitation(invitation: Invitation, method: Method = "REQUEST") -> bytes:
    """The file. Raises ValueError where a calendar would not know what to do with it."""
    _check(invitation)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(invitation, method))
    return bytes(calendar.to_ical())


def _check(invitation: Invitation) -> None:
    if invitation.starts_at.tzinfo is None or invitation.stamped_at.tzinfo is None:
        raise ValueError("a meeting starts at a moment with a time zone")
    if not invitation.organizer.email:
        raise ValueError("an invitation names whom to answer: the organizer's address is missing")
    if invitation.duration_minutes < 1 or not invitation.agenda:
        raise ValueError("a meeting takes time and has an agenda")


def _event(invitation: Invitation, method: Method) -> Event:
    event = Event()
    starts_at = invitation.starts_at.astimezone(UTC)
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.stamped_at.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=invitation.duration_minutes))
    event.add("summary", vText(invitation.subject), parameters={"LANGUAGE": invitation.language})
    event.add("description", vText(describe(invitation)), parameters={"LANGUAGE": invitation.language})
    if invitation.place:
        event.add("location", vText(invitation.place))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    event.add("organizer", _address(invitation.organizer))
    for guest in invitation.guests:
        if guest.email:
            event.add("attendee", _attendee(guest, method), encode=False)
    return event


def _address(guest: Guest) -> vCalAddress:
    address = vCalAddress(f"mailto:{guest.email}")
    # Quotation marks and control characters cannot stand in a parameter, whatever somebody is called.
    name = "".join("'" if letter == '"' else letter for letter in guest.name if letter.isprintable())
    address.params["CN"] = vText(name or guest.email)
    return address


def _attendee(guest: Guest, method: Method) -> vCalAddress:
    address = _address(guest)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    if method == "REQUEST":
        address.params["PARTSTAT"] = vText("NEEDS-ACTION")
        address.params["RSVP"] = vText("TRUE")
    return address


def describe(invitation: Invitation) -> str:
    """The invitation in words: its goal first, then when, where and the agenda. Also the body of the mail."""
    head = [invitation.goal, *(line for line in (invitation.when, invitation.place) if line)]
    return "\n".join(head) + "\n\n" + "\n".join(f"{number}. {text}" for number, text in enumerate(invitation.agenda, 1))
