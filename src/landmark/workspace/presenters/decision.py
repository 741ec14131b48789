"""The tab Decision: prepare, invite, meet, decide, sign, and what follows.

Answers: all the page shows for the day, read once each. Does not answer: where the decision stands and the one thing to
do now (``presenters.decision_standing``); what a form may change (the actions of ``closing`` decide and say why not).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from landmark.closing.held import draft_offer
from landmark.closing.invitations import tell_when
from landmark.closing.meeting_input import default_start
from landmark.closing.minutes_actions import draft_minutes
from landmark.closing.models import DecisionMeeting, Objection, OfferPaper, OfferPart, RoadMapStep
from landmark.deals.models import Stakeholder
from landmark.engines import decision as rules
from landmark.orgs.models import Member
from landmark.ui.formats import format_distance
from landmark.ui.numbers import read_count
from landmark.workspace.presenters.decision_curve import RoadMapCurve, read_road_map_curve
from landmark.workspace.presenters.decision_standing import DecisionStanding
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
    draft: str = ""

    @property
    def is_loose(self) -> bool:
        """Something is said here that is not tied to a challenge and to a value yet."""
        return self.row is not None and bool(self.row.text) and not (self.row.challenge and self.row.value)


@dataclass(frozen=True, slots=True)
class GuestView:
    """Somebody who may be asked; ``value`` is what the form sends."""

    value: str
    name: str
    roles: str
    is_invited: bool
    has_address: bool


@dataclass(frozen=True, slots=True)
class Picks:
    """People of ours: those chosen so far, and everybody else."""

    here: list[GuestView]
    others: list[GuestView]


@dataclass(frozen=True, slots=True)
class StepView:
    row: RoadMapStep
    when: str
    is_late: bool
    category: str


class DecisionPage(DecisionStanding):
    """Parts are read when the template asks, once each."""

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
    def ours(self) -> Picks:
        return self._pick("plan", self.invited if self.ahead else {self.request.member.id, self.deal.owner_id})

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
            count = read_count(typed.get("rows", "")) or 0
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
                "" if key in self.room.parts else self.drafts.get(key, ""),
            )
            for key in self.part.offer_parts
        ]  # fmt: skip

    @cached_property
    def drafts(self) -> dict[str, str]:
        """Parts of the offer as they follow from what is on record."""
        return draft_offer(self.deal, self.as_of) if self.may_prepare else {}

    @property
    def has_drafts(self) -> bool:
        return any(part.draft for part in self.parts)

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
    def watch_label(self) -> str:
        decision = self.room.decision
        return self._say(f"watch.{decision.watch}") if decision is not None and decision.watch else ""

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
        return {name: typed.get(name, "") for name in ("text", "owner", "due", "category")}

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

    @cached_property
    def minutes_text(self) -> str:
        typed = self.sent.get("minutes")
        if typed is not None:
            return str(typed.get("text", ""))
        minutes = self.room.minutes
        return (minutes.text or draft_minutes(self.room)) if minutes else ""

    @cached_property
    def debriefers(self) -> Picks:
        """Ours who were there or took part."""
        there = self.held.invitees.filter(was_there=True).values_list("member_id", flat=True) if self.held else ()
        took_part = [member.id for member in self.room.debrief.members.all()] if self.room.debrief else ()
        return self._pick("debrief", {*there, *took_part} or {self.request.member.id})

    def _pick(self, act: str, chosen: set[Any]) -> Picks:
        """Ours to choose from; where the form was refused, those that were ticked."""
        typed = self.sent.get(act)
        if typed is not None:
            ticked = typed.get("members", ())
            chosen = {ticked} if isinstance(ticked, str) else set(ticked)
        guests = [
            GuestView(str(m.id), m.name, "", m.id in chosen or str(m.id) in chosen, m.user is not None)
            for m in self.members
        ]
        return Picks([one for one in guests if one.is_invited], [one for one in guests if not one.is_invited])

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
