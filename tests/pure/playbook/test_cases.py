"""The worked cases of every gate and move, as tests."""

import pytest

from landmark.engines.gates import evaluate_gate, evaluate_move
from landmark.playbook.loader import load_playbook
from tests.pure.playbook.worked import Case, read_cases

ALL = list(read_cases())


@pytest.mark.parametrize("case", [case for case in ALL if "status" in case.data], ids=str)
def test_gate_case(case: Case) -> None:
    expected = case.data
    playbook = load_playbook(case.playbook)
    result = evaluate_gate(playbook.gate(expected["gate"]), case.facts, playbook, case.as_of)
    missing = {item.check: item for item in result.missing}
    assert result.status == expected["status"]
    assert list(missing) == expected.get("missing", [])
    assert [item.evidence_id for item in result.refresh] == expected.get("refresh", [])
    if "used" in expected:
        assert list(result.used) == expected["used"]
    if "valid_until" in expected:
        assert result.valid_until == expected["valid_until"]
    if "route" in expected:
        assert result.routes[0] == expected["route"]
    for field in ("why", "who", "next_step"):
        for check, sentence in expected.get(field, {}).items():
            assert getattr(missing[check], field) == sentence


@pytest.mark.parametrize("case", [case for case in ALL if "move" in case.data], ids=str)
def test_move_case(case: Case) -> None:
    expected = case.data["move"]
    result = evaluate_move(case.facts, load_playbook(case.playbook), expected["to"], case.as_of)
    assert result.direction == expected["direction"]
    assert result.allowed is expected["allowed"]
    assert result.needs_reason is expected.get("needs_reason", False)
    assert [gate.gate for gate in result.gates if not gate.opens] == expected.get("held", [])
    if "asked" in expected:
        assert [gate.gate for gate in result.gates] == expected["asked"]


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("case", [case for case in ALL if "status" in case.data], ids=str)
def test_every_message_is_one_filled_in_sentence(case: Case, lang: str) -> None:
    playbook = load_playbook(case.playbook)
    result = evaluate_gate(playbook.gate(case.data["gate"]), case.facts, playbook, case.as_of, lang)
    sentences = [text for m in result.missing for text in (m.label, m.why, m.who, m.next_step)]
    sentences += [item.text for item in result.refresh] + [result.label, result.question, *result.routes]
    for sentence in sentences:
        assert sentence
        assert "{" not in sentence
        assert not sentence.startswith(("gate.", "message.", "role."))
