"""What the forms of the tab Decision do in the meeting: its course, objections, the outcome.

Answers and does not answer: as ``decision_prepare`` does.
"""

from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.closing import decision_actions as decisions
from landmark.closing import meeting_actions as meetings
from landmark.closing.decision_actions import DecisionInput
from landmark.closing.models import Objection, Outcome
from landmark.closing.road_map_actions import StepInput
from landmark.deals.inputs import OverrideInput
from landmark.workspace.presenters.decision import ROWS, DecisionPage
from landmark.workspace.typed import find_named, read_day, read_ids, read_text
from landmark.workspace.views.decision_typed import Acts, read_person, read_step


def _start(page: DecisionPage, data: QueryDict) -> str:
    reason, until = read_text(data, "override_reason", 500), read_day(data, "override_until")
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
    row = find_named(Objection.objects.filter(deal=page.deal), data.get("id", ""))
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
        outcome=outcome, person=read_person(page, data), words=read_text(data, "words", 1000),
        reason=data.get(reasons[Outcome(outcome)], "") if outcome in reasons else "",
        rival=read_text(data, "rival", 200) if outcome == Outcome.NO else "",
        steps=_read_steps(page, data, outcome),
        next_on=read_day(data, "next_on") if outcome == Outcome.NO_DECISION else None,
        watch=data.get("watch", "") if outcome == Outcome.NO else "",
        watch_words=read_text(data, "watch_words", 300) if outcome == Outcome.NO else "",
        look_again_on=read_day(data, "look_again_on") if outcome == Outcome.NO and data.get("watch") else None,
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
    lines = (read_step(page, data, f"step-{n}-", is_condition=outcome == Outcome.YES_BUT) for n in ROWS)
    return [line for line in lines if line is not None]


def _withdraw(page: DecisionPage, data: QueryDict) -> str:
    decisions.withdraw_decision(page.deal, by=page.request.member, reason=read_text(data, "reason", 300))
    return _("Withdrawn. Both entries stay on record.")


ACTS: Acts = {
    "start": (_start, "meet"), "review": (_review, "decide"), "present": (_present, "decide"),
    "unpresent": (_unpresent, "decide"), "objection": (_objection, "objections"), "decide": (_decide, "sign"),
    "withdraw": (_withdraw, "decide"),
}  # fmt: skip
