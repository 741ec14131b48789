"""The only door into the ledger: check entries, hash them, chain them, write them.

Answers: what may be recorded and how. Does not answer: whether the person may do so (``orgs``), whether a gate opens.
Every function wants an open transaction, so that an entry and what it speaks of are kept or lost together; appending
locks the organisation's head, so links follow one another. Hand over up to some 10,000 rows a call: the ids come back
as a list.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from landmark.ledger.bulk import insert_rows
from landmark.ledger.canonical import NO_HASH, SALT_BYTES, hash_link, hash_row, hash_rows, hash_text, plain
from landmark.ledger.describe import (
    Described,
    Stamp,
    check_corrections,
    describe_audit,
    describe_change,
    describe_evidence,
)
from landmark.ledger.inputs import Actor, LedgerError, NewAudit, NewChange, NewEvidence, Source
from landmark.ledger.models import KINDS, Head, Link, Payload

ROWS_PER_LINK = 1000


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between evidence, changes and audit; ``check`` sees all rows of a link together."""

    name: str
    describe: Callable[[Any, Stamp], Described]
    check: Callable[[Sequence[Any], Stamp], None] | None = None


EVIDENCE = Kind("evidence", describe_evidence, check_corrections)
CHANGE = Kind("change", describe_change)
AUDIT = Kind("audit", describe_audit)


def append_evidence(org_id: UUID, rows: Iterable[NewEvidence], *, by: Actor, source: str) -> list[UUID]:
    """Record facts about deals. Returns their ids, in order."""
    return _append(EVIDENCE, org_id, rows, by=by, source=source)


def append_changes(org_id: UUID, rows: Iterable[NewChange], *, by: Actor, source: str) -> list[UUID]:
    """Record that fields took new values. Returns the ids, in order."""
    return _append(CHANGE, org_id, rows, by=by, source=source)


def append_audit(org_id: UUID, rows: Iterable[NewAudit], *, by: Actor, source: str) -> list[UUID]:
    """Record that somebody did something. Returns the ids, in order."""
    return _append(AUDIT, org_id, rows, by=by, source=source)


def _append(kind: Kind, org_id: UUID, rows: Iterable[Any], *, by: Actor, source: str) -> list[UUID]:
    if not connection.in_atomic_block:
        raise LedgerError("Append inside transaction.atomic(), together with what the entry speaks of.")
    head = _lock_head(org_id)
    stamp = Stamp(org_id, by, Source(source), timezone.now())
    ids: list[UUID] = []
    for chunk in _split(rows):
        try:
            ids += _append_link(kind, chunk, stamp, head)
        except UnicodeEncodeError:
            raise LedgerError("A text holds half a character; paste it again as plain text.") from None
    if ids:
        Head.objects.filter(org_id=org_id).update(seq=head.seq, hash=head.hash, recorded_at=stamp.recorded_at)
    return ids


def _lock_head(org_id: UUID) -> Head:
    """Held until the transaction ends. On SQLite the IMMEDIATE transaction is the lock."""
    return Head.objects.select_for_update().get_or_create(org_id=org_id, defaults={"hash": NO_HASH})[0]


def _append_link(kind: Kind, chunk: Sequence[Any], stamp: Stamp, head: Head) -> list[UUID]:
    if kind.check:
        kind.check(chunk, stamp)
    seq = head.seq + 1
    ids = make_ids(len(chunk))
    rows, payloads = _seal_rows(kind, chunk, ids, seq, stamp)
    chained: dict[str, Any] = {
        "org_id": stamp.org_id,
        "seq": seq,
        "kind": kind.name,
        "prev_hash": head.hash,
        "row_count": len(rows),
        "rows_digest": hash_rows(row["digest"] for row in rows),
        "recorded_at": stamp.recorded_at,
    }
    link = Link.objects.create(**chained, hash=hash_link(**chained))
    if payloads:
        insert_rows(Payload, payloads)
    insert_rows(KINDS[kind.name], rows)
    head.seq, head.hash = seq, link.hash
    return ids


def _seal_rows(
    kind: Kind, chunk: Sequence[Any], ids: list[UUID], seq: int, stamp: Stamp
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows and payloads with their hashes, ready to be written."""
    shared = {
        "org_id": stamp.org_id,
        "seq": seq,
        "recorded_at": stamp.recorded_at,
        "actor_id": stamp.by.id,
        "source": stamp.source.value,
    }
    hashed_shared = {"kind": kind.name, **{name: plain(value) for name, value in shared.items()}}
    rows, payloads = [], []
    for position, (row_id, new) in enumerate(zip(ids, chunk, strict=True)):
        try:
            own, texts = kind.describe(new, stamp)
        except LedgerError as error:
            raise LedgerError(f"Entry {position + 1}: {error}") from None
        own["id"], own["position"] = row_id, position
        hashed = {**hashed_shared, **{name: plain(value) for name, value in own.items()}}
        if texts:
            payload = seal_text(row_id, stamp.org_id, texts)
            payloads.append(payload)
            own["payload_id"] = row_id
            hashed["payload"] = payload["commitment"].hex()
        rows.append({**shared, **own, "digest": hash_row(hashed)})
    return rows, payloads


def seal_text(row_id: UUID, org_id: UUID, texts: dict[str, str]) -> dict[str, Any]:
    """A payload with a fresh salt and the commitment the chain keeps."""
    salt = os.urandom(SALT_BYTES)
    return {"id": row_id, "org_id": org_id, "salt": salt, "body": texts, "commitment": hash_text(salt, texts)}


def make_ids(count: int) -> list[UUID]:
    """Ids that grow with time (RFC 9562, version 7), so that a million of them fill an index from its end."""
    start = (time.time_ns() // 1_000_000) << 80 | 7 << 76 | 2 << 62
    noise = int.from_bytes(os.urandom(10))
    start |= (noise >> 68) << 64 | noise & (1 << 61) - 1
    return [UUID(int=start + offset) for offset in range(count)]


def _split(rows: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, ROWS_PER_LINK)):
        yield chunk
