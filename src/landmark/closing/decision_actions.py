"""What was decided, and the way from a word to a signature.

Answers: recording a decision with all it brings about, the written yes, the signed contract, the win.
Does not answer: what a decision lacks (``engines.decision``), whether a door opens (``deals.actions.moves``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from landmark.closing.decisions import read_standing, step_fact
from landmark.closing.invitations import Issued, deliver
from landmark.closing.meeting_actions import AHEAD, check_person, drop_meeting, find_newest, set_held
from landmark.closing.models import Decision, DecisionMeeting, Outcome
from landmark.closing.onboarding_actions import drop_onboarding, prepare_on_yes, take_next
from landmark.closing.road_map_actions import StepInput, check_step, find_decision, put_steps
from landmark.closing.signatures import fill_signing_order
from landmark.closing.working import check_day
from landmark.deals.actions.moves import move_deal
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import Change, changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, Person, StageMove
from landmark.deals.policies import Refused, check_can_pursue
from landmark.deals.proofs import prove
from landmark.engines import decision as rules
from landmark.engines.decision import Standing
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from landmark.ui.formats import format_day


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
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        meeting = _find_meeting(change.deal, decided)
        _check_input(change.deal, decided)
        decision = Decision.objects.create(
            deal=change.deal, meeting=meeting, outcome=decided.outcome, reason=decided.reason,
            words=decided.words.strip(), rival=decided.rival.strip(), said_by=decided.person,
            decided_on=meeting.held_on or latest(deal.org).on, next_on=decided.next_on, watch=decided.watch,
            watch_words=decided.watch_words.strip(), look_again_on=decided.look_again_on, recorded_by=by,
        )  # fmt: skip
        put_steps(decision, decided.steps, change.by)
        if decided.outcome == Outcome.NO:
            issued = _lose(change, decision)
        elif decided.outcome == Outcome.NO_DECISION:
            _go_back(change, decision)
        else:
            take_next(change.deal, decision)
            prepare_on_yes(change)
        change.record(
            "decision.recorded", note=decision.words, decision=str(decision.id), outcome=decided.outcome,
            reason=decided.reason,
        )  # fmt: skip
    for one in issued:
        deliver(one, by=by, via=via)
    deal.refresh_from_db()
    return decision


def _find_meeting(deal: Deal, decided: DecisionInput) -> DecisionMeeting:
    """The meeting it was decided at. Without a decision, also one that nobody came to."""
    meeting = find_newest(deal)
    if meeting is None:
        raise Refused(_("Plan the decision meeting first."))
    if meeting.decisions.filter(withdrawn_at=None).exists():
        raise Refused(_("A decision of this meeting is on record. Withdraw it if it was not so."))
    if meeting.state in AHEAD:
        if decided.outcome != Outcome.NO_DECISION:
            raise Refused(_("Start the meeting first."))
        set_held(meeting, latest(deal.org).on, [])
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
        check_step(deal, step)


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


def _lose(change: Change, decision: Decision) -> list[Issued]:
    """A no ends it: what was planned is dropped, the deal is lost, and only the watch stays."""
    deal, by, via = change.deal, change.by, change.via
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


def _go_back(change: Change, decision: Decision) -> None:
    """Back to the trial close that asks for the approval path, before the next date."""
    deal = change.deal
    playbook, lang = load_playbook(deal.playbook), translation.get_language() or "en"
    if not playbook.decision.agenda:
        return
    day = format_day(decision.next_on)
    text = playbook.text("decision.retry", lang, trial=playbook.decision.retry_trial, day=day)
    put_next_step(deal, NextStepInput(text[:300], (deal.owner or change.by).name, decision.next_on))


def withdraw_decision(deal: Deal, *, by: Member, reason: str, via: str = "web") -> Decision:
    """Take back what was entered wrongly. It stays on record as withdrawn; what it planned is dropped."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        decision = find_decision(change.deal)
        if not reason.strip():
            raise Refused(_("Say in a few words what was wrong."))
        if read_standing(change.deal, decision) in (Standing.WRITTEN, Standing.SIGNED):
            raise Refused(_("This decision is in writing. Take back the written proof on the deal's page first."))
        decision.withdrawn_at, decision.withdrawn_reason = timezone.now(), reason.strip()[:300]
        decision.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        decision.road_map.filter(done_at=None, dropped_at=None).update(dropped_at=timezone.now())
        dropped = drop_onboarding(decision)
        change.record("decision.withdrawn", note=reason.strip(), decision=str(decision.id), onboarding_dropped=dropped)
    return decision


# From the word to the signature


def record_written(
    deal: Deal, *, by: Member, person: Person | None, on: date | None = None, reason: str = "", words: str = "",
    attachment: BinaryIO | None = None, via: str = "web",
) -> Decision:  # fmt: skip
    """The buyer's yes in writing. It waits until no condition is open."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        decision = find_decision(change.deal)
        rows = decision.road_map.filter(dropped_at=None).select_related("owner_person", "owner_member")
        steps = [step_fact(row) for row in rows]
        if rules.open_conditions(steps):
            raise Refused(_("Conditions are still open: the yes goes on paper once none is left."))
        if not rules.may_write(read_standing(change.deal, decision), steps):
            raise Refused(_("There is no spoken yes that could be put in writing."))
        who, day = check_person(change.deal, person), _check_day(change.deal, decision, on)
        decision.reason, decision.words = decision.reason or reason, decision.words or words.strip()
        if decision.reason not in {item.key for item in load_playbook(deal.playbook).win_reasons}:
            raise Refused(_("Ask why they chose us, and choose the reason."))
        decision.written_on = day
        decision.written_evidence = prove(
            change, "decision_in_writing", strength=Strength.BUYER, on=day, author=who.name,
            title=_("The decision in writing"), attachment=attachment,
        )  # fmt: skip
        decision.save(update_fields=["reason", "words", "written_on", "written_evidence"])
        prepare_on_yes(change)
        change.record("decision.written", decision=str(decision.id), evidence=str(decision.written_evidence))
    return decision


def _check_day(deal: Deal, decision: Decision, on: date | None) -> date:
    day = check_day(on, deal, _("It came today or earlier: choose that day."))
    if day < decision.decided_on:
        raise Refused(_("It cannot be older than the decision itself."))
    return day


def record_signed(
    deal: Deal, *, by: Member, person: Person | None, agreed: Sequence[str], on: date | None = None,
    attachment: BinaryIO | None = None, via: str = "web",
) -> Decision:  # fmt: skip
    """The contract is signed, and settles scope, price, timeline and terms."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        decision = find_decision(change.deal)
        if not rules.may_sign(read_standing(change.deal, decision)):
            raise Refused(_("First comes the yes in writing, then the signature."))
        if rules.lacking_in_contract(agreed):
            raise Refused(_("A contract settles scope, price, timeline and terms: tick what it does."))
        who, day = check_person(change.deal, person), _check_day(change.deal, decision, on)
        decision.written_on = decision.written_on or day
        decision.signed_on = day
        decision.signed_evidence = prove(
            change, "contract_signed", strength=Strength.SIGNED, on=day, author=who.name,
            title=_("Contract signed: scope, price, timeline and terms"), attachment=attachment,
        )  # fmt: skip
        decision.save(update_fields=["written_on", "signed_on", "signed_evidence"])
        filled = fill_signing_order(change.deal, day)
        change.record(
            "decision.signed", decision=str(decision.id), evidence=str(decision.signed_evidence),
            signatures_filled=filled,
        )  # fmt: skip
    return decision


def win(deal: Deal, *, by: Member, via: str = "web") -> StageMove:
    """Move the signed deal to won, through its door like any other move."""
    with changing(deal, by=by, via=via) as change:
        decision = find_decision(change.deal)
        if read_standing(change.deal, decision) is not Standing.SIGNED:
            raise Refused(_("Won means signed: put the signed contract on record first."))
        note = decision.words or _("Decided, confirmed in writing and signed.")
        move = move_deal(change.deal, by=by, to_stage="won", note=note, reason=decision.reason, via=via)
    deal.refresh_from_db()
    return move
