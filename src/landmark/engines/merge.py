"""Two people changed the same record: what can be put together, and where somebody has to choose.

Answers: field by field, whose change stands. Does not answer: how the choice is shown (the page), whether the outcome
is allowed (the action). A field that only one of them changed keeps that change; one that both changed alike is agreed.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merged:
    """``values``: all fields, the other person's where both differ. ``theirs_only``: what was taken from them."""

    values: dict[str, object]
    conflicts: tuple[str, ...]
    theirs_only: tuple[str, ...]


def merge(base: Mapping[str, object], mine: Mapping[str, object], theirs: Mapping[str, object]) -> Merged:
    """``base`` is what both started from; a field it does not hold counts as changed by whoever differs."""
    values: dict[str, object] = {}
    conflicts, taken = [], []
    for name in mine:
        start, wanted, now = base.get(name), mine[name], theirs.get(name)
        if wanted in (start, now):
            values[name] = now
            if wanted == start and now != start:
                taken.append(name)
        elif now == start:
            values[name] = wanted
        else:
            values[name] = now
            conflicts.append(name)
    return Merged(values, tuple(conflicts), tuple(taken))
