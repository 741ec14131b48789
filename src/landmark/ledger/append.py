"""The only door into the ledger: check entries, hash them, chain them, write them.

Answers: what may be recorded and how. Does not answer: whether the person may do so (``orgs``), whether a gate opens.
Every function wants an open transaction, so that an entry and what it speaks of are kept or lost together; appending
locks the organisation's head, so links follow one another. Hand over up to some 10,000 rows a call: the ids come back
as a list.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from landmark.ledger.bulk import insert_columns
from landmark.ledger.canonical import NO_HASH, SALT_BYTES, hash_columns, hash_link, hash_rows, hash_text
from landmark.ledger.describe import (
    Described,
    Stamp,
    describe_audit,
    describe_changes,
    describe_evidence,
)
from landmark.ledger.inputs import Actor, LedgerError, NewAudit, NewChange, NewEvidence, Source
from landmark.ledger.models import KINDS, Head, Link, Payload

ROWS_PER_LINK = 1000


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between evidence, changes and audit."""

    name: str
    describe: Callable[[Sequence[Any], Stamp], Described]


EVIDENCE = Kind("evidence", describe_evidence)
CHANGE = Kind("change", describe_changes)
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
    columns, texts = kind.describe(chunk, stamp)
    seq, count = head.seq + 1, len(chunk)
    ids = make_ids(count)
    payloads = [seal_text(text) if text else None for text in texts]
    columns |= {
        "id": ids,
        "org_id": [stamp.org_id] * count,
        "seq": [seq] * count,
        "position": range(count),
        "recorded_at": [stamp.recorded_at] * count,
        "actor_id": [stamp.by.id] * count,
        "source": [stamp.source.value] * count,
    }
    digests = hash_columns(
        {
            **columns,
            "kind": [kind.name] * count,
            "payload": [payload.commitment.hex() if payload else "" for payload in payloads],
        }
    )
    columns["digest"] = digests
    columns["payload_id"] = [row_id if payload else None for row_id, payload in zip(ids, payloads, strict=True)]
    chained: dict[str, Any] = {
        "org_id": stamp.org_id,
        "seq": seq,
        "kind": kind.name,
        "prev_hash": head.hash,
        "row_count": count,
        "rows_digest": hash_rows(digests),
        "recorded_at": stamp.recorded_at,
    }
    link = Link.objects.create(**chained, hash=hash_link(**chained))
    _insert_payloads(stamp.org_id, {row_id: sealed for row_id, sealed in zip(ids, payloads, strict=True) if sealed})
    insert_columns(KINDS[kind.name], columns)
    head.seq, head.hash = seq, link.hash
    return ids


@dataclass(frozen=True, slots=True)
class Sealed:
    """Words with a salt of their own, and the commitment the chain keeps of them."""

    body: dict[str, str]
    salt: bytes
    commitment: bytes


def seal_text(body: dict[str, str]) -> Sealed:
    salt = os.urandom(SALT_BYTES)
    return Sealed(body, salt, hash_text(salt, body))


def _insert_payloads(org_id: UUID, payloads: Mapping[UUID, Sealed]) -> None:
    if payloads:
        columns: dict[str, Sequence[Any]] = {
            "id": list(payloads),
            "org_id": [org_id] * len(payloads),
            "commitment": [sealed.commitment for sealed in payloads.values()],
            "salt": [sealed.salt for sealed in payloads.values()],
            "body": [sealed.body for sealed in payloads.values()],
        }
        insert_columns(Payload, columns)


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
