"""The tab Decision: meet, decide, sign, and what follows.

Answers: what the page shows of it on the day, read once each. Does not answer: where the decision stands and the one
thing to do now (``decision_standing``), what goes before the meeting (``decision_preparation``); what a form may change
(the actions of ``closing`` decide and say why not).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from landmark.closing.held import draft_offer
from landmark.closing.minutes_actions import draft_minutes
from landmark.closing.models import DecisionMeeting, Objection, OfferPart, RoadMapStep
from landmark.engines import decision as rules
from landmark.ui.formats import format_distance
from landmark.workspace.presenters.decision_curve import RoadMapCurve, read_road_map_curve
from landmark.workspace.presenters.decision_preparation import DecisionPreparation, Picks

Words = tuple[tuple[str, str], ...]
ROWS = (1, 2, 3)


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
class StepView:
    row: RoadMapStep
    when: str
    is_late: bool
    category: str


class DecisionPage(DecisionPreparation):
    """Parts are read when the template asks, once each."""

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
