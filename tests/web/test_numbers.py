"""What people type as a number is taken as they meant it, in either way of writing."""

from decimal import Decimal

import pytest

from landmark.ui.numbers import read_amount, read_count, read_share


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("84000", "84000"), ("84000.50", "84000.50"), ("84000,5", "84000.5"), ("84.000", "84000"), ("84,000", "84000"),
        ("1.250.000", "1250000"), ("1,250,000.75", "1250000.75"), ("1.250.000,75", "1250000.75"), (" 84 000 ", "84000"),
        ("84\u00a0000,00", "84000.00"), ("1'250'000", "1250000"), ("-5", "-5"), ("0.125", "0.125"), ("0", "0"),
    ],
)  # fmt: skip
def test_amount_is_read(typed: str, meant: str) -> None:
    assert read_amount(typed) == Decimal(meant)


@pytest.mark.parametrize("typed", ["", "soon", "NaN", "Infinity", "1e9", "1_000", "1.2.3", "12,34,56.7", "1,2.3,4"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        read_amount(typed)


@pytest.mark.parametrize(("typed", "meant"), [("68,4", "68.4"), ("1.085", "1.085"), ("0,9215", "0.9215"), ("40", "40")])
def test_share_keeps_its_decimals(typed: str, meant: str) -> None:
    assert read_share(typed) == Decimal(meant)


@pytest.mark.parametrize("typed", ["", "nan", "inf", "1,000,000", "a"])
def test_what_is_no_share_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        read_share(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("7", 7), (" 12 ", 12), ("", None), ("²", None), ("-1", None), ("1.0", None), ("9" * 5000, None), (None, None)],
)
def test_a_count_is_a_whole_number_or_none(typed: object, meant: int | None) -> None:
    assert read_count(typed) == meant
