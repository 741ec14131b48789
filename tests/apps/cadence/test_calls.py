"""Calls: four numbers kept apart, who may give which, what adds up, who is missing, what two at once lead to."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from landmark.cadence.book import read_book
from landmark.cadence.call_actions import About, remind_missing
from landmark.cadence.deadlines import open_week
from landmark.cadence.models import CallEntry
from landmark.cadence.rollup import RollUp, read_roll_up
from landmark.deals.policies import Refused, StaleVersion
from landmark.ledger.models import AuditEvent
from landmark.orgs.as_of import latest, on_day
from landmark.orgs.models import Notice
from landmark.orgs.roles import Role
from tests.apps.cadence.weekly import Crew, make_crew
from tests.apps.outlook.company import store_forecast
from tests.factories import make_deal, make_member, make_org

WAIT_SECONDS = 20


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()


def roll_up(crew: Crew) -> RollUp:
    week = crew.week
    return read_roll_up(read_book(crew.org, latest(crew.org), week.period), week)


def test_four_numbers_stand_side_by_side_and_none_changes_another(crew: Crew) -> None:
    store_forecast(crew.org, latest(crew.org).on, {crew.deal: (1.0, 0.0)})
    crew.say(crew.alice, "70000.10")
    crew.say(crew.alice, "60000", About.own(crew.alice, "commit"))
    crew.say(crew.bob, "55000.05", About("manager", "member", crew.alice.id))
    row = roll_up(crew).person(crew.alice.id)
    assert row is not None
    assert (row.representative, row.manager, row.commit) == (Decimal("70000.10"), Decimal("55000.05"), Decimal(60000))
    assert row.sums.model not in (None, row.representative, row.manager, row.commit)
    crew.say(crew.bob, "1", About("manager", "member", crew.alice.id))
    again = roll_up(crew).person(crew.alice.id)
    assert again is not None
    assert (again.representative, again.manager, again.commit) == (Decimal("70000.10"), Decimal(1), Decimal(60000))


def test_sums_over_teams_are_exact_and_say_who_is_missing(crew: Crew) -> None:
    make_deal(crew.carl)
    crew.say(crew.alice, "0.10")
    crew.say(crew.ann, "0.20")
    crew.say(crew.bob, "0.25", About("manager", "team", crew.north.id))
    found = roll_up(crew)
    north, south = found.teams
    assert (north.representative, north.missing, north.manager) == (Decimal("0.30"), 0, Decimal("0.25"))
    assert (south.representative, south.missing, south.manager) == (None, 1, None)
    assert (found.org.representative, found.org.missing) == (Decimal("0.30"), 1)
    assert (found.org.manager, found.org.managers_missing) == (Decimal("0.25"), 1)
    assert [seat.name for seat in found.missing] == ["Carl Brandt"]


def test_every_submission_stays_with_author_and_time(crew: Crew) -> None:
    first = crew.say(crew.alice, "10", note="Early guess")
    second = crew.say(crew.alice, "12", if_version=1)
    rows = CallEntry.objects.order_by("version")
    assert [(row.version, row.amount, row.author_name) for row in rows] == [
        (1, Decimal(10), "Alice Moretti"), (2, Decimal(12), "Alice Moretti"),
    ]  # fmt: skip
    assert first.submitted_at < second.submitted_at
    events = AuditEvent.objects.filter(verb="call.submitted")
    assert {event.detail["amount"] for event in events} == {"10", "12"}


def test_a_number_given_meanwhile_is_shown_instead_of_written_over(crew: Crew) -> None:
    crew.say(crew.bob, "10", About("manager", "team", crew.north.id), if_version=0)
    with pytest.raises(StaleVersion, match="Bob Lindqvist") as stale:
        crew.say(crew.ada, "20", About("manager", "team", crew.north.id), if_version=0)
    assert stale.value.current.amount == Decimal(10)
    assert CallEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "kind", "scope", "whose"),
    [
        ("alice", "representative", "member", "ann"),  # nobody calls for somebody else
        ("bob", "representative", "member", "alice"),
        ("ada", "representative", "member", "alice"),
        ("alice", "manager", "member", "alice"),
        ("alice", "manager", "team", "north"),
        ("bob", "manager", "team", "south"),  # a manager speaks for the own team
        ("bob", "manager", "member", "carl"),
        ("bob", "commit", "org", "org"),
        ("eve", "representative", "member", "eve"),  # an executive gives the commit alone
        ("eve", "manager", "team", "north"),
        ("bob", "commit", "member", "alice"),
    ],
)
def test_who_may_not_give_which_number(crew: Crew, who: str, kind: str, scope: str, whose: str) -> None:
    with pytest.raises(PermissionDenied):
        crew.say(getattr(crew, who), "1", About(kind, scope, getattr(crew, whose).id))
    assert not CallEntry.objects.exists()


def test_a_contributor_gives_none_and_a_stranger_finds_no_team(crew: Crew) -> None:
    helper = make_member(crew.org, Role.CONTRIBUTOR, "Hal Brook", crew.north)
    with pytest.raises(PermissionDenied):
        crew.say(helper, "1")
    boss = make_member(make_org("Other Works", "other"), Role.ADMINISTRATOR, "Zoe Hart")
    with pytest.raises(PermissionDenied):
        crew.say(boss, "1", About("manager", "team", crew.north.id))


def test_the_commit_is_given_by_an_executive_or_administrator(crew: Crew) -> None:
    crew.say(crew.eve, "900000", About("commit", "org", crew.org.id))
    crew.say(crew.ada, "910000", About("commit", "org", crew.org.id), if_version=1)
    assert roll_up(crew).org.commit == Decimal(910000)
    with pytest.raises(Refused, match="has a commit"):
        crew.say(crew.ada, "1", About("manager", "org", crew.org.id))


@pytest.mark.parametrize("amount", ["-1", "1.001", "NaN", "Infinity", "1e16"])
def test_an_amount_that_is_none_is_refused(crew: Crew, amount: str) -> None:
    with pytest.raises(Refused):
        crew.say(crew.alice, amount)


def test_a_call_is_read_as_of_its_day(crew: Crew) -> None:
    crew.say(crew.alice, "10")
    week, yesterday = crew.week, on_day(crew.org, timezone.now().date() - timedelta(days=1))
    then = open_week(crew.org, yesterday.known_by)
    early = type(week)(crew.org, week.deadline, week.period, yesterday.known_by)
    assert read_roll_up(read_book(crew.org, yesterday, week.period), early).org.representative is None
    assert then.deadline.at <= week.deadline.at


def test_a_kind_word_goes_once_to_each_who_is_missing(crew: Crew) -> None:
    make_deal(crew.carl)
    crew.say(crew.ann, "5")
    assert remind_missing(crew.org, by=crew.bob) == 1  # Alice; Carl is of another team, Ann is in
    assert remind_missing(crew.org, by=crew.bob) == 0
    assert remind_missing(crew.org) == 1
    assert set(Notice.objects.values_list("member__name", flat=True)) == {"Alice Moretti", "Carl Brandt"}
    assert "first guess is enough" in Notice.objects.all()[0].text
    with pytest.raises(PermissionDenied):
        remind_missing(crew.org, by=crew.alice)


@pytest.mark.django_db(transaction=True)
def test_of_two_submissions_at_once_one_stands_and_the_other_is_told() -> None:
    crew = make_crew()
    about, gate = About("manager", "team", crew.north.id), threading.Barrier(2)
    deadline_at, outcomes = crew.week.deadline.at, []

    def work(who: str, amount: str) -> None:
        try:
            gate.wait(WAIT_SECONDS)
            crew.say(getattr(crew, who), amount, about, if_version=0, deadline_at=deadline_at)
            outcomes.append("kept")
        except StaleVersion:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=each) for each in (("bob", "10"), ("ada", "20"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert sorted(outcomes) == ["kept", "told"]
    assert CallEntry.objects.count() == 1
