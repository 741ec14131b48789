"""Before the decision meeting: what is promised, the offer, the invitation; what is refused and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from icalendar import Calendar

from landmark.closing import meeting_actions as meetings
from landmark.closing import offer_actions
from landmark.closing.invitations import build_file
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import make_paper
from landmark.deals.inputs import PromiseInput
from landmark.deals.models import Promise
from landmark.deals.policies import Refused, StaleVersion
from landmark.documents.paper import read_text
from landmark.orgs.as_of import latest
from landmark.playbook.loader import load_playbook
from tests.apps.closing.table import Table
from tests.factories import prove


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


@pytest.mark.rule("D", "The representative moderates: every point of the agenda is theirs to lead")
def test_the_representative_leads_the_meeting(table: Table) -> None:
    table.invite()
    made = make_paper("agenda", Asked(table.deal, latest(table.deal.org), "en"))
    assert made is not None
    assert read_text(made.paper).count("Alice Moretti") >= len(load_playbook().decision.agenda)
    table.deal.owner = table.bob
    table.deal.save()
    made = make_paper("agenda", Asked(table.deal, latest(table.deal.org), "en"))
    assert made is not None
    assert read_text(made.paper).count("Bob Lindqvist") == len(load_playbook().decision.agenda)


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
    meeting, _update = meetings.plan_meeting(table.deal, table.plan, by=table.alice)
    meetings.plan_meeting(table.deal, replace(table.plan, place="Room 4"), by=table.bob, if_version=meeting.version)
    with pytest.raises(StaleVersion, match="Bob Lindqvist") as caught:
        meetings.plan_meeting(
            table.deal, replace(table.plan, place="Room 9"), by=table.alice, if_version=meeting.version
        )
    assert caught.value.current.place == "Room 4"
