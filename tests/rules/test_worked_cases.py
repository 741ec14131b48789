"""No gate, check or kind of check without a worked case."""

import pytest

from landmark.engines.checks import judge
from landmark.playbook.checks import BaseCheck
from landmark.playbook.loader import available, load_playbook
from landmark.playbook.schema import Gate
from tests.pure.playbook.worked import read_cases

CASES = [case.data for case in read_cases()]
GATES = [gate for ref in available() for gate in load_playbook(ref).gates]


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.key)
def test_every_gate_has_a_case_that_passes_and_one_that_holds(gate: Gate) -> None:
    statuses = {case["status"] for case in CASES if case["gate"] == gate.key}
    assert {"passed", "held"} <= statuses


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.key)
def test_every_check_is_missing_in_some_case(gate: Gate) -> None:
    missing = {check for case in CASES if case["gate"] == gate.key for check in case.get("missing", ())}
    assert {check.key for check in gate.checks} == missing


@pytest.mark.parametrize("kind", BaseCheck.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_kind_of_check_has_a_function(kind: type[BaseCheck]) -> None:
    assert judge.dispatch(kind) is not judge.dispatch(object)
