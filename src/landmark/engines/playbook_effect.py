"""What another playbook would mean for a deal under way.

Answers: which gates of its path would open or close, how many it would owe, how full its evidence would look, whether
it stands somewhere the other playbook does not have. Does not answer: what a fitted forecast would say (it reads facts,
not gates). Nothing is changed: a deal keeps its playbook.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landmark.engines.facts import DealFacts
from landmark.engines.gates import GateResult, evaluate_meeting, evaluate_move, gate_debt
from landmark.engines.scorecard import measure_evidence
from landmark.playbook.schema import EVERY_MOVE, Playbook


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate as a deal meets it: open or held, and what is missing."""

    key: str
    label: str
    is_open: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """``opens``: held before, open or not asked after. ``closes``: open or not asked before, held after.
    ``evidence``: percent of what the stage should hold. ``prior``: the chance the stage starts from, which weighs on
    the score until own history does. ``is_placed``: the other playbook has the deal's stage."""

    is_placed: bool
    opens: tuple[GateState, ...] = ()
    closes: tuple[GateState, ...] = ()
    owed_before: int = 0
    owed_after: int = 0
    evidence_before: int = 100
    evidence_after: int = 100
    prior_before: Decimal | None = None
    prior_after: Decimal | None = None

    @property
    def is_felt(self) -> bool:
        return (
            not self.is_placed
            or bool(self.opens or self.closes)
            or self.owed_before != self.owed_after
            or self.evidence_before != self.evidence_after
            or self.prior_before != self.prior_after
        )


def find_effect(facts: DealFacts, old: Playbook, new: Playbook, on: date, lang: str = "en") -> Effect:
    """The same facts, judged by both playbooks on the same day."""
    stages = {stage.key for stage in new.stages}
    if facts.stage not in stages or (facts.left_stage and facts.left_stage not in stages):
        return Effect(is_placed=False)
    before, after = _states(facts, old, on, lang), _states(facts, new, on, lang)
    return Effect(
        is_placed=True,
        opens=tuple(s for k, s in before.items() if not s.is_open and (k not in after or after[k].is_open)),
        closes=tuple(s for k, s in after.items() if not s.is_open and (k not in before or before[k].is_open)),
        owed_before=len(gate_debt(facts, old, on, lang)),
        owed_after=len(gate_debt(facts, new, on, lang)),
        evidence_before=measure_evidence(facts, old, on)[0],
        evidence_after=measure_evidence(facts, new, on)[0],
        prior_before=old.stage(facts.left_stage or facts.stage).win_prior,
        prior_after=new.stage(facts.left_stage or facts.stage).win_prior,
    )


def _states(facts: DealFacts, playbook: Playbook, on: date, lang: str) -> Mapping[str, GateState]:
    """Every gate on the way from where the deal stands to won, and that of the decision meeting."""
    won = next(stage.key for stage in playbook.stages if stage.kind == "won")
    on_the_way = evaluate_move(facts, playbook, won, on, lang).gates
    every = {gate.key for gate in playbook.gates_at(EVERY_MOVE)}
    results = (*on_the_way, *evaluate_meeting(facts, playbook, on, lang))
    return {result.gate: _state(result) for result in results if result.gate not in every}


def _state(result: GateResult) -> GateState:
    return GateState(result.gate, result.label, result.opens, tuple(item.label for item in result.missing))
