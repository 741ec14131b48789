"""What was decided, and the way from a word to a signature.

Answers: recording a decision with all it brings about, its road map, the written yes, the signed contract, the win.
Does not answer: what a decision lacks (``engines.decision``), whether a door opens (``deals.actions.moves``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from landmark.closing.decisions import read_standing, standing_decision
from landmark.closing.handover import read_has_yes
from landmark.closing.handover_actions import drop_onboarding, prepare_onboarding
from landmark.closing.invitations import Issued, deliver
from landmark.closing.meeting_actions import AHEAD, _set_held, check_person, drop_meeting
from landmark.closing.models import (
    Decision,
    DecisionMeeting,
    MeetingState,
    OnboardingStep,
    Outcome,
    RoadMapStep,
    StepKind,
)
from landmark.closing.room_changes import changing, prove
from landmark.closing.signatures import fill_signing_order
from landmark.deals.actions.moves import move_deal
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, Person, StageMove
from landmark.deals.policies import Refused
from landmark.engines import decision as rules
from landmark.engines.decision import Standing, StepFact
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from landmark.ui.formats import format_day


@dataclass(frozen=True, slots=True)
class StepInput:
    """One line of the road map; its owner is one of theirs or one of ours."""

    text: str
    due_on: date | None
    person: Person | None = None
    member: Member | None = None
    kind: str = StepKind.CONDITION
    category: str = ""
    costs_money: bool = False

    def as_fact(self) -> StepFact:
        owner = self.person or self.member
        return StepFact(
            self.text, owner.name if owner else "", self.due_on, self.kind == StepKind.CONDITION, self.costs_money
        )


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What the buyer decided, as a person types it."""

    outcome: str
    person: Person | None = None
    reason: str = ""
    words: str = ""
    rival: str = ""
    steps: Sequence[StepInput] = field(default=())
    next_on: date | None = None
    watch: str = ""
    watch_words: str = ""
    look_again_on: date | None = None


LACKING = {
    "said_by": gettext_noop("Choose whose decision it is."),
    "reason": gettext_noop("Choose the reason."),
    "words": gettext_noop("Write why, in their own words."),
    "rival": gettext_noop("Name whom they chose instead."),
    "steps": gettext_noop("A yes takes at least one step that puts it to work."),
    "conditions": gettext_noop("A “yes, but” takes at least one condition."),
    "owners": gettext_noop("Each step needs one owner."),
    "dates": gettext_noop("Each step needs a day."),
    "next_on": gettext_noop("Agree the day of the next decision."),
}


def record_decision(deal: Deal, decided: DecisionInput, *, by: Member, via: str = "web") -> Decision:
    """Put the decision on record, and do what it brings about: a road map, a loss, or the way back to a trial close."""
    issued: list[Issued] = []
    with changing(deal, "decision.recorded", by=by, via=via) as change:
        meeting = _find_meeting(change.deal, decided)
        _check_input(change.deal, decided)
        decision = Decision.objects.create(
            deal=change.deal, meeting=meeting, outcome=decided.outcome, reason=decided.reason,
            words=decided.words.strip(), rival=decided.rival.strip(), said_by=decided.person,
            decided_on=meeting.held_on or latest(deal.org).on, next_on=decided.next_on, watch=decided.watch,
            watch_words=decided.watch_words.strip(), look_again_on=decided.look_again_on, recorded_by=by,
        )  # fmt: skip
        _add_steps(decision, decided.steps)
        change.detail |= {"decision": str(decision.id), "outcome": decided.outcome, "reason": decided.reason}
        change.note = decision.words
        if decided.outcome == Outcome.NO:
            issued = _lose(change.deal, decision, by=by, via=via)
        elif decided.outcome == Outcome.NO_DECISION:
            _go_back(change.deal, decision, by=by)
        else:
            _take_next(change.deal, decision)
            _prepare_onboarding(change.deal, by=by, via=via)
    for one in issued:
        deliver(one, by=by, via=via)
    deal.refresh_from_db()
    return decision


def _find_meeting(deal: Deal, decided: DecisionInput) -> DecisionMeeting:
    """The meeting it was decided at. Without a decision, also one that nobody came to."""
    meeting: DecisionMeeting | None = (
        deal.decision_meetings.exclude(state=MeetingState.CANCELLED).order_by("-number").first()
    )
    if meeting is None:
        raise Refused(_("Plan the decision meeting first."))
    if meeting.decisions.filter(withdrawn_at=None).exists():
        raise Refused(_("A decision of this meeting is on record. Withdraw it if it was not so."))
    if meeting.state in AHEAD:
        if decided.outcome != Outcome.NO_DECISION:
            raise Refused(_("Start the meeting first."))
        _set_held(meeting, latest(deal.org).on, [])
    if decided.outcome in rules.READY and not rules.may_present(meeting.review):
        raise Refused(_("Go through the engagement first: do they say they are ready?"))
    return meeting


def _check_input(deal: Deal, decided: DecisionInput) -> None:
    if decided.outcome not in Outcome.values:
        raise Refused(_("Choose what they decided."))
    if decided.person is not None:
        check_person(deal, decided.person)
    lacking = rules.lacking_in_decision(
        decided.outcome, said_by=decided.person.name if decided.person else "", reason=decided.reason,
        words=decided.words, steps=[step.as_fact() for step in decided.steps], next_on=decided.next_on,
        rival=decided.rival,
    )  # fmt: skip
    if lacking:
        raise Refused(" ".join(_(LACKING[name]) for name in lacking))
    _check_reason(deal, decided)
    today = latest(deal.org).on
    for day in (decided.next_on, decided.look_again_on):
        if day is not None and day <= today:
            raise Refused(_("Choose a day that is still to come."))
    for step in decided.steps:
        _check_step(deal, step)


def _check_reason(deal: Deal, decided: DecisionInput) -> None:
    playbook = load_playbook(deal.playbook)
    known = {
        Outcome.YES: [item.key for item in playbook.win_reasons],
        Outcome.NO: [item.key for item in playbook.loss_reasons],
        Outcome.NO_DECISION: list(playbook.decision.no_decision),
    }
    if decided.reason and decided.outcome in known and decided.reason not in known[Outcome(decided.outcome)]:
        raise Refused(_("Choose the reason from the playbook's list."))
    if decided.watch and decided.watch not in playbook.decision.watch:
        raise Refused(_("Choose what would bring it back from the playbook's list."))


def _check_step(deal: Deal, step: StepInput) -> None:
    if not step.text.strip() or len(step.text) > 300:
        raise Refused(_("Say what has to happen, in up to 300 letters."))
    if step.person is not None:
        check_person(deal, step.person)
    if step.member is not None and (step.member.org_id != deal.org_id or not step.member.is_active):
        raise Refused(_("%(name)s no longer works here: choose another owner.") % {"name": step.member.name})
    if step.due_on is not None and step.due_on < latest(deal.org).on:
        raise Refused(_("“%(step)s” is due on a day that is past.") % {"step": step.text[:80]})
    kinds = load_playbook(deal.playbook).decision.conditions
    if step.category and step.category not in kinds:
        raise Refused(_("Choose the kind of condition from the playbook's list."))


def _add_steps(decision: Decision, steps: Sequence[StepInput]) -> list[RoadMapStep]:
    return [
        RoadMapStep.objects.create(
            deal_id=decision.deal_id, decision=decision, kind=step.kind, category=step.category,
            text=step.text.strip(), owner_person=step.person, owner_member=step.member, due_on=step.due_on,
            costs_money=step.costs_money,
        )
        for step in steps
        if step.due_on is not None
    ]  # fmt: skip


def _lose(deal: Deal, decision: Decision, *, by: Member, via: str) -> list[Issued]:
    """A no ends it: what was planned is dropped, the deal is lost, and only the watch stays."""
    deal.next_steps.filter(done_at=None).update(done_at=timezone.now())
    deal.road_map.filter(done_at=None, dropped_at=None).update(dropped_at=timezone.now())
    ahead = [drop_meeting(meeting, by=by, via=via) for meeting in deal.decision_meetings.filter(state__in=AHEAD)]
    move_deal(
        deal, by=by, to_stage="lost", note=decision.words, reason=decision.reason, reopen_on=decision.look_again_on,
        reopen_when=_tell_watch(deal, decision), via=via,
    )  # fmt: skip
    return [one for one in ahead if one is not None]


def _tell_watch(deal: Deal, decision: Decision) -> str:
    if not decision.watch:
        return decision.watch_words[:300]
    label = load_playbook(deal.playbook).text(f"decision.watch.{decision.watch}", translation.get_language() or "en")
    return f"{label}: {decision.watch_words}"[:300] if decision.watch_words else label


def _go_back(deal: Deal, decision: Decision, *, by: Member) -> None:
    """Back to the trial close that asks for the approval path, before the next date."""
    playbook, lang = load_playbook(deal.playbook), translation.get_language() or "en"
    if not playbook.decision.agenda:
        return
    day = format_day(decision.next_on)
    text = playbook.text("decision.retry", lang, trial=playbook.decision.retry_trial, day=day)
    put_next_step(deal, NextStepInput(text[:300], deal.owner.name if deal.owner else by.name, decision.next_on))


def _take_next(deal: Deal, decision: Decision) -> None:
    """The earliest open step of the road map is what happens next on the deal."""
    step = (
        deal.road_map.filter(decision=decision, done_at=None, dropped_at=None).order_by("due_on", "created_at").first()
    )
    if step is not None:
        put_next_step(deal, NextStepInput(step.text, step.owner, step.due_on))


def _prepare_onboarding(deal: Deal, *, by: Member, via: str) -> None:
    """Once they have said yes, unless somebody prepared it before. A “yes, but” is a yes when it is in writing."""
    is_asked = bool(load_playbook(deal.playbook).last_mile.onboarding)
    if is_asked and read_has_yes(deal) and not OnboardingStep.objects.filter(deal=deal).exists():
        prepare_onboarding(deal, by=by, via=via)


def withdraw_decision(deal: Deal, *, by: Member, reason: str, via: str = "web") -> Decision:
    """Take back what was entered wrongly. It stays on record as withdrawn; what it planned is dropped."""
    with changing(deal, "decision.withdrawn", by=by, via=via) as change:
        decision = _find_decision(change.deal)
        if not reason.strip():
            raise Refused(_("Say in a few words what was wrong."))
        if read_standing(change.deal, decision) in (Standing.WRITTEN, Standing.SIGNED):
            raise Refused(_("This decision is in writing. Take back the written proof on the deal's page first."))
        decision.withdrawn_at, decision.withdrawn_reason = timezone.now(), reason.strip()[:300]
        decision.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        decision.road_map.filter(done_at=None, dropped_at=None).update(dropped_at=timezone.now())
        dropped = 0 if read_has_yes(change.deal) else drop_onboarding(change.deal)
        change.detail |= {"decision": str(decision.id), "onboarding_dropped": dropped}
        change.note = reason.strip()
    return decision


def _find_decision(deal: Deal) -> Decision:
    decision = standing_decision(deal)
    if decision is None:
        raise Refused(_("No decision is on record yet."))
    return decision


# The road map


def add_step(deal: Deal, step: StepInput, *, by: Member, via: str = "web") -> RoadMapStep:
    with changing(deal, "road_map.added", by=by, via=via, even_won=True) as change:
        decision = _find_decision(change.deal)
        if decision.outcome not in rules.READY:
            raise Refused(_("A road map follows a yes."))
        fact = step.as_fact()
        if not fact.owner or fact.due_on is None:
            raise Refused(_("Each step needs one owner and a day."))
        if fact.is_condition and change.deal.is_closed:
            raise Refused(_("The contract is signed: nothing is left for it to hang on."))
        _check_step(change.deal, step)
        (row,) = _add_steps(decision, [step])
        change.detail |= {"step": str(row.id), "kind": row.kind, "due_on": str(row.due_on)}
        change.note = row.text
    return row


def complete_step(deal: Deal, row: RoadMapStep, *, by: Member, money_reason: str = "", via: str = "web") -> RoadMapStep:
    """Tick a step. One that costs money waits for the signature, or for a reason why it cannot."""
    with changing(deal, "road_map.done", by=by, via=via, even_won=True) as change:
        row = _own(change.deal, row)
        fact = StepFact(row.text, row.owner, row.due_on, row.kind == StepKind.CONDITION, row.costs_money)
        if not rules.may_begin(fact, read_standing(change.deal, row.decision), money_reason):
            raise Refused(_("This costs money before the contract is signed. Say why it cannot wait, or wait."))
        row.done_at, row.done_on, row.money_reason = timezone.now(), latest(deal.org).on, money_reason.strip()[:300]
        row.save(update_fields=["done_at", "done_on", "money_reason"])
        change.detail |= {"step": str(row.id), "money_reason": row.money_reason}
        if change.deal.next_steps.filter(done_at=None, text=row.text).exists():
            _take_next(change.deal, row.decision)
    return row


def reopen_step(deal: Deal, row: RoadMapStep, *, by: Member, via: str = "web") -> RoadMapStep:
    """Untick a step that is not done after all."""
    with changing(deal, "road_map.reopened", by=by, via=via, even_won=True) as change:
        row = _own(change.deal, row)
        row.done_at = row.done_on = None
        row.save(update_fields=["done_at", "done_on"])
        change.detail |= {"step": str(row.id)}
    return row


def change_step(
    deal: Deal, row: RoadMapStep, *, by: Member, due_on: date | None = None, drop: bool = False, via: str = "web"
) -> RoadMapStep:
    """Give a step another day, or drop it."""
    with changing(deal, "road_map.changed", by=by, via=via, even_won=True) as change:
        row = _own(change.deal, row)
        if not drop and (due_on is None or due_on < latest(deal.org).on):
            raise Refused(_("Choose a day that is still to come."))
        row.due_on, row.dropped_at = due_on or row.due_on, timezone.now() if drop else None
        row.save(update_fields=["due_on", "dropped_at"])
        change.detail |= {"step": str(row.id), "due_on": str(row.due_on), "is_dropped": drop}
    return row


def _own(deal: Deal, row: RoadMapStep) -> RoadMapStep:
    found: RoadMapStep | None = deal.road_map.select_related("decision", "owner_person", "owner_member").filter(
        pk=row.pk
    ).first()  # fmt: skip
    if found is None or found.dropped_at is not None:
        raise Refused(_("This step is no longer on the road map."))
    return found


# From the word to the signature


def record_written(
    deal: Deal,
    *,
    by: Member,
    person: Person | None,
    on: date | None = None,
    reason: str = "",
    words: str = "",
    attachment: BinaryIO | None = None,
    via: str = "web",
) -> Decision:
    """The buyer's yes in writing. It waits until no condition is open."""
    with changing(deal, "decision.written", by=by, via=via) as change:
        decision = _find_decision(change.deal)
        steps = read_steps(decision)
        if rules.open_conditions(steps):
            raise Refused(_("Conditions are still open: the yes goes on paper once none is left."))
        if not rules.may_write(read_standing(change.deal, decision), steps):
            raise Refused(_("There is no spoken yes that could be put in writing."))
        who, day = check_person(change.deal, person), on or latest(deal.org).on
        decision.reason, decision.words = decision.reason or reason, decision.words or words.strip()
        if decision.reason not in {item.key for item in load_playbook(deal.playbook).win_reasons}:
            raise Refused(_("Ask why they chose us, and choose the reason."))
        decision.written_on = day
        decision.written_evidence = prove(
            change.deal, "decision_in_writing", by=by, strength=Strength.BUYER, on=day, author=who.name,
            title=_("The decision in writing"), attachment=attachment, via=via,
        )  # fmt: skip
        decision.save(update_fields=["reason", "words", "written_on", "written_evidence"])
        _prepare_onboarding(change.deal, by=by, via=via)
        change.detail |= {"decision": str(decision.id), "evidence": str(decision.written_evidence)}
    return decision


def record_signed(
    deal: Deal,
    *,
    by: Member,
    person: Person | None,
    agreed: Sequence[str],
    on: date | None = None,
    attachment: BinaryIO | None = None,
    via: str = "web",
) -> Decision:
    """The contract is signed, and settles scope, price, timeline and terms."""
    with changing(deal, "decision.signed", by=by, via=via) as change:
        decision = _find_decision(change.deal)
        if not rules.may_sign(read_standing(change.deal, decision)):
            raise Refused(_("First comes the yes in writing, then the signature."))
        if rules.lacking_in_contract(agreed):
            raise Refused(_("A contract settles scope, price, timeline and terms: tick what it does."))
        who, day = check_person(change.deal, person), on or latest(deal.org).on
        decision.written_on = decision.written_on or day
        decision.signed_on = day
        decision.signed_evidence = prove(
            change.deal, "contract_signed", by=by, strength=Strength.SIGNED, on=day, author=who.name,
            title=_("Contract signed: scope, price, timeline and terms"), attachment=attachment, via=via,
        )  # fmt: skip
        decision.save(update_fields=["written_on", "signed_on", "signed_evidence"])
        filled = fill_signing_order(change.deal, day)
        change.detail |= {
            "decision": str(decision.id), "evidence": str(decision.signed_evidence), "signatures_filled": filled,
        }  # fmt: skip
    return decision


def win(deal: Deal, *, by: Member, via: str = "web") -> StageMove:
    """Move the signed deal to won, through its door like any other move."""
    with transaction.atomic():
        decision = _find_decision(deal)
        if read_standing(deal, decision) is not Standing.SIGNED:
            raise Refused(_("Won means signed: put the signed contract on record first."))
        note = decision.words or _("Decided, confirmed in writing and signed.")
        return move_deal(deal, by=by, to_stage="won", note=note, reason=decision.reason, via=via)


def read_steps(decision: Decision) -> list[StepFact]:
    """The road map as the rules see it."""
    rows = decision.road_map.filter(dropped_at=None).select_related("owner_person", "owner_member")
    return [
        StepFact(
            row.text, row.owner, row.due_on, row.kind == StepKind.CONDITION, row.costs_money, row.done_at is not None
        )
        for row in rows
    ]
