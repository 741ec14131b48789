"""The decision milestone on a real deal: what may happen, what is refused, what each step leaves behind."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from icalendar import Calendar

from landmark.closing import decision_actions as decisions
from landmark.closing import meeting_actions as meetings
from landmark.closing import minutes_actions, offer_actions, packet_actions
from landmark.closing import onboarding_actions as onboarding
from landmark.closing import road_map_actions as road_map
from landmark.closing.decision_actions import DecisionInput
from landmark.closing.decision_days import tell_due
from landmark.closing.decisions import DecisionRoom, read_room
from landmark.closing.invitations import build_file
from landmark.closing.meeting_input import MeetingInput
from landmark.closing.models import Decision, DecisionMeeting, Minutes, OnboardingStep, SigningStep
from landmark.closing.road_map_actions import StepInput
from landmark.deals.actions.next_steps import set_next_step
from landmark.deals.inputs import OverrideInput, PromiseInput
from landmark.deals.models import Deal, GatePass, Person, Promise
from landmark.deals.policies import MoveRefused, Refused, StaleVersion
from landmark.engines.decision import AGREED, Standing
from landmark.ledger.models import AuditEvent, Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member, Notice
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from tests.factories import make_deal, make_member, make_org, make_team, meet, prove

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


@pytest.fixture
def table(db: None) -> Table:
    org = make_org()
    north = make_team(org)
    alice = make_member(org, Role.REPRESENTATIVE, "Alice Moretti", north)
    bob = make_member(org, Role.MANAGER, "Bob Lindqvist", north)
    deal = make_deal(alice)
    meet(deal, alice, "Ines Rau", ("economic_buyer",))
    meet(deal, alice, "Bruno Keller", ("champion",))
    people = {row.person.name: row.person for row in deal.stakeholders.select_related("person")}
    for name, person in people.items():
        person.email = f"{name.split()[0].lower()}@birch.example"
        person.save()
    return Table(deal, alice, bob, people["Ines Rau"], people["Bruno Keller"])


# Preparation and invitation


@pytest.mark.rule("D", "A promise taken at a gate counts as open until its check is met")
def test_promised_actions_are_read_from_what_is_on_record(table: Table) -> None:
    promise = PromiseInput("decision_entry", "questions", "Answer the security questions", table.day(5))
    Promise.objects.create(
        deal=table.deal, gate=promise.gate, check_key=promise.check, text=promise.text, due_on=promise.due_on,
        made_at=datetime.now(UTC), made_by=table.alice,
    )  # fmt: skip
    assert [one.text for one in table.room.prepared.open_actions] == ["Answer the security questions"]
    prove(table.deal, table.alice, "questions_answered")
    assert table.room.prepared.open_actions == ()


@pytest.mark.rule("D", "The whole offer is refused before the meeting, is taken in a tender, and is free after it")
def test_the_whole_offer_waits_for_the_meeting(table: Table) -> None:
    offer_actions.mark_sent(table.deal, by=table.alice, kind="price_and_terms")
    with pytest.raises(Refused, match="presented first"):
        offer_actions.mark_sent(table.deal, by=table.alice, kind="complete_offer")
    offer_actions.mark_sent(table.deal, by=table.alice, kind="complete_offer", tender_reason="Rule 4 of the tender")
    assert table.room.prepared.early == ()
    assert table.room.papers["complete_offer"].tender_reason == "Rule 4 of the tender"


def test_after_the_meeting_the_offer_may_go(table: Table) -> None:
    table.hold()
    paper = offer_actions.mark_sent(table.deal, by=table.alice, kind="complete_offer")
    assert paper.tender_reason == ""


@pytest.mark.rule("D", "An invitation goes out as REQUEST, changes raise SEQUENCE, a cancellation is CANCEL, one UID")
def test_an_invitation_its_update_and_its_cancellation(table: Table) -> None:
    meeting = table.invite()
    later = replace(table.plan, starts_at=datetime.now(UTC) + timedelta(days=6))
    meetings.plan_meeting(table.deal, later, by=table.alice)
    meetings.cancel_meeting(table.deal, by=table.alice)
    found = []
    for letter in mail.outbox:
        ((content, kind),) = letter.alternatives
        calendar = Calendar.from_ical(content)
        (event,) = calendar.walk("VEVENT")
        found.append((str(calendar["METHOD"]), int(event["SEQUENCE"]), str(event["UID"])))
        assert f"method={calendar['METHOD']}" in kind
        assert letter.attachments[0][0] == "invitation.ics"
        assert sorted(letter.to) == sorted(
            [
                "Ines Rau <ines@birch.example>",
                "Bruno Keller <bruno@birch.example>",
                f"Alice Moretti <{table.alice.user.email}>",
            ]
        )
    assert found == [("REQUEST", 0, meeting.uid), ("REQUEST", 1, meeting.uid), ("CANCEL", 2, meeting.uid)]
    meeting.refresh_from_db()
    assert build_file(meeting)[0] == "CANCEL"
    assert table.room.meeting is None


def test_saving_without_a_change_sends_nothing(table: Table) -> None:
    plan = replace(table.plan, starts_at=datetime(2099, 3, 12, 13, 30, tzinfo=UTC))
    meetings.plan_meeting(table.deal, plan, by=table.alice)
    meetings.send_invitation(table.deal, by=table.alice)
    meetings.plan_meeting(table.deal, plan, by=table.alice)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"subject": "Catch-up on Exception desk"}, "decision is the aim"),
        ({"agenda": []}, "has an agenda"),
        ({"agenda": [("welcome", "Welcome", 5)]}, "goal is the decision"),
        ({"agenda": [("decision", "Your decision", 90)]}, "90 minutes"),
        ({"people": []}, "buyer's side"),
        ({"time_zone": "Mars/Base"}, "time zone"),
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "still to come"),
        ({"duration_minutes": 0}, "between 5 minutes"),
    ],
)
def test_a_plan_that_cannot_stand_says_why(table: Table, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        meetings.plan_meeting(table.deal, replace(table.plan, **change), by=table.alice)
    assert table.room.meetings == []


def test_two_people_planning_meet_each_other(table: Table) -> None:
    meeting = meetings.plan_meeting(table.deal, table.plan, by=table.alice)
    meetings.plan_meeting(table.deal, replace(table.plan, place="Room 4"), by=table.bob, if_version=meeting.version)
    with pytest.raises(StaleVersion, match="Bob Lindqvist") as caught:
        meetings.plan_meeting(
            table.deal, replace(table.plan, place="Room 9"), by=table.alice, if_version=meeting.version
        )
    assert caught.value.current.place == "Room 4"


# The meeting


@pytest.mark.rule("D", "The entry checks stand before the meeting is held")
def test_the_meeting_waits_for_its_door(table: Table) -> None:
    meeting = table.invite()
    there = [row.id for row in meeting.invitees.all()]
    with pytest.raises(Refused, match="The whole offer, One-page summary"):
        meetings.start_meeting(table.deal, by=table.alice, there=there, is_aim_said=True)
    for kind in ("complete_offer", "one_page_summary"):
        offer_actions.mark_made(table.deal, by=table.alice, kind=kind)
    with pytest.raises(MoveRefused) as caught:
        meetings.start_meeting(table.deal, by=table.alice, there=there, is_aim_said=True)
    assert {item.check for item in caught.value.result.missing} >= {
        "actions_done",
        "questions",
        "value",
        "asked_outright",
    }
    table.open_door()
    meetings.start_meeting(table.deal, by=table.alice, there=there, is_aim_said=True)
    assert GatePass.objects.filter(deal=table.deal, gate="decision_entry", how="evidence").exists()


def test_an_override_of_the_door_is_kept_and_told(table: Table) -> None:
    meeting = table.invite()
    there = [row.id for row in meeting.invitees.all()]
    override = OverrideInput("decision_entry", "Their board meets only today", table.day(3))
    meetings.start_meeting(table.deal, by=table.alice, there=there, is_aim_said=True, override=override)
    assert table.deal.overrides.get().reason == "Their board meets only today"
    assert Notice.objects.filter(member=table.bob, deal_id=table.deal.id).exists()


@pytest.mark.rule("D", "The aim, a decision by the end, is said aloud")
def test_the_aim_is_said_aloud(table: Table) -> None:
    meeting = table.invite()
    table.open_door()
    there = [row.id for row in meeting.invitees.all()]
    with pytest.raises(Refused, match="aloud"):
        meetings.start_meeting(table.deal, by=table.alice, there=there, is_aim_said=False)


@pytest.mark.rule("D", "Quality gate 1: the customer confirms that earlier work was reviewed and understood")
def test_a_ready_review_is_proof(table: Table) -> None:
    table.review("not_yet")
    assert "review_confirmed" not in table.keys()
    with pytest.raises(Refused, match="they are ready"):
        meetings.present_part(table.deal, by=table.alice, key="goals")
    meetings.record_review(table.deal, by=table.alice, answer="yes_but", person=table.ines)
    assert table.keys()["review_confirmed"] == Strength.BUYER


def test_the_offer_keeps_its_order_and_a_tick_can_be_taken_back(table: Table) -> None:
    table.review()
    with pytest.raises(Refused, match="in order"):
        meetings.present_part(table.deal, by=table.alice, key="contract")
    for key in ("goals", "opportunity"):
        meeting = meetings.present_part(table.deal, by=table.alice, key=key)
    assert meeting.shown_parts == ["goals", "opportunity"]
    assert meetings.take_back_part(table.deal, by=table.alice).shown_parts == ["goals"]


def test_an_objection_is_settled_only_at_its_root(table: Table) -> None:
    table.hold()
    row = meetings.save_objection(table.deal, by=table.alice, words="Too expensive", person=table.ines)
    assert row.settled_at is None
    row = meetings.save_objection(
        table.deal, by=table.alice, objection=row, words=row.words, answer="The figure, gone through again",
        question="Which result makes it feel too expensive?", root_cause="They count one site only", cause="value_gap",
    )  # fmt: skip
    assert row.settled_at is not None
    assert row.said_by == table.ines


# What was decided


def test_a_yes_leads_to_a_signature_step_by_step(table: Table) -> None:
    table.yes()
    assert table.room.standing is Standing.VERBAL
    assert table.room.facts.next_step.text == "Test the link to their ledger"
    with pytest.raises(Refused, match="in writing"):
        decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    assert table.keys()["decision_in_writing"] == Strength.BUYER
    with pytest.raises(Refused, match="Won means signed"):
        decisions.win(table.deal, by=table.alice)
    with pytest.raises(Refused, match="settles scope"):
        decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=["scope"])
    decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    assert table.keys()["contract_signed"] == Strength.SIGNED
    assert table.room.standing is Standing.SIGNED
    (gate,) = table.room.quality
    assert gate.status == "passed"


@pytest.mark.rule("D", "Won goes through the gates like any move, with why they chose us")
def test_the_win_asks_every_gate_on_the_way(table: Table) -> None:
    table.yes()
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    with pytest.raises(MoveRefused):
        decisions.win(table.deal, by=table.alice)
    prove(
        table.deal, table.alice, "qualification_call", "fit_confirmed", "discovery_held", "impact_confirmed",
        "success_measure", "criteria_known", "decision_path_known", "commitment_to_proceed", "timeline_confirmed",
        "urgency_driver", "sponsor_committed", "budget_confirmed", "limits_known",
    )  # fmt: skip
    meet(table.deal, table.alice, "Pia Sand", ("procurement",))
    set_next_step(table.deal, by=table.alice, text="Kick-off", owner="Alice Moretti", due_on=table.day(2))
    move = decisions.win(table.deal, by=table.alice)
    assert (move.to_stage, move.reason) == ("won", "business_case")


@pytest.mark.rule("D", "Yes, but: open conditions hold the written yes; met, it may be written")
def test_conditions_hold_the_written_yes(table: Table) -> None:
    table.review("yes_but")
    with pytest.raises(Refused, match="at least one condition"):
        decisions.record_decision(table.deal, DecisionInput("yes_but", table.ines), by=table.alice)
    made = DecisionInput("yes_but", table.ines, steps=[table.step(category="technical_check")])
    decisions.record_decision(table.deal, made, by=table.alice)
    with pytest.raises(Refused, match="Conditions are still open"):
        decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match")
    assert not OnboardingStep.objects.filter(deal=table.deal).exists()
    (row,) = table.room.road_map
    road_map.complete_step(table.deal, row, by=table.alice)
    assert OnboardingStep.objects.filter(deal=table.deal).count() == len(load_playbook().last_mile.onboarding)
    for day, sentence in ((table.day(1), "today or earlier"), (table.day(-1), "older than the decision")):
        with pytest.raises(Refused, match=sentence):
            decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match", on=day)
    decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match", words="Same goals")
    assert table.room.standing is Standing.WRITTEN


def test_an_owner_who_left_and_a_past_day_are_refused(table: Table) -> None:
    table.review("yes_but")
    table.bob.is_active = False
    table.bob.save()
    for step, sentence in (
        (table.step(person=None, member=table.bob), "no longer works here"),
        (table.step(due_on=table.day(-1)), "day that is past"),
        (table.step(person=None), "one owner"),
        (table.step(due_on=None), "needs a day"),
    ):
        with pytest.raises(Refused, match=sentence):
            decisions.record_decision(table.deal, DecisionInput("yes_but", table.ines, steps=[step]), by=table.alice)


def test_a_dropped_last_condition_lets_the_yes_hold(table: Table) -> None:
    table.review("yes_but")
    made = DecisionInput("yes_but", table.ines, steps=[table.step()])
    decisions.record_decision(table.deal, made, by=table.alice)
    row = road_map.add_condition(table.deal, table.step(text="Show it to finance"), by=table.alice)
    assert road_map.reopen_step(table.deal, row, by=table.alice).is_open
    for one in table.room.road_map:
        road_map.change_step(table.deal, one, by=table.alice, drop=True)
    assert OnboardingStep.objects.filter(deal=table.deal).exists()
    decisions.record_written(table.deal, by=table.alice, person=table.ines, reason="goal_match", words="Same goals")
    with pytest.raises(Refused, match="not in writing yet"):
        road_map.add_condition(table.deal, table.step(), by=table.alice)


@pytest.mark.rule("D", "Onboarding is prepared on yes; steps that cost money wait for the signature or an override")
def test_money_waits(table: Table) -> None:
    table.review()
    steps = [
        table.step(text="Order sensors", is_condition=False, costs_money=True),
        table.step(text="Open the firewall", is_condition=False, due_on=table.day(3)),
    ]
    made = DecisionInput("yes", table.ines, reason="business_case", words="It pays", steps=steps)
    decisions.record_decision(table.deal, made, by=table.alice)
    free, dear = table.room.agreed
    assert (free.text, free.owner, dear.costs_money) == ("Open the firewall", "Bruno Keller", True)
    assert table.room.facts.next_step.text == "Open the firewall"
    onboarding.move_onboarding_step(table.deal, by=table.alice, step=free, to="done")
    assert table.room.facts.next_step.text == "Order sensors"
    with pytest.raises(Refused, match="costs money"):
        onboarding.move_onboarding_step(table.deal, by=table.alice, step=dear, to="started")
    onboarding.allow_early_start(
        table.deal, by=table.alice, step=dear, reason="Eight weeks of delivery time", until=table.day(7)
    )
    assert onboarding.move_onboarding_step(table.deal, by=table.alice, step=dear, to="started").started_on


def name_who_signs(table: Table) -> list[SigningStep]:
    return [
        packet_actions.add_signature(table.deal, by=table.alice, position=number, side=side, name=name)
        for number, (side, name) in enumerate((("buyer", "Ines Rau"), ("seller", "Alice Moretti")), 1)
    ]


def signed_proofs(table: Table) -> list[Evidence]:
    rows = Evidence.objects.for_deal(table.deal.org_id, table.deal.id)
    return list(rows.filter(key="contract_signed"))


@pytest.mark.rule("9.4", "The last signature of the order signs the decision as well, with one proof")
def test_the_last_signature_of_the_order_signs_the_decision(table: Table) -> None:
    table.yes()
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    first, last = name_who_signs(table)
    packet_actions.sign(table.deal, by=table.alice, step=first)
    assert Decision.objects.get(deal=table.deal).signed_on is None
    packet_actions.sign(table.deal, by=table.alice, step=last)
    (proof,) = signed_proofs(table)
    decision = Decision.objects.get(deal=table.deal)
    assert (decision.signed_on, decision.signed_evidence) == (table.day(0), proof.id)
    assert table.room.standing is Standing.SIGNED


@pytest.mark.rule("9.4", "A contract signed with the decision fills the signing order, with one proof")
def test_the_signature_of_the_decision_fills_the_signing_order(table: Table) -> None:
    table.yes()
    decisions.record_written(table.deal, by=table.alice, person=table.ines)
    first, last = name_who_signs(table)
    packet_actions.sign(table.deal, by=table.alice, step=first, signed_on=table.day(-1))
    decisions.record_signed(table.deal, by=table.alice, person=table.ines, agreed=AGREED)
    days = [step.signed_on for step in SigningStep.objects.filter(deal=table.deal)]
    assert days == [table.day(-1), table.day(0)]
    with pytest.raises(Refused, match="on record already"):
        packet_actions.sign(table.deal, by=table.alice, step=last)
    assert len(signed_proofs(table)) == 1


@pytest.mark.rule("D", "A yes prepares the onboarding by itself; taken back untouched, it goes with the yes")
def test_a_yes_prepares_the_onboarding_and_a_withdrawal_drops_it(table: Table) -> None:
    table.yes()
    steps = OnboardingStep.objects.filter(deal=table.deal)
    assert steps.filter(decision=None).count() == len(load_playbook().last_mile.onboarding) > 0
    assert [one.text for one in table.room.agreed] == ["Test the link to their ledger"]
    decisions.withdraw_decision(table.deal, by=table.alice, reason="Wrong deal")
    assert not steps.exists()
    begin = table.step(is_condition=False)
    again = DecisionInput("yes", table.ines, reason="business_case", words="It pays", steps=[begin])
    decisions.record_decision(table.deal, again, by=table.alice)
    step = steps.filter(costs_money=False, decision=None).first()
    onboarding.move_onboarding_step(table.deal, by=table.alice, step=step, to="started")
    decisions.withdraw_decision(table.deal, by=table.alice, reason="Wrong meeting")
    kept = steps.count()
    decisions.record_decision(table.deal, again, by=table.alice)
    assert steps.filter(decision=None).count() == kept > 0


@pytest.mark.rule("D", "No: the deal is lost with its reason, nothing more is spent, and it is watched")
def test_a_no_ends_the_deal_and_starts_a_watch(table: Table) -> None:
    table.review()
    meetings.save_objection(table.deal, by=table.alice, words="They know our rival")
    made = DecisionInput(
        "no", table.ines, reason="rival", words="The rival knows their systems", rival="Cedar Tools",
        watch="rival_disappoints", look_again_on=table.day(180),
    )  # fmt: skip
    decisions.record_decision(table.deal, made, by=table.alice)
    table.deal.refresh_from_db()
    assert table.deal.stage == "lost"
    move = table.deal.moves.order_by("-recorded_at").first()
    assert (move.reason, move.reopen_on) == ("rival", table.day(180))
    assert move.reopen_when
    assert not table.deal.next_steps.filter(done_at=None).exists()
    with pytest.raises(Refused, match="nothing more is spent"):
        meetings.plan_meeting(table.deal, table.plan, by=table.alice)
    tell_due(datetime.now(UTC) + timedelta(days=179))
    assert not Notice.objects.filter(text__contains="look at Exception desk again").exists()
    assert tell_due(datetime.now(UTC) + timedelta(days=181)) == 1
    assert Notice.objects.filter(member=table.alice, text__contains="look at Exception desk again").count() == 1
    assert tell_due(datetime.now(UTC) + timedelta(days=182)) == 0


@pytest.mark.rule("D", "After a no as after a yes: minutes to the customer, a debrief for us")
def test_minutes_and_debrief_follow_a_no(table: Table) -> None:
    table.review()
    meetings.save_objection(
        table.deal, by=table.alice, words="It is dear", question="Which part?", root_cause="One site counted",
        cause="value_gap", answer="The figure, site by site",
    )  # fmt: skip
    made = DecisionInput("no", table.ines, reason="price", words="Not this year")
    decisions.record_decision(table.deal, made, by=table.alice)
    text = minutes_actions.draft_minutes(table.room)
    assert "It is dear. Answer: The figure, site by site." in text
    minutes, _letter = minutes_actions.send_minutes(table.deal, by=table.alice, text=text)
    assert minutes.sent_on == table.day(0)
    debrief = minutes_actions.hold_debrief(
        table.deal, by=table.alice, members=[table.alice.id], answers={"do_differently": "Bring finance in earlier"}
    )
    assert list(debrief.members.all()) == [table.alice]


@pytest.mark.rule("D", "No decision: next date, count, and back to trial close E as the next step")
def test_no_decision_goes_back_to_trial_close_e(table: Table) -> None:
    for count in (1, 2):
        table.invite()
        made = DecisionInput("no_decision", reason="no_show", next_on=table.day(10))
        decisions.record_decision(table.deal, made, by=table.alice)
        assert table.room.count_without == count
    step = table.room.facts.next_step
    assert "trial close E" in step.text
    assert step.due_on == table.day(10)
    assert Minutes.objects.count() == 0


def test_a_wrong_entry_is_withdrawn_and_stays_on_record(table: Table) -> None:
    table.yes()
    decisions.withdraw_decision(table.deal, by=table.alice, reason="It was the other deal")
    assert table.room.decision is None
    assert AuditEvent.objects.filter(verb="decision.withdrawn", deal_id=table.deal.id).count() == 1
    made = DecisionInput("yes_but", table.ines, steps=[table.step()])
    decisions.record_decision(table.deal, made, by=table.alice)


# After the meeting


@pytest.mark.rule("D", "Minutes: a reminder on the day, an alert to the manager once it is over, each once")
def test_minutes_are_reminded_and_alerted_once(table: Table) -> None:
    table.hold()
    due = Minutes.objects.get().due_on
    assert due == table.day(1)

    def noon(days: int) -> datetime:
        return datetime(due.year, due.month, due.day, 12, tzinfo=UTC) + timedelta(days)

    assert tell_due(noon(-1)) == 0
    assert tell_due(noon(0)) == 1
    assert tell_due(noon(0)) == 0
    assert tell_due(noon(1)) == 2
    assert tell_due(noon(2)) == 0
    assert set(Notice.objects.values_list("member__name", flat=True)) == {"Alice Moretti", "Bob Lindqvist"}


def test_minutes_write_themselves_and_go_to_those_who_were_there(table: Table) -> None:
    table.yes()
    text = minutes_actions.draft_minutes(table.room)
    assert "Decision: yes. Ines Rau" in text
    assert "Test the link to their ledger: Bruno Keller" in text
    assert "business case" not in text.lower()
    mail.outbox.clear()
    minutes, letter = minutes_actions.send_minutes(table.deal, by=table.alice, text=text)
    assert minutes.sent_on == table.day(0)
    assert letter is not None
    assert sorted(mail.outbox[0].to) == ["Bruno Keller <bruno@birch.example>", "Ines Rau <ines@birch.example>"]
    assert mail.outbox[0].body == text
    with pytest.raises(Refused, match="sent already"):
        minutes_actions.send_minutes(table.deal, by=table.alice)


def test_minutes_two_people_write_stand_side_by_side(table: Table) -> None:
    table.hold()
    version = Minutes.objects.get().version
    minutes_actions.save_minutes(table.deal, by=table.bob, text="Bob's words", if_version=version)
    with pytest.raises(StaleVersion) as caught:
        minutes_actions.save_minutes(table.deal, by=table.alice, text="Alice's words", if_version=version)
    assert caught.value.current.text == "Bob's words"


@pytest.mark.rule("D", "The debrief takes in every participant of ours")
def test_a_debrief_needs_everybody_of_ours(table: Table) -> None:
    table.hold()
    with pytest.raises(Refused, match="Alice Moretti is missing"):
        minutes_actions.hold_debrief(table.deal, by=table.bob, members=[table.bob.id], answers={"went_well": "Figures"})
    debrief = minutes_actions.hold_debrief(
        table.deal, by=table.alice, members=[table.alice.id, table.bob.id], answers={"went_well": "Figures", "x": ""}
    )
    assert debrief.answers == {"went_well": "Figures"}


def test_who_may_not_edit_may_not_decide(table: Table) -> None:
    carl = make_member(table.deal.org, Role.REPRESENTATIVE, "Carl Other")
    for act in (
        lambda: meetings.plan_meeting(table.deal, table.plan, by=carl),
        lambda: offer_actions.mark_made(table.deal, by=carl, kind="complete_offer"),
        lambda: decisions.record_decision(table.deal, DecisionInput("yes"), by=carl),
        lambda: minutes_actions.save_minutes(table.deal, by=carl, text="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_a_proof_taken_back_takes_the_standing_back(table: Table) -> None:
    from landmark.deals.actions.evidence import retract_evidence

    table.yes()
    decision = decisions.record_written(table.deal, by=table.alice, person=table.ines)
    retract_evidence(table.deal, by=table.alice, evidence_id=decision.written_evidence, reason="Wrong mail")
    assert table.room.standing is Standing.VERBAL


def test_nothing_of_a_change_stays_when_it_is_refused(table: Table) -> None:
    table.review()
    before = AuditEvent.objects.filter(deal_id=table.deal.id).count()
    with pytest.raises(Refused):
        decisions.record_decision(table.deal, DecisionInput("no", table.ines, reason="price"), by=table.alice)
    assert AuditEvent.objects.filter(deal_id=table.deal.id).count() == before
    assert table.room.all_decisions == []
    assert table.room.facts.next_step is not None
