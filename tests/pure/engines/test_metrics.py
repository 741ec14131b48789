"""The method's own numbers, in exact money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.engines.metrics import (
    StageLimit,
    WeightedDeal,
    find_stage_limit,
    judge_funnel,
    percentile_75,
    weigh,
    weigh_by_period,
)
from landmark.playbook.loader import load_playbook

PLAYBOOK = load_playbook("landmark/2026.1")
RATES = PLAYBOOK.benchmarks.source_rates


@pytest.mark.rule("12.2", "The worked case of weighted value as published")
def test_the_published_worked_case_of_weighted_value() -> None:
    """50k × .35 + 120k × .45 = 71.5k in May; 30k × .55 = 16.5k in June."""
    deals = [
        WeightedDeal(Decimal(50_000), RATES["discovery"], "2026-05"),
        WeightedDeal(Decimal(30_000), RATES["solution"], "2026-06"),
        WeightedDeal(Decimal(120_000), RATES["commercial"], "2026-05"),
    ]
    assert weigh_by_period(deals) == {"2026-05": Decimal(71_500), "2026-06": Decimal(16_500)}
    assert weigh(deals) == Decimal(88_000)
    assert list(weigh_by_period(deals)) == ["2026-05", "2026-06"]


def test_an_empty_pipeline_weighs_nothing() -> None:
    assert weigh([]) == 0
    assert weigh_by_period([]) == {}


@pytest.mark.parametrize(("days", "p75"), [([], None), ([7], 7), ([4, 3, 2, 1], 3), ([1, 2, 3, 4, 5], 4)])
def test_percentile(days: list[int], p75: int | None) -> None:
    assert percentile_75(days) == p75


@given(st.lists(st.integers(0, 500), min_size=1))
def test_three_in_four_stays_ended_by_the_percentile(days: list[int]) -> None:
    p75 = percentile_75(days)
    assert p75 in days
    assert sum(day <= p75 for day in days) >= 0.75 * len(days)
    assert sum(day < p75 for day in days) < 0.75 * len(days)


def test_the_playbooks_limit_stands_in_until_there_are_enough_stays() -> None:
    assert find_stage_limit([5] * 19, prior=35) == StageLimit(35, is_prior=True)
    assert find_stage_limit([5] * 20, prior=35) == StageLimit(5, is_prior=False)
    assert find_stage_limit([], prior=None) == StageLimit(None, is_prior=True)


@pytest.mark.rule("2.2", "The published funnel lags at every step")
def test_the_published_funnel_lags_at_every_step() -> None:
    counts = {"lead": 1000, "qualified": 180, "discovery": 72, "proposal": 45, "won": 18}
    findings = judge_funnel(counts, PLAYBOOK)
    assert [(f.step, f.rate) for f in findings] == [
        ("lead_to_qualified", Decimal("0.18")), ("qualified_to_discovery", Decimal("0.4")),
        ("discovery_to_proposal", Decimal("0.625")), ("proposal_to_won", Decimal("0.4")),
    ]  # fmt: skip
    assert [f.guardrail for f in findings] == [
        "Qualified leads that never meet us", "Days until a meeting is booked", "Discoveries that end as unfit",
        "Days from proposal to close",
    ]  # fmt: skip
    assert all(f.cause and f.actions for f in findings)


def test_a_step_on_target_is_not_named_and_an_empty_one_not_rated() -> None:
    assert judge_funnel({"lead": 1000, "qualified": 200}, PLAYBOOK) == ()
    assert judge_funnel({"lead": 0, "qualified": 0}, PLAYBOOK) == ()
    assert judge_funnel({}, PLAYBOOK) == ()
