"""What each form of the tab Decision does.

Answers: from what was typed to the action it asks for, and the sentence that follows. Does not answer: whether it may
be done (the actions say). Every handler takes the page and the sent form, and returns a sentence or raises ``Refused``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.closing import decision_actions as decisions
from landmark.closing import meeting_actions as meetings
from landmark.closing import minutes_actions, offer_actions
from landmark.closing import road_map_actions as road_map
from landmark.closing.decision_actions import DecisionInput
from landmark.closing.meeting_input import MeetingInput
from landmark.closing.models import Letter, LetterState, Objection, Outcome, RoadMapStep
from landmark.closing.road_map_actions import StepInput
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.inputs import OverrideInput
from landmark.deals.policies import Refused
from landmark.orgs.models import Member
from landmark.playbook.schema import Strength
from landmark.workspace.presenters.decision import ROWS, DecisionPage
from landmark.workspace.presenters.decision_standing import tell_day_off
from landmark.workspace.views.decision_typed import (
    read_day,
    read_file,
    read_id,
    read_ids,
    read_number,
    read_person,
    read_text,
    read_version,
)

Handler = Callable[[DecisionPage, QueryDict], str]

# Prepare


def _entry(page: DecisionPage, data: QueryDict) -> str:
    """A word of the buyer that the meeting's door asks for."""
    key, person = data.get("key", ""), read_person(page, data)
    checks = [check for gate in page.playbook.gates_at("meeting") for check in gate.checks]
    if key not in {getattr(check, "evidence", "") for check in checks} - {"", "actions_done"}:
        raise Refused(_("The meeting's door does not ask for this."))
    if person is None:
        raise Refused(_("Choose whose word it is from the people of this deal."))
    add_evidence(
        page.deal, by=page.request.member, key=key, strength=Strength.BUYER, occurred_on=page.as_of.on,
        title=read_text(data, "title", 200), author=person.name, attachment=read_file(page),
    )  # fmt: skip
    return _("“%(evidence)s” is on record.") % {"evidence": page.playbook.label("milestone", key, page.lang)}


def _ready(page: DecisionPage, data: QueryDict) -> str:
    meetings.confirm_promises(page.deal, by=page.request.member)
    return _("On record: everything that was promised is done.")


def _paper(page: DecisionPage, data: QueryDict) -> str:
    kind, do = data.get("kind", ""), data.get("do", "made")
    by = page.request.member
    if do == "sent":
        offer_actions.mark_sent(page.deal, by=by, kind=kind, tender_reason=read_text(data, "tender_reason", 300))
        return _("On record as sent.")
    offer_actions.mark_made(page.deal, by=by, kind=kind, is_made=do == "made", attachment=read_file(page))
    return _("On record as made.") if do == "made" else _("Taken back.")


def _part(page: DecisionPage, data: QueryDict) -> str:
    offer_actions.save_part(
        page.deal, by=page.request.member, key=data.get("key", ""), text=read_text(data, "text"),
        challenge=read_text(data, "challenge", 300), value=read_text(data, "value", 300),
    )  # fmt: skip
    return _("Saved.")


def _drafts(page: DecisionPage, data: QueryDict) -> str:
    for key, text in page.drafts.items():
        if key in page.part.offer_parts and key not in page.room.parts:
            offer_actions.save_part(page.deal, by=page.request.member, key=key, text=text)
    return _("The parts are written from what is on record; change what you like.")


# Invite


def _plan(page: DecisionPage, data: QueryDict) -> str:
    meeting = meetings.plan_meeting(page.deal, _read_plan(data), by=page.request.member, if_version=read_version(data))
    if meeting.state != "invited":
        return " ".join((_("Saved. Nothing has gone out yet."), tell_day_off(page.deal, meeting))).strip()
    letter = getattr(meeting, "mail", None)
    return _tell_letter(letter, _("The update is out.")) if letter else _("Saved.")


def _read_plan(data: QueryDict) -> MeetingInput:
    day, zone = read_day(data.get("day", "")), data.get("zone", "UTC")
    if day is None:
        raise Refused(_("Choose the day of the meeting."))
    try:
        clock = datetime.strptime(data.get("time", ""), "%H:%M").time()  # noqa: DTZ007 - the zone comes next
        starts_at = datetime.combine(day, clock, ZoneInfo(zone))
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:  # a folder of zones is an OSError
        raise Refused(_("Write the time as hours and minutes, for example 14:30, in a known time zone.")) from error
    points = [
        (read_text(data, f"agenda-{n}-key", 60), text, read_number(data.get(f"agenda-{n}-minutes", "")))
        for n in range(min(read_number(data.get("rows", "")), 20))
        if (text := read_text(data, f"agenda-{n}-text", 200))
    ]
    return MeetingInput(
        subject=read_text(data, "subject", 201), starts_at=starts_at,
        duration_minutes=read_number(data.get("minutes", "")), time_zone=zone, agenda=points,
        place=read_text(data, "place", 300),
        language="it" if data.get("language") == "it" else "en", people=read_ids(data, "people"),
        members=read_ids(data, "members"),
    )  # fmt: skip


def _invite(page: DecisionPage, data: QueryDict) -> str:
    _meeting, letter = meetings.send_invitation(page.deal, by=page.request.member)
    return _tell_letter(letter, _("The invitation is out."))


def _cancel(page: DecisionPage, data: QueryDict) -> str:
    letter = meetings.cancel_meeting(page.deal, by=page.request.member)
    return _tell_letter(letter, _("The meeting is cancelled.")) if letter else _("The meeting is cancelled.")


def _tell_letter(letter: Letter | None, sentence: str) -> str:
    """What went out, honestly: mail may be refused, and guests may have no address."""
    if letter is None:
        return _("%(what)s Nobody has an e-mail address here: hand over the calendar file yourself.") % {
            "what": sentence
        }
    if letter.state == LetterState.FAILED:
        return _("It is kept under Documents, but the mail did not go: %(why)s") % {"why": letter.problem}
    if letter.state == LetterState.SENDING:
        return _("It is still being sent. Look under Documents in a moment.")
    return sentence


# Meet


def _start(page: DecisionPage, data: QueryDict) -> str:
    reason, until = read_text(data, "override_reason", 500), read_day(data.get("override_until", ""))
    held = [gate.gate for gate in page.room.entry if not gate.opens]
    override = OverrideInput(held[0], reason, until or page.override_until) if reason and held else None
    meetings.start_meeting(
        page.deal,
        by=page.request.member,
        there=read_ids(data, "there"),
        is_aim_said=bool(data.get("aim")),
        override=override,
    )
    return _("The meeting is under way. Minutes are due tomorrow.")


def _review(page: DecisionPage, data: QueryDict) -> str:
    answer = data.get("answer", "")
    meetings.record_review(page.deal, by=page.request.member, answer=answer, person=read_person(page, data))
    return _("On record. Present the offer now.") if answer != "not_yet" else _("On record. What keeps them from it?")


def _present(page: DecisionPage, data: QueryDict) -> str:
    meetings.present_part(page.deal, by=page.request.member, key=data.get("key", ""))
    return _("Presented.")


def _unpresent(page: DecisionPage, data: QueryDict) -> str:
    meetings.take_back_part(page.deal, by=page.request.member)
    return _("Taken back.")


def _objection(page: DecisionPage, data: QueryDict) -> str:
    found = read_id(data.get("id", ""))
    row = Objection.objects.filter(deal=page.deal, pk=found).first() if found else None
    words = read_text(data, "words", 500) or (row.words if row else "")
    saved = meetings.save_objection(
        page.deal, by=page.request.member, objection=row, words=words, person=read_person(page, data),
        question=read_text(data, "question", 500), root_cause=read_text(data, "root_cause", 500),
        cause=data.get("cause", ""), answer=read_text(data, "answer", 500),
    )  # fmt: skip
    return _("Settled at its root.") if saved.settled_at else _("Noted. An open question leads to its root.")


# Decide


def _decide(page: DecisionPage, data: QueryDict) -> str:
    outcome = data.get("outcome", "")
    reasons = {Outcome.YES: "reason_yes", Outcome.NO: "reason_no", Outcome.NO_DECISION: "reason_none"}
    decided = DecisionInput(
        outcome=outcome, person=read_person(page, data), words=read_text(data, "words"),
        reason=data.get(reasons[Outcome(outcome)], "") if outcome in reasons else "",
        rival=read_text(data, "rival", 200) if outcome == Outcome.NO else "",
        steps=_read_steps(page, data, outcome),
        next_on=read_day(data.get("next_on", "")) if outcome == Outcome.NO_DECISION else None,
        watch=data.get("watch", "") if outcome == Outcome.NO else "",
        watch_words=read_text(data, "watch_words", 300) if outcome == Outcome.NO else "",
        look_again_on=read_day(data.get("look_again_on", "")) if outcome == Outcome.NO and data.get("watch") else None,
    )  # fmt: skip
    decisions.record_decision(page.deal, decided, by=page.request.member)
    return {
        Outcome.YES: _("Yes! Get it in writing next."),
        Outcome.YES_BUT: _("On record, with a road map to the yes."),
        Outcome.NO: _("On record. The deal is lost; nothing more is spent on it."),
        Outcome.NO_DECISION: _("On record, with the next date and the way back to the trial close."),
    }[Outcome(outcome)]


def _read_steps(page: DecisionPage, data: QueryDict, outcome: str) -> list[StepInput]:
    """The lines of the road map that were filled in, of the kind the outcome asks for."""
    if outcome not in (Outcome.YES, Outcome.YES_BUT):
        return []
    lines = (_read_step(page, data, f"step-{n}-", is_condition=outcome == Outcome.YES_BUT) for n in ROWS)
    return [line for line in lines if line is not None]


def _read_step(page: DecisionPage, data: QueryDict, prefix: str, *, is_condition: bool) -> StepInput | None:
    text = read_text(data, f"{prefix}text", 301)
    if not text:
        return None
    side, _colon, found = data.get(f"{prefix}owner", "").partition(":")
    owner = read_id(found)
    person = next((r.person for r in page.stakeholders if side == "p" and r.person_id == owner), None)
    member = Member.objects.filter(org=page.request.org, pk=owner).first() if side == "m" and owner else None
    category = data.get(f"{prefix}category", "") if is_condition else ""
    costs = not is_condition and bool(data.get(f"{prefix}costs"))
    return StepInput(text, read_day(data.get(f"{prefix}due", "")), person, member, is_condition, category, costs)


def _withdraw(page: DecisionPage, data: QueryDict) -> str:
    decisions.withdraw_decision(page.deal, by=page.request.member, reason=read_text(data, "reason", 300))
    return _("Withdrawn. Both entries stay on record.")


# The road map and the signature


def _find_step(page: DecisionPage, data: QueryDict) -> RoadMapStep:
    found = read_id(data.get("id", ""))
    row = RoadMapStep.objects.filter(deal=page.deal, pk=found).first() if found else None
    if row is None:
        raise Refused(_("This step is no longer on the road map."))
    return row


def _step_add(page: DecisionPage, data: QueryDict) -> str:
    step = _read_step(page, data, "", is_condition=True)
    if step is None:
        raise Refused(_("Say what has to happen, in up to 300 letters."))
    road_map.add_condition(page.deal, step, by=page.request.member)
    return _("Added to the road map.")


def _step_done(page: DecisionPage, data: QueryDict) -> str:
    road_map.complete_step(page.deal, _find_step(page, data), by=page.request.member)
    return _("Done.")


def _step_undo(page: DecisionPage, data: QueryDict) -> str:
    road_map.reopen_step(page.deal, _find_step(page, data), by=page.request.member)
    return _("Open again.")


def _step_change(page: DecisionPage, data: QueryDict) -> str:
    drop = data.get("do") == "drop"
    day = None if drop else read_day(data.get("due", ""))
    road_map.change_step(page.deal, _find_step(page, data), by=page.request.member, due_on=day, drop=drop)
    return _("Dropped.") if drop else _("The day is changed.")


def _written(page: DecisionPage, data: QueryDict) -> str:
    decisions.record_written(
        page.deal, by=page.request.member, person=read_person(page, data), on=read_day(data.get("on", "")),
        reason=data.get("reason", ""), words=read_text(data, "words"), attachment=read_file(page),
    )  # fmt: skip
    return _("In writing. Now the signature.")


def _signed(page: DecisionPage, data: QueryDict) -> str:
    decisions.record_signed(
        page.deal, by=page.request.member, person=read_person(page, data), agreed=data.getlist("agreed"),
        on=read_day(data.get("on", "")), attachment=read_file(page),
    )  # fmt: skip
    return _("Signed. Move the deal to won.")


def _win(page: DecisionPage, data: QueryDict) -> str:
    decisions.win(page.deal, by=page.request.member)
    return _("Won! Hold the debrief, then hand over.")


# After


def _minutes(page: DecisionPage, data: QueryDict) -> str:
    text, version, do = read_text(data, "text", 8000), read_version(data), data.get("do", "save")
    if do == "save":
        minutes_actions.save_minutes(page.deal, by=page.request.member, text=text, if_version=version)
        return _("Saved. They are not sent yet.")
    _row, letter = minutes_actions.send_minutes(
        page.deal, by=page.request.member, text=text, by_hand=do == "by_hand", if_version=version
    )
    return _tell_letter(letter, _("The minutes are out.")) if letter else _("On record as sent by you.")


def _debrief(page: DecisionPage, data: QueryDict) -> str:
    answers: Mapping[str, Any] = {key: read_text(data, f"answer-{key}") for key in page.part.debrief}
    minutes_actions.hold_debrief(page.deal, by=page.request.member, members=read_ids(data, "members"), answers=answers)
    return _("The debrief is on record.")


ACTS: Mapping[str, tuple[Handler, str]] = {
    "entry": (_entry, "prepare"), "ready": (_ready, "prepare"), "paper": (_paper, "prepare"), "part": (_part, "decide"),
    "drafts": (_drafts, "decide"),
    "plan": (_plan, "invite"), "invite": (_invite, "meet"), "cancel": (_cancel, "invite"), "start": (_start, "meet"),
    "review": (_review, "decide"), "present": (_present, "decide"), "unpresent": (_unpresent, "decide"),
    "objection": (_objection, "objections"), "decide": (_decide, "sign"), "withdraw": (_withdraw, "decide"),
    "step_add": (_step_add, "sign"), "step_done": (_step_done, "sign"), "step_undo": (_step_undo, "sign"),
    "step_change": (_step_change, "sign"), "written": (_written, "sign"), "signed": (_signed, "sign"),
    "win": (_win, "after"), "minutes": (_minutes, "after"), "debrief": (_debrief, "after"),
}  # fmt: skip
