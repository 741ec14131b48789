"""A small chain to look at, and a way past the triggers for tests that tamper with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from landmark.ledger.append import append_audit, append_changes, append_evidence
from landmark.ledger.inputs import Actor, NewAudit, NewChange, NewEvidence
from landmark.ledger.triggers import drop_triggers

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Chain:
    """Four links of one organisation: three rows of evidence, one change, two audit rows, one more row of evidence."""

    org_id: UUID
    deal_id: UUID
    evidence: list[UUID]
    changes: list[UUID]
    audit: list[UUID]


@pytest.fixture
def by() -> Actor:
    return Actor(uuid4(), "Alice")


@pytest.fixture
def chain(db: None, by: Actor) -> Chain:
    org_id, deal_id = uuid4(), uuid4()
    with transaction.atomic():
        evidence = append_evidence(
            org_id,
            [NewEvidence(deal_id, f"key_{n}", MONDAY, title=f"Title {n}", author="Bob") for n in range(3)],
            by=by,
            source="web",
        )
        changes = append_changes(
            org_id, [NewChange("deal", deal_id, "amount", "10", "12", MONDAY, deal_id=deal_id)], by=by, source="web"
        )
        audit = append_audit(
            org_id, [NewAudit(verb=verb, deal_id=deal_id, detail={"n": 1}) for verb in ("a", "b")], by=by, source="web"
        )
        evidence += append_evidence(
            org_id, [NewEvidence(deal_id, "imported", MONDAY, known_at=MONDAY)], by=Actor(), source="import"
        )
    return Chain(org_id, deal_id, evidence, changes, audit)


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Run statements as somebody who owns the database could: with the triggers gone and no key checked."""

    def run(*statements: str, **values: Any) -> None:
        drop_triggers(connection)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, {name: write(value) for name, value in values.items()})

    return run


def write(value: Any) -> Any:
    """An id as the engine at hand stores it."""
    return value.hex if isinstance(value, UUID) and connection.vendor == "sqlite" else value
