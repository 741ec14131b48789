"""Planning the commitment meeting and recording its answer.

Answers: how a meeting is prepared, when a commitment counts, what a refusal keeps on record, how an answer is taken
back. Does not answer: whether the deal goes on after a refusal (a move of its own, with its reason).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.models import CommitmentMeeting, CommitmentSeat, Outcome
from landmark.deals import policies
from landmark.deals.actions.deals import edit_deal
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.proofs import prove, take_back
from landmark.engines.commitment import Seat, find_absent, find_unagreed, month_of, propose_saving, usual_months
from landmark.orgs.as_of import current_day
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Playbook, Strength

MOST_STEPS = 25


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """What is prepared. ``needed``: ids of the stakeholders who must be there."""

    planned_on: date | None = None
    steps: Sequence[Mapping[str, str]] = ()
    decide_by: date | None = None
    evaluation_cost: Decimal | None = None
    standing_cost: Decimal | None = None
    needed: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. ``cost_saved`` and ``reason`` belong to a refusal, ``next_on`` to an adjournment.

    Without ``cost_saved`` it follows from ``monthly_cost`` and the months a deal usually still takes.
    """

    outcome: str
    held_on: date
    came: Collection[UUID] = ()
    agrees: Collection[UUID] = ()
    benefit: str = ""
    reason: str = ""
    reason_text: str = ""
    cost_saved: Decimal | None = None
    monthly_cost: Decimal | None = None
    next_on: date | None = None
    sets_target: bool = field(default=False)


def plan_meeting(
    deal: Deal, *, by: Member, plan: MeetingPlan, if_version: int | None = None, via: str = "web"
) -> CommitmentMeeting:
    """Prepare the meeting: a new one, or the one still open."""
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        newest = CommitmentMeeting.objects.filter(deal=change.deal).order_by("-number").first()
        meeting = newest if newest and newest.outcome == Outcome.PLANNED else _new(change.deal, newest, by)
        _check_version(meeting, if_version)
        _check_plan(plan)
        meeting.planned_on, meeting.decide_by = plan.planned_on, plan.decide_by
        meeting.steps = [dict(step) for step in plan.steps if step.get("text", "").strip()]
        meeting.evaluation_cost, meeting.standing_cost = plan.evaluation_cost, plan.standing_cost
        meeting.version, meeting.author_name = meeting.version + 1, by.name
        meeting.save()
        _seat(meeting, plan.needed)
        change.record(
            "commitment.planned", number=meeting.number, version=meeting.version, planned_on=str(plan.planned_on or "")
        )
    return meeting


def answer_meeting(
    meeting: CommitmentMeeting, *, by: Member, answer: Answer, if_version: int | None = None, via: str = "web"
) -> CommitmentMeeting:
    """Record what came of it. A commitment needs those without whom it does not count, steps, a time frame and a yes
    of everybody who came; it puts the evidence on record. A refusal needs its reason."""
    with changing(meeting.deal, by=by, via=via, check=policies.check_can_pursue) as change:
        row = CommitmentMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        _check_version(row, if_version)
        if row.outcome != Outcome.PLANNED:
            raise policies.Refused(_("This meeting has its answer already. Take it back first, or plan another."))
        if answer.held_on > current_day(change.deal.org):
            raise policies.Refused(_("The meeting was held today or earlier; until then it is planned."))
        _mark(row, answer)
        _ANSWERS[answer.outcome](change, row, answer, load_playbook(change.deal.playbook))
        row.outcome, row.held_on, row.benefit = answer.outcome, answer.held_on, answer.benefit.strip()
        row.month = month_of(change.deal.opened_at.date(), answer.held_on)
        row.answered_at, row.version, row.author_name = timezone.now(), row.version + 1, by.name
        row.save()
        change.record(
            f"commitment.{answer.outcome}", note=answer.reason_text, number=row.number, month=row.month,
            reason=row.reason, cost_saved=str(row.cost_saved or ""),
        )  # fmt: skip
        if answer.outcome == Outcome.ADJOURNED:
            _plan_again(change.deal, row, answer, by)
    return row


def reopen_meeting(meeting: CommitmentMeeting, *, by: Member, via: str = "web") -> CommitmentMeeting:
    """Take an answer back: the meeting is planned again, its evidence is retracted, both stay in the ledger."""
    with changing(meeting.deal, by=by, via=via, check=policies.check_can_pursue) as change:
        newest = CommitmentMeeting.objects.filter(deal=change.deal).order_by("-number").first()
        row = CommitmentMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if row.outcome == Outcome.PLANNED:
            raise policies.Refused(_("There is nothing to take back here."))
        if newest is not None and newest.pk != row.pk:
            _drop_follow_up(newest)
        reason = _("The answer of the commitment meeting was taken back.")
        for pk in row.evidence_ids:
            take_back(change, UUID(pk), reason)
        row.outcome, row.answered_at, row.held_on, row.evidence_ids = Outcome.PLANNED, None, None, []
        row.reason, row.reason_text, row.cost_saved, row.month = "", "", None, None
        row.version += 1
        row.save()
        change.record("commitment.reopened", number=row.number)
    return row


def _drop_follow_up(newest: CommitmentMeeting) -> None:
    if newest.outcome != Outcome.PLANNED:
        raise policies.Refused(_("A later meeting has its answer: take that one back first."))
    newest.delete()


# What each answer asks for


def _give(change: Change, row: CommitmentMeeting, answer: Answer, playbook: Playbook) -> None:
    seats = [_seat_fact(seat) for seat in row.seats.select_related("stakeholder__person")]
    if absent := find_absent(seats, playbook):
        who = ", ".join(playbook.label("role", role).lower() for role in absent)
        raise policies.Refused(
            _("Without the %(who)s it is no commitment yet. Record the meeting as adjourned and set the next one.")
            % {"who": who}
        )
    if unagreed := find_unagreed(seats):
        raise policies.Refused(
            _("%(names)s came and did not agree to the steps and the time frame yet: settle it, or adjourn.")
            % {"names": ", ".join(unagreed)}
        )
    if not row.steps or row.decide_by is None:
        raise policies.Refused(_("A commitment names the steps to a decision and the day it is due."))
    needed = set(playbook.commitment.needed)
    names = [seat.name for seat in seats if seat.came and seat.roles & needed]
    title = _("Commitment to go on: %(steps)d steps, decision by %(day)s") % {
        "steps": len(row.steps), "day": row.decide_by.isoformat()
    }  # fmt: skip
    proof = prove(
        change, "commitment_to_proceed", strength=Strength.BUYER, on=answer.held_on, title=title, note=answer.benefit,
        author=", ".join(names),
    )  # fmt: skip
    row.evidence_ids = [str(proof)] if proof else []
    if answer.sets_target and row.decide_by != change.deal.target_on:
        edit_deal(change.deal, by=change.by, changes={"target_on": row.decide_by}, via=change.via)


def _refuse(change: Change, row: CommitmentMeeting, answer: Answer, playbook: Playbook) -> None:
    if answer.reason not in {item.key for item in playbook.commitment.refusals}:
        raise policies.Refused(_("Say why they refused: an early no is worth having when its reason is known."))
    row.reason, row.reason_text, row.cost_saved = answer.reason, answer.reason_text.strip(), answer.cost_saved
    if row.cost_saved is None and answer.monthly_cost is not None:
        month = month_of(change.deal.opened_at.date(), answer.held_on)
        row.cost_saved = propose_saving(answer.monthly_cost, month, usual_months(playbook))


def _adjourn(change: Change, row: CommitmentMeeting, answer: Answer, playbook: Playbook) -> None:
    if answer.next_on is None or answer.next_on <= answer.held_on:
        raise policies.Refused(_("Set the day on which you meet again."))
    row.reason_text = answer.reason_text.strip()


_ANSWERS: Mapping[str, Any] = {Outcome.GIVEN: _give, Outcome.REFUSED: _refuse, Outcome.ADJOURNED: _adjourn}


def _seat_fact(seat: CommitmentSeat) -> Seat:
    return Seat(seat.stakeholder.person.name, frozenset(seat.stakeholder.roles), seat.came, seat.agrees)


# The rows


def _new(deal: Deal, newest: CommitmentMeeting | None, by: Member) -> CommitmentMeeting:
    number = newest.number + 1 if newest else 1
    return CommitmentMeeting(deal=deal, number=number, version=0, known_at=timezone.now(), author_name=by.name)


def _seat(meeting: CommitmentMeeting, needed: Collection[UUID]) -> None:
    known = set(Stakeholder.objects.filter(deal_id=meeting.deal_id, pk__in=list(needed)).values_list("pk", flat=True))
    if known != set(needed):
        raise policies.Refused(_("Only people of this deal can be asked to the meeting."))
    meeting.seats.exclude(stakeholder__in=known).delete()
    for pk in known:
        CommitmentSeat.objects.update_or_create(meeting=meeting, stakeholder_id=pk, defaults={"is_needed": True})


def _mark(row: CommitmentMeeting, answer: Answer) -> None:
    """Who came and who agreed; somebody who came unasked gets a seat."""
    people = Stakeholder.objects.filter(deal_id=row.deal_id, pk__in=list(answer.came))
    for person in people:
        CommitmentSeat.objects.get_or_create(meeting=row, stakeholder=person, defaults={"is_needed": False})
    for seat in row.seats.all():
        seat.came = seat.stakeholder_id in set(answer.came)
        seat.agrees = seat.came and seat.stakeholder_id in set(answer.agrees)
        seat.save(update_fields=["came", "agrees"])


def _plan_again(deal: Deal, row: CommitmentMeeting, answer: Answer, by: Member) -> None:
    again = _new(deal, row, by)
    again.planned_on, again.steps, again.decide_by = answer.next_on, row.steps, row.decide_by
    again.evaluation_cost, again.standing_cost, again.version = row.evaluation_cost, row.standing_cost, 1
    again.save()
    for seat in row.seats.all():
        CommitmentSeat.objects.create(meeting=again, stakeholder_id=seat.stakeholder_id, is_needed=seat.is_needed)


def _check_version(meeting: CommitmentMeeting, if_version: int | None) -> None:
    policies.check_version(
        meeting.version, if_version, current=meeting, who=meeting.author_name,
        sentence=_("%(who)s changed this meeting while you had it open. What you typed is still here."),
    )  # fmt: skip


def _check_plan(plan: MeetingPlan) -> None:
    if len(plan.steps) > MOST_STEPS:
        raise policies.Refused(
            _("%(most)d steps are enough to agree on; the rest belongs into the plan.") % {"most": MOST_STEPS}
        )
    if plan.planned_on and plan.decide_by and plan.decide_by < plan.planned_on:
        raise policies.Refused(_("The decision is due after the meeting, not before it."))
