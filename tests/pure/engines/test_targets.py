"""Method 1.2: the target stack, its contradiction, the split, the coverage, and what holds a plan back."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.engines.targets import (
    Answer,
    Conversion,
    Obstacle,
    PlanFacts,
    build_stack,
    find_contradiction,
    find_coverage,
    find_obstacles,
    split,
)

D = Decimal
CHAIN = (
    Conversion("qualified", "discovery", D("0.80"), D("0.80")),
    Conversion("discovery", "proposal", D("0.70"), D("0.70")),
    Conversion("proposal", "won", D("0.35"), D("0.35")),
)
AMOUNT, DEAL = D(1_200_000), D(60_000)


@pytest.mark.rule("1.2", "1.2M at 60k a deal, 80/70/35 %: 20 wins, 58 proposals, 82 discoveries, 103 qualified")
def test_1_2_from_revenue_back_to_qualified_deals_20_58_82_103() -> None:
    stack = build_stack(AMOUNT, DEAL, CHAIN)
    assert [(level.state, level.shown_high) for level in stack] == [
        ("qualified", 103), ("discovery", 82), ("proposal", 58), ("won", 20),
    ]  # fmt: skip


@pytest.mark.rule("1.2", "Unrounded values go up the chain: 57.14, 81.63, 102.04")
def test_1_2_unrounded_values_are_carried_up_the_chain() -> None:
    exact = {level.state: level.low for level in build_stack(AMOUNT, DEAL, CHAIN)}
    assert [round(float(exact[s]), 2) for s in ("proposal", "discovery", "qualified")] == [57.14, 81.63, 102.04]
    assert exact["qualified"] == Fraction(5000, 49)
    rounded_on_the_way = -(-58 * 100 // 70)  # 83: what rounding at each step would ask for
    assert rounded_on_the_way == 83
    assert -(-rounded_on_the_way * 100 // 80) == 104


@pytest.mark.rule("1.2", "The published 100, 125, 179 divide where they should multiply")
def test_1_2_worked_case_the_published_100_125_179_cannot_be_right() -> None:
    """Dividing the first state by the conversions makes later states larger: nobody sends more proposals than meetings
    were held. Worked back from the wins, each later state is smaller."""
    published = [D(100), D(100) / D("0.80"), (D(100) / D("0.80") / D("0.70")).quantize(D(1))]
    assert published == [100, 125, 179]
    assert published == sorted(published)
    counts = [level.shown_high for level in build_stack(AMOUNT, DEAL, CHAIN)]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.rule("1.2", "An overall 20 % beside a product of 19.6 % is told as a contradiction")
def test_1_2_overall_20_percent_contradicts_the_product_19_6_percent() -> None:
    found = find_contradiction(D("0.20"), AMOUNT, DEAL, CHAIN)
    assert found is not None
    assert (float(found.low), found.stated_count, found.chain_high) == (pytest.approx(0.196), 100, 103)
    assert find_contradiction(D("0.196"), AMOUNT, DEAL, CHAIN) is None
    assert find_contradiction(None, AMOUNT, DEAL, CHAIN) is None


@pytest.mark.rule("1.2", "Without history conversions are ranges and the stack shows low and high")
def test_1_2_without_history_conversions_are_ranges_and_the_stack_shows_low_and_high() -> None:
    wide = (*CHAIN[:2], Conversion("proposal", "won", D("0.30"), D("0.40")))
    qualified = build_stack(AMOUNT, DEAL, wide)[0]
    assert (qualified.shown_low, qualified.shown_high, qualified.is_range) == (90, 120, True)
    assert find_contradiction(D("0.20"), AMOUNT, DEAL, wide) is None


@pytest.mark.rule("1.2", "A whole number is not rounded up")
def test_1_2_a_whole_number_is_not_rounded_up() -> None:
    thirds = (Conversion("qualified", "won", D("0.3"), D("0.3")),)
    assert build_stack(D(90), D(30), thirds)[0].shown_low == 10


@pytest.mark.parametrize(("low", "high"), [("0", "0.5"), ("0.5", "0.4"), ("0.5", "1.01")])
def test_a_conversion_that_cannot_be_is_refused(low: str, high: str) -> None:
    with pytest.raises(ValueError, match="conversion"):
        Conversion("a", "b", D(low), D(high))


def test_a_stack_needs_a_target_a_deal_size_and_a_chain() -> None:
    for bad in ((D(0), DEAL, CHAIN), (AMOUNT, D(0), CHAIN), (AMOUNT, DEAL, ())):
        with pytest.raises(ValueError, match=r"above zero|no conversion"):
            build_stack(*bad)


@pytest.mark.rule("1.2", "60 outbound and 40 inbound split 103 qualified deals without a rest")
def test_1_2_role_split_60_and_40_of_103_sums() -> None:
    """The sample's 60 + 40 are 100; the corrected chain needs 103, in the same proportion."""
    assert split(D(103), {"outbound": D(60), "inbound": D(40)}) == {"outbound": 62, "inbound": 41}


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.dictionaries(st.text(max_size=3), st.decimals(min_value=0, max_value=1000, places=1), min_size=1, max_size=6),
)
@pytest.mark.rule("1.2", "Territory split sums to the cent")
def test_1_2_territory_split_sums_to_the_cent(total: Decimal, weights: dict[str, Decimal]) -> None:
    if sum(weights.values()) <= 0:
        with pytest.raises(ValueError, match="weight"):
            split(total, weights, D("0.01"))
        return
    parts = split(total, weights, D("0.01"))
    assert sum(parts.values()) == total
    assert all(parts[key] == 0 for key, weight in weights.items() if weight == 0)


def test_a_split_refuses_what_cannot_be_divided() -> None:
    with pytest.raises(ValueError, match="whole number"):
        split(D("10.5"), {"a": D(1)})


@pytest.mark.rule("1.2", "Coverage is pipeline over what is still to win")
def test_1_2_coverage_is_pipeline_over_what_is_still_to_win() -> None:
    assert find_coverage(D(2_400_000), AMOUNT, D(400_000)) == D(3)
    assert find_coverage(D(1), AMOUNT, AMOUNT) is None


READY = PlanFacts(
    definitions={"qualified": "fit and a date", "booked": "signed, start date and payment terms set",
                 "stage_entry": "the gate of the stage"},
    measures={"bookings": AMOUNT, "coverage": D("3.0"), "last_step": D("0.35")},
    tests={key: Answer(True, "because") for key in ("controllable", "diagnostic", "consistent")},
    first_level=103,
    role_counts={"outbound": 62, "inbound": 41},
    team_amounts={"north": D(700_000), "south": D(500_000)},
    amount=AMOUNT,
)  # fmt: skip


@pytest.mark.rule("1.2", "A whole plan may be published")
def test_1_2_a_whole_plan_may_be_published() -> None:
    assert find_obstacles(READY) == ()


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({"definitions": {**READY.definitions, "booked": " "}}, Obstacle("undefined", "booked")),
        ({"measures": {"coverage": D(3), "last_step": D("0.35")}}, Obstacle("lagging")),
        ({"measures": {"bookings": AMOUNT, "coverage": D(3)}}, Obstacle("leading")),
        ({"measures": {**READY.measures, "qualified": D(103)}}, Obstacle("leading")),
        ({"measures": {**READY.measures, "coverage": D(0)}}, Obstacle("no_figure", "coverage")),
        ({"team_amounts": {"north": D(700_000)}}, Obstacle("teams_do_not_sum")),
        ({"role_counts": {"outbound": 60, "inbound": 40}}, Obstacle("roles_do_not_sum")),
        ({"tests": {**READY.tests, "diagnostic": Answer(True, "")}}, Obstacle("unanswered", "diagnostic")),
        ({"tests": {**READY.tests, "controllable": Answer(False, "no")}}, Obstacle("failed", "controllable")),
    ],
)
@pytest.mark.rule("1.2", "One thing missing holds it back")
def test_1_2_one_thing_missing_holds_it_back(change: dict[str, object], obstacle: Obstacle) -> None:
    assert find_obstacles(replace(READY, **change)) == (obstacle,)  # type: ignore[arg-type]
