"""The parts of the deal room on the deal's overview: one small card each.

Answers: which cards a deal shows, in the order of the tabs, and what all of them are read from. Does not answer: what a
card says (``presenters.<part>_card``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, Protocol

from django.db.models import Exists, Model, OuterRef

from landmark.buying.people import People
from landmark.deals.models import Deal
from landmark.engines.facts import DealFacts
from landmark.orgs.as_of import AsOf
from landmark.playbook.schema import Playbook
from landmark.workspace.access import MemberRequest
from landmark.workspace.templatetags.workspace import link_to

CARDS: tuple[str, ...] = ("people", "discovery", "plan", "qualification", "decision", "close", "documents")
"""Parts with a card, in the order of the tabs: ``people`` is ``people_card``. Read late, since a part's card is made of
the part's own page."""


@dataclass(frozen=True, slots=True)
class Card:
    """``state``: where the part stands, in one short line · ``step``: the one next thing to do, at ``url``."""

    title: str
    state: str
    tone: Literal["ready", "missing", "quiet"]
    step: str
    url: str


@dataclass(frozen=True, slots=True)
class Room:
    """What the cards share, read once. ``begun``: the parts that hold anything of this deal; the others ask nothing."""

    request: MemberRequest
    deal: Deal
    facts: DealFacts
    people: People
    playbook: Playbook
    lang: str
    begun: frozenset[str]

    @property
    def as_of(self) -> AsOf:
        return self.request.as_of

    @property
    def stages_left(self) -> int | None:
        """Open stages after the one the deal stands in, below 0 once it is won; None when it is lost or paused."""
        place = self.playbook.position(self.facts.stage)
        return None if place is None else len(self.playbook.open_stages) - 1 - place

    def link(self, name: str, **query: str) -> str:
        return link_to(self.request, f"workspace:{name}", pk=self.deal.id, query=query)


class CardModule(Protocol):
    """``BEGUN_BY``: the tables of which a row says that the part has begun."""

    BEGUN_BY: tuple[type[Model], ...]

    @staticmethod
    def read_card(room: Room) -> Card | None: ...


def load_cards() -> dict[str, CardModule]:
    return {name: import_module(f"landmark.workspace.presenters.{name}_card") for name in CARDS}  # type: ignore[misc]


def read_begun(deal: Deal, parts: Iterable[tuple[str, tuple[type[Model], ...]]]) -> frozenset[str]:
    """The parts with a row of the deal in one of their tables: one question for all of them."""
    asked = [(name, model) for name, models in parts for model in models]
    held = [Exists(model._default_manager.filter(deal=OuterRef("pk"))) for _name, model in asked]
    found = Deal.objects.filter(pk=deal.pk).values_list(*held).get()
    return frozenset(name for (name, _model), is_there in zip(asked, found, strict=True) if is_there)
