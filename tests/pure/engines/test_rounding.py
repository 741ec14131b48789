"""Parts rounded together."""

from hypothesis import given
from hypothesis import strategies as st

from landmark.engines.rounding import round_together


def test_the_largest_remainders_are_rounded_up() -> None:
    assert round_together([2.4, -1.3, -1.2, -0.6, -7.3], -8) == [2, -1, -1, -1, -7]
    assert round_together([1 / 3, 1 / 3, 1 / 3], 1) == [1, 0, 0]


def test_a_whole_number_is_left_alone_although_a_float_may_miss_it() -> None:
    assert round_together([0.1 + 0.2 - 0.3 + 5, 2.0, 2.9999999999], 10) == [5, 2, 3]


def test_a_total_further_off_is_spread_over_all() -> None:
    assert round_together([1.0, 1.0], 6) == [3, 3]
    assert round_together([1.0, 1.0], -1) == [0, -1]


def test_nothing_is_nothing() -> None:
    assert round_together([], 1) == []


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.integers(-1, 1))
def test_the_sum_is_the_total_and_no_part_strays(values: list[float], off: int) -> None:
    total = round(sum(values)) + off
    found = round_together(values, total)
    assert sum(found) == total
    assert all(abs(whole - value) < 2 + 1e-6 for whole, value in zip(found, values, strict=True)) or len(values) == 1
