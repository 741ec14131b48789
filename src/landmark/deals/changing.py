"""The one frame of every change of a deal: transaction, lock, right, ledger, gates.

Answers: how each action on a deal begins and ends. Does not answer: what it changes (the actions), who may change what
(the policies of each app), what an import writes (``connectors.apply``).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from landmark.deals import policies
from landmark.deals.gate_states import refresh_gate_state
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal
from landmark.deals.records import actor_of, record_act, record_changes
from landmark.ledger.append import append_evidence
from landmark.ledger.inputs import NewEvidence
from landmark.orgs.as_of import stamp
from landmark.orgs.models import Member

Check = Callable[[Member, Deal], None]
NOTE_LENGTH = 500
_under_way: ContextVar[Mapping[UUID, "Change"]] = ContextVar("changes under way, by deal", default={})  # noqa: B039


@dataclass
class Change:
    """The locked deal, who changes it and through which door; what is signed makes the gates be asked again."""

    deal: Deal
    by: Member
    via: str = "web"
    is_signed: bool = False

    def record(
        self, verb: str, known: Mapping[str, object] | None = None, /, *, note: str = "", **detail: object
    ) -> None:
        """Somebody did something. ``known``: details whose names only the playbook knows."""
        detail |= known or {}
        record_act(self.deal, verb, by=self.by, via=self.via, detail=detail, note=note[:NOTE_LENGTH])
        self.is_signed = True

    def record_fields(self, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """Fields of the deal that have another value now."""
        record_changes(self.deal, changes, by=self.by, via=self.via, occurred_at=stamp(self.deal.org))
        self.is_signed = True

    def append(self, row: NewEvidence) -> UUID:
        """A fact, or the retraction of one."""
        (row_id,) = append_evidence(org_id=self.deal.org_id, rows=[row], by=actor_of(self.by), source=self.via)
        self.is_signed = True
        return row_id


@contextmanager
def changing(deal: Deal, *, by: Member, via: str = "web", check: Check = policies.check_can_edit) -> Iterator[Change]:
    """Everything inside happens together or not at all. ``check`` raises when this person may not, or not now.

    A change inside another one of the same deal leaves the gates to it: they are asked once, when all is written.
    """
    with transaction.atomic():
        locked = lock_deal(deal)
        check(by, locked)
        change = Change(locked, by, via)
        outer = _under_way.get().get(deal.pk)
        token = _under_way.set({**_under_way.get(), deal.pk: change})
        try:
            yield change
        finally:
            _under_way.reset(token)
        if change.is_signed and outer is not None:
            outer.is_signed = True
        elif change.is_signed:
            refresh_gate_state(lock_deal(deal))  # a change inside may have written another copy of it
