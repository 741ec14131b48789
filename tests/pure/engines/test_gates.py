"""What the worked cases cannot say: modes, debt, the next door, the meeting, names of people, order of inputs."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from landmark.engines.facts import (
    DealFacts,
    EvidenceFact,
    NextStepFact,
    OverrideFact,
    PromiseFact,
    StakeholderFact,
)
from landmark.engines.gates import evaluate_gate, evaluate_meeting, evaluate_move, gate_debt, next_door
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Gate, Strength

PLAYBOOK = load_playbook("landmark/2026.1")
TODAY = date(2026, 3, 10)
EMPTY = DealFacts(deal_id="d", stage="discovery", opened_on=date(2026, 1, 5), stage_entered_on=date(2026, 2, 2))
STEP = NextStepFact(text="Walk through", owner="Kim", due_on=TODAY + timedelta(days=7))


def gate(key: str, **change: object) -> Gate:
    return PLAYBOOK.gate(key).model_copy(update=change)


def proof(key: str, strength: Strength = Strength.SIGNED, on: date = TODAY) -> EvidenceFact:
    return EvidenceFact(id=f"{key}-{on}-{strength}", key=key, occurred_on=on, strength=strength)


def test_a_gate_that_is_off_asks_nothing() -> None:
    result = evaluate_gate(gate("timing", mode="off"), EMPTY, PLAYBOOK, TODAY)
    assert (result.status, result.missing, result.valid_until, result.opens) == ("off", (), None, True)


def test_a_gate_that_warns_names_what_is_missing_and_opens() -> None:
    result = evaluate_gate(gate("timing", mode="warn"), EMPTY, PLAYBOOK, TODAY)
    assert result.status == "warned"
    assert result.opens
    assert [item.check for item in result.missing] == ["timeline", "urgency", "sponsor"]


def test_a_gate_that_would_warn_passes_when_all_is_there() -> None:
    facts = replace(EMPTY, evidence=tuple(map(proof, ("timeline_confirmed", "urgency_driver", "sponsor_committed"))))
    assert evaluate_gate(gate("timing", mode="warn"), facts, PLAYBOOK, TODAY).status == "passed"


def test_an_override_of_one_gate_is_used_before_a_promise() -> None:
    facts = replace(
        EMPTY,
        overrides=(OverrideFact("timing", "the board meets", TODAY),),
        promises=tuple(PromiseFact("timing", check, "soon", TODAY) for check in ("timeline", "urgency", "sponsor")),
    )
    assert evaluate_gate(PLAYBOOK.gate("timing"), facts, PLAYBOOK, TODAY).status == "overridden"
    assert evaluate_gate(PLAYBOOK.gate("timing"), facts, PLAYBOOK, TODAY + timedelta(days=1)).status == "held"


def test_a_later_promise_replaces_one_that_fell_due() -> None:
    facts = replace(
        EMPTY,
        evidence=(proof("timeline_confirmed"), proof("urgency_driver")),
        promises=(
            PromiseFact("timing", "sponsor", "first", TODAY - timedelta(days=9)),
            PromiseFact("timing", "sponsor", "second", TODAY + timedelta(days=9)),
        ),
    )
    result = evaluate_gate(PLAYBOOK.gate("timing"), facts, PLAYBOOK, TODAY)
    assert result.status == "promised"
    assert result.missing[0].promised_until == TODAY + timedelta(days=9)
    assert result.valid_until == TODAY + timedelta(days=9)


def test_a_gate_passed_later_was_not_passed_then() -> None:
    facts = replace(EMPTY, passed_gates={"timing": TODAY})
    before = evaluate_gate(PLAYBOOK.gate("timing"), facts, PLAYBOOK, TODAY - timedelta(days=1))
    assert (before.status, before.valid_until) == ("held", TODAY - timedelta(days=1))
    assert evaluate_gate(PLAYBOOK.gate("timing"), facts, PLAYBOOK, TODAY).passed_on == TODAY


@pytest.mark.rule("C", "What is missing is asked of a named person, never of a known adversary")
def test_the_named_person_is_asked_but_never_a_known_adversary() -> None:
    people = (
        StakeholderFact("Ugo Ferri", frozenset({"economic_buyer"}), stance="adversary"),
        StakeholderFact("Ada Conti", frozenset({"economic_buyer"})),
    )
    sponsor = evaluate_gate(PLAYBOOK.gate("timing"), replace(EMPTY, stakeholders=people), PLAYBOOK, TODAY).missing
    assert [item.who for item in sponsor] == [
        "Ada Conti (economic buyer)", "Ada Conti (economic buyer)", "the executive sponsor",
    ]  # fmt: skip
    alone = replace(EMPTY, stakeholders=people[:1])
    assert evaluate_gate(PLAYBOOK.gate("timing"), alone, PLAYBOOK, TODAY).missing[0].who == "the economic buyer"


def test_messages_speak_italian() -> None:
    facts = replace(EMPTY, evidence=(proof("timeline_confirmed", on=date(2025, 5, 1)),))
    timeline = evaluate_gate(PLAYBOOK.gate("timing"), facts, PLAYBOOK, TODAY, lang="it").missing[0]
    assert timeline.why == "Tempi confermati: l'ultima conferma è scaduta il 30 giugno 2025."
    assert timeline.next_step.startswith("Chiedi a chi ha il budget entro quando deve funzionare")


def test_debt_of_an_imported_deal_is_every_gate_behind_it() -> None:
    facts = replace(EMPTY, stage="commercial", verified=False)
    assert [item.gate for item in gate_debt(facts, PLAYBOOK, TODAY)] == [
        "fit_and_access", "problem_and_impact", "decision_process", "timing", "commercial_fit",
    ]  # fmt: skip
    worked_off = replace(facts, passed_gates={"timing": TODAY, "fit_and_access": TODAY})
    assert len(gate_debt(worked_off, PLAYBOOK, TODAY)) == 3


@pytest.mark.parametrize(("stage", "count"), [("qualification", 0), ("discovery", 1), ("commitment", 5), ("won", 0),
                                             ("lost", 0), ("paused", 0)])  # fmt: skip
def test_debt_by_stage(stage: str, count: int) -> None:
    assert len(gate_debt(replace(EMPTY, stage=stage), PLAYBOOK, TODAY)) == count


def test_debt_of_a_paused_deal_reaches_to_the_stage_it_left() -> None:
    assert len(gate_debt(replace(EMPTY, stage="paused", left_stage="solution"), PLAYBOOK, TODAY)) == 3


@pytest.mark.parametrize(
    ("stage", "left", "to", "direction"),
    [
        ("discovery", "", "solution", "forward"),
        ("commitment", "", "won", "win"),
        ("paused", "commercial", "commercial", "resume"),
        ("paused", "", "qualification", "resume"),
    ],
)
def test_next_door(stage: str, left: str, to: str, direction: str) -> None:
    door = next_door(replace(EMPTY, stage=stage, left_stage=left), PLAYBOOK, TODAY)
    assert door is not None
    assert (door.to_stage, door.direction, door.allowed) == (to, direction, False)


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_a_closed_deal_has_no_next_door(stage: str) -> None:
    assert next_door(replace(EMPTY, stage=stage), PLAYBOOK, TODAY) is None


def test_the_next_door_collects_what_its_gates_miss() -> None:
    door = next_door(replace(EMPTY, next_step=STEP), PLAYBOOK, TODAY)
    assert door is not None
    assert {item.gate for item in door.missing} == {"problem_and_impact", "decision_process"}
    assert door.status == "held"


def test_a_move_says_the_least_satisfied_status() -> None:
    facts = replace(EMPTY, stage="commercial", next_step=STEP)
    move = evaluate_move(facts, PLAYBOOK, "commitment", TODAY)
    assert (move.status, move.allowed, move.valid_until) == ("passed", True, STEP.due_on)


@pytest.mark.rule("D", "The decision meeting has entry checks of its own")
def test_the_meeting_has_its_own_gate() -> None:
    assert [result.gate for result in evaluate_meeting(EMPTY, PLAYBOOK, TODAY)] == ["decision_entry"]


def test_a_stage_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match="limbo"):
        evaluate_move(EMPTY, PLAYBOOK, "limbo", TODAY)


def test_winning_from_lost_crosses_all_doors() -> None:
    move = evaluate_move(replace(EMPTY, stage="lost"), PLAYBOOK, "won", TODAY)
    assert move.direction == "win"
    assert len(move.gates) == 7
