"""How an action signs the ledger: who, through which door, about which deal.

Answers: the ledger rows an action leaves behind. Does not answer: what the ledger does with them (``ledger.append``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from landmark.deals.models import Deal
from landmark.ledger.append import append_audit, append_changes
from landmark.ledger.inputs import Actor, NewAudit, NewChange
from landmark.orgs.models import Member


def actor_of(member: Member) -> Actor:
    return Actor(id=member.id, name=member.name)


def record_act(
    deal: Deal, verb: str, *, by: Member, via: str, detail: Mapping[str, object] | None = None, note: str = ""
) -> None:
    """One audit row: somebody did something to this deal."""
    row = NewAudit(verb=verb, object_kind="deal", object_id=deal.id, deal_id=deal.id, detail=detail or {}, note=note)
    append_audit(org_id=deal.org_id, rows=[row], by=actor_of(by), source=via)


def record_changes(
    deal: Deal, changes: Mapping[str, tuple[Any, Any]], *, by: Member, via: str, occurred_at: datetime
) -> None:
    """One row a changed field, old and new as text."""
    rows = [
        NewChange(
            object_kind="deal",
            object_id=deal.id,
            deal_id=deal.id,
            field=name,
            old=as_text(old),
            new=as_text(new),
            occurred_at=occurred_at,
        )
        for name, (old, new) in changes.items()
    ]
    append_changes(org_id=deal.org_id, rows=rows, by=actor_of(by), source=via)


def as_text(value: Any) -> str:
    """A field's value as the ledger keeps it: days as ISO, money as plain decimals, nothing as ""."""
    if value is None:
        return ""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
