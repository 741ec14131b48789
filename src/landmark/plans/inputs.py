"""What a person hands to an action on a plan. Answers: the shape. Does not answer: whether it is good enough."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO
from uuid import UUID

from landmark.deals.models import Person
from landmark.orgs.models import Member


@dataclass(frozen=True, slots=True)
class ActionInput:
    """``after``: ids of the actions it waits for. ``parties``: ``"m:<id>"`` or ``"p:<id>"`` → consulted or informed."""

    text: str
    phase: str = ""
    deliverable: str = ""
    needs: str = ""
    needs_state: str = ""
    decision: str = ""
    acceptance: str = ""
    risks: str = ""
    our_owner: Member | None = None
    their_owner: Person | None = None
    accountable: str = "ours"
    days: int = 1
    due_on: date | None = None
    after: tuple[UUID, ...] = ()
    parties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfirmationInput:
    """The buyer's word: who, when, on which parts, and the mail itself when there is one."""

    person: Person | None
    confirmed_on: date
    parts: tuple[str, ...]
    restated: bool = False
    note: str = ""
    attachment: BinaryIO | None = None
