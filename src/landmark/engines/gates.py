"""The one gate engine every door asks.

Answers: is a gate passed on that day, what is missing, who could supply it, what to do next, how long the answer holds;
which gates a move has to pass; what stands between a deal and its next stage; which gates behind it are still owed.
Does not answer: who may move a deal or how a move is stored (``deals``). No clock: the as-of day is always handed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from landmark.engines.checks import DAY, Verdict, judge, last_fresh_day
from landmark.engines.facts import DealFacts, OverrideFact, PromiseFact
from landmark.engines.messages import say_expired, say_who, say_why
from landmark.playbook.schema import EVERY_MOVE, MEETING, Check, Gate, Playbook

Status = Literal["passed", "promised", "overridden", "held", "warned", "off"]
Direction = Literal["forward", "back", "lose", "pause", "resume", "win", "stay"]


@dataclass(frozen=True, slots=True)
class Missing:
    """One check that is not met: why, who could supply it, and the next step, each in one plain sentence."""

    gate: str
    check: str
    label: str
    why: str
    who: str
    next_step: str
    is_promisable: bool
    promised_until: date | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """Evidence that ran out and should be confirmed again. It never un-passes a gate."""

    check: str
    evidence_id: str
    evidence: str
    expired_on: date
    text: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate says on a day. ``valid_until`` is the last day on which it says the same if nothing is written.

    ``missing`` also lists what a promise or an override stands in for. ``routes`` are the named ways on when held.
    """

    gate: str
    door: str
    label: str
    question: str
    status: Status
    missing: tuple[Missing, ...]
    used: tuple[str, ...]
    refresh: tuple[Refresh, ...]
    outputs: tuple[str, ...]
    routes: tuple[str, ...]
    valid_until: date | None
    passed_on: date | None = None

    @property
    def opens(self) -> bool:
        """Does it let the deal through?"""
        return self.status != "held"


@dataclass(frozen=True, slots=True)
class MoveResult:
    """What a move to ``to_stage`` has to pass."""

    to_stage: str
    direction: Direction
    gates: tuple[GateResult, ...]
    needs_reason: bool

    @property
    def allowed(self) -> bool:
        return all(result.opens for result in self.gates)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is missing at the gates that hold."""
        return tuple(item for result in self.gates if not result.opens for item in result.missing)

    @property
    def status(self) -> Status:
        """The least satisfied status among the gates; passed when there are none."""
        order: tuple[Status, ...] = ("held", "warned", "overridden", "promised")
        found = {result.status for result in self.gates}
        return next((status for status in order if status in found), "passed")

    @property
    def valid_until(self) -> date | None:
        return min((r.valid_until for r in self.gates if r.valid_until is not None), default=None)


# One gate


def evaluate_gate(gate: Gate, facts: DealFacts, playbook: Playbook, as_of: date, lang: str = "en") -> GateResult:
    """The gate's answer on ``as_of``.

    In this order: a gate that is off asks nothing; one passed before stays passed (except those that ask anew each
    time: the gates of every move, and those nothing may stand in for, such as a signed contract); met checks pass; an
    override that has not ended opens; dated promises for all that is missing count up to and including their day; else
    the gate warns or holds.
    """
    checks = () if gate.mode == "off" else gate.checks
    verdicts = tuple((check, judge(check, facts, playbook, as_of)) for check in checks)
    missing = tuple(_missing(gate, c, v, facts, playbook, as_of, lang) for c, v in verdicts if not v.is_met)
    passed_on = _passed_on(gate, facts, as_of)
    status = _status(gate, missing, facts, as_of, passed_on)
    turning = _turning_days(gate, facts).union(*(verdict.turns_on for _, verdict in verdicts))
    next_turn = min((day for day in turning if day > as_of), default=None) if checks else None
    words = f"gate.{gate.key}"
    return GateResult(
        gate=gate.key,
        door=gate.door,
        label=playbook.text(f"{words}.label", lang),
        question=playbook.text(f"{words}.question", lang),
        status=status,
        missing=() if status == "passed" else missing,
        used=tuple(dict.fromkeys(evidence.id for _, verdict in verdicts for evidence in verdict.used)),
        refresh=tuple(_refresh(c, v, playbook, lang) for c, v in verdicts if v.expired),
        outputs=tuple(playbook.text(f"{words}.output.{key}", lang) for key in gate.outputs),
        routes=tuple(playbook.text(f"{words}.route.{key}", lang) for key in gate.fail_routes),
        valid_until=next_turn - DAY if next_turn else None,
        passed_on=passed_on,
    )


def _status(gate: Gate, missing: tuple[Missing, ...], facts: DealFacts, as_of: date, passed_on: date | None) -> Status:
    if gate.mode == "off":
        return "off"
    if not missing or passed_on is not None:
        return "passed"
    if gate.overridable and any(as_of <= override.expires_on for override in _overrides(gate, facts)):
        return "overridden"
    if all(item.promised_until is not None for item in missing):
        return "promised"
    return "warned" if gate.mode == "warn" else "held"


def _passed_on(gate: Gate, facts: DealFacts, as_of: date) -> date | None:
    asks_anew = gate.door == EVERY_MOVE or not gate.overridable
    day = None if asks_anew else facts.passed_gates.get(gate.key)
    return day if day is not None and day <= as_of else None


def _overrides(gate: Gate, facts: DealFacts) -> tuple[OverrideFact, ...]:
    return tuple(override for override in facts.overrides if override.gate == gate.key)


def _promises(gate: Gate, check: Check, facts: DealFacts) -> list[PromiseFact]:
    """Promises of this check, the one due last at the end."""
    found = [p for p in facts.promises if p.gate == gate.key and p.check == check.key and check.promisable]
    return sorted(found, key=lambda promise: (promise.due_on, promise.text))


def _turning_days(gate: Gate, facts: DealFacts) -> set[date]:
    """Days on which an override or a promise has ended, or a passing noted for a later day begins."""
    ends = {override.expires_on for override in _overrides(gate, facts)}
    ends |= {promise.due_on for promise in facts.promises if promise.gate == gate.key}
    begins = {facts.passed_gates[gate.key]} if gate.key in facts.passed_gates else set()
    return {end + DAY for end in ends if end != date.max} | begins


def _missing(
    gate: Gate, check: Check, verdict: Verdict, facts: DealFacts, playbook: Playbook, as_of: date, lang: str
) -> Missing:
    last = next(reversed(_promises(gate, check, facts)), None)
    fell_due = last if last is not None and last.due_on < as_of else None
    who = say_who(check, facts, playbook, lang)
    words = f"gate.{gate.key}.check.{check.key}"
    return Missing(
        gate=gate.key,
        check=check.key,
        label=playbook.text(f"{words}.label", lang),
        why=say_why(gate, check, verdict, fell_due, playbook, lang),
        who=who,
        next_step=playbook.text(f"{words}.next_step", lang, who=who),
        is_promisable=check.promisable,
        promised_until=last.due_on if last is not None and fell_due is None else None,
    )


def _refresh(check: Check, verdict: Verdict, playbook: Playbook, lang: str) -> Refresh:
    evidence = verdict.expired[0]
    end = last_fresh_day(evidence, playbook) or evidence.occurred_on
    text = say_expired("refresh", evidence, playbook, lang)
    return Refresh(check=check.key, evidence_id=evidence.id, evidence=evidence.key, expired_on=end, text=text)


# Moves


def evaluate_move(facts: DealFacts, playbook: Playbook, to_stage: str, as_of: date, lang: str = "en") -> MoveResult:
    """What moving the deal to ``to_stage`` has to pass: every door on the way, also of stages that are skipped."""
    direction = find_direction(facts, playbook, to_stage)
    gates = _gates_on_the_way(facts, playbook, to_stage) if direction in GATED else ()
    return MoveResult(
        to_stage=to_stage,
        direction=direction,
        gates=tuple(evaluate_gate(gate, facts, playbook, as_of, lang) for gate in gates),
        needs_reason=direction in ("back", "lose", "pause"),
    )


def find_direction(facts: DealFacts, playbook: Playbook, to_stage: str) -> Direction:
    """Losing, pausing and moving back are never gated; coming back from lost or paused is."""
    if to_stage == facts.stage:
        return "stay"
    target = playbook.stage(to_stage)
    if target.kind != "open":
        return _CLOSING[target.kind]
    here, there = playbook.position(facts.stage), playbook.position(to_stage)
    if here is None or there is None:
        return "resume"
    return "forward" if there > here else "back"


GATED: tuple[Direction, ...] = ("forward", "win", "resume")
_CLOSING: Mapping[str, Direction] = {"won": "win", "lost": "lose", "paused": "pause"}


def _start(facts: DealFacts, playbook: Playbook) -> int:
    """How far the deal had come: its stage, or for a paused or lost deal the stage it left."""
    here = playbook.position(facts.stage)
    if here is None and facts.left_stage:
        here = playbook.position(facts.left_stage)
    return here or 0


def _gates_on_the_way(facts: DealFacts, playbook: Playbook, to_stage: str) -> tuple[Gate, ...]:
    there = playbook.position(to_stage) or 0
    doors = _doors(playbook, _start(facts, playbook) + 1, there)
    return tuple(gate for door in (*doors, EVERY_MOVE) for gate in playbook.gates_at(door))


def _doors(playbook: Playbook, first: int, last: int) -> tuple[str, ...]:
    """Stages at these places of the path, in order; the place after the last open stage is won."""
    won = (stage for stage in playbook.stages if stage.kind == "won")
    return tuple(stage.key for stage in (*playbook.open_stages, *won))[first : last + 1]


def next_door(facts: DealFacts, playbook: Playbook, as_of: date, lang: str = "en") -> MoveResult | None:
    """What stands between the deal and its usual next stage; None for a deal that is won or lost.

    A paused deal's next stage is the one it left.
    """
    stage = playbook.stage(facts.stage)
    if stage.kind == "paused":
        return evaluate_move(facts, playbook, facts.left_stage or playbook.open_stages[0].key, as_of, lang)
    if stage.kind != "open" or not stage.leads_to:
        return None
    return evaluate_move(facts, playbook, stage.leads_to[0], as_of, lang)


def gate_debt(facts: DealFacts, playbook: Playbook, as_of: date, lang: str = "en") -> tuple[GateResult, ...]:
    """Gates behind an open or paused deal's stage that are not passed: after an import, an override or a promise.

    Nothing is blocked by it; it is shown and worked off. The gate of every move has no past and is never owed.
    """
    if playbook.stage(facts.stage).kind in ("won", "lost"):
        return ()
    behind = (gate for door in _doors(playbook, 1, _start(facts, playbook)) for gate in playbook.gates_at(door))
    results = (evaluate_gate(gate, facts, playbook, as_of, lang) for gate in behind)
    return tuple(result for result in results if result.status not in ("passed", "off"))


def evaluate_meeting(facts: DealFacts, playbook: Playbook, as_of: date, lang: str = "en") -> tuple[GateResult, ...]:
    """The gates to pass before the decision meeting is held."""
    return tuple(evaluate_gate(gate, facts, playbook, as_of, lang) for gate in playbook.gates_at(MEETING))
