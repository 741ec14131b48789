"""Agenda and minutes of the decision meeting as its guests read them. Every field comes through the shareable view."""

from typing import Any

from django.utils.translation import override

from landmark.closing.models import Decision, DecisionMeeting, MeetingState, OnboardingStep, Outcome, RoadMapStep
from landmark.closing.models import Minutes as MinutesRow
from landmark.closing.papers.asked import Asked
from landmark.documents.meetings import Agenda, AgendaItem, Guest, Minutes, write_agenda, write_minutes
from landmark.documents.paper import Paper
from landmark.documents.steps import Step
from landmark.documents.writing import Writer
from landmark.engines.audience import SHARED, see


def read_agenda(it: Asked) -> Paper | None:
    """Of the meeting ahead; None while none is planned or its agenda is empty."""
    ahead = (MeetingState.PLANNED, MeetingState.INVITED)
    row = DecisionMeeting.objects.filter(deal=it.deal, state__in=ahead).last()
    meeting = see(row, SHARED)
    if row is None or not meeting.agenda:
        return None
    lead = row.deal.owner.name if row.deal.owner else ""
    return write_agenda(
        Agenda(
            frame=it.frame, subject=meeting.subject, goal=Writer(it.lang)("decision_goal"),
            starts_at=meeting.starts_at, zone=meeting.time_zone,
            place=meeting.place, guests=_guests(it, row),
            items=[AgendaItem(point["text"], int(point["minutes"]), lead) for point in meeting.agenda],
        )
    )  # fmt: skip


def _guests(it: Asked, row: DecisionMeeting, *, was_there: bool | None = None) -> list[Guest]:
    rows = row.invitees.select_related("person", "member").order_by("id")
    if was_there is not None:
        rows = rows.filter(was_there=was_there)
    return [_guest(it, see(invitee, SHARED)) for invitee in rows]


def _guest(it: Asked, invitee: Any) -> Guest:
    if invitee.person is not None:
        return Guest(invitee.person.name, invitee.person.title, it.frame.buyer)
    return Guest(invitee.member.name if invitee.member else "", "", it.frame.seller)


def read_minutes(it: Asked) -> Paper | None:
    """Of the last meeting held; None before there is a decision or words of it."""
    row = DecisionMeeting.objects.filter(deal=it.deal, state=MeetingState.HELD).last()
    if row is None:
        return None
    decision = Decision.objects.filter(meeting=row, withdrawn_at__isnull=True).select_related("said_by").first()
    written = see(MinutesRow.objects.filter(meeting=row).first(), SHARED)
    text = str(written.text).strip() if written else ""
    if decision is None and not text:
        return None
    meeting = see(row, SHARED)
    return write_minutes(
        Minutes(
            frame=it.frame, subject=meeting.subject, held_on=meeting.held_on, place=meeting.place,
            outcome=_tell_outcome(it, decision), decision=see(decision, SHARED).words if decision else "", text=text,
            present=_guests(it, row, was_there=True), absent=_guests(it, row, was_there=False),
            reasons=_reasons(it, decision), conditions=_conditions(decision), steps=_agreed(decision),
        )
    )  # fmt: skip


def _tell_outcome(it: Asked, row: Decision | None) -> str:
    if row is None:
        return ""
    with override(it.lang):
        return str(Outcome(see(row, SHARED).outcome).label)


def _reasons(it: Asked, row: Decision | None) -> list[str]:
    """Why they chose us. Why they did not is ours to learn from, not theirs to read back."""
    decision = see(row, SHARED)
    if decision is None or decision.outcome not in (Outcome.YES, Outcome.YES_BUT) or not decision.reason:
        return []
    return [it.label("win_reason", decision.reason)]


def _conditions(row: Decision | None) -> list[Step]:
    rows = RoadMapStep.objects.filter(decision=row, dropped_at__isnull=True) if row else ()
    steps = [see(step, SHARED) for step in rows]
    return [Step(step.text, _name(step.owner_person or step.owner_member), step.due_on) for step in steps]


def _agreed(row: Decision | None) -> list[Step]:
    steps = [see(step, SHARED) for step in OnboardingStep.objects.filter(decision=row)] if row else []
    return [Step(step.text, step.owner, step.due_on) for step in steps]


def _name(owner: Any) -> str:
    return str(owner.name) if owner is not None else ""
