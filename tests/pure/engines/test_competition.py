"""Competition on the buyer's criteria: who leads, which answers are missing, when to stop."""

import pytest

from landmark.engines.competition import OURS, BarrierFact, judge_competition, rank
from landmark.playbook.loader import load_playbook

PART = load_playbook("landmark/2026.1").qualification
MAIN = [BarrierFact("technical", is_main=True, has_tactic=True), BarrierFact("habit", is_main=True, has_tactic=True)]
ALL = ("contract_limits", "justification")


@pytest.mark.rule(
    "5.4", "Compete only with three answers: contract limits, two main barriers, what would justify change"
)
@pytest.mark.parametrize(
    ("barriers", "answered", "advice", "missing"),
    [
        (MAIN, ALL, "compete", ()),
        (MAIN, ALL[:1], "ask", ("justification",)),
        (MAIN, ALL[1:], "ask", ("contract_limits",)),
        (MAIN[:1], ALL, "ask", ("main_barriers",)),
        ([], (), "ask", ("contract_limits", "main_barriers", "justification")),
    ],
)
def test_three_answers(
    barriers: list[BarrierFact], answered: tuple[str, ...], advice: str, missing: tuple[str, ...]
) -> None:
    found = judge_competition(barriers, answered, PART.answers)
    assert (found.advice, found.missing) == (advice, missing)


@pytest.mark.rule("5.4", "A structural barrier means qualify out, whatever else is known")
def test_a_structural_barrier_stops() -> None:
    found = judge_competition([*MAIN, BarrierFact("contractual", is_structural=True)], ALL, PART.answers)
    assert (found.advice, found.structural) == ("qualify_out", ("contractual",))


def test_a_main_barrier_without_a_tactic_is_named() -> None:
    found = judge_competition([MAIN[0], BarrierFact("habit", is_main=True)], ALL, PART.answers)
    assert found.without_tactic == ("habit",)


@pytest.mark.rule("5.4", "Five kinds of barrier, each with the tactics that lower it")
def test_each_barrier_has_its_tactics() -> None:
    assert {one.key: one.tactics for one in PART.barriers} == {
        "technical": ("migration_steps", "tests", "parallel_run", "rollback"),
        "operational": ("training", "adoption"),
        "contractual": ("renewal_window", "compensation"),
        "risk": ("pilot", "acceptance_points"),
        "habit": ("transition", "support_handoff", "escalation"),
    }


@pytest.mark.rule("5.4", "Direct, substitute and status quo are graded on the buyer's criteria, in the buyer's order")
def test_the_first_criterion_weighs_most() -> None:
    assert PART.alternatives == ("direct", "substitute", "status_quo")
    grades = {(OURS, "errors"): 3, (OURS, "speed"): 1, ("rival", "errors"): 1, ("rival", "speed"): 3}
    ours, rival = rank(["errors", "speed"], ["rival"], grades)
    assert (ours.share, rival.share) == (7 / 9, 5 / 9)
    assert (ours.leads_on, rival.leads_on) == (("errors",), ("speed",))


def test_what_is_not_graded_counts_for_nobody() -> None:
    ours, rival = rank(["errors", "speed"], ["rival"], {(OURS, "speed"): 2, ("rival", "speed"): 2})
    assert (ours.share, rival.share, ours.leads_on) == (2 / 3, 2 / 3, ())
    assert rank([], ["rival"], {})[0].share is None
