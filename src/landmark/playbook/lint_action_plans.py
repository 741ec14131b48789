"""Do the templates of shared plans make sense, and which sentences do they need?

Answers: steps, phases and roles that are named and nobody defines; steps that wait for later ones; lists too long to be
kept; the wording keys. Does not answer: whether the steps are the right ones.
"""

from collections.abc import Iterator

from landmark.playbook.action_plans import PlanTemplate
from landmark.playbook.schema import Loc, Playbook
from landmark.playbook.source import Finding

MOST_STEPS = 25


def judge_plans(playbook: Playbook) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, template in enumerate(playbook.plan_templates):
        where = playbook.where("plan_templates", index)
        if template.key in seen:
            yield Finding(where, f"`{template.key}` is written twice; keep one", code="duplicate-key")
        seen.add(template.key)
        if len(template.steps) > MOST_STEPS:
            message = f"`{template.key}` has {len(template.steps)} steps; a plan people keep has at most {MOST_STEPS}"
            yield Finding(where, message, level="warning", code="many-steps")
        yield from _anchors(playbook, template, index)
        yield from _steps(playbook, template, index)


def _anchors(playbook: Playbook, template: PlanTemplate, index: int) -> Iterator[Finding]:
    for number, anchor in enumerate(template.anchors):
        if anchor.step is not None and template.step(anchor.step) is None:
            where = playbook.where("plan_templates", index, "anchors", number)
            yield Finding(where, f"there is no step `{anchor.step}` in `{template.key}`", code="unknown-step")


def _steps(playbook: Playbook, template: PlanTemplate, index: int) -> Iterator[Finding]:
    """A step stands after all it waits for, which also keeps circles out."""
    roles = {role.key for role in playbook.roles}
    keys, above = {step.key for step in template.steps}, set[str]()
    for number, step in enumerate(template.steps):
        where = playbook.where("plan_templates", index, "steps", number)
        if step.key in above:
            yield Finding(where, f"`{step.key}` is written twice; keep one", code="duplicate-key")
        for name in step.after:
            if name not in keys:
                yield Finding(where, f"there is no step `{name}` for `{step.key}` to wait for", code="unknown-step")
            elif name not in above:
                message = f"`{step.key}` waits for `{name}`, which stands below it; write it after `{name}`"
                yield Finding(where, message, code="step-order")
        if step.phase not in template.phases:
            message = f"there is no phase `{step.phase}`; use one of {', '.join(template.phases)}"
            yield Finding(where, message, code="unknown-phase")
        for role in step.theirs:
            if role not in roles:
                yield Finding(where, f"there is no role `{role}`; use one of {', '.join(sorted(roles))}", code="role")
        if step.offset is not None and step.week is not None:
            yield Finding(where, f"`{step.key}` has an offset and a week; keep one", code="two-days")
        above.add(step.key)


def words_of_plans(playbook: Playbook) -> Iterator[tuple[str, Loc]]:
    phases: dict[str, Loc] = {}
    for index, template in enumerate(playbook.plan_templates):
        loc: Loc = ("plan_templates", index)
        yield f"plan_template.{template.key}.label", loc
        yield f"plan_template.{template.key}.summary", loc
        yield from ((f"plan_template.{template.key}.closed.{kind}", loc) for kind in template.closed_by_type)
        phases |= {phase: (*loc, "phases", number) for number, phase in enumerate(template.phases)}
        for number, step in enumerate(template.steps):
            place = (*loc, "steps", number)
            yield f"plan_step.{template.key}.{step.key}.text", place
            yield from ((f"plan_step.{template.key}.{step.key}.{word}", place) for word in step.has)
    yield from ((f"plan_phase.{phase}.label", loc) for phase, loc in phases.items())
