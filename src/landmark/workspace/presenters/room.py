"""The parts of the deal room on the deal's overview: one small card each.

Answers: which cards a deal shows, in the order of the tabs. Does not answer: what a card says
(``presenters.<part>_card``).
"""

from collections.abc import Callable
from dataclasses import dataclass
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
CARDS: tuple[CardReader, ...] = ()
"""Each part adds its reader here, in the order of the tabs."""


def read_cards(request: MemberRequest, deal: Deal) -> list[Card]:
    """Cards of the parts that have something to say about this deal."""
    return [card for read in CARDS if (card := read(request, deal)) is not None]
