"""Single values as importers read them."""

from datetime import date

from landmark.connectors.values import find_day


def test_a_day_is_found_inside_a_sentence() -> None:
    assert find_day("Send the figures by 2026-03-31, then call") == date(2026, 3, 31)
    assert find_day("Version 2026-13-45 of the plan") is None
    assert find_day("Call next week") is None
