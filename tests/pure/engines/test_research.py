"""Ready for the first talk: the sheet and the check from memory."""

import pytest

from landmark.engines.research import MOST_HYPOTHESES, Guess, Sheet, can_add_hypothesis, judge_readiness
from landmark.playbook.loader import load_playbook

QUESTIONS = ("who_cares", "hypotheses", "proof", "constraints", "path")
FULL = Sheet(
    "The operations director: late trucks cost her bonus", "A freeze in December", "From three formats to one",
    (Guess("Sites work apart", "They send different forms", "They share one form"),),
)  # fmt: skip


@pytest.mark.rule("4.1", "At most three hypotheses")
def test_three_hypotheses_are_the_most() -> None:
    assert MOST_HYPOTHESES == load_playbook().discovery.most_hypotheses == 3
    assert [can_add_hypothesis(count) for count in (0, 2, 3)] == [True, True, False]


@pytest.mark.rule("4.1", "Pre-call check: who cares, hypotheses, proof, constraints, path to success")
def test_the_check_asks_the_five_questions_of_the_method() -> None:
    assert load_playbook().discovery.pre_call == QUESTIONS
    empty = judge_readiness(Sheet(), QUESTIONS, None)
    assert empty.unwritten == QUESTIONS
    assert empty.state == "unwritten"


@pytest.mark.rule("4.1", "Each hypothesis has what would confirm or reject it")
def test_a_hypothesis_that_nothing_could_reject_is_no_proof() -> None:
    half = Sheet("Ops", "None", "Soon", (*FULL.guesses, Guess("Prices are too high", "They say so", "")))
    assert judge_readiness(half, QUESTIONS, None).unwritten == ("proof",)


def test_the_check_is_passed_only_from_memory() -> None:
    assert judge_readiness(FULL, QUESTIONS, None).state == "unchecked"
    assert judge_readiness(FULL, QUESTIONS, ["who_cares", "path"]).forgotten == ("hypotheses", "proof", "constraints")
    assert judge_readiness(FULL, QUESTIONS, QUESTIONS).state == "ready"


@pytest.mark.rule("4.2", "Questions in order: now, why, where, how often and how much, who, success")
def test_the_talk_has_six_steps_in_order_and_five_covers_hit_and_deciders() -> None:
    steps = load_playbook().discovery.steps
    assert [step.key for step in steps] == ["now", "why", "where", "how_much", "who", "success"]
    assert "proxy" in steps[3].questions
    assert {"who_is_hit", "who_decides"} <= set(steps[4].questions)
