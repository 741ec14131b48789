"""Deadlines: local hours in summer and winter, a new rule that moves no deadline under way, weeks by their day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from landmark.cadence.deadlines import (
    Rule,
    last_deadline,
    list_deadlines,
    make_week,
    next_deadline,
    open_week,
    read_rules,
    read_week,
)
from landmark.cadence.setting_actions import set_country, set_deadline, set_fiscal_start
from landmark.deals.policies import Refused
from landmark.ledger.models import AuditEvent, FieldChange
from landmark.orgs.as_of import latest
from tests.apps.cadence.weekly import Crew, make_crew


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def test_without_a_setting_the_week_closes_on_monday_noon_utc() -> None:
    found = next_deadline([Rule()], at(2026, 11, 20, 9))
    assert (found.at, found.on) == (at(2026, 11, 23, 12), date(2026, 11, 23))


def test_the_deadline_itself_is_no_longer_ahead() -> None:
    assert next_deadline([Rule()], at(2026, 11, 23, 12)).at == at(2026, 11, 30, 12)
    assert last_deadline([Rule()], at(2026, 11, 23, 12)).at == at(2026, 11, 23, 12)


def test_the_hour_is_local_in_summer_and_in_winter() -> None:
    rome = [Rule(4, 17, "Europe/Rome")]
    assert next_deadline(rome, at(2026, 10, 20)).at == at(2026, 10, 23, 15)  # summer time
    assert next_deadline(rome, at(2026, 10, 24)).at == at(2026, 10, 30, 16)  # a week and an hour later


def test_a_local_day_may_be_another_one_in_utc() -> None:
    auckland = next_deadline([Rule(0, 8, "Pacific/Auckland")], at(2026, 11, 20))
    assert (auckland.on, auckland.at) == (date(2026, 11, 23), at(2026, 11, 22, 19))


def test_an_hour_that_the_clock_skips_still_comes() -> None:
    found = next_deadline([Rule(6, 2, "Europe/Rome")], at(2026, 3, 25))
    assert found.at == at(2026, 3, 29, 1)
    assert next_deadline([Rule(6, 2, "Europe/Rome")], found.at).at == at(2026, 4, 5, 0)


def test_a_new_rule_begins_after_the_deadline_under_way() -> None:
    rules = [Rule(), Rule(4, 17, "UTC", valid_from=at(2026, 11, 23, 12))]
    found = [one.at for one in list_deadlines(rules, at(2026, 11, 15), at(2026, 12, 5))]
    assert found == [at(2026, 11, 16, 12), at(2026, 11, 23, 12), at(2026, 11, 27, 17), at(2026, 12, 4, 17)]


def test_of_two_rules_set_in_one_week_the_later_one_counts() -> None:
    start = at(2026, 11, 23, 12)
    rules = [Rule(), Rule(4, 17, "UTC", valid_from=start), Rule(2, 9, "UTC", valid_from=start)]
    assert next_deadline(rules, start).at == at(2026, 11, 25, 9)


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()


def test_setting_it_keeps_the_week_under_way_and_is_on_record(crew: Crew) -> None:
    before = open_week(crew.org, latest(crew.org).known_by).deadline
    first = set_deadline(by=crew.ada, weekday=(before.on.weekday() + 2) % 7, hour=9, time_zone="Europe/Rome")
    rules = read_rules(crew.org)
    assert next_deadline(rules, latest(crew.org).known_by) == before
    assert next_deadline(rules, before.at) == first
    assert first.on == before.on + timedelta(days=2)
    assert AuditEvent.objects.get(verb="call_calendar.set").detail["time_zone"] == "Europe/Rome"


def test_only_an_administrator_sets_it_and_nonsense_is_refused(crew: Crew) -> None:
    with pytest.raises(PermissionDenied):
        set_deadline(by=crew.bob, weekday=0, hour=9, time_zone="UTC")
    for weekday, hour, zone in ((7, 9, "UTC"), (0, 24, "UTC"), (0, 9, "Moon/Base"), (0, 9, "../etc/passwd")):
        with pytest.raises(Refused):
            set_deadline(by=crew.ada, weekday=weekday, hour=hour, time_zone=zone)


def test_the_fiscal_year_is_set_by_an_administrator(crew: Crew) -> None:
    set_fiscal_start(by=crew.ada, month=7)
    crew.org.refresh_from_db()
    assert crew.org.fiscal_year_start_month == 7
    change = FieldChange.objects.get(field="fiscal_year_start_month")
    assert (change.old, change.new, change.author) == ("1", "7", "Ada Novak")
    with pytest.raises(PermissionDenied):
        set_fiscal_start(by=crew.bob, month=1)
    with pytest.raises(Refused):
        set_fiscal_start(by=crew.ada, month=13)


def test_the_country_is_set_by_an_administrator_and_may_be_taken_back(crew: Crew) -> None:
    for country in ("it", "IT", ""):
        set_country(by=crew.ada, country=country)
    crew.org.refresh_from_db()
    assert crew.org.country == ""
    changes = FieldChange.objects.filter(field="country").order_by("recorded_at")
    assert [(one.old, one.new, one.author) for one in changes] == [("", "IT", "Ada Novak"), ("IT", "", "Ada Novak")]
    with pytest.raises(PermissionDenied):
        set_country(by=crew.bob, country="IT")
    for code in ("XX", "ITA", "Italy"):
        with pytest.raises(Refused):
            set_country(by=crew.ada, country=code)


def test_a_week_is_found_by_its_day_and_never_ahead_of_the_one_under_way(crew: Crew) -> None:
    as_of = latest(crew.org)
    here = read_week(crew.org, as_of)
    before = last_deadline(read_rules(crew.org), as_of.known_by)
    past = read_week(crew.org, as_of, before.key)
    assert (past.deadline, past.is_closed) == (before, True)
    assert not here.is_closed
    for text in ("moon", "9999-12-31", (here.deadline.on + timedelta(days=7)).isoformat(), "0001-01-01"):
        assert read_week(crew.org, as_of, text).deadline == here.deadline


def test_calls_are_about_the_quarter_that_holds_the_deadline(crew: Crew) -> None:
    monday = next_deadline([Rule()], at(2026, 12, 29))
    assert make_week(crew.org, monday, at(2026, 12, 29)).period.key == "2027-q1"
