"""How many fields a playbook asks for, stage by stage.

Answers: what has to be entered while a deal is in a stage, each thing once, where it is asked first. Does not answer:
whether it is there (``engines.gates``). A piece of evidence, a person in a role and a figure of the deal are one field
each; meeting the key people is two (met, and what is in it for them); a next step is three (what, who, by when) and the
only thing asked at every stage.
"""

from collections.abc import Iterator, Mapping
from functools import singledispatch

from landmark.playbook import checks as kinds
from landmark.playbook.schema import EVERY_MOVE, MEETING, Gate, Playbook, Stage

NEXT_STEP = ("next_step:what", "next_step:who", "next_step:when")


def count_asked(playbook: Playbook) -> Mapping[str, tuple[str, ...]]:
    """The fields of each open stage, by the path; what an earlier stage asked is not asked again."""
    seen: set[str] = set()
    asked: dict[str, tuple[str, ...]] = {}
    for stage in playbook.open_stages:
        fields = dict.fromkeys(_of_stage(playbook, stage))
        asked[stage.key] = tuple(name for name in fields if name not in seen or name in NEXT_STEP)
        seen.update(fields)
    return asked


def _of_stage(playbook: Playbook, stage: Stage) -> Iterator[str]:
    """What the doors out of a stage ask, then what the stage itself should hold."""
    for gate in _gates_out(playbook, stage):
        if gate.mode != "off":
            for check in gate.checks:
                yield from fields_of(check)
    yield from (f"evidence:{need.evidence}" for need in stage.minimum_evidence)


def _gates_out(playbook: Playbook, stage: Stage) -> Iterator[Gate]:
    """The gates of the next door and of every move; those of the decision meeting before its last door."""
    yield from playbook.gates_at(EVERY_MOVE)
    following = stage.leads_to[0] if stage.leads_to else ""
    yield from playbook.gates_at(following)
    if following == playbook.open_stages[-1].key:
        yield from playbook.gates_at(MEETING)


@singledispatch
def fields_of(check: kinds.BaseCheck) -> tuple[str, ...]:
    """The fields one check needs filled, by name."""
    raise NotImplementedError(type(check).__name__)


@fields_of.register
def _(check: kinds.EvidenceCheck) -> tuple[str, ...]:
    return (f"evidence:{check.evidence}",)


@fields_of.register
def _(check: kinds.AnyEvidenceCheck) -> tuple[str, ...]:
    return (f"evidence:{'|'.join(check.any_of)}",)


@fields_of.register
def _(check: kinds.RoleCheck) -> tuple[str, ...]:
    name = f"role:{'|'.join(check.any_of)}"
    return (name, f"{name}:met") if check.met else (name,)


@fields_of.register
def _(check: kinds.KeyPlayersCheck) -> tuple[str, ...]:
    return ("key_players:met", "key_players:benefit")


@fields_of.register
def _(check: kinds.PeopleMetCheck) -> tuple[str, ...]:
    return ("people:met",)


@fields_of.register
def _(check: kinds.AdversariesCheck) -> tuple[str, ...]:
    return ("adversaries:plan",)


@fields_of.register
def _(check: kinds.NextStepCheck) -> tuple[str, ...]:
    return NEXT_STEP


@fields_of.register
def _(check: kinds.AttributeCheck) -> tuple[str, ...]:
    return (f"attribute:{check.attribute}",)


@fields_of.register
def _(check: kinds.DealFieldCheck) -> tuple[str, ...]:
    return (f"deal:{check.name}",)
