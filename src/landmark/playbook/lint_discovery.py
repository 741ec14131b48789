"""Does the discovery part of a playbook make sense?

Answers: names that lead nowhere, the same step twice. Does not answer: whether its sentences are there
(``words_needed``).
"""

from collections.abc import Iterator

from landmark.playbook.schema import Playbook
from landmark.playbook.source import Finding


def judge_discovery(playbook: Playbook) -> Iterator[Finding]:
    """Every evidence and role that the part names exists; every key stands once."""
    part = playbook.discovery
    if part is None:
        return
    yield from _evidence(playbook)
    roles = {role.key for role in playbook.roles}
    for index, pointer in enumerate(part.notes.roles):
        if pointer.key not in roles:
            yield _error(playbook, f"there is no role `{pointer.key}`; name one of people.yaml", "roles", index)
    for index, pointer in enumerate(part.notes.kinds):
        if pointer.key not in part.kinds:
            yield _error(playbook, f"there is no kind of impact `{pointer.key}`; name one of `kinds`", "kinds", index)
    seen: set[str] = set()
    for number, step in enumerate(part.steps):
        if step.key in seen:
            where = playbook.where("discovery", "steps", number)
            yield Finding(where, f"the step `{step.key}` is written twice; give one another key", code="duplicate-key")
        seen.add(step.key)


def _evidence(playbook: Playbook) -> Iterator[Finding]:
    part = playbook.discovery
    if part is None:
        return
    named = [("impact_evidence", part.impact_evidence), ("criterion_evidence", part.criterion_evidence)]
    named += [("sign_off_evidence", key) for key in part.sign_off_evidence]
    for field, key in named:
        if not playbook.has_evidence(key):
            message = f"`{field}` names `{key}`, which is no milestone or evidence; name one of milestones.yaml"
            yield Finding(playbook.where("discovery", field), message, code="unknown-evidence")
    for index, pointer in enumerate(part.notes.evidence):
        if not playbook.has_evidence(pointer.key):
            message = f"there is no milestone or evidence `{pointer.key}`; name one of milestones.yaml"
            yield _error(playbook, message, "evidence", index)


def _error(playbook: Playbook, message: str, *loc: str | int) -> Finding:
    return Finding(playbook.where("discovery", "notes", *loc), message, code="unknown-name")
