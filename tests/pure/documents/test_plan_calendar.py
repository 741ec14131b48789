"""The plan's calendar file, read back by another reader of calendars."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from landmark.documents.plan_calendar import CheckIn, PlanCalendar, PlanEntry, build_plan_calendar

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def entry(number: int, **more: object) -> PlanEntry:
    values = {"uid": f"{number}@x", "sequence": number, "title": f"Action {number}", "on": date(2026, 3, 10),
              "changed_at": AT, **more}  # fmt: skip
    return PlanEntry(**values)  # type: ignore[arg-type]


def test_entries_keep_their_uid_and_are_whole_days() -> None:
    data = build_plan_calendar(PlanCalendar(title="Plan", entries=[entry(1), entry(2, state="dropped")]))
    events = Calendar.from_ical(data).walk("VEVENT")
    assert [str(event["UID"]) for event in events] == ["1@x", "2@x"]
    assert events[0]["DTSTART"].dt == date(2026, 3, 10)
    assert events[0]["DTEND"].dt == date(2026, 3, 11)
    assert str(events[1]["STATUS"]) == "CANCELLED"
    assert str(Calendar.from_ical(data)["METHOD"]) == "PUBLISH"


@pytest.mark.rule("4.5", "The check-in is weekly, in the calendar of both sides")
def test_the_check_in_comes_weekly_until_the_end() -> None:
    weekly = CheckIn(uid="c@x", sequence=1, title="Check-in", first_on=date(2026, 3, 3), last_on=date(2026, 5, 1),
                     changed_at=AT)  # fmt: skip
    data = build_plan_calendar(PlanCalendar(title="Plan", entries=[], check_in=weekly))
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert event["RRULE"]["FREQ"] == ["WEEKLY"]
    assert event["RRULE"]["UNTIL"] == [date(2026, 5, 1)]


def test_emoji_long_lines_and_right_to_left_names_survive() -> None:
    title = "🎉 " + "שלום " * 30 + ", ; \\ \n end"
    data = build_plan_calendar(PlanCalendar(title="P", entries=[entry(1, title=title, lines=("נועה", "a;b,c"))]))
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert str(event["SUMMARY"]) == title
    assert str(event["DESCRIPTION"]) == "נועה\na;b,c"


def test_the_same_plan_gives_the_same_bytes() -> None:
    plan = PlanCalendar(title="Plan", entries=[entry(1)])
    assert build_plan_calendar(plan) == build_plan_calendar(plan)


def test_five_hundred_entries() -> None:
    data = build_plan_calendar(PlanCalendar(title="Plan", entries=[entry(n) for n in range(500)]))
    assert data.count(b"BEGIN:VEVENT") == 500
