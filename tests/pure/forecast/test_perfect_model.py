"""The bands of a perfect model: right when it is, wide enough when deals are seen often."""

import numpy as np
import pytest

from landmark.forecast.evaluate import calibration_error, perfect_model, stated_wins
from landmark.forecast.shocks import shock_of, size_shock

RANDOM = np.random.default_rng(5)


def test_single_rows_agree_with_the_binomial() -> None:
    p = np.full(1_000, 0.3)
    band = perfect_model(p, np.arange(1_000), np.zeros(1_000), 30.0, draws=2_000)
    spread = 1.96 * np.sqrt(1_000 * 0.3 * 0.7)
    assert (band.wins_low, band.wins_high) == pytest.approx((300 - spread, 300 + spread), abs=4)


def test_one_deal_on_one_day_twice_counts_double_and_far_apart_days_do_not() -> None:
    p, deal = np.full(800, 0.5), np.repeat(np.arange(400), 2)
    near, far = np.zeros(800), np.tile([0.0, 60.0], 400)
    widths = [
        high - low
        for day in (near, far)
        for band in [perfect_model(p, deal, day, 30.0, draws=1_000)]
        for low, high in [(band.wins_low, band.wins_high)]
    ]
    assert widths[0] / widths[1] == pytest.approx(np.sqrt(2), rel=0.08)


def test_a_right_model_falls_inside_in_about_95_of_100_and_a_wrong_one_outside() -> None:
    inside = []
    for _ in range(60):
        p = RANDOM.beta(1, 3, 500)
        won = (RANDOM.random(500) < p).astype(float)
        band = perfect_model(p, np.arange(500), np.zeros(500), 30.0, draws=100)
        inside.append(band.calibration_low <= calibration_error(won, p) <= band.calibration_high)
        assert calibration_error((RANDOM.random(500) < p**0.25).astype(float), p) > band.calibration_high
    assert np.mean(inside) >= 0.85


def test_certain_and_no_rows() -> None:
    band = perfect_model(np.array([0.0, 1.0]), np.array([0, 1]), np.zeros(2), 7.0, draws=20)
    assert (band.calibration_low, band.calibration_high, band.wins_low, band.wins_high) == (0.0, 0.0, 1.0, 1.0)
    assert np.isnan(perfect_model(np.zeros(0), np.zeros(0, int), np.zeros(0), 7.0).wins_low)


def test_seeded() -> None:
    p = RANDOM.random(50)
    first, second = (perfect_model(p, np.arange(50), np.zeros(50), 7.0, draws=50, seed=4) for _ in range(2))
    assert first == second


def test_the_stated_range_holds_what_moves_all_deals_at_once() -> None:
    """A level of exactly 1.2 and no shock: 1 − 0.7^1.2 of the deals are won, in every draw."""
    p, day, market = np.full(1_000, 0.3), np.repeat([0.0, 7.0], 500), np.zeros(1_000, int)
    level = shock_of(0.0, 1.22).level
    low, high = stated_wins(p, day, market, 30.0, shock_of(0.0, 1.22), draws=50)
    assert (low, high) == pytest.approx([1_000 * (1 - 0.7**level)] * 2, rel=1e-3)


def test_markets_of_their_own_make_the_range_narrower() -> None:
    p, day = np.full(1_000, 0.3), np.zeros(1_000)
    one = stated_wins(p, day, np.zeros(1_000, int), 30.0, size_shock([]))
    ten = stated_wins(p, day, np.arange(1_000) % 10, 30.0, size_shock([]))
    assert one[0] < ten[0] < 300 < ten[1] < one[1]


def test_shocks_of_days_far_apart_even_out() -> None:
    p, market = np.full(1_000, 0.3), np.zeros(1_000, int)
    together, apart = (stated_wins(p, np.repeat([0.0, gap], 500), market, 30.0, shock_of(0.3)) for gap in (1.0, 60.0))
    assert together[0] < apart[0] < apart[1] < together[1]
