"""What a problem costs the buyer a month, with the method's own figures."""

from decimal import Decimal

import pytest

from landmark.engines.impact import Figure, Total, add_up, find_lacks, kinds_without_figure, per_month


@pytest.mark.rule("4.2", "Impact is brought to a month: 12 hours a week are 51.96, at 60 an hour some 3,118")
def test_hours_a_week_become_a_month_as_in_the_add_on_case() -> None:
    hours = per_month(Figure("time", Decimal(12), "hours", "week"))
    assert hours == Decimal("51.96")
    assert round(hours * 60) == 3118


@pytest.mark.parametrize(
    ("period", "monthly"),
    [("day", Decimal("216.5")), ("week", Decimal("43.3")), ("month", 10), ("quarter", "3.33"), ("year", "0.83")],
)
def test_each_period_has_its_month(period: str, monthly: object) -> None:
    found = per_month(Figure("cost", Decimal(10), "money", period, "EUR"))
    assert found is not None
    assert round(found, 2) == round(Decimal(str(monthly)), 2)


def test_what_comes_once_has_no_month() -> None:
    assert per_month(Figure("risk", Decimal(50_000), "money", "once", "EUR")) is None


@pytest.mark.rule("4.2", "Time, revenue, cost and risk keep their units: nothing unlike is added")
def test_units_and_currencies_are_never_added_to_each_other() -> None:
    totals = add_up(
        [
            Figure("time", Decimal(46), "hours", "week"),
            Figure("time", Decimal(4), "hours", "week"),
            Figure("cost", Decimal(12_000), "money", "month", "EUR"),
            Figure("revenue", Decimal(24_000), "money", "year", "EUR"),
            Figure("cost", Decimal(500), "money", "month", "USD"),
            Figure("risk", Decimal(50_000), "money", "once", "EUR"),
            Figure("risk", Decimal(30), "count", "week", counted="Late deliveries"),
            Figure("risk", Decimal("3.1"), "percent", "once", counted="missed"),
        ]
    )
    assert totals == (
        Total(Decimal(14_000), "money", "month", "EUR"),
        Total(Decimal(500), "money", "month", "USD"),
        Total(Decimal(50_000), "money", "once", "EUR"),
        Total(Decimal("216.50"), "hours", "month"),
        Total(Decimal("129.90"), "count", "month", "", "late deliveries"),
        Total(Decimal("3.1"), "percent", "once", counted="missed"),
    )


@pytest.mark.rule("4.2", "One summary sentence: issue, driver, impact per month")
def test_the_sentence_needs_issue_driver_and_a_figure_that_repeats() -> None:
    weekly = Figure("time", Decimal(46), "hours", "week")
    once = Figure("risk", Decimal(50_000), "money", "once", "EUR")
    assert find_lacks("", " ", []) == ("issue", "driver", "figure")
    assert find_lacks("Late quotes", "approvals", [once]) == ("per_month",)
    assert find_lacks("Late quotes", "approvals", [once, weekly]) == ()


@pytest.mark.rule("4.2", "No number: a proxy such as cases a week counts")
def test_a_proxy_is_a_figure() -> None:
    proxy = Figure("cost", Decimal(25), "count", "week", counted="cases", is_proxy=True)
    assert find_lacks("Late quotes", "approvals", [proxy]) == ()


def test_kinds_nobody_asked_for_are_the_next_questions() -> None:
    assert kinds_without_figure([Figure("time", Decimal(1), "hours", "week")]) == ("revenue", "cost", "risk")
