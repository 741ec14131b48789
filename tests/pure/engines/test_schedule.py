"""Dates of a plan with numbers done by hand."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.engines.schedule import (
    BadPlan,
    Slot,
    Task,
    expect,
    find_circle,
    find_problems,
    place,
    plan,
    schedule_back,
    schedule_forward,
    slip,
)
from landmark.engines.workdays import Workdays, is_known_country

PLAIN = Workdays()
FRI = date(2026, 2, 27)
"""The last Friday of February 2026, a working day everywhere here."""

CHAIN = (
    Task("confirm", 2),
    Task("security", 5, ("confirm",)),
    Task("legal", 10, ("confirm",)),
    Task("decision", 0, ("security", "legal")),
    Task("sign", 1, ("decision",)),
)


def test_weekends_and_holidays_are_days_off() -> None:
    germany = Workdays(["DE"])
    assert germany.is_working(date(2026, 4, 2))
    assert not germany.is_working(date(2026, 4, 3))  # Good Friday
    assert germany.shift(date(2026, 4, 2), 1) == date(2026, 4, 7)  # past Easter Monday
    assert germany.shift(date(2026, 4, 7), -1) == date(2026, 4, 2)
    assert Workdays(["DE", "IT"]).is_working(date(2026, 4, 25)) is False
    assert germany.holiday(date(2026, 4, 3)) != ""


def test_a_country_nobody_knows_has_weekends_only() -> None:
    assert not is_known_country("XX")
    assert Workdays(["XX"]).is_working(date(2026, 12, 25))
    assert Workdays(["IT"]).is_working(date(2026, 12, 25)) is False


def test_working_days_between_two_days() -> None:
    assert PLAIN.count(date(2026, 2, 20), date(2026, 2, 27)) == 5
    assert PLAIN.count(date(2026, 2, 27), date(2026, 2, 20)) == -5
    assert PLAIN.count(FRI, FRI) == 0


@pytest.mark.rule("4.5", "Dates are counted back from the buyer's decision or go-live day over working days")
def test_back_from_the_end() -> None:
    slots = schedule_back(CHAIN, FRI, PLAIN)
    assert slots["sign"] == Slot(FRI, FRI)
    assert slots["decision"].due_on == date(2026, 2, 26)
    assert slots["legal"] == Slot(date(2026, 2, 13), date(2026, 2, 26))  # ten working days
    assert slots["security"] == Slot(date(2026, 2, 20), date(2026, 2, 26))
    assert slots["confirm"] == Slot(date(2026, 2, 11), date(2026, 2, 12))


def test_back_over_a_holiday_and_from_a_day_off() -> None:
    slots = schedule_back([Task("a", 2), Task("b", 1, ("a",))], date(2026, 4, 6), Workdays(["DE"]))  # Easter Monday
    assert slots["b"].due_on == date(2026, 4, 2)
    assert slots["a"] == Slot(date(2026, 3, 31), date(2026, 4, 1))


def test_forward_from_the_first_day() -> None:
    slots = schedule_forward(CHAIN, date(2026, 2, 2), PLAIN)
    assert slots["confirm"] == Slot(date(2026, 2, 2), date(2026, 2, 3))
    assert slots["legal"] == Slot(date(2026, 2, 4), date(2026, 2, 17))
    assert slots["decision"].due_on == date(2026, 2, 17)
    assert slots["sign"].due_on == date(2026, 2, 18)


@pytest.mark.rule("4.5", "Slack and the critical path show which actions move the end")
def test_slack_and_the_critical_path() -> None:
    found = plan(CHAIN, end_on=FRI, on=date(2026, 2, 2), workdays=PLAIN)
    assert found.critical == ("confirm", "legal", "decision", "sign")
    assert {row.key: row.slack for row in found.rows} == {
        "confirm": 7, "legal": 7, "decision": 7, "sign": 7, "security": 12,
    }  # fmt: skip


def test_a_plan_that_no_longer_fits_says_by_how_many_days() -> None:
    found = plan(CHAIN, end_on=FRI, on=date(2026, 2, 16), workdays=PLAIN)
    assert min(row.slack for row in found.rows) == -3
    assert found.by_key["legal"].is_at_risk
    assert found.expected_on == date(2026, 3, 4)


def test_what_is_done_stays_where_it_was_done() -> None:
    tasks = (Task("a", 1, due_on=date(2026, 2, 2), done_on=date(2026, 2, 4)), Task("b", 1, ("a",), date(2026, 2, 6)))
    found = plan(tasks, end_on=FRI, on=date(2026, 2, 5), workdays=PLAIN)
    assert found.by_key["a"].expected_on == date(2026, 2, 4)
    assert not found.by_key["a"].is_critical
    assert found.by_key["b"].expected_on == date(2026, 2, 6)


def test_late_work_pulls_what_waits_for_it() -> None:
    tasks = (Task("a", 1, due_on=date(2026, 2, 2)), Task("b", 3, ("a",), date(2026, 2, 6)))
    ends = expect(tasks, date(2026, 2, 5), PLAIN)
    assert ends == {"a": date(2026, 2, 5), "b": date(2026, 2, 10)}
    found = plan(tasks, end_on=FRI, on=date(2026, 2, 5), workdays=PLAIN)
    assert found.by_key["a"].is_late
    assert found.by_key["b"].is_at_risk


@pytest.mark.rule("4.5", "A slip shows what it does to the end date")
def test_what_a_slip_does_to_the_end() -> None:
    tasks = schedule_dates(CHAIN)
    late = slip(tasks, "legal", 3, on=date(2026, 2, 2), workdays=PLAIN)
    assert (late.before_on, late.after_on, late.moved_days) == (FRI, date(2026, 3, 4), 3)
    assert {name for name, _old, _new in late.moved} == {"legal", "decision", "sign"}


def test_a_slip_inside_the_slack_moves_nothing_else() -> None:
    tasks = (Task("a", 1, due_on=date(2026, 2, 10)), Task("b", 1, ("a",), date(2026, 2, 20)))
    small = slip(tasks, "a", 5, on=date(2026, 2, 2), workdays=PLAIN)
    assert small.moved_days == 0
    assert small.moved == (("a", date(2026, 2, 10), date(2026, 2, 17)),)


def schedule_dates(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    slots = schedule_back(tasks, FRI, PLAIN)
    return tuple(Task(t.key, t.days, t.after, slots[t.key].due_on) for t in tasks)


# Plans that cannot be


@pytest.mark.rule("4.5", "A circle of dependencies is refused and named in its order")
def test_a_circle_is_named_in_its_order() -> None:
    tasks = (Task("a", 1, ("c",)), Task("b", 1, ("a",)), Task("c", 1, ("b",)), Task("d", 1, ("c",)))
    (problem,) = find_problems(tasks, PLAIN)
    assert problem.code == "circle"
    assert set(problem.keys) == {"a", "b", "c"}
    assert problem.keys[0] == problem.keys[-1]
    with pytest.raises(BadPlan):
        schedule_back(tasks, FRI, PLAIN)


def test_no_circle_in_a_diamond() -> None:
    assert find_circle({"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c", "a")}) == ()


@pytest.mark.parametrize(
    ("tasks", "code"),
    [
        ((Task("a"), Task("a")), "twice"),
        ((Task("a", 1, ("x",)),), "unknown"),
        ((Task("a", 1, ("a",)),), "itself"),
    ],
)
def test_names_that_lead_nowhere(tasks: tuple[Task, ...], code: str) -> None:
    assert find_problems(tasks, PLAIN)[0].code == code


@pytest.mark.rule("4.5", "An action cannot begin before what it waits for has ended; the first day that works is told")
def test_an_overlap_names_the_first_day_that_works() -> None:
    tasks = (Task("papers", 1, due_on=date(2026, 2, 10)), Task("review", 3, ("papers",), date(2026, 2, 11)))
    (problem,) = find_problems(tasks, PLAIN)
    assert (problem.code, problem.keys, problem.day) == ("overlap", ("review", "papers"), date(2026, 2, 13))
    fine = (tasks[0], Task("review", 3, ("papers",), date(2026, 2, 13)))
    assert find_problems(fine, PLAIN) == []


@pytest.mark.rule("9.5", "Actions of the close week stand at S-7 to S+2 around signature day")
def test_days_around_the_signature() -> None:
    signature = date(2026, 4, 10)
    germany = Workdays(["DE"])
    assert place(signature, -7, germany) == date(2026, 3, 30)  # two holidays lie between
    assert place(signature, -7, PLAIN) == date(2026, 4, 1)
    assert place(signature, 0, germany) == signature
    assert place(signature, 2, germany) == date(2026, 4, 14)


def test_five_hundred_actions_take_a_moment() -> None:
    tasks = [Task(f"t{n}", 1 + n % 4, tuple(f"t{n - back}" for back in (1, 7, 30) if n >= back)) for n in range(500)]
    days = Workdays(["DE", "IT"])
    days.count(date(2020, 1, 1), date(2032, 1, 1))  # holidays of the years are read once a process
    began = time.process_time()
    found = plan(tasks, end_on=date(2031, 12, 1), on=date(2026, 1, 5), workdays=days)
    slip(tasks, "t10", 5, on=date(2026, 1, 5), workdays=days)
    assert len(found.rows) == 500
    assert time.process_time() - began < 1.0


@given(
    st.lists(st.tuples(st.integers(0, 6), st.sets(st.integers(1, 5), max_size=3)), min_size=1, max_size=25),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
def test_scheduled_dates_keep_their_order_and_their_end(shape: list[tuple[int, set[int]]], end: date) -> None:
    tasks = [
        Task(str(n), days, tuple(str(n - back) for back in sorted(backs) if n >= back))
        for n, (days, backs) in enumerate(shape)
    ]
    workdays = Workdays(["IT"])
    slots = schedule_back(tasks, end, workdays)
    dated = [Task(t.key, t.days, t.after, slots[t.key].due_on) for t in tasks]
    assert find_problems(dated, workdays) == []
    assert max(slot.due_on for slot in slots.values()) <= end
    assert all(workdays.is_working(slot.due_on) for slot in slots.values())
