"""Are requirements and success criteria ready to be signed off, and what does a change touch?

Answers: everything that is missing, by name; what a change re-opens. Does not answer: who signs (the actions keep
that), how a gap is said (the screens).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

What = Literal[
    "no_requirements", "no_criteria", "text", "affected", "priority", "owner", "dependency_owner", "acceptance",
    "no_criterion", "metric", "baseline", "target", "window", "method", "target_number", "baseline_number",
    "window_time", "no_requirement", "reopened", "workflows", "workflow", "assumptions", "change_rule", "read_by",
]  # fmt: skip

_TIME = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement as the check sees it; ``name`` is its short name, such as R2."""

    name: str
    text: str
    affected: str = ""
    priority: str = ""
    owner: str = ""
    dependency: str = ""
    dependency_owner: str = ""
    acceptance: str = ""
    criteria: frozenset[str] = frozenset()
    is_reopened: bool = False


@dataclass(frozen=True, slots=True)
class Standard:
    """A success criterion as the check sees it; ``name`` is its short name, such as C1."""

    name: str
    text: str
    metric: str = ""
    baseline: str = ""
    target: str = ""
    window: str = ""
    method: str = ""
    requirements: frozenset[str] = frozenset()
    is_reopened: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything a sign-off is about."""

    needs: tuple[Need, ...] = ()
    standards: tuple[Standard, ...] = ()
    workflows: tuple[str, ...] = ()
    assumptions: int = 0
    has_no_assumptions: bool = False
    change_rule: str = ""
    read_by: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing; ``where`` names a requirement, a criterion or a workflow, "" for the whole."""

    what: What
    where: str = ""


def find_gaps(terms: Terms) -> tuple[Gap, ...]:
    """All that stands between these terms and a sign-off. Empty = it may be signed."""
    return (*_of_needs(terms), *_of_standards(terms), *_of_whole(terms))


def _of_needs(terms: Terms) -> Iterator[Gap]:
    if not terms.needs:
        yield Gap("no_requirements")
    for need in terms.needs:
        fields: tuple[tuple[What, str], ...] = (
            ("text", need.text), ("affected", need.affected), ("priority", need.priority), ("owner", need.owner),
            ("acceptance", need.acceptance),
        )  # fmt: skip
        yield from (Gap(what, need.name) for what, value in fields if not value.strip())
        if need.dependency.strip() and not need.dependency_owner.strip():
            yield Gap("dependency_owner", need.name)
        if not need.criteria:
            yield Gap("no_criterion", need.name)
        if need.is_reopened:
            yield Gap("reopened", need.name)


def _of_standards(terms: Terms) -> Iterator[Gap]:
    if not terms.standards:
        yield Gap("no_criteria")
    for standard in terms.standards:
        yield from (Gap(what, standard.name) for what in lacks_of(standard))
        if not standard.requirements:
            yield Gap("no_requirement", standard.name)
        if standard.is_reopened:
            yield Gap("reopened", standard.name)


def lacks_of(standard: Standard) -> tuple[What, ...]:
    """What keeps a criterion from being measurable: a part that is empty, or a figure without a number.

    "Improve reporting" is none; "20 to 35 % of users within 90 days, by weekly use" is one.
    """
    fields: tuple[tuple[What, str], ...] = (
        ("text", standard.text), ("metric", standard.metric), ("baseline", standard.baseline),
        ("target", standard.target), ("window", standard.window), ("method", standard.method),
    )  # fmt: skip
    lacks: list[What] = [what for what, value in fields if not value.strip()]
    figures: tuple[tuple[What, str], ...] = (
        ("baseline_number", standard.baseline), ("target_number", standard.target), ("window_time", standard.window),
    )  # fmt: skip
    lacks += [what for what, value in figures if value.strip() and not _TIME.search(value)]
    return tuple(lacks)


def is_measurable(standard: Standard) -> bool:
    return not lacks_of(standard)


def _of_whole(terms: Terms) -> Iterator[Gap]:
    if not terms.workflows:
        yield Gap("workflows")
    covered = [f"{need.affected} {need.text}".casefold() for need in terms.needs]
    for workflow in terms.workflows:
        if not any(workflow.casefold() in words for words in covered):
            yield Gap("workflow", workflow)
    if not terms.assumptions and not terms.has_no_assumptions:
        yield Gap("assumptions")
    if not terms.change_rule.strip():
        yield Gap("change_rule")
    if not terms.read_by.strip():
        yield Gap("read_by")
