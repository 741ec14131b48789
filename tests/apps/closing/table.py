"""A deal with its people at the table: what tests of the decision start from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from landmark.closing import decision_actions as decisions
from landmark.closing import meeting_actions as meetings
from landmark.closing import offer_actions
from landmark.closing.decision_actions import DecisionInput
from landmark.closing.decisions import DecisionRoom, read_room
from landmark.closing.meeting_input import MeetingInput
from landmark.closing.models import DecisionMeeting
from landmark.closing.road_map_actions import StepInput
from landmark.deals.models import Deal, Person
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from tests.factories import prove

ENTRY = ("questions_answered", "value_confirmed", "asked_outright", "terms_grasped")


@dataclass
class Table:
    """Alice's deal, Bob manages; Ines decides on the buyer's side, Bruno is the champion."""

    deal: Deal
    alice: Member
    bob: Member
    ines: Person
    bruno: Person

    @property
    def room(self) -> DecisionRoom:
        self.deal.refresh_from_db()
        return read_room(self.deal, latest(self.deal.org))

    @property
    def plan(self) -> MeetingInput:
        points = load_playbook().decision.agenda
        return MeetingInput(
            subject="Decision on Exception desk", starts_at=datetime.now(UTC) + timedelta(days=5), duration_minutes=60,
            time_zone="Europe/Rome", agenda=[(p.key, p.key.title(), p.minutes) for p in points],
            people=[self.ines.id, self.bruno.id], members=[self.alice.id],
        )  # fmt: skip

    def invite(self) -> DecisionMeeting:
        meetings.plan_meeting(self.deal, self.plan, by=self.alice)
        return meetings.send_invitation(self.deal, by=self.alice)[0]

    def open_door(self) -> None:
        prove(self.deal, self.alice, *ENTRY)
        prove(self.deal, self.alice, "actions_done", strength=Strength.DOCUMENTED)
        for kind in ("complete_offer", "one_page_summary"):
            offer_actions.mark_made(self.deal, by=self.alice, kind=kind)

    def hold(self) -> DecisionMeeting:
        meeting = self.invite()
        self.open_door()
        return meetings.start_meeting(
            self.deal, by=self.alice, there=[row.id for row in meeting.invitees.all()], is_aim_said=True
        )

    def review(self, answer: str = "yes") -> DecisionMeeting:
        self.hold()
        return meetings.record_review(self.deal, by=self.alice, answer=answer, person=self.ines)

    def day(self, days: int) -> "datetime.date":
        return latest(self.deal.org).on + timedelta(days=days)

    def step(self, **other: object) -> StepInput:
        values = {"text": "Test the link to their ledger", "due_on": self.day(12), "person": self.bruno}
        return StepInput(**{**values, **other})  # type: ignore[arg-type]

    def yes(self) -> None:
        self.review()
        step = self.step(is_condition=False)
        made = DecisionInput("yes", self.ines, reason="business_case", words="It pays within a year", steps=[step])
        decisions.record_decision(self.deal, made, by=self.alice)

    def keys(self) -> dict[str, int]:
        rows = Evidence.objects.for_deal(self.deal.org_id, self.deal.id)
        return {row.key: row.strength for row in rows}
