"""The tab Decision: prepare, invite, meet, decide, sign, and what follows.

Answers: all the page shows for the day, read once each, and the one thing to do now. Does not answer: what a form may
change (the actions of ``closing`` decide and say why not).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.closing.decisions import DecisionRoom
from landmark.closing.invitations import tell_when
from landmark.closing.meeting_actions import default_start
from landmark.closing.minutes_actions import draft_minutes
from landmark.closing.models import DecisionMeeting, MeetingState, Objection, OfferPaper, OfferPart, RoadMapStep
from landmark.deals.models import Deal, Stakeholder
from landmark.engines import decision as rules
from landmark.engines.decision import Standing
from landmark.orgs.models import Member
from landmark.ui.formats import format_day, format_distance
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.presenters.decision_curve import RoadMapCurve, read_road_map_curve
from landmark.workspace.presenters.path import GateView

Words = tuple[tuple[str, str], ...]
ZONES = (
    "UTC",
    "Europe/Rome",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Tokyo",
)
ROWS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of the way; ``state``: done, now, ahead."""

    key: str
    label: str
    state: str


@dataclass(frozen=True, slots=True)
class Now:
    """The one thing to do now, and the part of the page it is done in."""

    text: str
    anchor: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class PaperView:
    key: str
    label: str
    row: OfferPaper | None
    is_needed: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class PartView:
    key: str
    label: str
    help: str
    row: OfferPart | None
    is_shown: bool
    is_next: bool


@dataclass(frozen=True, slots=True)
class GuestView:
    """Somebody who may be asked; ``value`` is what the form sends."""

    value: str
    name: str
    roles: str
    is_invited: bool
    has_address: bool


@dataclass(frozen=True, slots=True)
class StepView:
    row: RoadMapStep
    when: str
    is_late: bool
    category: str


@dataclass(frozen=True)
class Refusal:
    """What was sent and not taken: the act, why, and every field as it was typed."""

    act: str
    sentence: str
    typed: Mapping[str, Any] = field(default_factory=dict)
    theirs: str = ""
    anchor: str = ""


class DecisionPage(DealPage):
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
        names = (
            ("prepare", _("Prepare")), ("invite", _("Invite")), ("meet", _("Meet")), ("decide", _("Decide")),
            ("sign", _("Sign")), ("after", _("After")),
        )  # fmt: skip
        at = [key for key, _label in names].index(self.leg)
        return [
            Leg(key, label, "now" if index == at else "done" if self._is_done(key, index < at) else "ahead")
            for index, (key, label) in enumerate(names)
        ]

    def _is_done(self, key: str, is_behind: bool) -> bool:
        if key == "invite":
            return self.meeting is not None and self.meeting.state != MeetingState.PLANNED and not self.is_over
        return is_behind and (key != "prepare" or self.held is not None or self.is_door_open)

    @cached_property
    def now(self) -> Now:
        minutes = self.room.minutes
        if minutes is not None and self.minutes_state in ("overdue", "due_today") and self.room.decision is not None:
            return Now(
                _("Send the minutes: %(when)s") % {"when": self.minutes_when}, "after", self.minutes_state == "overdue"
            )
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
        return Now(_("Hold the debrief.") if self.room.debrief is None else _("Nothing more to do here."), "after")

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

    # Prepare

    @cached_property
    def entry(self) -> tuple[GateView, ...]:
        return tuple(self.reader.gate(result) for result in self.room.entry)

    @cached_property
    def quality(self) -> tuple[GateView, ...]:
        return tuple(self.reader.gate(result) for result in self.room.quality)

    @cached_property
    def quick_keys(self) -> set[str]:
        """Checks of the meeting's door that a person's word on this page can meet."""
        checks = [check for gate in self.playbook.gates_at("meeting") for check in gate.checks]
        return {check.key for check in checks if getattr(check, "evidence", "") not in ("", "actions_done")}

    @cached_property
    def papers(self) -> list[PaperView]:
        held = self.room.papers
        return [
            PaperView(
                p.key, self._say(f"paper.{p.key}"), held.get(p.key), p.needed, not p.travels and self.held is None
            )
            for p in self.part.papers
        ]

    def _say(self, key: str) -> str:
        return self.playbook.text(f"decision.{key}", self.lang)

    # Invite

    @cached_property
    def stakeholders(self) -> list[Stakeholder]:
        return list(self.deal.stakeholders.select_related("person").order_by("person__name"))

    @cached_property
    def invited(self) -> set[Any]:
        if self.ahead is None:
            return set()
        return {row.person_id or row.member_id for row in self.ahead.invitees.all()}

    @cached_property
    def buyers(self) -> list[GuestView]:
        everybody = self.ahead is None
        return [
            GuestView(str(row.person_id), row.person.name, self._roles(row), everybody or row.person_id in self.invited,
                      bool(row.person.email))
            for row in self.stakeholders
        ]  # fmt: skip

    def _roles(self, row: Stakeholder) -> str:
        return ", ".join(self.playbook.label("role", role, self.lang) for role in row.roles)

    @cached_property
    def members(self) -> list[Member]:
        rows = Member.objects.filter(org=self.request.org, is_active=True).select_related("user")
        return list(rows.order_by("name"))

    @cached_property
    def ours(self) -> list[GuestView]:
        mine = self.invited if self.ahead else {self.request.member.id}
        return [
            GuestView(str(m.id), m.name, m.get_role_display(), m.id in mine, m.user is not None) for m in self.members
        ]

    @cached_property
    def plan(self) -> dict[str, Any]:
        """What the form of the meeting starts with: as saved, as typed, or as the playbook has it."""
        typed = self.sent.get("plan")
        meeting = self.ahead or self.held
        zone = meeting.time_zone if meeting else ("Europe/Rome" if self.lang == "it" else "UTC")
        next_on = self.room.decision.next_on if self.is_over and self.room.decision else None
        starts = (self.ahead.starts_at if self.ahead else default_start(self.deal, next_on)).astimezone(ZoneInfo(zone))
        values = {
            "subject": meeting.subject if meeting else self._subject(), "day": starts.strftime("%Y-%m-%d"),
            "time": starts.strftime("%H:%M"), "minutes": meeting.duration_minutes if meeting else 60, "zone": zone,
            "place": meeting.place if meeting else "", "language": meeting.language if meeting else self.lang[:2],
        }  # fmt: skip
        if typed is not None:
            values |= {name: typed.get(name, "") for name in values}
        return values

    def _subject(self) -> str:
        key = "decision.merged_subject" if self.is_merged else "decision.subject"
        return self.playbook.text(key, self.lang, deal=self.deal.name)[:200]

    @cached_property
    def agenda(self) -> list[dict[str, Any]]:
        typed = self.sent.get("plan")
        if typed is not None:
            count = int(typed.get("rows", "0") or 0) if str(typed.get("rows", "")).isdigit() else 0
            return [
                {name: typed.get(f"agenda-{n}-{name}", "") for name in ("key", "text", "minutes")}
                for n in range(min(count, 20))
            ]
        meeting = self.ahead or self.held
        if meeting is not None:
            rows = [dict(point) for point in meeting.agenda]
        else:
            rows = [
                {"key": p.key, "text": self._say(f"agenda.{p.key}"), "minutes": p.minutes} for p in self.part.agenda
            ]
        return [*rows, {"key": "", "text": "", "minutes": ""}]

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self.plan["zone"], *ZONES]))

    @property
    def when(self) -> str:
        return tell_when(self.meeting) if self.meeting else ""

    # Meet and decide

    @cached_property
    def parts(self) -> list[PartView]:
        shown = self.held.shown_parts if self.held else []
        first = rules.next_part(self.part, shown)
        return [
            PartView(
                key, self._say(f"offer_part.{key}.label"), self._say(f"offer_part.{key}.help"),
                self.room.parts.get(key), key in shown, key == first,
            )
            for key in self.part.offer_parts
        ]  # fmt: skip

    @property
    def can_present(self) -> bool:
        return self.held is not None and rules.may_present(self.held.review)

    @property
    def preconditions(self) -> list[str]:
        return [self._say(f"precondition.{key}") for key in self.part.preconditions]

    @cached_property
    def objections(self) -> list[Objection]:
        return self.room.objections

    def _choices(self, name: str, word: str) -> Words:
        return tuple((key, self._say(f"{word}.{key}")) for key in getattr(self.part, name))

    @property
    def causes(self) -> Words:
        return self._choices("causes", "cause")

    @property
    def conditions(self) -> Words:
        return self._choices("conditions", "condition")

    @property
    def no_decisions(self) -> Words:
        return self._choices("no_decision", "no_decision")

    @property
    def watches(self) -> Words:
        return self._choices("watch", "watch")

    @property
    def win_reasons(self) -> Words:
        return tuple((r.key, self.playbook.label("win_reason", r.key, self.lang)) for r in self.playbook.win_reasons)

    @property
    def no_reasons(self) -> Words:
        keys = self.part.no_reasons or tuple(r.key for r in self.playbook.loss_reasons)
        return tuple((key, self.playbook.label("loss_reason", key, self.lang)) for key in keys)

    @property
    def step_rows(self) -> list[dict[str, Any]]:
        """Empty lines of the road map, or as they were typed."""
        typed = self.sent.get("decide", {})
        names = ("text", "owner", "due", "category", "costs")
        return [{"n": n, **{name: typed.get(f"step-{n}-{name}", "") for name in names}} for n in ROWS]

    @property
    def new_step(self) -> dict[str, Any]:
        typed = self.sent.get("step_add", {})
        return {name: typed.get(name, "") for name in ("text", "owner", "due", "category", "costs", "kind")}

    @property
    def in_a_week(self) -> date:
        return self.as_of.on + timedelta(days=7)

    @property
    def in_half_a_year(self) -> date:
        return self.as_of.on + timedelta(days=180)

    @property
    def reason_label(self) -> str:
        decision = self.room.decision
        if decision is None or not decision.reason:
            return ""
        if decision.outcome == rules.NO_DECISION:
            return self._say(f"no_decision.{decision.reason}")
        kind = "loss_reason" if decision.outcome == rules.NO else "win_reason"
        return self.playbook.label(kind, decision.reason, self.lang)

    # Sign and after

    @cached_property
    def road_map(self) -> list[StepView]:
        return [self._step(row) for row in self.room.road_map]

    def _step(self, row: RoadMapStep) -> StepView:
        days = (row.due_on - self.as_of.on).days
        category = self._say(f"condition.{row.category}") if row.category else ""
        return StepView(row, format_distance(days), row.is_open and days < 0, category)

    @cached_property
    def road_map_curve(self) -> RoadMapCurve | None:
        return read_road_map_curve(self.outlook, self.room.steps, self.as_of.on, self.facts.target_on)

    @property
    def minutes_state(self) -> str:
        minutes = self.room.minutes
        return rules.judge_minutes(minutes.due_on, minutes.sent_on, self.as_of.on) if minutes else ""

    @property
    def minutes_when(self) -> str:
        minutes = self.room.minutes
        return format_distance((minutes.due_on - self.as_of.on).days) if minutes else ""

    @cached_property
    def minutes_text(self) -> str:
        typed = self.sent.get("minutes")
        if typed is not None:
            return str(typed.get("text", ""))
        minutes = self.room.minutes
        return (minutes.text or draft_minutes(self.room)) if minutes else ""

    @cached_property
    def debriefers(self) -> list[GuestView]:
        """Ours, ticked where they were there or took part."""
        there = (
            set(self.held.invitees.filter(was_there=True).values_list("member_id", flat=True)) if self.held else set()
        )
        if self.room.debrief is not None:
            there |= {member.id for member in self.room.debrief.members.all()}
        return [GuestView(str(m.id), m.name, "", m.id in there, True) for m in self.members]

    @property
    def debrief_questions(self) -> list[tuple[str, str, str]]:
        answers = self.room.debrief.answers if self.room.debrief else {}
        typed = self.sent.get("debrief", {})
        return [
            (key, self._say(f"debrief.{key}"), typed.get(f"answer-{key}", answers.get(key, "")))
            for key in self.part.debrief
        ]

    @cached_property
    def earlier(self) -> list[tuple[DecisionMeeting, str]]:
        """Meetings before the newest, each with how it ended."""
        ends = {one.meeting_id: one.get_outcome_display() for one in self.room.all_decisions}
        return [
            (one, ends.get(one.id, one.get_state_display())) for one in self.room.meetings if one is not self.meeting
        ]

    @property
    def override_until(self) -> date:
        return self.as_of.on + timedelta(days=7)

    @property
    def real_today(self) -> date:
        return timezone.now().date()
