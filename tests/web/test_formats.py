"""Numbers, money and days as people read them, in English and Italian."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from landmark.ui import formats


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("amount", "english", "italian"),
    [
        ("84000", "€84K", "84.000 €"),
        ("950", "€950", "950 €"),
        ("25069.4132906", "€25K", "25.069 €"),
        ("1234567", "€1.23M", "1,23 Mln €"),
        ("12345678", "€12.3M", "12,3 Mln €"),
        ("0", "€0", "0 €"),
    ],
)
def test_short_money(amount: str, english: str, italian: str) -> None:
    assert formats.format_money(Decimal(amount), "EUR", short=True) == english
    with translation.override("it"):
        assert formats.format_money(Decimal(amount), "EUR", short=True).replace("\xa0", " ") == italian


def test_long_money_shows_cents_only_when_there_are_some() -> None:
    assert formats.format_money(Decimal("84000.00"), "EUR") == "€84,000"
    assert formats.format_money(Decimal("84000.50"), "EUR") == "€84,000.50"
    assert formats.format_money(Decimal(500), "JPY") == "¥500"
    assert formats.format_money(None, "EUR") == "—"
    assert formats.format_money(Decimal(84000), "") == "84,000"


@pytest.mark.parametrize(
    ("share", "words"), [(0.62, "62 %"), (0.001, "< 1 %"), (0.999, "> 99 %"), (0.0, "0 %"), (1.0, "100 %"), (None, "—")]
)
def test_a_share_is_never_rounded_to_certainty(share: float | None, words: str) -> None:
    assert formats.format_percent(share) == words


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.0, "< 1 %"), (0.004, "< 1 %"), (0.005, "< 1 %"), (0.006, "1 %"), (0.5, "50 %"), (1.0, "> 99 %"), (None, "—")],
)
def test_a_probability_is_never_certain(p: float | None, words: str) -> None:
    assert formats.format_chance(p) == words


@pytest.mark.parametrize(
    ("days", "words"), [(0, "today"), (1, "tomorrow"), (4, "in 4 days"), (-1, "1 day late"), (-9, "9 days late")]
)
def test_how_far_a_day_lies(days: int, words: str) -> None:
    assert formats.format_distance(days) == words


def test_days_name_their_year_only_when_it_is_another() -> None:
    assert formats.format_day(date(2026, 11, 26), year_of=date(2026, 1, 1)) == "26 Nov"
    assert formats.format_day(date(2027, 3, 1), year_of=date(2026, 1, 1)) == "1 Mar 2027"
    assert formats.format_weekday(date(2026, 11, 26), year_of=date(2026, 1, 1)) == "Thu 26 Nov"
    with translation.override("it"):
        assert formats.format_day(date(2026, 11, 26), year_of=date(2026, 1, 1)) == "26 nov"


@pytest.mark.parametrize(
    ("name", "initials"), [("Ada Conti", "AC"), ("ada", "A"), ("ada.conti@example.com", "AC"), ("", "?"), ("  ", "?")]
)
def test_initials(name: str, initials: str) -> None:
    assert formats.find_initials(name) == initials


def test_a_source_s_own_name_becomes_words() -> None:
    assert formats.make_readable("account:NumberOfEmployees") == "Account: number of employees"
    assert formats.make_readable("task:email") == "Task: email"
    assert formats.make_readable("NDA_sent") == "NDA sent"
