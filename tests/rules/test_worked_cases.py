"""No gate, check or kind of check without a worked case."""

from typing import Any

import pytest

from landmark.engines.checks import judge
from landmark.playbook.checks import BaseCheck
from landmark.playbook.loader import available, load_playbook
from landmark.playbook.schema import Gate
from tests.pure.playbook.worked import read_cases

CASES = list(read_cases())
GATES = [(ref, gate) for ref in available() for gate in load_playbook(ref).gates]
IDS = [f"{ref} {gate.key}" for ref, gate in GATES]


def cases_of(ref: str, gate: Gate) -> list[dict[str, Any]]:
    return [case.data for case in CASES if case.playbook == ref and case.data["gate"] == gate.key]


@pytest.mark.parametrize(("ref", "gate"), GATES, ids=IDS)
def test_every_gate_has_a_case_that_passes_and_one_that_holds(ref: str, gate: Gate) -> None:
    assert {"passed", "held"} <= {case["status"] for case in cases_of(ref, gate)}


@pytest.mark.parametrize(("ref", "gate"), GATES, ids=IDS)
def test_every_check_is_missing_in_some_case(ref: str, gate: Gate) -> None:
    missing = {check for case in cases_of(ref, gate) for check in case.get("missing", ())}
    assert {check.key for check in gate.checks} == missing


@pytest.mark.parametrize("kind", BaseCheck.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_kind_of_check_has_a_function(kind: type[BaseCheck]) -> None:
    assert judge.dispatch(kind) is not judge.dispatch(object)
