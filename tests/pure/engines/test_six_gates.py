"""One decision out of six gates: the first shut one, its named way on, or a pause."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from landmark.engines.facts import DealFacts, EvidenceFact, NextStepFact, StakeholderFact
from landmark.engines.six_gates import answer_questions, decide, read_gates
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength

PLAYBOOK = load_playbook("landmark/2026.1")
TODAY = date(2026, 3, 10)
STEP = NextStepFact("Kim sends the draft plan to Ada", "Kim", TODAY + timedelta(days=7))
BARE = DealFacts(deal_id="d", stage="qualification", opened_on=date(2026, 1, 5), stage_entered_on=date(2026, 2, 2))
ORDER = ["fit_and_access", "problem_and_impact", "decision_process", "timing", "commercial_fit", "mutual_next_step"]


def passed(*gates: str, step: NextStepFact | None = STEP) -> DealFacts:
    return replace(BARE, passed_gates=dict.fromkeys(gates, TODAY), next_step=step)


def test_the_six_are_asked_in_the_methods_order() -> None:
    assert [gate.gate for gate in read_gates(BARE, PLAYBOOK, TODAY)] == ORDER


@pytest.mark.rule("5.5", "Each gate that fails has its named way on")
@pytest.mark.parametrize(
    ("gate", "route"),
    [("fit_and_access", "readiness_call"), ("problem_and_impact", "problem_workshop"),
     ("decision_process", "stakeholder_session"), ("timing", "light_nurture"), ("commercial_fit", "phased_scope"),
     ("mutual_next_step", "rebook")],
)  # fmt: skip
def test_the_first_shut_gate_decides(gate: str, route: str) -> None:
    facts = passed(*ORDER[: ORDER.index(gate)], step=None)
    gates = read_gates(facts, PLAYBOOK, TODAY)
    decision = decide(facts, PLAYBOOK, gates, TODAY, "")
    found = next(one for one in gates if one.gate == gate)
    assert (decision.kind, decision.gate, found.route) == ("route", gate, route)
    assert decision.sentence == PLAYBOOK.text(f"gate.{gate}.route.{route}")


@pytest.mark.rule("5.5", "Partial urgency leads to a pilot, none to light nurture on an event")
def test_partial_urgency_is_a_pilot() -> None:
    urgency = EvidenceFact("u", "urgency_driver", TODAY, Strength.DOCUMENTED)
    facts = replace(passed(*ORDER[:3]), evidence=(urgency,))
    found = {gate.gate: gate.route for gate in read_gates(facts, PLAYBOOK, TODAY)}
    assert found["timing"] == "pilot"


@pytest.mark.rule("5.5", "All gates passed: the agreed next step in one sentence is the decision")
def test_all_passed_goes_on_with_the_next_step() -> None:
    facts = passed(*ORDER[:5])
    decision = decide(facts, PLAYBOOK, read_gates(facts, PLAYBOOK, TODAY), TODAY, "")
    assert (decision.kind, decision.sentence) == ("go", STEP.text)


@pytest.mark.rule("5.5", "A gate without a next step in one sentence is not passed")
@pytest.mark.parametrize("step", [None, NextStepFact("Talk", "", TODAY), NextStepFact("Talk", "Kim", None)])
def test_without_a_whole_step_nothing_is_clear(step: NextStepFact | None) -> None:
    facts = passed(*ORDER[:5], step=step)
    decision = decide(facts, PLAYBOOK, read_gates(facts, PLAYBOOK, TODAY), TODAY, "")
    assert (decision.kind, decision.gate, decision.step) == ("route", "mutual_next_step", "")


@pytest.mark.rule("5.5", "A pause names what would reopen it")
def test_a_paused_deal_says_what_would_reopen_it() -> None:
    facts = replace(BARE, stage="paused", left_stage="discovery")
    decision = decide(facts, PLAYBOOK, read_gates(facts, PLAYBOOK, TODAY), TODAY, "their new budget year")
    assert (decision.kind, decision.sentence) == ("pause", "their new budget year")


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_a_closed_deal_is_not_told_what_to_do(stage: str) -> None:
    facts = replace(BARE, stage=stage)
    decision = decide(facts, PLAYBOOK, read_gates(facts, PLAYBOOK, TODAY), TODAY, "")
    assert (decision.kind, decision.gate, decision.sentence) == ("closed", "", "")


@pytest.mark.rule("5.5", "Discovery closes on five answers: impact, people, window, limits, next deliverable")
def test_the_five_questions_that_close_discovery() -> None:
    keys = ("impact_confirmed", "decision_path_known", "timeline_confirmed", "urgency_driver", "limits_known")
    asked = PLAYBOOK.qualification.discovery_close
    nothing = answer_questions(asked, BARE, PLAYBOOK, TODAY)
    assert [one.key for one in nothing] == ["impact", "people", "window", "limits", "deliverable"]
    assert not any(one.is_answered for one in nothing)
    facts = replace(BARE, next_step=STEP, evidence=tuple(EvidenceFact(k, k, TODAY, Strength.BUYER) for k in keys))
    assert all(one.is_answered for one in answer_questions(asked, facts, PLAYBOOK, TODAY))
    against = replace(facts, stakeholders=(StakeholderFact("Olga", stance="adversary"),))
    assert [one.key for one in answer_questions(asked, against, PLAYBOOK, TODAY) if one.missing] == ["people"]
