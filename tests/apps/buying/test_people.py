"""People, the way to a decision and the commitment through their actions, on both databases."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied

from landmark.buying import commitment_actions, people_actions, process_actions
from landmark.buying.commitment_actions import Answer, MeetingPlan
from landmark.buying.models import CommitmentMeeting, StakeholderState
from landmark.buying.people import read_map_changes, read_people
from landmark.buying.people_actions import Card
from landmark.buying.process import read_process
from landmark.buying.sample_people import fill_sample
from landmark.deals.models import Deal, GateState, Stakeholder
from landmark.deals.policies import Refused, StaleVersion
from landmark.deals.snapshots import deal_facts
from landmark.engines.checks import adversaries
from landmark.ledger.models import Evidence
from landmark.ledger.verify import verify
from landmark.orgs.as_of import AsOf, latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from tests.factories import make_deal, make_member, make_org

pytestmark = pytest.mark.django_db


@dataclass
class Room:
    alice: Member
    deal: Deal

    @property
    def today(self) -> date:
        return latest(self.deal.org).on

    def add(self, name: str, *roles: str, stance: str = "neutral", met: bool = True, **state: Any) -> Stakeholder:
        card = Card(name=name, roles=roles, stance=stance, met_on=self.today if met else None, personal_benefit="Rest")
        return people_actions.save_person(self.deal, by=self.alice, card=card, state=state)

    def proofs(self, key: str) -> list[tuple[int, str]]:
        rows = Evidence.objects.for_deal(self.deal.org_id, self.deal.id).filter(key=key)
        known = rows.as_known(latest(self.deal.org).known_by).with_text()
        return [(row.strength, row.author) for row in known]

    def missing(self) -> set[str]:
        return {item["check"] for item in GateState.objects.get(deal=self.deal).missing}


@pytest.fixture
def room() -> Room:
    alice = make_member(make_org())
    return Room(alice, make_deal(alice))


# People


def test_a_person_is_kept_version_by_version_and_told_for_a_past_moment(room: Room) -> None:
    room.add("Ömer 🚀 יוסף", "technical_buyer", influence=2, interest=4)
    (row,) = Stakeholder.objects.select_related("person", "deal")
    before = latest(room.deal.org)
    people_actions.change_state(row, by=room.alice, if_version=1, influence=5, stance="supporter")
    now = read_people(room.deal, latest(room.deal.org)).rows[0].fact
    assert (now.influence, now.interest, now.stance) == (5, 4, "supporter")
    then = read_people(room.deal, AsOf(before.on, before.known_by, is_latest=False, is_today=False)).rows[0].fact
    assert (then.influence, then.stance) == (2, "neutral")


@pytest.mark.rule("10.3", "Changes of the map are kept with the stage they came in")
def test_a_change_of_the_map_says_from_what_to_what_and_at_which_stage(room: Room) -> None:
    row = room.add("Ömer", "technical_buyer", influence=2)
    people_actions.change_state(row, by=room.alice, influence=5, decision_part="decides")
    told = {(c.field, c.old, c.new, c.stage) for c in read_map_changes(room.deal, latest(room.deal.org))}
    assert told == {("influence", "2", "5", "qualification"), ("decision_part", "", "decides", "qualification")}


def test_two_people_at_one_form_nothing_is_lost(room: Room) -> None:
    row = room.add("Ömer", cares_about="Audits")
    people_actions.change_state(row, by=room.alice, if_version=1, needs="A list")
    with pytest.raises(StaleVersion) as stale:
        people_actions.change_state(row, by=room.alice, if_version=1, needs="A timeline")
    assert stale.value.current.needs == "A list"
    assert "Alice Moretti" in str(stale.value)
    people_actions.change_state(row, by=room.alice, if_version=2, needs="A timeline")
    assert StakeholderState.objects.filter(stakeholder=row).count() == 3


def test_the_last_change_is_taken_back_as_a_version_of_its_own(room: Room) -> None:
    row = room.add("Ömer", "technical_buyer", influence=2)
    people_actions.change_state(row, by=room.alice, influence=5, stance="adversary")
    row.refresh_from_db()
    undone = people_actions.undo_person(row, by=room.alice)
    row.refresh_from_db()
    assert (undone.version, undone.influence, row.stance) == (3, 2, "neutral")
    with pytest.raises(Refused):
        people_actions.undo_person(row, by=room.alice)
    assert verify(room.deal.org_id).is_whole


@pytest.mark.rule("10.3", "A point of depth rests on something observed")
def test_a_point_without_what_was_seen_is_refused(room: Room) -> None:
    with pytest.raises(Refused, match="Say what was seen"):
        room.add("Ömer", depth={"fluency": {"points": 1, "seen": " "}})
    room.add("Ömer", depth={"fluency": {"points": 1, "seen": "Retold our case"}})


@pytest.mark.rule("C", "A known adversary without a plan fails the check of the gate")
def test_an_adversary_without_a_plan_holds_the_gate_until_there_is_one(room: Room) -> None:
    row = room.add("Alan Tate", "influencer", stance="adversary")
    facts = deal_facts(room.deal, latest(room.deal.org))
    assert [person.name for person in adversaries(facts, load_playbook())] == ["Alan Tate"]
    assert not [person.plan for person in adversaries(facts, load_playbook()) if person.plan]
    people_actions.change_state(row, by=room.alice, plan="The sponsor meets him first")
    facts = deal_facts(room.deal, latest(room.deal.org))
    assert [person.plan for person in facts.stakeholders] == ["The sponsor meets him first"]


def test_somebody_of_another_deal_cannot_lift_a_block(room: Room) -> None:
    other = Room(room.alice, make_deal(room.alice, "Other"))
    stranger = other.add("Pia")
    with pytest.raises(Refused, match="among the people"):
        room.add("Ömer", blocks="Hosting", unblocker_id=stranger.id)


def test_a_reader_changes_nothing(room: Room) -> None:
    dan = make_member(room.deal.org, Role.EXECUTIVE, "Dan Oyelaran")
    row = room.add("Ömer")
    for act in (
        lambda: people_actions.change_state(row, by=dan, influence=1),
        lambda: process_actions.save_step(room.deal, by=dan, values={"title": "Check"}),
        lambda: process_actions.save_answers(room.deal, by=dan, answers={"yes_when": "Now"}),
        lambda: commitment_actions.plan_meeting(room.deal, by=dan, plan=MeetingPlan()),
    ):
        with pytest.raises(PermissionDenied):
            act()


# Their way to a decision


def _process(room: Room) -> Any:
    as_of = latest(room.deal.org)
    return read_process(room.deal, read_people(room.deal, as_of), as_of)


def test_a_review_is_edited_removed_and_brought_back(room: Room) -> None:
    row = process_actions.save_step(room.deal, by=room.alice, values={"title": "Security", "lead_days": 5})
    newer = process_actions.save_step(room.deal, by=room.alice, values={"lead_days": 9}, step_id=row.id)
    with pytest.raises(StaleVersion):
        process_actions.save_step(room.deal, by=room.alice, values={"lead_days": 7}, step_id=row.id)
    assert [step.lead_days for step in _process(room).steps] == [9]
    process_actions.remove_step(room.deal, by=room.alice, step_id=newer.id)
    assert _process(room).steps == ()
    process_actions.undo_step(room.deal, by=room.alice)
    assert [(step.title, step.lead_days) for step in _process(room).steps] == [("Security", 9)]
    process_actions.undo_step(room.deal, by=room.alice)
    assert _process(room).steps == ()  # an undo is a change, and can be taken back


def test_an_unknown_way_cannot_be_confirmed_and_the_sentence_says_what_to_find_out(room: Room) -> None:
    process_actions.save_step(room.deal, by=room.alice, values={"title": "Security"})
    with pytest.raises(Refused, match="who decides, who signs, who reviews “Security”"):
        process_actions.confirm_process(
            room.deal, by=room.alice, recap="x", is_buyers=False, person=None, confirmed_on=room.today
        )


@pytest.mark.rule("4.3", "The buyer's yes to our recap is evidence that opens its part of the gate")
def test_the_confirmed_recap_becomes_evidence_and_a_later_change_shows(room: Room) -> None:
    person = room.add("Ilse", "economic_buyer", decision_part="both")
    values = {"title": "Terms", "role": "procurement", "lead_days": 5, "artefact": "Forms"}
    process_actions.save_step(room.deal, by=room.alice, values=values)
    process_actions.confirm_process(
        room.deal, by=room.alice, recap="Terms, then yes", is_buyers=True, person=person, confirmed_on=room.today
    )
    assert room.proofs("decision_path_known") == [(Strength.BUYER, "Ilse")]
    assert room.proofs("contracting_known") == [(Strength.BUYER, "Ilse")]
    assert _process(room).is_current
    process_actions.save_step(room.deal, by=room.alice, values={"title": "Security", "role": "technical_buyer"})
    assert not _process(room).is_current


# Commitment


def _plan(room: Room, *people: UUID, **fields: Any) -> CommitmentMeeting:
    steps = [{"text": "Workshop", "owner": "Alice", "on": ""}]
    plan = MeetingPlan(planned_on=room.today, steps=steps, decide_by=room.today + timedelta(days=56), needed=people)
    return commitment_actions.plan_meeting(room.deal, by=room.alice, plan=plan, **fields)


@pytest.mark.rule("C", "A commitment given opens its part of the gate and sets the agreed day")
def test_a_commitment_is_evidence_of_the_budget_holder(room: Room) -> None:
    cfo = room.add("Ilse", "economic_buyer")
    meeting = _plan(room, cfo.id)
    answer = Answer("given", room.today, came=[cfo.id], agrees=[cfo.id], benefit="Earlier cash", sets_target=True)
    commitment_actions.answer_meeting(meeting, by=room.alice, answer=answer)
    assert room.proofs("commitment_to_proceed") == [(Strength.BUYER, "Ilse")]
    room.deal.refresh_from_db()
    assert room.deal.target_on == room.today + timedelta(days=56)
    commitment_actions.reopen_meeting(CommitmentMeeting.objects.get(), by=room.alice)
    assert room.proofs("commitment_to_proceed") == []
    assert verify(room.deal.org_id).is_whole


@pytest.mark.rule("C", "Without the budget holder, or with somebody unconvinced, it is no commitment")
def test_a_commitment_without_those_it_needs_is_refused_and_nothing_is_written(room: Room) -> None:
    champion, cfo = room.add("Bruno", "champion"), room.add("Ilse", "economic_buyer")
    meeting = _plan(room, champion.id, cfo.id)
    with pytest.raises(Refused, match="economic buyer"):
        commitment_actions.answer_meeting(
            meeting, by=room.alice, answer=Answer("given", room.today, [champion.id], [champion.id])
        )
    with pytest.raises(Refused, match="Bruno came and did not agree"):
        commitment_actions.answer_meeting(
            meeting, by=room.alice, answer=Answer("given", room.today, [champion.id, cfo.id], [cfo.id])
        )
    assert CommitmentMeeting.objects.get().outcome == "planned"
    assert not CommitmentMeeting.objects.get().seats.filter(came=True).exists()


@pytest.mark.rule("C", "A refusal is kept with its reason, the month in the deal and the cost saved")
def test_a_refusal_says_month_and_saving(room: Room) -> None:
    meeting = _plan(room)
    with pytest.raises(Refused, match="why they refused"):
        commitment_actions.answer_meeting(meeting, by=room.alice, answer=Answer("refused", room.today))
    answer = Answer("refused", room.today, reason="opponent", reason_text="Not now", monthly_cost=Decimal(2500))
    done = commitment_actions.answer_meeting(meeting, by=room.alice, answer=answer)
    assert (done.month, done.cost_saved, done.reason) == (1, Decimal("7500.00"), "opponent")


def test_an_adjourned_meeting_plans_the_next_one_with_its_people(room: Room) -> None:
    cfo = room.add("Ilse", "economic_buyer")
    meeting = _plan(room, cfo.id)
    with pytest.raises(Refused, match="meet again"):
        commitment_actions.answer_meeting(meeting, by=room.alice, answer=Answer("adjourned", room.today))
    answer = Answer("adjourned", room.today, next_on=room.today + timedelta(days=7))
    commitment_actions.answer_meeting(meeting, by=room.alice, answer=answer)
    again = CommitmentMeeting.objects.get(number=2)
    assert again.planned_on == room.today + timedelta(days=7)
    assert [seat.stakeholder_id for seat in again.seats.all()] == [cfo.id]
    commitment_actions.reopen_meeting(CommitmentMeeting.objects.get(number=1), by=room.alice)
    assert CommitmentMeeting.objects.count() == 1


def test_a_meeting_changed_by_somebody_else_is_not_written_over(room: Room) -> None:
    meeting = _plan(room)
    _plan(room, if_version=meeting.version)
    with pytest.raises(StaleVersion, match="Alice Moretti changed this meeting"):
        _plan(room, if_version=meeting.version)


@pytest.mark.parametrize("story", ["yes", "yes_but", "no"])
def test_the_told_deals_are_filled_once_by_ordinary_actions(room: Room, story: str) -> None:
    fill_sample(room.deal, story, by=room.alice)
    fill_sample(room.deal, story, by=room.alice)
    people = read_people(room.deal, latest(room.deal.org))
    assert len(people.rows) == 5
    assert bool(room.proofs("commitment_to_proceed")) == (story != "no")
    assert bool(room.proofs("decision_path_known")) == (story == "yes")
    unplanned = [row.name for row in people.rows if row.fact.stance == "adversary" and not row.fact.plan]
    assert bool(unplanned) == (story == "no")
