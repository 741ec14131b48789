"""Does the qualification part of a playbook make sense?

Answers: names that lead nowhere, two parts of one name, a matrix with an empty cell or a rule nothing reaches.
Does not answer: whether the anchors are good ones.
"""

from collections.abc import Iterator
from itertools import product

from landmark.playbook import checks as kinds
from landmark.playbook.rubrics import Axis, Matrix, Qualification, Rule
from landmark.playbook.schema import Loc, Playbook
from landmark.playbook.source import Finding

Named = tuple[str, str, list[str], Loc]
PART = "qualification"


def judge_rubrics(playbook: Playbook) -> Iterator[Finding]:
    part = playbook.qualification
    for what, key, known, loc in (*_in_checks(playbook), *_gates(playbook), *_people(playbook), *_proofs(playbook)):
        if key not in known:
            message = f"there is no {what} `{key}`; use one of {', '.join(known)}"
            yield Finding(playbook.where(PART, *loc), message, code="unknown-in-qualification")
    yield from _twice(playbook)
    for index, matrix in enumerate(part.matrices):
        yield from _judge_matrix(playbook, matrix, index)


def iter_checks(part: Qualification) -> Iterator[tuple[kinds.Check, Loc]]:
    """Every check behind an anchor or a question, with its place."""
    for number, rubric in enumerate(part.rubrics):
        for place, dimension in enumerate(rubric.dimensions):
            for index, anchor in enumerate(dimension.anchors):
                for check in (*anchor.needs, *anchor.or_needs):
                    yield check, ("rubrics", number, "dimensions", place, "anchors", index)
    for number, question in enumerate(part.discovery_close):
        yield from ((check, ("discovery_close", number)) for check in question.needs)


def _in_checks(playbook: Playbook) -> Iterator[Named]:
    evidence = [item.key for item in (*playbook.milestones, *playbook.evidence)]
    roles = [role.key for role in playbook.roles]
    for check, loc in iter_checks(playbook.qualification):
        if isinstance(check, kinds.EvidenceCheck):
            yield "milestone or evidence", check.evidence, evidence, loc
        if isinstance(check, kinds.AnyEvidenceCheck):
            yield from (("milestone or evidence", key, evidence, loc) for key in check.any_of)
        if isinstance(check, kinds.AttributeCheck):
            yield "attribute", check.attribute, [item.key for item in playbook.attributes], loc
        asked = check.any_of if isinstance(check, kinds.RoleCheck) else ()
        asked = check.roles if isinstance(check, kinds.KeyPlayersCheck) else asked
        yield from (("role", key, roles, loc) for key in (*asked, *check.supplied_by))


def _gates(playbook: Playbook) -> Iterator[Named]:
    gates = {gate.key: gate for gate in playbook.gates}
    for index, item in enumerate(playbook.qualification.gates):
        yield "gate", item.gate, list(gates), ("gates", index)
        if item.if_nothing and item.gate in gates:
            yield "way on of this gate", item.if_nothing, list(gates[item.gate].fail_routes), ("gates", index)


def _people(playbook: Playbook) -> Iterator[Named]:
    roles = [role.key for role in playbook.roles]
    yield from (("role", key, roles, ("buying_roles",)) for key in playbook.qualification.buying_roles)
    for index, rubric in enumerate(playbook.qualification.rubrics):
        loc: Loc = ("rubrics", index)
        yield from (("role", key, roles, loc) for key in rubric.roles)
        if rubric.not_alone:
            yield "role of this rubric", rubric.not_alone, list(rubric.roles), loc


def _proofs(playbook: Playbook) -> Iterator[Named]:
    part = playbook.qualification
    evidence = [item.key for item in (*playbook.milestones, *playbook.evidence)]
    for name in ("procurement_proves", "criteria_prove"):
        if key := getattr(part, name):
            yield "milestone or evidence", key, evidence, (name,)
    for index, kind in enumerate(part.trial_closes):
        if kind.proves:
            yield "milestone or evidence", kind.proves, evidence, ("trial_closes", index)


def _twice(playbook: Playbook) -> Iterator[Finding]:
    part = playbook.qualification
    lists = {name: getattr(part, name) for name in ("rubrics", "matrices", "barriers", "procurement", "trial_closes")}
    inside = {f"dimensions of {rubric.key}": rubric.dimensions for rubric in part.rubrics}
    for name, items in {**lists, **inside}.items():
        seen: set[str] = set()
        for item in items:
            if item.key in seen:
                message = f"`{item.key}` stands twice among the {name}; give one another key"
                yield Finding(playbook.where(PART, name.split()[0]), message, code="duplicate-key")
            seen.add(item.key)


def values_of(axis: Axis, part: Qualification) -> list[int | str]:
    """Every value a side of a matrix can take; KeyError when its rubric or dimension is not there."""
    rubric = part.rubric(axis.rubric)
    if axis.dimension:
        return [anchor.points for anchor in rubric.dimension(axis.dimension).anchors]
    return [band.key for band in rubric.bands]


def matches(rule: Rule, first: int | str, second: int | str) -> bool:
    return (not rule.first or first in rule.first) and (not rule.second or second in rule.second)


def _judge_matrix(playbook: Playbook, matrix: Matrix, index: int) -> Iterator[Finding]:
    where = playbook.where(PART, "matrices", index)
    try:
        sides = (values_of(matrix.first, playbook.qualification), values_of(matrix.second, playbook.qualification))
    except KeyError as error:
        yield Finding(where, f"this matrix names {error}, which is not there", code="unknown-in-qualification")
        return
    reached: set[int] = set()
    for first, second in product(*sides):
        number = next((n for n, rule in enumerate(matrix.rules) if matches(rule, first, second)), None)
        if number is None:
            message = f"`{matrix.key}` says nothing for {first} with {second}; add a rule"
            yield Finding(where, message, code="matrix-hole")
        else:
            reached.add(number)
    for number in set(range(len(matrix.rules))) - reached:
        message = f"rule {number + 1} of `{matrix.key}` is never reached; remove it, or move it up"
        yield Finding(where, message, code="matrix-dead-rule")
