"""Fiscal quarters: bounds, neighbours, labels."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.orgs.models import Organisation
from landmark.outlook.periods import (
    month_containing,
    month_in_view,
    next_period,
    period_containing,
    period_in_view,
    previous_period,
    quarter_containing,
    quarter_of,
    read_period,
    read_quarter,
)


def org_starting(month: int) -> Organisation:
    return Organisation(slug="a", name="A", fiscal_year_start_month=month)


@pytest.mark.parametrize(
    ("month", "day", "starts", "ends", "label"),
    [
        (1, date(2026, 11, 22), date(2026, 10, 1), date(2026, 12, 31), "Q4 2026"),
        (1, date(2024, 2, 29), date(2024, 1, 1), date(2024, 3, 31), "Q1 2024"),
        (7, date(2026, 7, 1), date(2026, 7, 1), date(2026, 9, 30), "Q1 FY2027"),
        (7, date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30), "Q4 FY2026"),
        (7, date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31), "Q2 FY2027"),
        (2, date(2026, 1, 31), date(2025, 11, 1), date(2026, 1, 31), "Q4 FY2026"),
        (12, date(2025, 12, 1), date(2025, 12, 1), date(2026, 2, 28), "Q1 FY2026"),
    ],
)
def test_a_day_lies_in_its_quarter(month: int, day: date, starts: date, ends: date, label: str) -> None:
    period = period_containing(org_starting(month), day)
    assert (period.starts_on, period.ends_on, period.label) == (starts, ends, label)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_quarters_follow_one_another_without_gap(day: date, month: int) -> None:
    period = quarter_containing(day, month)
    after = next_period(period)
    assert day in period
    assert after.starts_on == period.ends_on + timedelta(days=1)
    assert previous_period(after) == period
    assert 88 <= (period.ends_on - period.starts_on).days <= 91
    assert period.ends_on <= date(period.year, 12, 31)


def test_four_quarters_make_a_fiscal_year() -> None:
    period = quarter_containing(date(2026, 7, 15), 7)
    years = []
    for _index in range(5):
        years.append((period.year, period.quarter))
        period = next_period(period)
    assert years == [(2027, 1), (2027, 2), (2027, 3), (2027, 4), (2028, 1)]


@pytest.mark.parametrize(
    "text", ["", None, "soon", "2026-q5", "-q1", "9999-q4", "0000-q1", "2026-13", "2026-0", "0000-01"]
)
def test_an_unreadable_period_is_the_present_one(text: str | None) -> None:
    org = org_starting(1)
    assert read_period(org, text, date(2026, 11, 22)).label == "Q4 2026"


def test_a_link_names_any_period() -> None:
    org = org_starting(7)
    here = period_containing(org, date(2026, 11, 22))
    assert read_period(org, here.key, date(2026, 1, 1)) == here
    assert read_period(org, "2026-q1", date(2026, 11, 22)).starts_on == date(2025, 7, 1)


@pytest.mark.django_db
def test_on_the_last_day_of_a_quarter_the_next_one_is_in_view() -> None:
    """A score by the end of today would be nothing but zeros."""
    org = Organisation(fiscal_year_start_month=1)
    assert period_in_view(org, date(2017, 12, 30)).label == "Q4 2017"
    assert period_in_view(org, date(2017, 12, 31)).label == "Q1 2018"
    assert read_period(org, "2017-q4", date(2017, 12, 31)).label == "Q4 2017"


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_three_months_make_their_quarter(day: date, start: int) -> None:
    month, quarter = month_containing(day, start), quarter_containing(day, start)
    assert day in month
    assert (month.year, month.quarter, month.is_month) == (quarter.year, quarter.quarter, True)
    assert quarter_of(month) == quarter
    assert month.starts_on >= quarter.starts_on
    assert month.ends_on <= quarter.ends_on
    months = [one for one in (previous_period(month), month, next_period(month)) if one.is_month]
    assert [(one.starts_on - before.ends_on).days for before, one in zip(months, months[1:], strict=False)] == [1, 1]
    first = month_containing(quarter.starts_on, start)
    assert next_period(next_period(first)).ends_on == quarter.ends_on


@pytest.mark.parametrize("start", [1, 2, 7, 12])
def test_a_link_names_any_quarter_and_month_of_any_fiscal_year(start: int) -> None:
    org, period = org_starting(start), quarter_containing(date(2024, 5, 5), start)
    for _index in range(9):
        assert read_period(org, period.key, date(2026, 11, 22)) == period
        period = next_period(period)
    month = read_period(org, "2026-02", date(2026, 11, 22))
    assert (month.starts_on, month.ends_on, month.label) == (date(2026, 2, 1), date(2026, 2, 28), "Feb 2026")
    assert read_period(org, month.key, date(2026, 11, 22)) == month
    assert date(2026, 2, 14) in read_quarter(org, "2026-02", date(2026, 11, 22))
    assert not read_quarter(org, "2026-02", date(2026, 11, 22)).is_month


def test_on_the_last_day_of_a_month_the_next_one_is_in_view() -> None:
    assert month_in_view(org_starting(1), date(2026, 11, 29)).label == "Nov 2026"
    assert month_in_view(org_starting(1), date(2026, 11, 30)).label == "Dec 2026"
