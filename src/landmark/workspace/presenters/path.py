"""Where a deal stands on the way, and what the next door asks.

Answers: the path with days, each gate's checks as met or missing, what to do about a missing one, and gate debt.
Does not answer: whether a gate is met (``engines.gates``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Literal

from django.utils.translation import gettext as _

from landmark.deals.models import StageMove
from landmark.engines.checks import judge
from landmark.engines.facts import DealFacts, EvidenceFact
from landmark.engines.gates import GateResult, Missing, MoveResult, evaluate_move, gate_debt, next_door
from landmark.outlook.reading import OrgForecast, find_usual_days
from landmark.playbook import checks as kinds
from landmark.playbook.schema import Gate, Playbook
from landmark.ui.formats import format_day, format_days


@dataclass(frozen=True, slots=True)
class PathStep:
    key: str
    label: str
    state: Literal["done", "now", "ahead"]
    words: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """What a button beside a missing check opens: a form of the deal page with fields filled in."""

    label: str
    query: dict[str, str]


@dataclass(frozen=True, slots=True)
class CheckView:
    """One line of a gate. ``key`` names it in promises; ``is_step``: the move form's own next step can meet it."""

    gate: str
    key: str
    label: str
    is_met: bool
    why: str = ""
    advice: str = ""
    proof: str = ""
    strength: str = ""
    strength_label: str = ""
    act: Act | None = None
    is_promisable: bool = False
    promised: str = ""
    typed_text: str = ""
    typed_due: str = ""
    is_step: bool = False
    refresh: str = ""


@dataclass(frozen=True, slots=True)
class GateView:
    key: str
    label: str
    question: str
    status: str
    status_label: str
    is_overridable: bool
    checks: tuple[CheckView, ...]
    routes: tuple[str, ...]
    typed_reason: str = ""
    typed_until: str = ""

    @property
    def missing(self) -> tuple[CheckView, ...]:
        return tuple(check for check in self.checks if not check.is_met)

    @property
    def met(self) -> tuple[CheckView, ...]:
        return tuple(check for check in self.checks if check.is_met)

    @property
    def is_open(self) -> bool:
        return self.status != "held"

    @property
    def is_step_only(self) -> bool:
        """Held by nothing but the next step, which the move form sets anyway."""
        return all(check.is_step for check in self.missing)


@dataclass(frozen=True, slots=True)
class Door:
    """The gates between the deal and a stage."""

    to: str
    to_label: str
    direction: str
    gates: tuple[GateView, ...]
    is_allowed: bool

    @property
    def back_key(self) -> str:
        """What a form that supplies something carries, to come back to this move."""
        return f"move-{self.to}"

    @property
    def missing_count(self) -> int:
        return sum(len(gate.missing) for gate in self.gates if not gate.is_open)

    @property
    def promised_count(self) -> int:
        return sum(gate.status in ("promised", "overridden") for gate in self.gates)


class PathReader:
    """Reads one deal's facts against its playbook, in one language, on one day."""

    def __init__(self, facts: DealFacts, playbook: Playbook, on: date, lang: str) -> None:
        self.facts, self.playbook, self.on, self.lang = facts, playbook, on, lang

    def next_door(self) -> Door | None:
        result = next_door(self.facts, self.playbook, self.on, self.lang)
        return None if result is None else self._door(result)

    def door_to(self, stage: str, typed: Mapping[str, str] | None = None) -> Door:
        """``typed``: what a sent form held, so that promises and reasons survive a refusal."""
        door = self._door(evaluate_move(self.facts, self.playbook, stage, self.on, self.lang))
        return door if typed is None else replace(door, gates=tuple(_with_typed(gate, typed) for gate in door.gates))

    def debt(self) -> tuple[GateView, ...]:
        """Gates behind the deal that are still owed."""
        return tuple(self._gate(result) for result in gate_debt(self.facts, self.playbook, self.on, self.lang))

    def gate(self, result: GateResult) -> GateView:
        """One gate's answer, for a page that shows it apart from its door."""
        return self._gate(result)

    def _door(self, result: MoveResult) -> Door:
        return Door(
            to=result.to_stage,
            to_label=self.playbook.label("stage", result.to_stage, self.lang),
            direction=result.direction,
            gates=tuple(self._gate(gate) for gate in result.gates if gate.status != "off"),
            is_allowed=result.allowed,
        )

    def _gate(self, result: GateResult) -> GateView:
        gate = self.playbook.gate(result.gate)
        missing = {item.check: item for item in result.missing}
        refresh = {item.check: item.text for item in result.refresh}
        return GateView(
            key=gate.key,
            label=result.label,
            question=result.question,
            status=result.status,
            status_label=self.playbook.label("status", result.status, self.lang),
            is_overridable=gate.overridable,
            checks=tuple(
                self._missing(gate, check, missing[check.key])
                if check.key in missing
                else self._met(gate, check, refresh.get(check.key, ""))
                for check in gate.checks
            ),
            routes=result.routes,
        )

    def _met(self, gate: Gate, check: kinds.Check, refresh: str) -> CheckView:
        used = judge(check, self.facts, self.playbook, self.on).used
        proof = used[0] if used else None
        label = self.playbook.text(f"gate.{gate.key}.check.{check.key}.label", self.lang)
        return CheckView(
            gate.key, check.key, label, is_met=True, refresh=refresh,
            proof=self._say_proof(proof), strength=proof.strength.key if proof else "",
            strength_label=self.playbook.label("strength", proof.strength.key, self.lang) if proof else "",
        )  # fmt: skip

    def _say_proof(self, proof: EvidenceFact | None) -> str:
        if proof is None:
            return ""
        name = proof.title or self.playbook.label("milestone", proof.key, self.lang)
        day = format_day(proof.occurred_on, year_of=self.on)
        return f"{name} · {proof.author} · {day}" if proof.author else f"{name} · {day}"

    def _missing(self, gate: Gate, check: kinds.Check, item: Missing) -> CheckView:
        promised = item.promised_until
        return CheckView(
            gate.key, check.key, item.label, is_met=False, why=item.why, advice=item.next_step,
            act=find_act(check), is_promisable=item.is_promisable, is_step=isinstance(check, kinds.NextStepCheck),
            promised=_("promised by %(day)s") % {"day": format_day(promised, year_of=self.on)} if promised else "",
        )  # fmt: skip


def _with_typed(gate: GateView, typed: Mapping[str, str]) -> GateView:
    def with_promise(check: CheckView) -> CheckView:
        name = f"promise-{gate.key}-{check.key}"
        return replace(check, typed_text=typed.get(f"{name}-text", ""), typed_due=typed.get(f"{name}-due", ""))

    return replace(
        gate,
        checks=tuple(with_promise(check) for check in gate.checks),
        typed_reason=typed.get(f"override-{gate.key}-reason", ""),
        typed_until=typed.get(f"override-{gate.key}-until", ""),
    )


def find_act(check: kinds.Check) -> Act:
    """Which form supplies what a check asks for."""
    if isinstance(check, kinds.EvidenceCheck):
        return Act(_("Add evidence"), {"do": "evidence", "key": check.evidence, "strength": check.strength.key})
    if isinstance(check, kinds.AnyEvidenceCheck):
        return Act(_("Add evidence"), {"do": "evidence", "key": check.any_of[-1], "strength": check.strength.key})
    if isinstance(check, kinds.RoleCheck):
        return Act(_("Add a person"), {"do": "person", "role": check.any_of[0]})
    if isinstance(check, kinds.KeyPlayersCheck):
        return Act(_("Add a person"), {"do": "person", "role": check.roles[0]})
    if isinstance(check, kinds.PeopleMetCheck):
        return Act(_("Add a person"), {"do": "person"})
    if isinstance(check, kinds.AdversariesCheck):
        return Act(_("Write a plan"), {"do": "people"})
    if isinstance(check, kinds.NextStepCheck):
        return Act(_("Set next step"), {"do": "step"})
    field = check.name if isinstance(check, kinds.DealFieldCheck) else check.attribute
    return Act(_("Fill in"), {"do": "edit", "field": field})


def read_path(
    facts: DealFacts, playbook: Playbook, moves: Sequence[StageMove], forecast: OrgForecast | None, on: date, lang: str
) -> list[PathStep]:
    """The stages in order: days spent in each, for the one it stands at the days since it last came there."""
    spent = count_days(moves, on)
    stay = max((on - facts.stage_entered_on).days, 0)
    here = playbook.position(facts.stage)
    if here is None:
        here = playbook.position(facts.left_stage) if facts.left_stage else 0
    is_on_path = playbook.stage(facts.stage).kind == "open"
    return [
        _path_step(stage.key, index, here or 0, is_on_path, spent, stay, playbook, forecast, lang)
        for index, stage in enumerate(playbook.open_stages)
    ]


def _path_step(
    key: str, index: int, here: int, is_on_path: bool, spent: dict[str, int], stay: int, playbook: Playbook,
    forecast: OrgForecast | None, lang: str,
) -> PathStep:  # fmt: skip
    label = playbook.label("stage", key, lang)
    days = spent.get(key)
    if index == here and is_on_path:
        days = stay
        usual = find_usual_days(playbook, forecast, key)
        words = _("day %(days)d") % {"days": days}
        if usual is not None:
            words = _("day %(days)d · usual %(usual)d") % {"days": days, "usual": usual}
        return PathStep(key, label, "now", words, is_over=usual is not None and days > usual)
    if index < here:
        return PathStep(key, label, "done", format_days(days) if days is not None else _("passed over"))
    return PathStep(key, label, "ahead", format_days(days) if days is not None else "")


def count_days(moves: Sequence[StageMove], on: date) -> dict[str, int]:
    """Days spent in each stage so far; the last stage runs until the day looked at."""
    spent: dict[str, int] = {}
    ordered = sorted(moves, key=lambda move: (move.occurred_at, move.recorded_at))
    for move, following in zip_longest(ordered, ordered[1:]):
        end = following.occurred_at.date() if following else on
        spent[move.to_stage] = spent.get(move.to_stage, 0) + max((end - move.occurred_at.date()).days, 0)
    return spent
