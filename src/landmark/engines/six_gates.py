"""One decision out of the gates of qualification: a view over the one gate engine, no second one.

Answers: for each gate its one output, for the deal one decision and one next step in one sentence, or a pause with what
would reopen it. Does not answer: whether a check is met (``gates`` does).

The first gate in the method's order that does not open decides. A gate whose next step cannot be said in one sentence
is not passed: without a whole next step nothing is clear, however much evidence there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from landmark.engines.checks import judge, judge_next_step
from landmark.engines.facts import DealFacts
from landmark.engines.gates import GateResult, Missing, evaluate_gate
from landmark.playbook.rubrics import GateRoute, Question
from landmark.playbook.schema import Check, Gate, Playbook

Kind = Literal["go", "route", "pause", "closed"]


@dataclass(frozen=True, slots=True)
class GateOutput:
    """What one gate of qualification leads to. ``route`` is the way on it recommends while shut; ``ways`` are all of
    them, best first; ``sentence`` says the output or the way on."""

    gate: str
    label: str
    question: str
    is_passed: bool
    status: str
    sentence: str
    route: str
    ways: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """``gate`` is the one that decides, "" when all are passed or the deal is closed. ``step`` is the agreed next step,
    "" when not whole."""

    kind: Kind
    gate: str
    sentence: str
    step: str


def read_gates(facts: DealFacts, playbook: Playbook, as_of: date, lang: str = "en") -> tuple[GateOutput, ...]:
    """The gates of qualification in the order they are asked."""
    return tuple(_output(item, facts, playbook, as_of, lang) for item in playbook.qualification.gates)


def _output(item: GateRoute, facts: DealFacts, playbook: Playbook, as_of: date, lang: str) -> GateOutput:
    gate = playbook.gate(item.gate)
    result = evaluate_gate(gate, facts, playbook, as_of, lang)
    is_passed = result.status in ("passed", "promised", "overridden", "off", "warned")
    route = "" if is_passed else _choose_route(item, gate, result)
    sentence = result.outputs[0] if is_passed else playbook.text(f"gate.{gate.key}.route.{route}", lang)
    return GateOutput(
        gate=gate.key,
        label=result.label,
        question=result.question,
        is_passed=is_passed,
        status=result.status,
        sentence=sentence,
        route=route,
        ways=gate.fail_routes,
        missing=result.missing,
    )


def _choose_route(item: GateRoute, gate: Gate, result: GateResult) -> str:
    """The best way on; another when not one of the gate's checks is met."""
    if item.if_nothing and len(result.missing) == len(gate.checks):
        return item.if_nothing
    return gate.fail_routes[0]


def decide(facts: DealFacts, playbook: Playbook, gates: Sequence[GateOutput], as_of: date, reopens: str) -> Decision:
    """One decision for the deal. ``reopens`` says what would reopen a paused deal."""
    step = facts.next_step
    is_whole = step is not None and judge_next_step(step, as_of).is_met
    words = step.text if step is not None and is_whole else ""
    kind = playbook.stage(facts.stage).kind
    if kind == "paused":
        return Decision("pause", "", reopens, words)
    if kind != "open":
        return Decision("closed", "", "", "")
    shut = next((gate for gate in gates if not gate.is_passed), None)
    if shut is None:
        return Decision("go", "", words, words)
    return Decision("pause" if shut.route == "pause" else "route", shut.gate, shut.sentence, words)


@dataclass(frozen=True, slots=True)
class Answered:
    """One question of the close of discovery; ``missing`` is what would answer it."""

    key: str
    missing: tuple[Check, ...]

    @property
    def is_answered(self) -> bool:
        return not self.missing


def answer_questions(
    questions: Sequence[Question], facts: DealFacts, playbook: Playbook, as_of: date
) -> tuple[Answered, ...]:
    return tuple(
        Answered(one.key, tuple(check for check in one.needs if not judge(check, facts, playbook, as_of).is_met))
        for one in questions
    )
