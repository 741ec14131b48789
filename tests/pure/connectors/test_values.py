"""Single values as importers read them."""

from datetime import date

from landmark.connectors.values import find_day


def test_a_day_is_found_inside_a_sentence() -> None:
    assert find_day("Send the figures by 2026-03-31, then call") == date(2026, 3, 31)
    assert find_day("Send the figures by 31 March 2026, then call") == date(2026, 3, 31)
    assert find_day("By 1 Sept. 2026, or 30 Feb 2026") == date(2026, 9, 1)
    assert find_day("30 Feb 2026 or 12 Dix 2026") is None
    assert find_day("Version 2026-13-45 of the plan") is None
    assert find_day("Call next week") is None
    assert find_day("By 9999-12-31, or 1 May 2026") == date(2026, 5, 1)
