"""A shared plan as a calendar file: one all-day entry an action, the weekly check-in as a series.

Answers: the bytes of an .ics file that any calendar can subscribe to or take in (RFC 5545, METHOD:PUBLISH). Does not
answer: what the plan says (``plans``), invitations that ask for an answer (``invitation``). Every entry keeps its UID
and gets a higher SEQUENCE with each change, so that taking the file in again moves entries instead of doubling them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from icalendar import Calendar, Event, vText

PRODUCT = "-//Landmark//Action plan//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """``lines``: what stands below the title, for both sides. ``changed_at``: when it was last written."""

    uid: str
    sequence: int
    title: str
    on: date
    changed_at: datetime
    lines: Sequence[str] = ()
    state: Literal["open", "done", "dropped"] = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """A talk every week from ``first_on`` to ``last_on``, on the weekday of the first."""

    uid: str
    sequence: int
    title: str
    first_on: date
    last_on: date
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCalendar:
    title: str
    entries: Sequence[PlanEntry]
    check_in: CheckIn | None = None
    language: str = "en"


def build_plan_calendar(it: PlanCalendar) -> bytes:
    """The file; the same plan gives the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(it.title))
    for entry in it.entries:
        calendar.add_component(_entry(entry, it.language))
    if it.check_in is not None and it.check_in.first_on <= it.check_in.last_on:
        calendar.add_component(_check_in(it.check_in, it.language))
    return bytes(calendar.to_ical())


def _entry(entry: PlanEntry, language: str) -> Event:
    event = _event(entry.uid, entry.sequence, entry.changed_at, entry.title, entry.on, language)
    if entry.lines:
        event.add("description", vText("\n".join(entry.lines)), parameters={"LANGUAGE": language})
    event.add("status", "CANCELLED" if entry.state == "dropped" else "CONFIRMED")
    return event


def _check_in(found: CheckIn, language: str) -> Event:
    event = _event(found.uid, found.sequence, found.changed_at, found.title, found.first_on, language)
    event.add("rrule", {"freq": "weekly", "until": found.last_on})
    event.add("status", "CONFIRMED")
    return event


def _event(uid: str, sequence: int, changed_at: datetime, title: str, on: date, language: str) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", changed_at.astimezone(UTC))
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", vText(title), parameters={"LANGUAGE": language})
    event.add("transp", "TRANSPARENT")
    return event
