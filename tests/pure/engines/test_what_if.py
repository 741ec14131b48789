"""Method 12.2: what a changed definition does to open deals is known before anybody changes it."""

from decimal import Decimal

import pytest

from landmark.engines.what_if import AgeChange, Definitions, NeedChange, OpenDeal, PercentChange, simulate, sum_effects
from landmark.playbook.strength import Strength

PATH = ("qualification", "discovery", "solution", "commercial", "commitment")
RATES = dict(zip(PATH, (Decimal(rate) for rate in ("0.20", "0.35", "0.55", "0.45", "0.90")), strict=True))
TODAY = Definitions(PATH, RATES, {"discovery": 35, "commercial": None})


def deal(key: str, stage: str, amount: int, age: int = 10, **evidence: int) -> OpenDeal:
    return OpenDeal(key, stage, Decimal(amount), "EUR", age, evidence)


A = deal("a", "discovery", 50_000)
B = deal("b", "commercial", 120_000, age=40)
C = deal("c", "solution", 30_000, requirements_agreed=Strength.DOCUMENTED)
PAUSED = deal("p", "paused", 99_000)
DEALS = (A, B, C, PAUSED)


@pytest.mark.rule("12.2", "Another percentage moves the weighted value of its stage only")
def test_12_2_another_percentage_moves_the_weighted_value_of_its_stage_only() -> None:
    """Commercial carried on to won, .45 → .405: 120k loses 5,400."""
    (effect,) = simulate(DEALS, TODAY, PercentChange("commercial", Decimal("0.405")))
    assert (effect.deal_id, effect.kind) == ("b", "reweighed")
    assert effect.difference == Decimal("-5400.000")
    assert sum_effects([effect]) == {"EUR": (Decimal("54000.00"), Decimal("48600.000"))}


@pytest.mark.rule("12.2", "A shorter usual age flags deals and changes no value")
def test_12_2_a_shorter_usual_age_flags_deals_and_changes_no_value() -> None:
    (effect,) = simulate(DEALS, TODAY, AgeChange("discovery", 9))
    assert (effect.deal_id, effect.kind, effect.difference) == ("a", "flagged", 0)
    assert simulate(DEALS, TODAY, AgeChange("discovery", 10)) == ()
    late = deal("late", "discovery", 1, age=36)
    assert [e.kind for e in simulate([late], TODAY, AgeChange("discovery", 40))] == ["released"]
    assert [e.kind for e in simulate(DEALS, TODAY, AgeChange("commercial", 39))] == ["flagged"]


@pytest.mark.rule("12.2", "One more proof holds deals in the stage and sends back those beyond")
def test_12_2_one_more_proof_holds_deals_in_the_stage_and_sends_back_those_beyond() -> None:
    held_c, sent_b = sorted(
        simulate(DEALS, TODAY, NeedChange("solution", "requirements_agreed", Strength.BUYER)),
        key=lambda effect: effect.kind,
    )
    assert (held_c.deal_id, held_c.kind, held_c.difference) == ("c", "held", 0)
    assert (sent_b.deal_id, sent_b.kind, sent_b.to_stage) == ("b", "sent_back", "solution")
    assert sent_b.difference == Decimal(120_000) * (RATES["solution"] - RATES["commercial"])


def test_proof_that_is_strong_enough_touches_nobody() -> None:
    assert simulate([C], TODAY, NeedChange("solution", "requirements_agreed", Strength.DOCUMENTED)) == ()
