"""Does what a playbook says about people make sense? Answers: names that lead nowhere, a map with holes, a person with
two minimums. Does not answer: whether the sentences are there (``words_needed``)."""

from collections import Counter
from collections.abc import Iterator

from landmark.playbook.relationships import Named
from landmark.playbook.schema import Loc, Playbook
from landmark.playbook.source import Finding


def judge_people(playbook: Playbook) -> Iterator[Finding]:
    yield from _names(playbook)
    yield from _map(playbook)
    yield from _once(playbook)


def _error(playbook: Playbook, code: str, message: str, loc: Loc) -> Finding:
    return Finding(playbook.where(*loc), message, code=code)


def _names(playbook: Playbook) -> Iterator[Finding]:
    """Roles and stages that the playbook does not have."""
    known = [role.key for role in playbook.roles]
    part = playbook.relationships
    used: list[tuple[tuple[str, ...], Loc]] = [(playbook.commitment.needed, ("commitment", "needed"))]
    used += [(kind.roles, ("relationships", "types", n, "roles")) for n, kind in enumerate(part.types)]
    used += [(focus.roles, ("relationships", "focus", n, "roles")) for n, focus in enumerate(part.focus)]
    for roles, loc in used:
        for role in set(roles) - set(known):
            yield _error(playbook, "unknown-role", f"there is no role `{role}`; use one of {', '.join(known)}", loc)
    stages = [stage.key for stage in playbook.open_stages]
    for index, focus in enumerate(part.focus):
        if focus.stage not in stages:
            message = f"there is no open stage `{focus.stage}`; use one of {', '.join(stages)}"
            yield _error(playbook, "unknown-stage", message, ("relationships", "focus", index))


def _map(playbook: Playbook) -> Iterator[Finding]:
    """The four fields, each exactly once, or no map at all."""
    places = Counter((item.influence, item.interest) for item in playbook.relationships.quadrants)
    if places and (len(places) < 4 or max(places.values()) > 1):
        message = "the map needs four quadrants: high and low influence, each with high and low interest"
        yield _error(playbook, "map-with-holes", message, ("relationships", "quadrants"))


def _once(playbook: Playbook) -> Iterator[Finding]:
    """A key twice, or a role with two minimums."""
    part, held = playbook.relationships, playbook.commitment
    lists: dict[Loc, tuple[Named, ...]] = {
        ("relationships", "quadrants"): part.quadrants, ("relationships", "scales"): part.scales,
        ("relationships", "types"): part.types, ("commitment", "steps"): held.steps,
        ("commitment", "refusals"): held.refusals,
    }  # fmt: skip
    for loc, items in lists.items():
        for key, times in Counter(item.key for item in items).items():
            if times > 1:
                yield _error(playbook, "duplicate-key", f"`{key}` is there {times} times; give each its own key", loc)
    for role, times in Counter(role for kind in part.types for role in kind.roles).items():
        if times > 1:
            message = f"`{role}` belongs to {times} types; keep it with one"
            yield _error(playbook, "role-in-two-types", message, ("relationships", "types"))
