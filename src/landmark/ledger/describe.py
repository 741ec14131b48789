"""What entries become: columns, and the words that can be erased later.

Answers: whether each entry is complete and honest about its times. Does not answer: where it stands in the chain
(``append``).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from landmark.ledger.canonical import check_plain
from landmark.ledger.inputs import KEY_LENGTH, Actor, LedgerError, NewAudit, NewChange, NewEvidence, Source
from landmark.ledger.models import Evidence
from landmark.playbook.strength import Strength

# The columns of the rows of one link, and each row's erasable words.
Described = tuple[dict[str, Sequence[Any]], list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of one call share."""

    org_id: UUID
    by: Actor
    source: Source
    recorded_at: datetime


def describe_evidence(rows: Sequence[NewEvidence], stamp: Stamp) -> Described:
    _check_each(_check_evidence, rows, stamp)
    _check_corrections(rows, stamp)
    columns: dict[str, Sequence[Any]] = {
        "deal_id": [row.deal_id for row in rows],
        "key": [row.key for row in rows],
        "occurred_at": [row.occurred_at for row in rows],
        "known_at": [row.known_at or stamp.recorded_at for row in rows],
        "exactness": [str(row.exactness) for row in rows],
        "strength": [int(row.strength) for row in rows],
        "expires_on": [row.expires_on for row in rows],
        "supersedes": [row.supersedes for row in rows],
        "is_retracted": [row.is_retracted for row in rows],
        "attachment_sha256": [row.attachment_sha256 for row in rows],
    }
    author = stamp.by.name
    return columns, [_keep(author=row.author or author, title=row.title, note=row.note) for row in rows]


def describe_changes(rows: Sequence[NewChange], stamp: Stamp) -> Described:
    _check_each(_check_change, rows, stamp)
    columns: dict[str, Sequence[Any]] = {
        "deal_id": [row.deal_id for row in rows],
        "object_kind": [row.object_kind for row in rows],
        "object_id": [row.object_id for row in rows],
        "field": [row.field for row in rows],
        "old": ["" if row.is_personal else row.old for row in rows],
        "new": ["" if row.is_personal else row.new for row in rows],
        "is_personal": [row.is_personal for row in rows],
        "occurred_at": [row.occurred_at for row in rows],
        "known_at": [row.known_at or stamp.recorded_at for row in rows],
        "exactness": [str(row.exactness) for row in rows],
    }
    return columns, [_keep(author=row.author or stamp.by.name, note=row.note, **_personal(row)) for row in rows]


def describe_audit(rows: Sequence[NewAudit], stamp: Stamp) -> Described:
    _check_each(_check_audit, rows, stamp)
    columns: dict[str, Sequence[Any]] = {
        "deal_id": [row.deal_id for row in rows],
        "verb": [row.verb for row in rows],
        "object_kind": [row.object_kind for row in rows],
        "object_id": [row.object_id for row in rows],
        "occurred_at": [row.occurred_at or stamp.recorded_at for row in rows],
        "detail": [dict(row.detail) for row in rows],
    }
    return columns, [_keep(author=row.author or stamp.by.name, note=row.note) for row in rows]


def _check_each(check: Callable[[Any, Stamp], None], rows: Sequence[Any], stamp: Stamp) -> None:
    _check_texts(stamp.by.name)
    for number, row in enumerate(rows, 1):
        try:
            check(row, stamp)
        except ValueError as error:
            raise LedgerError(f"Entry {number}: {error}") from None


def _check_evidence(row: NewEvidence, stamp: Stamp) -> None:
    if row.known_at and (stamp.source != Source.IMPORT or row.strength != Strength.CLAIMED):
        raise LedgerError("Only an import, with strength claimed, may say when something was known.")
    if row.is_retracted and row.supersedes is None:
        raise LedgerError("Name the row that is taken back.")
    _check_moments(row.occurred_at, row.known_at)
    _check_key(row.key)
    _check_key(row.exactness)
    _check_texts(row.author, row.title, row.note)
    if row.attachment_sha256 and not re.fullmatch("[0-9a-f]{64}", row.attachment_sha256):
        raise LedgerError("An attachment is named by its SHA-256, 64 hexadecimal digits in lower case.")


def _check_corrections(rows: Sequence[NewEvidence], stamp: Stamp) -> None:
    """A correction stays on its own deal, and a row is corrected once: later ones correct the correction."""
    corrections = [(row.supersedes, row.deal_id) for row in rows if row.supersedes]
    if not corrections:
        return
    wanted = dict(corrections)
    if len(wanted) < len(corrections):
        raise LedgerError("Two entries correct the same row; send one.")
    found = dict(Evidence.objects.for_org(stamp.org_id).filter(id__in=wanted).values_list("id", "deal_id"))
    if found != wanted:
        raise LedgerError("The row to correct is not evidence of this deal; reload the page and choose it again.")
    if Evidence.objects.filter(supersedes__in=wanted).exists():
        raise LedgerError("This row was corrected already; reload the page and correct the newer one.")


def _check_change(row: NewChange, stamp: Stamp) -> None:
    if row.known_at and stamp.source != Source.IMPORT:
        raise LedgerError("Only an import may say when something was known.")
    _check_moments(row.occurred_at, row.known_at)
    _check_key(row.object_kind)
    _check_key(row.field)
    _check_key(row.exactness)
    _check_texts(row.old, row.new, row.author, row.note)


def _check_audit(row: NewAudit, stamp: Stamp) -> None:
    _check_moments(row.occurred_at)
    _check_key(row.verb)
    if row.object_kind:
        _check_key(row.object_kind)
    _check_texts(row.author, row.note)
    check_plain(row.detail)


def _keep(**texts: str) -> dict[str, str]:
    """The words worth a payload row; an import without any needs none."""
    return {name: text for name, text in texts.items() if text}


def _personal(row: NewChange) -> dict[str, str]:
    return {"old": row.old, "new": row.new} if row.is_personal else {}


def _check_moments(*moments: datetime | None) -> None:
    for moment in moments:
        if moment is not None and (moment.tzinfo is None or moment.utcoffset() is None):
            raise LedgerError("A time needs its time zone.")


def _check_key(key: str) -> None:
    if not key or len(key) > KEY_LENGTH or "\0" in key:
        raise LedgerError(f"A key is 1 to {KEY_LENGTH} characters long, without NUL.")


def _check_texts(*texts: str) -> None:
    for text in texts:
        if "\0" in text:
            raise LedgerError("A text holds a NUL character; remove it.")
