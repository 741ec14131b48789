"""Ranges of bookings: what must hold for every pipeline, and that four in five outcomes lie inside where the truth is
known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landmark.forecast.arrivals import Arrivals, amounts_on, find_arrivals
from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.known import as_known
from landmark.forecast.leaks import find_leaks
from landmark.forecast.portfolio import (
    DRAWN_ONE_BY_ONE,
    Newcomers,
    Outcomes,
    Pipeline,
    bookings,
    draw_outcomes,
    hazards_given,
    newcomers,
)
from landmark.forecast.shocks import PRIOR_SIZE, Shock, Strayed, apart_from, no_shock, shock_of, size_shock, strayed
from landmark.forecast.unknowns import find_unknowns
from landmark.forecast.windows import Outlook, Window, foresee_bookings, main_currency, read_bookings
from tests.pure.forecast.made import START, make_history

chances = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None)
@given(chances, st.floats(0, 1e6), st.sampled_from([0.0, 0.15, 0.5]), st.integers(0, 5))
def test_a_range_rises_holds_what_is_won_and_repeats(p: list[float], won: float, size: float, seed: int) -> None:
    p_won, amount = np.array(p), np.linspace(1, 100, len(p))
    found = bookings(p_won, amount, already=won, shock=shock_of(size), seed=seed, draws=400)
    assert won <= found.p10 <= found.p50 <= found.p90 <= won + amount.sum() + 1e-6
    assert list(found.spread) == sorted(found.spread)
    assert found.expected == pytest.approx(won + p_won @ amount, rel=2e-3, abs=1e-6)
    assert found == bookings(p_won, amount, already=won, shock=shock_of(size), seed=seed, draws=400)


def test_a_wider_shock_makes_a_wider_range_around_the_same_mean() -> None:
    p, amount = np.full(300, 0.3), np.full(300, 10.0)
    found = [bookings(p, amount, shock=shock_of(size)) for size in (0.0, 0.1, 0.2, 0.4)]
    widths = [one.p90 - one.p10 for one in found]
    assert widths == sorted(widths)
    assert widths[-1] > 3 * widths[0]
    assert {round(one.expected) for one in found} == {900}


def test_a_chance_of_a_quota_falls_as_the_quota_rises() -> None:
    outcomes = draw_outcomes(Pipeline.of(np.full(40, 0.4), np.full(40, 10.0)), shock=shock_of(0.2))
    reached = [outcomes.chance_to_reach(quota) for quota in range(0, 420, 20)]
    assert reached == sorted(reached, reverse=True)
    assert (reached[0], reached[-1]) == (1.0, 0.0)
    middle = outcomes.of()
    assert outcomes.chance_to_reach(middle.p90) == pytest.approx(0.1, abs=0.04)


def test_people_add_up_to_teams_in_every_outcome() -> None:
    random = np.random.default_rng(4)
    owners = [f"person {place % 7}" for place in range(200)]
    outcomes = draw_outcomes(
        Pipeline.of(random.random(200), random.random(200) * 100, owners),
        already={"person 1": 50.0, "person 7": 9.0},
        newcomers=[Newcomers(12.0, 0.2, np.array([10.0, 40.0]), {"person 0": 0.25, "person 9": 0.75})],
        shock=shock_of(0.15),
    )
    assert outcomes.scopes == (*(f"person {place}" for place in range(8)), "person 9")
    parts = [outcomes.of([name]) for name in outcomes.scopes]
    whole = outcomes.of()
    assert sum(one.expected for one in parts) == pytest.approx(whole.expected)
    assert outcomes.totals.sum(axis=1).mean() == pytest.approx(whole.expected, rel=0.02)
    assert whole.unopened == pytest.approx(300.0)
    assert parts[8].unopened == pytest.approx(225.0)
    assert (parts[7].p10, parts[7].p90) == (9.0, 9.0)
    spread = sum(one.p90 - one.p10 for one in parts)
    assert whole.p90 - whole.p10 < spread, "people do not all have their good quarter at once"


def test_newcomers_of_two_currencies_add_up_in_the_mean_and_in_every_draw() -> None:
    """Four wins of 100 and three of 200, both of one unsure rate of openings: 1,000, and they stray together."""
    first = Newcomers(4.0, 0.3, np.array([100.0]), {"Ann": 1.0})
    second = Newcomers(3.0, 0.3, np.array([150.0, 250.0]), {"Ann": 0.25, "Ben": 0.75})
    pipeline = Pipeline.of(np.array([0.5]), np.array([80.0]), ["Ann"])

    def drawn(*new: Newcomers) -> Outcomes:
        return draw_outcomes(pipeline, newcomers=new, shock=no_shock(), seed=3)

    alone, both = drawn(first), drawn(first, second)
    assert [alone.of().expected, both.of().expected] == pytest.approx([440.0, 1_040.0])
    assert both.unopened == pytest.approx([550.0, 450.0])
    totals = both.totals.sum(axis=1)
    assert totals.mean() == pytest.approx(1_040.0, rel=0.02)
    assert both.of().p10 > alone.of().p10 + 200
    assert both.chance_to_reach(1_000.0) > alone.chance_to_reach(1_000.0) + 0.3
    apart = 40**2 + 400 * 100 + 3 * (150**2 + 250**2) / 2
    assert totals.var() == pytest.approx(apart + (0.3 * 1_000) ** 2, rel=0.06), "one doubt for both"
    assert (both.totals == drawn(first, second).totals).all()


def test_one_currency_is_drawn_as_ever() -> None:
    """Numbers of the version before several currencies came in, to the last digit."""
    pipeline = Pipeline.of(np.array([0.2, 0.5, 0.7] * 10), np.linspace(10, 300, 30))
    new = Newcomers(6.0, 0.3, np.array([40.0, 90.0]))
    for several in ([new], [new, Newcomers()]):
        found = draw_outcomes(pipeline, newcomers=several, shock=shock_of(0.15), seed=3, draws=1_000).of()
        assert [found.expected, found.p10, found.p50, found.p90] == pytest.approx([2_610.0, 1_960.0, 2_650.0, 3_361.0])


def test_many_small_deals_come_out_as_if_each_had_been_drawn() -> None:
    """More deals than are drawn one by one: the same mean and spread as drawing all of them."""
    size = 3 * DRAWN_ONE_BY_ONE
    random = np.random.default_rng(5)
    p, amount = random.beta(0.5, 3, size), random.lognormal(3, 1, size)
    found = draw_outcomes(Pipeline.of(p, amount), shock=shock_of(0.1), draws=4_000).totals.sum(axis=1)
    levels = np.random.default_rng(6).gamma(100, 0.01, 400)
    hazard = hazards_given(p, shock_of(0.1).levels(400))
    drawn = [(random.random(size) < 1 - np.exp(-hazard * level)) @ amount for level in levels]
    assert found.mean() == pytest.approx(float(p @ amount), rel=0.01)
    assert found.std() == pytest.approx(float(np.std(drawn)), rel=0.15)


def test_a_deal_keeps_its_own_probability_under_a_shock() -> None:
    p = np.array([0.0, 0.01, 0.3, 0.9, 0.999])
    levels = shock_of(0.4).levels(200)
    hazard = hazards_given(p, levels)
    assert np.mean(1 - np.exp(-np.outer(levels, hazard)), axis=0) == pytest.approx(p, abs=1e-4)


def test_an_unsaid_amount_is_drawn_from_usual_ones() -> None:
    usual = np.array([10.0, 30.0])
    found = draw_outcomes(Pipeline.of(np.array([1.0, 0.5]), np.array([np.nan, 100.0]), usual=usual)).of()
    assert found.expected == pytest.approx(70.0)
    assert found.unpriced == pytest.approx(20.0)
    assert (found.p10, found.p90) == (10.0, 130.0)
    assert bookings(np.array([1.0]), np.array([np.nan])).expected == 0.0


def test_the_range_covers_a_market_with_a_shared_shock() -> None:
    """Companies whose wins truly move together: with the shock sized from ten past windows of each, 80 % hold.

    Independent deals, for comparison, are too sure of themselves.
    """
    random = np.random.default_rng(7)
    held, alone = [], []
    for company in range(200):
        size = max(abs(random.normal(0.0, PRIOR_SIZE)), 0.01)
        p, amount = random.beta(1.5, 4, 120), random.lognormal(3, 0.7, 120)
        hazard = -np.log1p(-p)
        won = random.random((11, 120)) < 1 - np.exp(-np.outer(random.gamma(size**-2, size**2, 11), hazard))
        past = [strayed(p, float(one.sum()), n, n + 1) for n, one in enumerate(won[1:])]
        actual = float(won[0] @ amount)
        sized = bookings(p, amount, shock=size_shock(past), seed=company, draws=500)
        plain = bookings(p, amount, seed=company, draws=500)
        held.append(sized.p10 <= actual <= sized.p90)
        alone.append(plain.p10 <= actual <= plain.p90)
    assert 0.75 <= np.mean(held) <= 0.85
    assert np.mean(alone) < np.mean(held) - 0.05


def test_a_model_that_lastingly_says_too_little_is_corrected() -> None:
    p = np.full(200, 0.2)
    past = [strayed(p, 60.0, n, n + 1) for n in range(8)]
    found = size_shock(past)
    assert found.level == pytest.approx(1.5, abs=0.2)
    assert found.size < 0.15
    assert bookings(p, np.ones(200), shock=found).p50 == pytest.approx(58, abs=4)
    assert size_shock([]).level == pytest.approx(1.03, abs=0.03), "nothing seen: the prior"


def test_shocks_survive_storage_and_refuse_another_grid() -> None:
    found = size_shock([Strayed(0, 30, 10.0, 7.0, 9.0, 14.0)])
    again = Shock.from_json(found.to_json())
    assert again.levels(50) == pytest.approx(found.levels(50), rel=1e-3)
    assert found.levels(50).mean() == pytest.approx(found.level)
    assert no_shock().levels(10) == pytest.approx(np.ones(10))
    with pytest.raises(ValueError, match="another grid"):
        Shock.from_json({"weights": [1.0, 2.0], "windows": 1})


def test_a_window_is_not_judged_by_itself() -> None:
    windows = [Strayed(start, start + 30, 1, 1, 1, 1) for start in (0, 20, 30, 60)]
    assert [one.start for one in apart_from(windows, 30, 60)] == [0, 60]


def steady(days: int = 400, each_day: int = 2) -> History:
    """Two deals open every day; one is won for 100 after ten days, the other lost after twenty."""
    opened = np.repeat(START + np.arange(days, dtype=np.float64), each_day)
    is_won = np.tile([True, False], days)
    closed = opened + np.where(is_won, 10.0, 20.0)
    over = closed <= START + days
    none = np.zeros(0, np.int32)
    return History(
        deal_ids=np.array([f"D{n}" for n in range(opened.size)], object),
        opened=opened,
        closed=np.where(over, closed, np.nan),
        outcome=np.where(over, np.where(is_won, WON, LOST), OPEN).astype(np.int8),
        known_from=np.full(opened.size, np.nan),
        event_deal=none,
        event_at=np.zeros(0),
        event_known=np.zeros(0),
        event_code=none,
        milestones=(),
        attributes={
            "amount": np.array(["100.00"] * opened.size, object),
            "currency": np.array(["EUR"] * opened.size, object),
        },
        complete_to=START + days,
    )


def test_arrivals_of_a_steady_company_are_counted_by_hand() -> None:
    """Two a day, every other one won after ten days: within 30 days 20 of those not yet opened are."""
    found = find_arrivals(steady(), START + 400.0)
    assert found.rate == pytest.approx(2.0, abs=0.03)
    assert found.won_by_age[9] == 0.0
    assert found.won_by_age[12] == pytest.approx(0.5, abs=0.01)
    assert found.expect_wins(0, 30) == pytest.approx(20.0, abs=0.8)
    assert found.expect_wins(30, 60) == pytest.approx(30.0, abs=0.8)
    assert found.expect_wins(0, 9) == 0.0
    assert found.doubt(30) < 0.15
    value = newcomers(found, 0, 30, "EUR").value
    assert value == pytest.approx(2_000, rel=0.05)
    assert newcomers(found, 0, 30, "USD").value == 0.0
    again = Arrivals.from_json(found.to_json())
    assert again.expect_wins(0, 30) == pytest.approx(found.expect_wins(0, 30), rel=1e-4)


def test_nothing_arrives_where_nothing_was_opened() -> None:
    empty = find_arrivals(as_known(steady(), START - 5.0).history, START - 5.0)
    assert (empty.rate, empty.expect_wins(0, 90)) == (0.0, 0.0)


def test_a_window_as_it_would_have_been_said_and_as_it_came() -> None:
    history, day = steady(), START + 300.0
    window = Window(day, 30, "EUR")
    came = read_bookings(history, window)
    assert (came.total, came.wins, came.unopened_wins) == (3_000.0, 30, 20)
    deal = np.flatnonzero((history.opened <= day) & ~(history.closed <= day)).astype(np.int32)
    p = (history.outcome[deal] == WON).astype(np.float64)
    outlook = Outlook(deal, p, no_shock(), find_arrivals(history, day))
    said = foresee_bookings(history, window, outlook, seed=1, draws=1_000).of()
    assert said.expected - said.unopened == pytest.approx(1_000, abs=101)
    assert said.p10 < came.total < said.p90
    assert main_currency(history) == "EUR"


def test_amounts_follow_their_changes_only_up_to_the_day() -> None:
    history = replace(
        steady(3), change_deal=np.array([0, 0], np.int32), change_at=np.array([START + 1.0, START + 2.0]),
        change_field=np.array(["amount", "amount"], object), change_value=np.array(["70", "30"], object),
    )  # fmt: skip
    assert [amounts_on(history, START + day)[0] for day in (0.5, 1.0, 9.0)] == [100.0, 70.0, 30.0]


def test_what_a_model_cannot_know_is_read_from_the_data() -> None:
    bare = {one.code for one in find_unknowns(steady(400))}
    assert bare == {"no_milestones", "short", "no_changes"}
    rich = {one.code: one for one in find_unknowns(make_history(deals=150))}
    assert rich["few_closed"].count == int(np.sum(make_history(deals=150).outcome != OPEN))
    assert {"no_stage_moves", "no_known_times"} <= rich.keys()
    late = replace(steady(400), known_from=np.full(800, START + 50.0))
    assert {one.code: (one.count, one.day) for one in find_unknowns(late)}["known_since"] == (100, START + 50.0)
    idle = replace(steady(400), complete_to=START + 700.0)
    assert "no_arrivals" in {one.code for one in find_unknowns(idle)}
    assert find_unknowns(as_known(steady(), START - 5.0).history)[0].code == "no_deals"


def test_what_the_model_left_out_is_taken_from_the_model() -> None:
    """No second look: the leaks that are handed in are told, and nothing else is searched for."""
    telling = np.array(["x" if outcome != OPEN else None for outcome in steady(400).outcome], object)
    history = replace(steady(400), attributes={**steady(400).attributes, "suspect": telling})
    leaks = find_leaks(history)
    assert [leak.attribute for leak in leaks] == ["suspect"]
    told = {one.code: one.names for one in find_unknowns(history, leaks)}
    assert told["left_out"] == ("suspect",)
    assert "left_out" not in {one.code for one in find_unknowns(history)}
