"""The commitment meetings of a deal as they were known on a day.

Answers: the meeting under way or answered last, its seats, what is still owed before it. Does not answer: what a
refusal should lead to (the representative decides).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from landmark.buying.models import CommitmentMeeting, CommitmentSeat, Outcome
from landmark.buying.people import People
from landmark.deals.models import Deal
from landmark.engines.commitment import Item, MeetingFacts, check_meeting
from landmark.engines.facts import DealFacts
from landmark.orgs.as_of import AsOf
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class Commitment:
    """``meeting`` is None before the first one is planned; ``past`` are the others, newest first.

    ``is_answered`` is read for the day: a past day before the answer shows the meeting as planned.
    """

    meeting: CommitmentMeeting | None
    seats: tuple[CommitmentSeat, ...]
    past: tuple[CommitmentMeeting, ...]
    items: tuple[Item, ...]
    is_answered: bool

    @property
    def owed(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if not item.is_met)


def read_commitment(deal: Deal, people: People, facts: DealFacts, playbook: Playbook, as_of: AsOf) -> Commitment:
    rows = CommitmentMeeting.objects.filter(deal=deal, known_at__lte=as_of.known_by).order_by("-number")
    meetings = [_as_known(row, as_of) for row in rows]
    meeting = meetings[0] if meetings else None
    seats: Sequence[CommitmentSeat] = ()
    if meeting is not None:
        found = CommitmentSeat.objects.filter(meeting=meeting).select_related("stakeholder__person")
        seats = sorted(found, key=lambda seat: (not seat.is_needed, seat.stakeholder.person.name))
    items = check_meeting(meeting_facts(meeting, people, facts), playbook, as_of.on)
    answered = meeting is not None and meeting.outcome != Outcome.PLANNED
    return Commitment(meeting, tuple(seats), tuple(meetings[1:]), items, answered)


def _as_known(row: CommitmentMeeting, as_of: AsOf) -> CommitmentMeeting:
    """Without an answer that came later than the day."""
    if row.answered_at is not None and row.answered_at > as_of.known_by:
        row.outcome = Outcome.PLANNED
    return row


def meeting_facts(meeting: CommitmentMeeting | None, people: People, facts: DealFacts) -> MeetingFacts:
    keys = {evidence.key for evidence in facts.evidence}
    return MeetingFacts(
        people=people.facts, has_fit="fit_confirmed" in keys,
        has_value="impact_confirmed" in keys or bool(facts.amount),
        evaluation_cost=meeting.evaluation_cost if meeting else None,
        standing_cost=meeting.standing_cost if meeting else None, steps=len(meeting.steps) if meeting else 0,
        decide_by=meeting.decide_by if meeting else None,
    )  # fmt: skip


def draft_steps(playbook: Playbook, start_on: date, owner: str, lang: str) -> list[dict[str, str]]:
    """The steps a plan of the evaluation starts from, dated from the meeting."""
    return [
        {
            "text": playbook.text(f"commitment.step.{step.key}", lang), "owner": owner,
            "on": on_weekday(start_on + timedelta(days=step.after_days)).isoformat(),
        }
        for step in playbook.commitment.steps
    ]  # fmt: skip


def on_weekday(day: date) -> date:
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)


def total_saved(deal: Deal, as_of: AsOf) -> Decimal:
    """What early refusals on this deal kept from being spent."""
    rows = CommitmentMeeting.objects.filter(deal=deal, outcome=Outcome.REFUSED, answered_at__lte=as_of.known_by)
    return sum((row.cost_saved for row in rows if row.cost_saved), Decimal(0))
