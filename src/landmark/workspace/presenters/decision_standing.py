"""Where the decision of a deal stands, on its page and on the deal's overview.

Answers: the parts of the way, the one thing to do now, what was typed where a form was refused. Does not answer: what
each part of the page shows (``presenters.decision``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.closing.days import WEEKEND, find_day_off
from landmark.closing.decisions import DecisionRoom
from landmark.closing.handover import has_accepted
from landmark.closing.models import Decision, DecisionMeeting, MeetingState
from landmark.deals.models import Deal
from landmark.engines import decision as rules
from landmark.engines.decision import Standing
from landmark.ui.formats import format_day, format_distance, format_weekday
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.deal import DealPage


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of the way; ``state``: done, now, ahead."""

    key: str
    label: str
    state: str


@dataclass(frozen=True, slots=True)
class Now:
    """The one thing to do now, and the part of the page it is done in; ``page``: another page of the deal room."""

    text: str
    anchor: str = ""
    is_late: bool = False
    page: str = ""


@dataclass(frozen=True)
class Refusal:
    """What was sent and not taken: the act, why, and every field as it was typed."""

    act: str
    sentence: str
    typed: Mapping[str, Any] = field(default_factory=dict)
    theirs: str = ""
    anchor: str = ""


def tell_day_off(deal: Deal, meeting: DecisionMeeting) -> str:
    day = meeting.local_start.date()
    found = find_day_off(deal, day)
    words = {"day": format_weekday(day), "name": found}
    if found == WEEKEND:
        return _("Mind the day: %(day)s is on a weekend.") % words
    return _("Mind the day: %(day)s is a public holiday, %(name)s.") % words if found else ""


class DecisionStanding(DealPage):
    """Parts are read when the template asks, once each."""

    def __init__(self, request: MemberRequest, deal: Deal, refusal: Refusal | None = None) -> None:
        super().__init__(request, deal)
        self.refusal = refusal
        self.room = DecisionRoom(deal, request.as_of, self.playbook, self.lang)
        self.part = self.playbook.decision

    # What a form shows: what was typed, where it was refused

    @property
    def sent(self) -> dict[str, Mapping[str, Any]]:
        return {self.refusal.act: self.refusal.typed} if self.refusal else {}

    @property
    def is_merged(self) -> bool:
        """Small deals take the decision in the value presentation."""
        return self.playbook.decision_held == "in_value_presentation"

    @property
    def can_act(self) -> bool:
        return self.can_edit and self.deal.stage != "lost"

    @property
    def may_prepare(self) -> bool:
        return self.can_act and not self.deal.is_closed

    @property
    def said_no(self) -> bool:
        return self.room.standing is Standing.REFUSED

    # Where it stands

    @property
    def meeting(self) -> DecisionMeeting | None:
        return self.room.meeting

    @cached_property
    def ahead(self) -> DecisionMeeting | None:
        meeting = self.meeting
        return (
            meeting if meeting is not None and meeting.state in (MeetingState.PLANNED, MeetingState.INVITED) else None
        )

    @cached_property
    def held(self) -> DecisionMeeting | None:
        meeting = self.meeting
        return meeting if meeting is not None and meeting.state == MeetingState.HELD else None

    @property
    def is_over(self) -> bool:
        """The newest meeting ended without a decision: the next one is to be planned."""
        return self.room.decision is not None and self.room.decision.outcome == rules.NO_DECISION

    @property
    def is_door_open(self) -> bool:
        return all(gate.opens for gate in self.room.entry)

    @property
    def leg(self) -> str:
        """Which part of the way the deal is in."""
        decision = self.room.decision
        if self.held is not None and not self.is_over:
            if decision is None:
                return "decide" if rules.may_present(self.held.review) else "meet"
            return "after" if self.room.standing in (Standing.SIGNED, Standing.REFUSED) else "sign"
        if self.ahead is not None and self.ahead.state == MeetingState.INVITED:
            return "meet" if self.is_door_open and not self.room.prepared.unmade else "prepare"
        return "invite" if self.room.prepared.is_ready and self.is_door_open else "prepare"

    @property
    def legs(self) -> list[Leg]:
        names = [
            ("prepare", _("Prepare")), ("invite", _("Invite")), ("meet", _("Meet")), ("decide", _("Decide")),
            ("sign", _("Sign")), ("after", _("After")),
        ]  # fmt: skip
        if self.said_no:
            names = [name for name in names if name[0] != "sign"]
        at = [key for key, _label in names].index(self.leg)
        return [
            Leg(key, label, "now" if index == at else "done" if self._is_done(key, index < at) else "ahead")
            for index, (key, label) in enumerate(names)
        ]

    @property
    def now_page(self) -> str:
        return f"workspace:{self.now.page}"

    @property
    def opens(self) -> set[str]:
        """Parts of the page that stand open: where the deal is, what is to be done, what was refused."""
        refused = {self.refusal.anchor, self.refusal.act} if self.refusal else set()
        return {self.leg, self.now.anchor, *refused}

    def _is_done(self, key: str, is_behind: bool) -> bool:
        if key == "invite":
            return self.meeting is not None and self.meeting.state != MeetingState.PLANNED and not self.is_over
        return is_behind and (key != "prepare" or self.held is not None or self.is_door_open)

    @cached_property
    def now(self) -> Now:
        minutes = self.room.minutes
        if minutes is not None and minutes.sent_on is None and self.room.decision is not None:
            is_late = self.minutes_state == "overdue"
            return Now(_("Send the minutes, due %(when)s.") % {"when": self.minutes_when}, "after", is_late)
        if self.deal.is_closed and self.leg != "after":
            return Now("")
        return self._now_by_leg()

    def _now_by_leg(self) -> Now:
        leg = self.leg
        if leg == "prepare":
            return Now(self._tell_missing(), "prepare")
        if leg == "invite":
            words = _("Plan the meeting and invite the whole buying centre.")
            return Now(_("Send the invitation.") if self.ahead else words, "invite")
        if leg == "meet":
            words = _("Go through what was done together: are they ready?")
            return Now(words if self.held else _("Start the meeting: who is there, and the aim said aloud."), "meet")
        if leg == "decide":
            return Now(_("Present the offer in order, then ask for the decision."), "decide")
        if leg == "sign":
            return Now(self._tell_signing(), "sign")
        return self._now_after()

    def _now_after(self) -> Now:
        if self.room.standing is Standing.SIGNED and self.deal.stage != "won":
            return Now(_("Signed: move the deal to won."), "sign")
        if self.room.debrief is None:
            return Now(_("Hold the debrief while it is fresh."), "after")
        if self.deal.stage == "won" and not has_accepted(self.deal):
            return Now(_("Hand the deal over to those who deliver."), page="close_handover")
        return Now("")

    def _tell_missing(self) -> str:
        count = sum(len(gate.missing) for gate in self.room.entry if not gate.opens)
        count += len(self.room.prepared.unmade) + len(self.room.prepared.early)
        words = ngettext(
            "%(n)d thing is missing before the meeting can be held.",
            "%(n)d things are missing before the meeting can be held.", count,
        )  # fmt: skip
        return words % {"n": count}

    def _tell_signing(self) -> str:
        if self.room.open_conditions:
            step = min(self.room.open_conditions, key=lambda one: one.due_on or date.max)
            return _("Next condition: %(what)s, %(who)s, by %(day)s.") % {
                "what": step.text, "who": step.owner, "day": format_day(step.due_on, year_of=self.as_of.on),
            }  # fmt: skip
        return {
            Standing.VERBAL: _("Get the yes in writing."),
            Standing.WRITTEN: _("Get the contract signed: scope, price, timeline and terms."),
        }.get(self.room.standing, "")

    # In one sentence

    @property
    def sentence(self) -> str:
        """Where the decision stands, for somebody who opens the page for the first time."""
        decision, meeting = self.room.decision, self.meeting
        if decision is not None:
            return self._tell_decision(decision)
        if meeting is None:
            return _("No meeting is planned yet in which they decide.")
        if self.held is not None:
            return _("The decision meeting was on %(day)s; no answer is on record yet.") % {
                "day": self._day(meeting.held_on)
            }
        words = {"day": self._day(meeting.local_start)}
        if meeting.state == MeetingState.PLANNED:
            return _("They are to decide on %(day)s; the invitation is not out yet.") % words
        return _("They are invited to decide on %(day)s.") % words

    def _tell_decision(self, decision: Decision) -> str:
        words = {
            "who": decision.said_by.name if decision.said_by else _("Their side"),
            "day": self._day(decision.decided_on),
            "next": self._day(decision.next_on),
        }
        if decision.outcome == rules.NO_DECISION:
            number = self.room.count_without
            text = ngettext(
                "%(n)d meeting ended without a decision; the next date is %(next)s.",
                "%(n)d meetings in a row ended without a decision; the next date is %(next)s.", number,
            )  # fmt: skip
            return text % (words | {"n": number})
        if decision.outcome == rules.NO:
            return _("%(who)s said no on %(day)s.") % words
        return self._tell_yes(words)

    def _tell_yes(self, words: dict[str, str]) -> str:
        count = len(self.room.open_conditions)
        if count and self.room.standing is Standing.VERBAL:
            last = max((step.due_on for step in self.room.open_conditions if step.due_on), default=None)
            text = ngettext(
                "%(who)s said yes on %(day)s, but %(n)d condition is open, due %(last)s.",
                "%(who)s said yes on %(day)s, but %(n)d conditions are open, the last due %(last)s.", count,
            )  # fmt: skip
            return text % (words | {"n": count, "last": self._day(last)})
        return {
            Standing.WRITTEN: _("%(who)s said yes on %(day)s and put it in writing; the contract is not signed yet."),
            Standing.SIGNED: _("%(who)s said yes on %(day)s; it is in writing and signed."),
        }.get(self.room.standing, _("%(who)s said yes on %(day)s; it is not in writing yet.")) % words

    def _day(self, day: date | datetime | None) -> str:
        return format_day(day, year_of=self.as_of.on)

    @property
    def day_off(self) -> str:
        """A meeting on a day on which somebody is not at work is possible, and said."""
        return tell_day_off(self.deal, self.ahead) if self.ahead is not None else ""

    # The minutes

    @property
    def minutes_state(self) -> str:
        minutes = self.room.minutes
        return rules.judge_minutes(minutes.due_on, minutes.sent_on, self.as_of.on) if minutes else ""

    @property
    def minutes_when(self) -> str:
        minutes = self.room.minutes
        return format_distance((minutes.due_on - self.as_of.on).days) if minutes else ""

    def _say(self, key: str) -> str:
        return self.playbook.text(f"decision.{key}", self.lang)
