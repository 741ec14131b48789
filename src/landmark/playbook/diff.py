"""What changed between two playbooks.

Answers: every part that was added, removed or changed, by its place and with both values; every sentence that reads
otherwise. Does not answer: what that means for deals (``engines.playbook_effect``).
Lists of items with a key are compared by key, so that moving an item says so instead of changing all behind it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from landmark.playbook.schema import Playbook

How = Literal["added", "removed", "changed", "moved"]
IDENTITY = ("key", "version", "extends")


@dataclass(frozen=True, slots=True)
class Difference:
    """``place`` from the part down, such as gates.timing.checks.sponsor.strength; values as the files write them."""

    place: str
    how: How
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class PlaybookDiff:
    old: str
    new: str
    method: tuple[Difference, ...]
    wording: tuple[Difference, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.method or self.wording)


def compare(old: Playbook, new: Playbook) -> PlaybookDiff:
    before, after = (book.model_dump(mode="json", exclude=set(IDENTITY)) for book in (old, new))
    return PlaybookDiff(old.ref, new.ref, tuple(_compare(before, after, "")), tuple(_words(old, new)))


def _words(old: Playbook, new: Playbook) -> Iterator[Difference]:
    for lang in sorted({*old.languages, *new.languages}):
        yield from _compare(dict(old.wording(lang)), dict(new.wording(lang)), f"wording.{lang}")


def _compare(old: Any, new: Any, place: str) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _by_name(old, new, place)
    elif (before := _keyed(old)) is not None and (after := _keyed(new)) is not None:
        yield from _by_name(before, after, place)
        yield from _order(list(before), list(after), place)
    else:
        yield Difference(place, "changed", _show(old), _show(new))


def _by_name(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        here = f"{place}.{name}" if place else name
        if name not in new:
            yield Difference(here, "removed", old=_show(old[name]))
        elif name not in old:
            yield Difference(here, "added", new=_show(new[name]))
        else:
            yield from _compare(old[name], new[name], here)


def _keyed(value: Any) -> dict[str, Any] | None:
    """A list whose items all have a key of their own, by key; an empty list is one too."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    if not all(isinstance(item, Mapping) and "key" in item for item in value):
        return None
    found = {item["key"]: item for item in value}
    return found if len(found) == len(value) else None


def _order(old: list[str], new: list[str], place: str) -> Iterator[Difference]:
    """Said once for a list whose common items stand in another order."""
    before, after = [key for key in old if key in new], [key for key in new if key in old]
    if before != after:
        yield Difference(place, "moved", ", ".join(before), ", ".join(after))


def _show(value: Any) -> str:
    """A value as a person would write it in the file; what is left out or empty is not written."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_show(inner)}" for name, inner in value.items() if inner not in (None, [], {}, ""))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(f'{{{_show(item)}}}' if isinstance(item, Mapping) else _show(item) for item in value)}]"
    return "true" if value is True else "false" if value is False else "" if value is None else str(value)
