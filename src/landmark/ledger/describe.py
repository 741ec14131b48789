"""What an entry becomes: its columns, and the words that can be erased later.

Answers: whether one entry is complete and honest about its times. Does not answer: where it stands in the chain
(``append``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from landmark.ledger.canonical import check_plain
from landmark.ledger.inputs import KEY_LENGTH, Actor, LedgerError, NewAudit, NewChange, NewEvidence, Source
from landmark.ledger.models import Evidence
from landmark.playbook.strength import Strength

# The columns of one row, and its erasable words.
Described = tuple[dict[str, Any], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of one call share."""

    org_id: UUID
    by: Actor
    source: Source
    recorded_at: datetime


def describe_evidence(new: NewEvidence, stamp: Stamp) -> Described:
    known_at = new.known_at or stamp.recorded_at
    if known_at != stamp.recorded_at and (stamp.source != Source.IMPORT or new.strength != Strength.CLAIMED):
        raise LedgerError("Only an import, with strength claimed, may say when something was known.")
    if new.is_retracted and new.supersedes is None:
        raise LedgerError("Name the row that is taken back.")
    _check_moments(new.occurred_at, known_at)
    _check_keys(new.key, new.exactness)
    columns = {
        "deal_id": new.deal_id,
        "key": new.key,
        "occurred_at": new.occurred_at,
        "known_at": known_at,
        "exactness": str(new.exactness),
        "strength": int(new.strength),
        "expires_on": new.expires_on,
        "supersedes": new.supersedes,
        "is_retracted": new.is_retracted,
        "attachment_sha256": _check_sha256(new.attachment_sha256),
    }
    return columns, _gather_texts(author=new.author or stamp.by.name, title=new.title, note=new.note)


def check_corrections(chunk: Sequence[NewEvidence], stamp: Stamp) -> None:
    """A correction stays on its own deal, and a row is corrected once: later ones correct the correction."""
    wanted = {new.supersedes: new.deal_id for new in chunk if new.supersedes}
    if not wanted:
        return
    if len(wanted) < sum(new.supersedes is not None for new in chunk):
        raise LedgerError("Two entries correct the same row; send one.")
    found = dict(Evidence.objects.for_org(stamp.org_id).filter(id__in=wanted).values_list("id", "deal_id"))
    if found != wanted:
        raise LedgerError(
            "The row to correct is not part of this deal's evidence; reload the page and choose it again."
        )
    if Evidence.objects.filter(supersedes__in=wanted).exists():
        raise LedgerError("This row was corrected already; reload the page and correct the newer one.")


def describe_change(new: NewChange, stamp: Stamp) -> Described:
    known_at = new.known_at or stamp.recorded_at
    if known_at != stamp.recorded_at and stamp.source != Source.IMPORT:
        raise LedgerError("Only an import may say when something was known.")
    _check_moments(new.occurred_at, known_at)
    _check_keys(new.object_kind, new.field, new.exactness)
    _check_texts(new.old, new.new)
    columns = {
        "deal_id": new.deal_id,
        "object_kind": new.object_kind,
        "object_id": new.object_id,
        "field": new.field,
        "old": "" if new.is_personal else new.old,
        "new": "" if new.is_personal else new.new,
        "is_personal": new.is_personal,
        "occurred_at": new.occurred_at,
        "known_at": known_at,
        "exactness": str(new.exactness),
    }
    values = {"old": new.old, "new": new.new} if new.is_personal else {}
    return columns, _gather_texts(author=new.author or stamp.by.name, note=new.note, **values)


def describe_audit(new: NewAudit, stamp: Stamp) -> Described:
    occurred_at = new.occurred_at or stamp.recorded_at
    detail = dict(new.detail)
    _check_moments(occurred_at)
    _check_keys(new.verb)
    if new.object_kind:
        _check_keys(new.object_kind)
    try:
        check_plain(detail)
    except ValueError as error:
        raise LedgerError(str(error)) from None
    columns = {
        "deal_id": new.deal_id,
        "verb": new.verb,
        "object_kind": new.object_kind,
        "object_id": new.object_id,
        "occurred_at": occurred_at,
        "detail": detail,
    }
    return columns, _gather_texts(author=new.author or stamp.by.name, note=new.note)


def _gather_texts(**texts: str) -> dict[str, str]:
    """The words worth a payload row; an import without any needs none."""
    _check_texts(*texts.values())
    return {name: text for name, text in texts.items() if text}


def _check_moments(*moments: datetime) -> None:
    for moment in moments:
        if moment.tzinfo is None or moment.utcoffset() is None:
            raise LedgerError("A time needs its time zone.")


def _check_keys(*keys: str) -> None:
    _check_texts(*keys)
    for key in keys:
        if not key or len(key) > KEY_LENGTH:
            raise LedgerError(f"A key is 1 to {KEY_LENGTH} characters long.")


def _check_texts(*texts: str) -> None:
    for text in texts:
        if "\0" in text:
            raise LedgerError("A text holds a NUL character; remove it.")


def _check_sha256(text: str) -> str:
    if text and (len(text) != 64 or set(text) - set("0123456789abcdef")):
        raise LedgerError("An attachment is named by its SHA-256, 64 hexadecimal digits in lower case.")
    return text
