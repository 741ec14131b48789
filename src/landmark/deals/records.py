"""How an action signs the ledger: who, through which door, about which deal.

Answers: the ledger rows an action leaves behind. Does not answer: what the ledger does with them (``ledger.append``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from landmark.deals.models import Deal
from landmark.ledger.append import append_audit, append_changes
from landmark.ledger.inputs import CLOCK, Actor, NewAudit, NewChange
from landmark.orgs.models import Member


def actor_of(member: Member | None) -> Actor:
    return Actor(id=member.id, name=member.name) if member else CLOCK


def record_act(
    deal: Deal, verb: str, *, by: Member | None, via: str, detail: Mapping[str, object] | None = None, note: str = ""
) -> None:
    """One audit row: somebody, or nobody but the clock, did something to this deal."""
    record(deal.org_id, verb, "deal", deal.id, by=by, via=via, deal_id=deal.id, detail=detail, note=note)


def record(
    org_id: UUID, verb: str, kind: str, object_id: UUID, *, by: Member | None, via: str, deal_id: UUID | None = None,
    detail: Mapping[str, object] | None = None, note: str = "",
) -> None:  # fmt: skip
    """One audit row about anything of the organisation."""
    row = NewAudit(verb, kind, object_id, deal_id, detail=detail or {}, note=note)
    append_audit(org_id, [row], by=actor_of(by), source=via)


def record_changes(
    deal: Deal, changes: Mapping[str, tuple[Any, Any]], *, by: Member, via: str, occurred_at: datetime
) -> None:
    """One row a changed field, old and new as text."""
    rows = [
        NewChange("deal", deal.id, name, as_text(old), as_text(new), occurred_at, deal_id=deal.id)
        for name, (old, new) in changes.items()
    ]
    append_changes(org_id=deal.org_id, rows=rows, by=actor_of(by), source=via)


def as_text(value: Any) -> str:
    """A field's value as the ledger keeps it: days as ISO, money as plain decimals, nothing as ""."""
    if value is None:
        return ""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
