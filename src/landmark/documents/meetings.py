"""Agenda before a meeting, minutes after it. For both sides.

Answers: what the guests get. Does not answer: the invitation in their calendars (an .ics file), our debrief.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from landmark.documents.paper import Facts, Frame, Lead, Lines, Paper, Part, Sheet
from landmark.documents.pictures import CannotDraw
from landmark.documents.steps import Step, list_steps
from landmark.documents.writing import NOTHING, Writer
from landmark.engines.audience import SHARED


@dataclass(frozen=True, slots=True)
class Guest:
    """``company``: whose side. No stance, no role in the decision: both sides read it."""

    name: str
    title: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    title: str
    minutes: int
    lead: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """``goal``: what is decided by the end, said aloud. ``zone``: an IANA name; times are shown there."""

    frame: Frame
    subject: str
    goal: str
    starts_at: datetime
    zone: str
    items: Sequence[AgendaItem]
    guests: Sequence[Guest] = ()
    place: str = ""
    before: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """What was said on one item: a question, an objection and its answer, in words for both sides."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """``decision``: the outcome in a sentence. ``reasons``: why, as the buyer gave them. ``conditions``: what a
    *yes, but* hangs on, each owned and dated. ``notes``: paragraphs as somebody wrote them."""

    frame: Frame
    subject: str
    held_on: date
    decision: str
    place: str = ""
    present: Sequence[Guest] = ()
    absent: Sequence[Guest] = ()
    notes: Sequence[str] = ()
    points: Sequence[Point] = ()
    reasons: Sequence[str] = ()
    conditions: Sequence[Step] = ()
    steps: Sequence[Step] = ()
    next_meeting: str = ""


def write_agenda(it: Agenda) -> Paper:
    """Raises CannotDraw when there is nothing on it."""
    write = Writer(it.frame.lang)
    if not it.items:
        raise CannotDraw(write("empty_agenda"))
    total = sum(item.minutes for item in it.items)
    ends_at = it.starts_at + timedelta(minutes=total)
    time = f"{write.clock(it.starts_at, it.zone)}–{write.clock(ends_at, it.zone)} ({it.zone.replace('_', ' ')})"
    when = [(write("day"), write.weekday(it.starts_at, it.zone)), (write("time"), time)]
    if it.place:
        when.append((write("place"), it.place))
    when.append((write("length"), write("minutes_long", count=total)))
    parts: list[Part] = [
        Lead(it.goal, write("goal_meeting")),
        Facts(when),
        _items(it, write),
        _guests(write("guests"), it.guests, write),
        Lines(write("please_before"), it.before, mark="box"),
    ]
    return Paper(it.frame, SHARED, write("agenda"), it.subject, parts)


def _items(it: Agenda, write: Writer) -> Sheet:
    head = (write("time"), write("item"), write("who_leads"), write("minutes_short"))
    rows, at = [], it.starts_at
    for item in it.items:
        words = f"{item.title}\n{item.note}" if item.note else item.title
        rows.append((write.clock(at, it.zone), words, item.lead or NOTHING, str(item.minutes)))
        at += timedelta(minutes=item.minutes)
    return Sheet(write("agenda"), head, rows, widths=(0, 1.8, 0.7, 0))


def _guests(title: str, guests: Sequence[Guest], write: Writer) -> Sheet:
    rows = [(guest.name, guest.title or NOTHING, guest.company or NOTHING) for guest in guests]
    return Sheet(title, (write("person"), write("job"), write("company")), rows, widths=(1, 1, 1))


def write_minutes(it: Minutes) -> Paper:
    write = Writer(it.frame.lang)
    when = [(write("day"), write.day(it.held_on))]
    if it.place:
        when.append((write("place"), it.place))
    if it.next_meeting:
        when.append((write("next_meeting"), it.next_meeting))
    absent = write("absent", names=write.people(*(guest.name for guest in it.absent))) if it.absent else ""
    parts: list[Part] = [
        Lead(it.decision, write("decision")),
        Facts(when),
        Lines(write("reasons"), it.reasons),
        list_steps(write("conditions"), it.conditions, write),
        list_steps(write("agreed_steps"), it.steps, write),
        Lines(write("discussed"), it.notes),
        Sheet(
            "" if it.notes else write("discussed"),
            (write("item"), write("said")),
            [(p.topic, p.text) for p in it.points],
            (0.6, 1.4),
        ),
        _guests(write("present"), it.present, write),
        Lines("", [absent] if absent else []),
    ]
    return Paper(it.frame, SHARED, write("minutes"), it.subject, parts, ask=write("minutes_ask"))
