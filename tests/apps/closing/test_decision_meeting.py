"""In the decision meeting: its door, the review, the offer in its order, objections."""

import pytest

from landmark.closing import meeting_actions as meetings
from landmark.closing import offer_actions
from landmark.deals.inputs import OverrideInput
from landmark.deals.models import GatePass
from landmark.deals.policies import MoveRefused, Refused
from landmark.orgs.models import Notice
from landmark.playbook.schema import Strength
from tests.apps.closing.table import Table


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
