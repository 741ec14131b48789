"""Types of deal in words: new, expansion and renewal mean the same on every page, whatever a source calls them.

Answers: how a type is called, what can be chosen. Does not answer: which type a source's word means
(``engines.deal_types``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from landmark.engines.deal_types import DEAL_TYPES, EXPANSION, NEW, RENEWAL, read_deal_type

LABELS: Mapping[str, Any] = {
    NEW: gettext_lazy("New"),
    EXPANSION: gettext_lazy("Expansion"),
    RENEWAL: gettext_lazy("Renewal"),
}


def name_deal_type(text: str) -> str:
    """The type a source's word means; the word itself where it means none of them, "" for none."""
    kind = read_deal_type(text)
    return str(LABELS[kind]) if kind else text


@dataclass(frozen=True, slots=True)
class TypeChoice:
    value: str
    label: str
    is_on: bool


def list_type_choices(text: str) -> Iterator[TypeChoice]:
    """The three types, and the source's own word where it means none; keeping the type keeps the word."""
    held = read_deal_type(text)
    for kind in DEAL_TYPES:
        yield TypeChoice(text if kind == held else kind, str(LABELS[kind]), kind == held)
    if text and not held:
        yield TypeChoice(text, text, True)
