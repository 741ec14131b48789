"""Curves as bytes: nothing but rounding is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.outlook.curves import DAYS, at_day, pack_curves, unpack_curve


@given(st.integers(0, 2**32 - 1))
def test_a_curve_survives_packing(seed: int) -> None:
    curve = np.sort(np.random.default_rng(seed).random((1, DAYS)))
    (packed,) = pack_curves(curve)
    read = unpack_curve(packed)
    assert len(packed) == 2 * DAYS
    assert np.all(np.abs(read - curve[0]) < 1 / 65_535 + 1e-9)
    assert np.all(np.diff(read) >= 0)
    assert at_day(packed, 1) == read[0]
    assert at_day(packed, 90) == read[89]


def test_won_and_lost_never_exceed_one() -> None:
    won = np.random.default_rng(1).random((200, DAYS))
    for packed_won, packed_lost in zip(pack_curves(won), pack_curves(1 - won), strict=True):
        assert np.all(unpack_curve(packed_won) + unpack_curve(packed_lost) <= 1 + 1e-12)


def test_days_outside_the_year() -> None:
    (packed,) = pack_curves(np.linspace(0.1, 1.0, DAYS)[None, :])
    assert at_day(packed, 0) == 0.0
    assert at_day(packed, -3) == 0.0
    assert at_day(packed, 400) == at_day(packed, DAYS) == 1.0


@pytest.mark.parametrize(
    "bad", [np.full((1, DAYS), 1.2), np.full((1, DAYS), np.nan), np.zeros((1, 10)), np.zeros(DAYS)]
)
def test_what_is_no_probability_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="curve|probability"):
        pack_curves(bad)
