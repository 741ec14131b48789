"""Do the benchmarks name only what exists?

Answers: funnel states, guardrails, loss reasons and evidence that the benchmarks point to and nobody defines.
Does not answer: whether the figures are good ones.
"""

from collections.abc import Iterator

from landmark.playbook.schema import Benchmarks, FunnelStep, Guardrail, Loc, Playbook
from landmark.playbook.source import Finding

Named = tuple[str, str, list[str], Loc]


def judge_benchmarks(playbook: Playbook) -> Iterator[Finding]:
    marks = playbook.benchmarks
    for what, key, known, loc in (*_states(playbook), *_steps(marks), *_reasons(playbook), *_evidence(playbook)):
        if key not in known:
            message = f"there is no {what} `{key}`; use one of {', '.join(known)}"
            yield Finding(playbook.where("benchmarks", *loc), message, code="unknown-benchmark")


def _states(playbook: Playbook) -> Iterator[Named]:
    stages = [stage.key for stage in playbook.stages if stage.kind in ("open", "won")]
    for index, state in enumerate(playbook.benchmarks.states):
        if state.stage is not None:
            yield "open or won stage", state.stage, stages, ("states", index)


def _steps(marks: Benchmarks) -> Iterator[Named]:
    states = [state.key for state in marks.states]
    rails = [rail.key for rail in marks.guardrails]
    steps: list[tuple[str, int, FunnelStep | Guardrail]] = [
        *(("funnel", index, step) for index, step in enumerate(marks.funnel)),
        *(("guardrails", index, rail) for index, rail in enumerate(marks.guardrails)),
    ]
    for name, place, item in steps if states else ():
        for key in (item.from_state, item.to_state):
            yield "funnel state", key, states, (name, place)
    for index, step in enumerate(marks.funnel if rails else ()):
        yield "guardrail", step.guardrail, rails, ("funnel", index)


def _reasons(playbook: Playbook) -> Iterator[Named]:
    reasons = [reason.key for reason in playbook.loss_reasons]
    for index, rail in enumerate(playbook.benchmarks.guardrails):
        for key in rail.reasons:
            yield "loss reason", key, reasons, ("guardrails", index)


def _evidence(playbook: Playbook) -> Iterator[Named]:
    known = [item.key for item in (*playbook.milestones, *playbook.evidence)]
    for index, review in enumerate(playbook.benchmarks.date_reviews):
        for key in review.evidence:
            yield "milestone or evidence", key, known, ("date_reviews", index)
