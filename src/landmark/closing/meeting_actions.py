"""Calling the decision meeting and holding it.

Answers: planning, inviting, updating and cancelling; starting it once its door opens; review, offer and objections
during it. Does not answer: what was decided (``decision_actions``), what an invitation looks like
(``documents.invitation``), whether a door opens (``engines.gates``).
"""

from collections.abc import Collection
from datetime import UTC, date
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.closing.decisions import read_room
from landmark.closing.invitations import deliver, issue
from landmark.closing.meeting_input import MeetingInput, check_plan
from landmark.closing.models import DecisionMeeting, Invitee, Letter, MeetingState, Minutes, Objection, Review
from landmark.closing.working import check_day
from landmark.deals.actions.meeting_door import pass_meeting_door
from landmark.deals.changing import changing
from landmark.deals.inputs import OverrideInput
from landmark.deals.models import Deal, Person
from landmark.deals.policies import Refused, check_can_pursue, check_version
from landmark.deals.proofs import prove
from landmark.engines import decision as rules
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

AHEAD = (MeetingState.PLANNED, MeetingState.INVITED)
COMPARED = ("subject", "starts_at", "duration_minutes", "time_zone", "place", "agenda", "language")


# Before the meeting


def plan_meeting(
    deal: Deal, plan: MeetingInput, *, by: Member, if_version: int | None = None, via: str = "web"
) -> tuple[DecisionMeeting, Letter | None]:
    """Save the meeting that lies ahead. Once invitations are out, each change goes out as an update."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        check_plan(change.deal, plan)
        found = change.deal.decision_meetings.filter(state__in=AHEAD).first()
        if found is not None:
            told = _("%(who)s changed this meeting while you had it open. Yours is below; nothing you typed is lost.")
            who = found.changed_by.name if found.changed_by else ""
            check_version(found.version, if_version, current=found, sentence=told, who=who)
        meeting: DecisionMeeting = found or _new_meeting(change.deal)
        is_changed = _apply(meeting, plan, by)
        change.record(
            "decision_meeting.planned", meeting=str(meeting.id), starts_at=meeting.starts_at.isoformat(),
            people=len(plan.people), members=len(plan.members),
        )  # fmt: skip
        sent = None
        if is_changed and meeting.state == MeetingState.INVITED:
            meeting.sequence += 1
            sent = issue(meeting, "REQUEST", by=by, via=via)
    return meeting, deliver(sent, by=by, via=via) if sent else None


def _new_meeting(deal: Deal) -> DecisionMeeting:
    last = deal.decision_meetings.order_by("-number").first()
    return DecisionMeeting(deal=deal, number=last.number + 1 if last else 1, uid=f"{uuid4()}@landmark", version=0)


def _apply(meeting: DecisionMeeting, plan: MeetingInput, by: Member) -> bool:
    """Write the plan into the rows; True when anything a guest sees is another than before."""
    agenda = [{"key": key, "text": text.strip(), "minutes": minutes} for key, text, minutes in plan.agenda]
    values: dict[str, Any] = {
        "subject": plan.subject.strip(), "starts_at": plan.starts_at.astimezone(UTC), "time_zone": plan.time_zone,
        "duration_minutes": plan.duration_minutes, "place": plan.place.strip(), "agenda": agenda,
        "language": plan.language,
    }  # fmt: skip
    is_changed = any(getattr(meeting, name) != values[name] for name in COMPARED) if meeting.version else True
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.changed_by, meeting.version = by, meeting.version + 1
    meeting.save()
    return _set_guests(meeting, plan) or is_changed


def _set_guests(meeting: DecisionMeeting, plan: MeetingInput) -> bool:
    before = {(row.person_id, row.member_id) for row in meeting.invitees.all()}
    after = {(person, None) for person in plan.people} | {(None, member) for member in plan.members}
    for person, member in before - after:
        meeting.invitees.filter(Q(person_id=person) if person else Q(member_id=member)).delete()
    Invitee.objects.bulk_create(Invitee(meeting=meeting, person_id=p, member_id=m) for p, m in after - before)
    return before != after


def send_invitation(deal: Deal, *, by: Member, via: str = "web") -> tuple[DecisionMeeting, Letter | None]:
    """Issue the first invitation. The letter is None when no guest has an address."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        meeting = _ahead(change.deal)
        if meeting.state == MeetingState.INVITED:
            raise Refused(_("The invitation is out already; save a change to send an update."))
        meeting.state = MeetingState.INVITED
        sent = issue(meeting, "REQUEST", by=by, via=via)
        change.record("decision_meeting.invited", meeting=str(meeting.id), sequence=meeting.sequence)
    return meeting, deliver(sent, by=by, via=via)


def cancel_meeting(deal: Deal, *, by: Member, via: str = "web") -> Letter | None:
    """Take the meeting back; guests who were invited get the cancellation."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        meeting = _ahead(change.deal)
        sent = drop_meeting(meeting, by=by, via=via)
        change.record("decision_meeting.cancelled", meeting=str(meeting.id), sequence=meeting.sequence)
    return deliver(sent, by=by, via=via) if sent else None


def drop_meeting(meeting: DecisionMeeting, *, by: Member, via: str) -> Any:
    """The write alone, for actions that already hold the deal; what there is to deliver, None when nobody was asked."""
    was_invited = meeting.state == MeetingState.INVITED
    meeting.state = MeetingState.CANCELLED
    meeting.version += 1
    if not was_invited:
        meeting.save(update_fields=["state", "version"])
        return None
    meeting.sequence += 1
    return issue(meeting, "CANCEL", by=by, via=via)


def _ahead(deal: Deal) -> DecisionMeeting:
    meeting: DecisionMeeting | None = deal.decision_meetings.filter(state__in=AHEAD).first()
    if meeting is None:
        raise Refused(_("No decision meeting lies ahead. Plan one first."))
    return meeting


def confirm_promises(deal: Deal, *, by: Member, via: str = "web") -> None:
    """Everything that was promised is done: proof for the door of the meeting."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        as_of = latest(deal.org)
        if read_room(change.deal, as_of).prepared.open_actions:
            raise Refused(_("Something that was promised is not done yet; the list above names it."))
        title = _("Everything that was promised is done")
        prove(change, "actions_done", strength=Strength.DOCUMENTED, on=as_of.on, title=title)


# In the meeting


def start_meeting(
    deal: Deal, *, by: Member, there: Collection[UUID], is_aim_said: bool, held_on: date | None = None,
    override: OverrideInput | None = None, via: str = "web",
) -> DecisionMeeting:  # fmt: skip
    """Open the meeting: who is there, and the aim said aloud. Raises ``MoveRefused`` while its door is held."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        meeting = _ahead(change.deal)
        if not is_aim_said:
            raise Refused(_("Say aloud that a decision by the end is the aim, then start."))
        if not meeting.invitees.filter(id__in=there, person__isnull=False).exists():
            raise Refused(_("Tick who of the buyer's side is there. If nobody came, record that below."))
        if override is None:
            _check_papers(change.deal)
        result = pass_meeting_door(change.deal, by=by, overrides=[override] if override else [])
        day = check_day(
            held_on, change.deal, _("A meeting that was held lies in the past: choose today or an earlier day.")
        )
        set_held(meeting, day, there)
        meeting.is_aim_said = True
        meeting.save(update_fields=["is_aim_said"])
        Minutes.objects.create(
            meeting=meeting, deal=change.deal, language=meeting.language, written_by=by,
            due_on=rules.minutes_due_on(load_playbook(deal.playbook).decision, day),
        )  # fmt: skip
        gates = [f"{gate.gate}: {gate.status}" for gate in result.gates]
        change.record("decision_meeting.held", meeting=str(meeting.id), gates=gates)
    return meeting


def _check_papers(deal: Deal) -> None:
    """The offer and its one-page summary are made before they are presented."""
    playbook, lang = load_playbook(deal.playbook), get_language() or "en"
    made = set(deal.offer_papers.exclude(made_on=None).values_list("kind", flat=True))
    unmade = [paper.key for paper in playbook.decision.papers if paper.needed and paper.key not in made]
    if unmade:
        names = ", ".join(playbook.text(f"decision.paper.{key}", lang) for key in unmade)
        raise Refused(_("Make this first, it is presented at the meeting: %(papers)s.") % {"papers": names})


def set_held(meeting: DecisionMeeting, on: date, there: Collection[UUID]) -> None:
    meeting.state, meeting.held_on, meeting.version = MeetingState.HELD, on, meeting.version + 1
    meeting.save(update_fields=["state", "held_on", "version"])
    meeting.invitees.update(was_there=False)
    meeting.invitees.filter(id__in=there).update(was_there=True)


def find_held(deal: Deal) -> DecisionMeeting:
    """The meeting under way: the newest that was held."""
    meeting: DecisionMeeting | None = deal.decision_meetings.filter(state=MeetingState.HELD).order_by("-number").first()
    if meeting is None:
        raise Refused(_("Start the meeting first."))
    return meeting


def check_person(deal: Deal, person: Person | None) -> Person:
    if person is None or not deal.stakeholders.filter(person=person).exists():
        raise Refused(_("Choose whose word it is from the people of this deal."))
    return person


def record_review(deal: Deal, *, by: Member, answer: str, person: Person | None, via: str = "web") -> DecisionMeeting:
    """What the buyer says of everything done so far. Ready is proof that it was gone through and understood."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        meeting = find_held(change.deal)
        if answer not in Review.values:
            raise Refused(_("Choose what they said."))
        who = check_person(change.deal, person)
        meeting.review, meeting.review_by = answer, who
        meeting.version += 1
        meeting.save(update_fields=["review", "review_by", "version"])
        if rules.may_present(answer) and meeting.held_on is not None:
            keys = ["review_confirmed"]
            if load_playbook(deal.playbook).decision_held == "in_value_presentation":
                keys.append("value_confirmed")
            for key in keys:
                prove(
                    change, key, strength=Strength.BUYER, on=meeting.held_on, author=who.name,
                    title=_("Gone through together at the decision meeting"),
                )  # fmt: skip
        change.record("decision_meeting.reviewed", meeting=str(meeting.id), answer=answer)
    return meeting


def present_part(deal: Deal, *, by: Member, key: str, via: str = "web") -> DecisionMeeting:
    """Tick the next part of the offer as presented."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        meeting = find_held(change.deal)
        part = load_playbook(deal.playbook).decision
        if not rules.may_present(meeting.review):
            raise Refused(_("The offer comes once they said in the review that they are ready."))
        if key != rules.next_part(part, meeting.shown_parts):
            raise Refused(_("The offer is presented in order: the part before comes first."))
        meeting.shown_parts = [*meeting.shown_parts, key]
        meeting.save(update_fields=["shown_parts"])
        change.record("decision_meeting.presented", meeting=str(meeting.id), part=key)
    return meeting


def take_back_part(deal: Deal, *, by: Member, via: str = "web") -> DecisionMeeting:
    """Untick the part ticked last."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        meeting = find_held(change.deal)
        if not meeting.shown_parts:
            raise Refused(_("No part of the offer is ticked."))
        change.record("decision_meeting.part_taken_back", meeting=str(meeting.id), part=meeting.shown_parts[-1])
        meeting.shown_parts = meeting.shown_parts[:-1]
        meeting.save(update_fields=["shown_parts"])
    return meeting


def save_objection(
    deal: Deal, *, by: Member, words: str, person: Person | None = None, question: str = "", root_cause: str = "",
    cause: str = "", answer: str = "", objection: Objection | None = None, via: str = "web",
) -> Objection:  # fmt: skip
    """Note what somebody minds, or what lies beneath it. It is settled once its root is known and answered."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        if not words.strip():
            raise Refused(_("Write the objection in their own words."))
        if cause and cause not in load_playbook(deal.playbook).decision.causes:
            raise Refused(_("Choose what lies beneath from the playbook's list."))
        if objection is not None and objection.deal_id != deal.id:
            raise Refused(_("This objection is not of this deal."))
        row = objection or Objection(deal=change.deal, meeting=find_newest(change.deal))
        row.words, row.question, row.root_cause = words.strip(), question.strip(), root_cause.strip()
        row.cause, row.answer = cause, answer.strip()
        row.said_by = check_person(change.deal, person) if person else row.said_by
        is_settled = bool(row.answer) and not rules.lacking_in_objection(row.question, row.root_cause, row.cause)
        row.settled_at = (row.settled_at or timezone.now()) if is_settled else None
        row.save()
        change.record("objection.saved", objection=str(row.id), cause=cause, is_settled=is_settled)
    return row


def find_newest(deal: Deal) -> DecisionMeeting | None:
    meeting: DecisionMeeting | None = (
        deal.decision_meetings.exclude(state=MeetingState.CANCELLED).order_by("-number").first()
    )
    return meeting
