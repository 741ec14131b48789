"""The parts of the deal room on the deal's overview: one small card each.

Answers: which cards a deal shows, in the order of the tabs. Does not answer: what a card says
(``presenters.<part>_card``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from landmark.deals.models import Deal
from landmark.workspace.access import MemberRequest


@dataclass(frozen=True, slots=True)
class Card:
    """``state``: where the part stands, in one short line · ``step``: the one next thing to do, at ``url``."""

    title: str
    state: str
    tone: Literal["ready", "missing", "quiet"]
    step: str
    url: str


CardReader = Callable[[MemberRequest, Deal], Card | None]
CARDS: tuple[str, ...] = ("people", "discovery", "plan", "qualification", "decision", "close", "documents")
"""Parts with a card, in the order of the tabs: ``people`` is ``people_card.read_card``. Read late, since a part's card
is made of the part's own page."""


def read_cards(request: MemberRequest, deal: Deal) -> list[Card]:
    """Cards of the parts that have something to say about this deal."""
    return [card for name in CARDS if (card := _find_reader(name)(request, deal)) is not None]


def _find_reader(name: str) -> CardReader:
    read: CardReader = import_module(f"landmark.workspace.presenters.{name}_card").read_card
    return read
