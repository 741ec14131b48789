"""Agenda before a meeting, minutes after it. For both sides.

Answers: what the guests get. Does not answer: the invitation in their calendars (an .ics file), our debrief.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from landmark.documents.paper import Facts, Frame, Lead, Lines, Paper, Part, Sheet
from landmark.documents.pictures import CannotDraw
from landmark.documents.steps import Step, list_steps
from landmark.documents.writing import NOTHING, Writer
from landmark.engines.audience import SHARED

_MARKS = "-•*"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """``outcome``: yes, no … in a word; ``decision``: in the buyer's own words. ``reasons``: why, as they gave them.
    ``conditions``: what a *yes, but* hangs on, each owned and dated. ``text``: as somebody wrote it; what it tells
    already is not told a second time."""

    frame: Frame
    subject: str
    held_on: date
    outcome: str = ""
    decision: str = ""
    place: str = ""
    present: Sequence[Guest] = ()
    absent: Sequence[Guest] = ()
    text: str = ""
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
    decision = write("decision_is", outcome=it.outcome) if it.outcome and it.decision else write("decision")
    parts: list[Part] = [
        Lead(it.decision or it.outcome, decision),
        Facts(when),
        Lines(write("reasons"), it.reasons),
        list_steps(write("conditions"), _untold(it.conditions, it.text), write),
        list_steps(write("agreed_steps"), _untold(it.steps, it.text), write),
        *_discussed(it.text, write),
        _guests(write("present"), () if _tells(it.text, it.present) else it.present, write),
        Lines("", [absent] if absent else []),
    ]
    return Paper(it.frame, SHARED, write("minutes"), it.subject, parts, ask=write("minutes_ask"))


def _untold(steps: Sequence[Step], text: str) -> Sequence[Step]:
    """The whole table unless the text has all of it: half a table would be read as all there is."""
    return () if all(step.text in text for step in steps) else steps


def _tells(text: str, guests: Sequence[Guest]) -> bool:
    return all(guest.name in text for guest in guests)


def _discussed(text: str, write: Writer) -> list[Part]:
    """Blocks between empty lines: a line above a list is its heading, other lines are paragraphs."""
    parts: list[Lines] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        items = [line.lstrip(_MARKS).strip() for line in lines if line[0] in _MARKS]
        if items and len(items) >= len(lines) - 1 and lines[-1][0] in _MARKS:
            parts.append(Lines("" if lines[0][0] in _MARKS else lines[0], items))
        else:
            parts += [Lines("", [line]) for line in lines]
    first = next((place for place, part in enumerate(parts) if not part.title), None)
    if first is not None:
        parts[first] = replace(parts[first], title=write("discussed"))
    return list(parts)
