"""After the decision meeting: minutes, debrief, rights, and what is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from landmark.closing import decision_actions as decisions
from landmark.closing import meeting_actions as meetings
from landmark.closing import minutes_actions, offer_actions
from landmark.closing.decision_actions import DecisionInput
from landmark.closing.decision_days import tell_due
from landmark.closing.models import Minutes
from landmark.deals.policies import Refused, StaleVersion
from landmark.engines.decision import Standing
from landmark.ledger.models import AuditEvent
from landmark.orgs.models import Notice
from landmark.orgs.roles import Role
from tests.apps.closing.table import Table
from tests.factories import make_member


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
    assert tell_due(noon(3)) == 2
    assert "3 days late" in Notice.objects.filter(member=table.bob).get().text
    assert tell_due(noon(4)) == 0
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
