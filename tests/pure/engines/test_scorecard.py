"""The score and what stands beside it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.engines.facts import DealFacts, EvidenceFact, NextStepFact, StakeholderFact
from landmark.engines.scorecard import Chances, build_scorecard, measure_evidence, score_of
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

PLAYBOOK = load_playbook("landmark/2026.1")
TODAY = date(2026, 3, 10)
DEAL = DealFacts(
    deal_id="d", stage="discovery", opened_on=date(2026, 1, 5), stage_entered_on=date(2026, 2, 3),
    next_step=NextStepFact("Call", "Kim", TODAY + timedelta(days=3)),
)  # fmt: skip


@pytest.mark.parametrize(("chance", "score"), [(None, None), (0.0, 0), (0.424, 42), (0.425, 43), (0.995, 100)])
@pytest.mark.rule("M", "One score: a hundred times the chance within the time frame")
def test_score_is_a_hundred_times_the_chance(chance: float | None, score: int | None) -> None:
    assert score_of(chance) == score


@pytest.mark.parametrize("chance", [-0.01, 1.01, float("nan")])
def test_a_chance_outside_nought_to_one_is_refused(chance: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Chances(by_period_end=chance)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 9), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
@pytest.mark.rule("M", "Pushing the date never lifts the score")
def test_pushing_a_date_never_lifts_the_headline(period: float, target: float, pushes: int, pushed_to: date) -> None:
    before = build_scorecard(DEAL, PLAYBOOK, TODAY, Chances(by_period_end=period, by_target=0.1))
    pushed = replace(DEAL, target_on=pushed_to, target_pushes=pushes)
    after = build_scorecard(pushed, PLAYBOOK, TODAY, Chances(by_period_end=period, by_target=target))
    assert after.score == before.score
    assert after.target_pushes == pushes


def test_without_a_forecast_there_is_no_score_but_all_the_rest() -> None:
    card = build_scorecard(DEAL, PLAYBOOK, TODAY)
    assert (card.score, card.age_days, card.p75_days, card.is_over_age, card.warnings) == (None, 35, 35, False, ())


@pytest.mark.rule("12.2", "Evidence completeness is measured against what the stage asks for")
def test_evidence_is_measured_against_the_stage() -> None:
    have = (
        EvidenceFact("a", "discovery_held", TODAY, Strength.CLAIMED),
        EvidenceFact("b", "impact_confirmed", TODAY, Strength.CLAIMED),
        EvidenceFact("c", "criteria_known", TODAY - timedelta(days=200), Strength.SIGNED),
    )
    assert measure_evidence(replace(DEAL, evidence=have), PLAYBOOK, TODAY) == (
        25, ("impact_confirmed", "success_measure", "criteria_known"),
    )  # fmt: skip
    assert measure_evidence(replace(DEAL, stage="lost"), PLAYBOOK, TODAY) == (100, ())


@pytest.mark.rule("12.2", "Ageing is told above the 75th percentile of the stage")
def test_age_is_held_against_the_stages_own_percentile_when_there_is_one() -> None:
    own = build_scorecard(DEAL, PLAYBOOK, TODAY, p75_days=20)
    assert own.is_over_age
    assert own.warnings == ("35 days in this stage; three deals in four have moved on by day 20.",)
    assert build_scorecard(DEAL, PLAYBOOK, TODAY + timedelta(days=1)).is_over_age


@pytest.mark.parametrize(
    ("step", "warning"),
    [
        (None, "There is no next step. Write what happens next, who does it and by when."),
        (NextStepFact("Call", "Kim", None), "The next step still lacks a date."),
        (NextStepFact("Call", " ", TODAY), "The next step still lacks an owner."),
        (NextStepFact("", "", None), "The next step still lacks its words, an owner, a date."),
        (NextStepFact("Call", "Kim", TODAY - timedelta(days=1)), "The next step was due on 9 March 2026: Call"),
    ],
)
def test_no_next_step_is_a_warning(step: NextStepFact | None, warning: str) -> None:
    card = build_scorecard(replace(DEAL, next_step=step), PLAYBOOK, TODAY)
    assert not card.has_next_step
    assert card.warnings == (warning,)


@pytest.mark.rule("C", "A known adversary is a red flag, and a warning without a plan")
def test_an_adversary_is_a_flag_and_without_a_plan_a_warning() -> None:
    people = (
        StakeholderFact("Vera Holm", stance="adversary"),
        StakeholderFact("Adam Lind", stance="adversary", plan="show him the pilot"),
    )
    card = build_scorecard(replace(DEAL, stakeholders=people), PLAYBOOK, TODAY)
    assert card.adversaries == ("Adam Lind", "Vera Holm")
    assert card.adversaries_without_plan == ("Vera Holm",)
    assert card.warnings == ("Known to be against this, with no plan: Vera Holm.",)


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_a_closed_deal_is_not_warned_about(stage: str) -> None:
    closed = replace(DEAL, stage=stage, next_step=None, amount=Decimal(1))
    assert build_scorecard(closed, PLAYBOOK, TODAY + timedelta(days=400)).warnings == ()


def test_a_paused_deal_is_not_told_to_hurry() -> None:
    paused = replace(DEAL, stage="paused", next_step=None)
    assert build_scorecard(paused, PLAYBOOK, TODAY + timedelta(days=400), p75_days=5).warnings == ()


def test_warnings_speak_italian() -> None:
    (warning,) = build_scorecard(replace(DEAL, next_step=None), PLAYBOOK, TODAY, lang="it").warnings
    assert warning.startswith("Non c'è un prossimo passo.")
