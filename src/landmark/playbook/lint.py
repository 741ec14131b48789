"""Does a playbook make sense? Every finding has a file, a line and what to write instead.

Answers: names that lead nowhere, stages nobody reaches or leaves, gates nobody can pass, sentences that are missing.
Does not answer: whether the files can be read (``loader``) or whether the method sells.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from landmark.playbook import checks as kinds
from landmark.playbook.lint_action_plans import judge_plans
from landmark.playbook.lint_benchmarks import judge_benchmarks
from landmark.playbook.lint_choice import judge_choice
from landmark.playbook.lint_decision import judge_decision
from landmark.playbook.lint_discovery import judge_discovery
from landmark.playbook.lint_last_mile import judge_last_mile
from landmark.playbook.lint_people import judge_people
from landmark.playbook.lint_rubrics import judge_rubrics
from landmark.playbook.names import fold_name
from landmark.playbook.priors import falling_steps
from landmark.playbook.schema import EVERY_MOVE, MEETING, Check, Gate, Loc, Playbook, Stage
from landmark.playbook.source import Finding
from landmark.playbook.words_needed import judge_wording

KEYED_LISTS = (
    "stages", "milestones", "evidence", "attributes", "gates", "roles", "stances", "loss_reasons", "win_reasons",
    "pause_triggers",
)  # fmt: skip


def lint(playbook: Playbook) -> list[Finding]:
    """All findings, in the order of the files. No finding with level ``error`` means the playbook may be used."""
    rules = (
        _duplicates, _aliases, _stages, _reachability, _priors, _needs, _gates, _check_keys, _doors, _passable, _funnel,
        judge_plans, judge_benchmarks, judge_choice, judge_last_mile, judge_people, judge_rubrics, judge_decision,
        judge_discovery,
        judge_wording,
    )  # fmt: skip
    findings = chain.from_iterable(rule(playbook) for rule in rules)
    return sorted(findings, key=lambda finding: (finding.where.file, finding.where.line, finding.message))


def _error(playbook: Playbook, code: str, message: str, *loc: str | int) -> Finding:
    return Finding(playbook.where(*loc), message, code=code)


def _warning(playbook: Playbook, code: str, message: str, *loc: str | int) -> Finding:
    return Finding(playbook.where(*loc), message, level="warning", code=code)


# Names


def _duplicates(playbook: Playbook) -> Iterator[Finding]:
    seen: dict[tuple[str, str], Loc] = {}
    for name in KEYED_LISTS:
        space = "milestones" if name == "evidence" else name  # gates name both the same way
        for index, item in enumerate(getattr(playbook, name)):
            first = seen.setdefault((space, item.key), (name, index))
            if first != (name, index):
                other = playbook.where(*first)
                yield _error(
                    playbook, "duplicate-key", f"`{item.key}` is already at {other}; give one another key", name, index
                )


def _aliases(playbook: Playbook) -> Iterator[Finding]:
    for name in KEYED_LISTS:
        owner: dict[str, str] = {}
        for index, item in enumerate(getattr(playbook, name)):
            for alias in (item.key, *getattr(item, "aliases", ())):
                first = owner.setdefault(fold_name(alias), item.key)
                if first != item.key:
                    message = f"the name “{alias}” also stands for `{first}`; keep it with one of the two"
                    yield _error(playbook, "ambiguous-alias", message, name, index, "aliases")


def _unknown(what: str, key: str, known: Iterable[str]) -> str:
    return f"there is no {what} `{key}`; use one of {', '.join(known)}"


# Stages


def _stages(playbook: Playbook) -> Iterator[Finding]:
    keys = [stage.key for stage in playbook.stages]
    for kind in ("open", "won", "lost", "paused"):
        if sum(stage.kind == kind for stage in playbook.stages) != 1 and kind != "open":
            message = f"there must be exactly one stage with `kind: {kind}`"
            yield _error(playbook, "stage-kinds", message, "stages")
    if not playbook.open_stages:
        yield _error(playbook, "stage-kinds", "there is no open stage; add at least one", "stages")
    for index, stage in enumerate(playbook.stages):
        for number, key in enumerate(stage.leads_to):
            if key not in keys:
                yield _error(
                    playbook, "unknown-stage", _unknown("stage", key, keys), "stages", index, "leads_to", number
                )
        if stage.kind == "open":
            yield from _open_stage(playbook, stage, index)


def _open_stage(playbook: Playbook, stage: Stage, index: int) -> Iterator[Finding]:
    if not stage.leads_to:
        message = f"nothing follows `{stage.key}`; name the next stage in `leads_to`"
        yield _error(playbook, "stage-without-exit", message, "stages", index)
    for name in ("entry", "exit", "no_go"):
        if not getattr(stage, name):
            message = f"`{stage.key}` has no `{name}`; write what must hold, at least one item"
            yield _error(playbook, f"stage-without-{name.replace('_', '-')}", message, "stages", index)
    if not stage.minimum_evidence:
        message = f"`{stage.key}` asks for no evidence; add `minimum_evidence`"
        yield _error(playbook, "stage-without-evidence", message, "stages", index)
    for name in ("typical_days", "p75_days", "win_prior"):
        if getattr(stage, name) is None:
            message = f"`{stage.key}` has no `{name}`; add one to start from until your own history is known"
            yield _error(playbook, "stage-without-prior", message, "stages", index)
    if stage.typical_days and stage.p75_days and stage.p75_days < stage.typical_days:
        message = f"`p75_days` of `{stage.key}` is below its median; write at least {stage.typical_days}"
        yield _error(playbook, "p75-below-median", message, "stages", index, "p75_days")


def _reachability(playbook: Playbook) -> Iterator[Finding]:
    by_key = {stage.key: stage for stage in playbook.stages}
    reached: set[str] = set()
    waiting = [playbook.open_stages[0].key] if playbook.open_stages else []
    while waiting:
        key = waiting.pop()
        if key in by_key and key not in reached:
            reached.add(key)
            waiting.extend(by_key[key].leads_to)
    for index, stage in enumerate(playbook.stages):
        if stage.kind in ("open", "won") and stage.key not in reached:
            message = f"no stage leads to `{stage.key}`; name it in the `leads_to` of the stage before it"
            yield _error(playbook, "unreachable-stage", message, "stages", index)
        for key in stage.leads_to:
            if key in by_key and _place(playbook, key) <= _place(playbook, stage.key):
                message = f"`{stage.key}` leads back to `{key}`; moving back is always possible, name only later stages"
                yield _error(playbook, "leads-back", message, "stages", index, "leads_to")


def _place(playbook: Playbook, stage_key: str) -> int:
    """Place on the path; before everything for lost and paused, which no stage may lead to."""
    place = playbook.position(stage_key)
    return -1 if place is None else place


def _priors(playbook: Playbook) -> Iterator[Finding]:
    rates = {stage.key: stage.win_prior for stage in playbook.open_stages if stage.win_prior is not None}
    places = {stage.key: index for index, stage in enumerate(playbook.stages)}
    for earlier, later in falling_steps(rates):
        message = (
            f"`win_prior` of `{later}` ({rates[later]}) is below that of `{earlier}` ({rates[earlier]}); a later stage "
            "is at least as likely to be won - check that both lead to won, not to the next stage"
        )
        yield _warning(playbook, "falling-prior", message, "stages", places[later], "win_prior")


def _needs(playbook: Playbook) -> Iterator[Finding]:
    """Evidence that stages ask for, and stages that evidence waits for."""
    stages = [stage.key for stage in playbook.open_stages]
    for index, stage in enumerate(playbook.stages):
        for number, need in enumerate(stage.minimum_evidence):
            loc = ("stages", index, "minimum_evidence", number)
            if not playbook.has_evidence(need.evidence):
                yield _error(playbook, "unknown-milestone", _unknown_evidence(playbook, need.evidence), *loc)
            elif need.strength > playbook.evidence_item(need.evidence).strongest:
                yield _error(playbook, "too-strong", _too_strong(playbook, need.evidence), *loc)
    for name in ("milestones", "evidence"):
        for index, item in enumerate(getattr(playbook, name)):
            if item.from_stage is not None and item.from_stage not in stages:
                yield _error(
                    playbook,
                    "unknown-stage",
                    _unknown("open stage", item.from_stage, stages),
                    name,
                    index,
                    "from_stage",
                )


def _unknown_evidence(playbook: Playbook, key: str) -> str:
    known = (item.key for item in (*playbook.milestones, *playbook.evidence))
    return _unknown("milestone or evidence", key, known)


def _too_strong(playbook: Playbook, key: str) -> str:
    strongest = playbook.evidence_item(key).strongest
    return f"`{key}` can be proved no stronger than `{strongest}`; ask for that, or raise its `strongest`"


# Gates


def _gates(playbook: Playbook) -> Iterator[Finding]:
    """Keys a check names that the playbook does not have."""
    roles = [role.key for role in playbook.roles]
    attributes = [attribute.key for attribute in playbook.attributes]
    for check, loc in _checks(playbook):
        for key in _evidence_of(check):
            if not playbook.has_evidence(key):
                yield _error(playbook, "unknown-milestone", _unknown_evidence(playbook, key), *loc)
        for key in (*_roles_of(check), *check.supplied_by):
            if key not in roles:
                yield _error(playbook, "unknown-role", _unknown("role", key, roles), *loc)
        if isinstance(check, kinds.AttributeCheck) and check.attribute not in attributes:
            yield _error(playbook, "unknown-attribute", _unknown("attribute", check.attribute, attributes), *loc)
        if isinstance(check, kinds.AdversariesCheck) and not any(stance.red_flag for stance in playbook.stances):
            message = "no stance is a red flag, so this check can never fail; add `red_flag: true` to one"
            yield _error(playbook, "no-red-flag", message, *loc)


def _checks(playbook: Playbook) -> Iterator[tuple[Check, Loc]]:
    for number, gate in enumerate(playbook.gates):
        for index, check in enumerate(gate.checks):
            yield check, ("gates", number, "checks", index)


def _evidence_of(check: Check) -> tuple[str, ...]:
    if isinstance(check, kinds.EvidenceCheck):
        return (check.evidence,)
    return check.any_of if isinstance(check, kinds.AnyEvidenceCheck) else ()


def _roles_of(check: Check) -> tuple[str, ...]:
    if isinstance(check, kinds.RoleCheck):
        return check.any_of
    return check.roles if isinstance(check, kinds.KeyPlayersCheck) else ()


def _check_keys(playbook: Playbook) -> Iterator[Finding]:
    for number, gate in enumerate(playbook.gates):
        seen: set[str] = set()
        for index, check in enumerate(gate.checks):
            if check.key in seen:
                message = f"gate `{gate.key}` has two checks named `{check.key}`; give one another key"
                yield _error(playbook, "duplicate-key", message, "gates", number, "checks", index)
            seen.add(check.key)


def _doors(playbook: Playbook) -> Iterator[Finding]:
    doors = [stage.key for stage in playbook.stages if stage.kind in ("open", "won")][1:]
    for number, gate in enumerate(playbook.gates):
        loc = ("gates", number, "door")
        if gate.door in (EVERY_MOVE, MEETING, *doors):
            continue
        stage = next((stage for stage in playbook.stages if stage.key == gate.door), None)
        if stage is None:
            known = (*doors, EVERY_MOVE, MEETING)
            yield _error(playbook, "unknown-stage", _unknown("door", gate.door, known), *loc)
        elif stage.kind in ("lost", "paused"):
            message = f"`{gate.door}` is never gated; losing and pausing take a reason instead - choose another door"
            yield _error(playbook, "gated-exit", message, *loc)
        else:
            message = f"deals start in `{gate.door}`, so this gate is never asked; use one of {', '.join(doors)}"
            yield _error(playbook, "never-asked", message, *loc)


def _passable(playbook: Playbook) -> Iterator[Finding]:
    """Gates nobody can pass: proof that does not come that strong, or only once the gate is behind."""
    for number, gate in enumerate(playbook.gates):
        for index, check in enumerate(gate.checks):
            keys = [key for key in _evidence_of(check) if playbook.has_evidence(key)]
            obstacles = [_obstacle(playbook, gate, check, key) for key in keys]
            if keys and all(obstacles):
                message = f"nobody can pass gate `{gate.key}`: {obstacles[0]}"
                yield _error(playbook, "impassable-gate", message, "gates", number, "checks", index)


def _obstacle(playbook: Playbook, gate: Gate, check: Check, key: str) -> str:
    item = playbook.evidence_item(key)
    if isinstance(check, kinds.EvidenceCheck | kinds.AnyEvidenceCheck) and check.strength > item.strongest:
        return _too_strong(playbook, key)
    path = [stage.key for stage in playbook.stages if stage.kind in ("open", "won")]
    door = path[1] if gate.door == EVERY_MOVE and len(path) > 1 else gate.door
    if item.from_stage in path and door in path and path.index(item.from_stage) >= path.index(door):
        return f"`{key}` comes only from `{item.from_stage}` on, too late for the door `{door}`; ask for something else"
    return ""


def _funnel(playbook: Playbook) -> Iterator[Finding]:
    for index, step in enumerate(playbook.benchmarks.funnel):
        if not step.target_low <= step.target_high:
            message = f"the target range of `{step.key}` is upside down; write the lower rate in `target_low`"
            yield _error(playbook, "funnel-range", message, "benchmarks", "funnel", index)
        if step.reached > step.entered:
            message = f"more reached `{step.to_state}` than entered; check `entered` and `reached`"
            yield _error(playbook, "funnel-counts", message, "benchmarks", "funnel", index)
