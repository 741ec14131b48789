"""Is the record whole? Reads one organisation's chain from its first link and computes every hash again.

Answers: which link and row is the first that is not as it was recorded. Does not answer: who did it. No secret is
needed. A chain alone cannot show that its end was cut off or that all of it was written anew: keep a head elsewhere
(``export_head``) and give it as ``expected_head``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from landmark.ledger.canonical import NO_HASH, hash_columns, hash_link, hash_rows, hash_text, plain
from landmark.ledger.erase import ERASED
from landmark.ledger.models import KINDS, AuditEvent, Head, Link, Payload

WORDS = ("payload__commitment", "payload__salt", "payload__body")
NOT_HASHED = frozenset({"digest", "payload_id", *WORDS})


@dataclass(slots=True)
class Counts:
    """How much was read, and how many rows had their words erased."""

    links: int = 0
    rows: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What was read. ``problem`` is empty when all is as recorded; ``link`` and ``row_id`` say where it is not."""

    org_id: UUID
    counts: Counts
    problem: str = ""
    link: int | None = None
    row_id: UUID | None = None

    @property
    def is_whole(self) -> bool:
        return not self.problem


class _Broken(Exception):
    """The first thing that is not as recorded."""

    def __init__(self, problem: str, link: int | None = None, row_id: UUID | None = None) -> None:
        super().__init__(problem)
        self.problem, self.link, self.row_id = problem, link, row_id


class _Rows:
    """One kind's rows in chain order, read as a stream of one link after the other."""

    def __init__(self, kind: str, org_id: UUID, last_seq: int) -> None:
        model = KINDS[kind]
        self.kind = kind
        self.names = [*(field.attname for field in model._meta.concrete_fields), *WORDS]
        self._seq, self._id = self.names.index("seq"), self.names.index("id")
        rows = model.objects.for_org(org_id).filter(seq__lte=last_seq).in_chain_order()
        self._stream: Iterator[tuple[Any, ...]] = rows.values_list(*self.names).iterator(chunk_size=2000)
        self._next = next(self._stream, None)

    def take(self, seq: int) -> dict[str, Sequence[Any]]:
        """The rows of one link by columns. A row of an earlier link that was not taken then is outside the chain."""
        rows = []
        while self._next is not None and self._next[self._seq] <= seq:
            if self._next[self._seq] < seq:
                self.check_end()
            rows.append(self._next)
            self._next = next(self._stream, None)
        return dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}

    def check_end(self) -> None:
        if self._next is not None:
            raise _stray(self.kind, self._next[self._seq], self._next[self._id])


def export_head(org_id: UUID) -> dict[str, Any]:
    """Where the chain ends now, to be kept where nobody who can write to the database can reach it."""
    head = Head.objects.filter(org_id=org_id).first() or Head(org_id=org_id, seq=0, hash=NO_HASH)
    return {
        "org_id": str(org_id),
        "seq": head.seq,
        "hash": head.hash,
        "recorded_at": plain(head.recorded_at) if head.recorded_at else None,
    }


def verify(org_id: UUID, expected_head: Mapping[str, Any] | None = None) -> Report:
    """Read the chain up to its present end; stops at the first thing that is not as recorded."""
    head = Head.objects.filter(org_id=org_id).first() or Head(org_id=org_id, seq=0, hash=NO_HASH)
    counts = Counts()
    try:
        _check_links(org_id, head, expected_head, counts)
        _check_beyond(org_id)
        _check_erasures(org_id)
    except _Broken as broken:
        return Report(org_id, counts, broken.problem, broken.link, broken.row_id)
    return Report(org_id, counts)


def _check_links(org_id: UUID, head: Head, expected: Mapping[str, Any] | None, counts: Counts) -> None:
    streams = [_Rows(kind, org_id, head.seq) for kind in KINDS]
    previous, seq = NO_HASH, 0
    for link in Link.objects.filter(org_id=org_id, seq__lte=head.seq).order_by("seq").iterator(chunk_size=2000):
        seq += 1
        if link.seq != seq:
            raise _Broken(_("Link %(link)s was removed.") % {"link": seq}, seq)
        _check_link(link, previous)
        for stream in streams:
            columns = stream.take(seq)
            if stream.kind == link.kind:
                _check_rows(link, columns, counts)
            elif columns:
                raise _stray(stream.kind, seq, columns["id"][0])
        previous = link.hash
        counts.links += 1
        _check_expected(seq, previous, expected)
    for stream in streams:
        stream.check_end()
    _check_end(head, seq, previous, expected)


def _check_link(link: Link, previous: str) -> None:
    if link.prev_hash != previous:
        raise _Broken(_("Link %(link)s does not follow the link before it.") % {"link": link.seq}, link.seq)
    names = ("org_id", "seq", "kind", "prev_hash", "row_count", "rows_digest", "recorded_at")
    if hash_link(**{name: getattr(link, name) for name in names}) != link.hash:
        raise _Broken(_("Link %(link)s itself was changed after it was recorded.") % {"link": link.seq}, link.seq)


def _check_rows(link: Link, columns: Mapping[str, Sequence[Any]], counts: Counts) -> None:
    """Compare a link with its rows: none missing, none changed, none too many."""
    ids = columns.get("id", ())
    for index, position in enumerate(columns.get("position", ())):
        if position != index:
            raise _missing(link, index)
    if len(ids) > link.row_count:
        raise _stray(link.kind, link.seq, ids[link.row_count])
    if ids:
        _check_words(link, columns)
        _check_digests(link, columns)
    if len(ids) < link.row_count:
        raise _missing(link, len(ids))
    if hash_rows(bytes(digest) for digest in columns["digest"]) != link.rows_digest:
        text = _("Link %(link)s: a row was changed together with its own hash.")
        raise _Broken(text % {"link": link.seq}, link.seq)
    counts.rows += len(ids)
    counts.erased += sum(salt is not None and not salt for salt in columns["payload__salt"])


def _check_words(link: Link, columns: Mapping[str, Sequence[Any]]) -> None:
    words = zip(*(columns[name] for name in ("payload_id", *WORDS)), strict=True)
    for index, (payload_id, commitment, salt, body) in enumerate(words):
        if payload_id is not None and commitment is None:
            text = _("Link %(link)s: the words of %(kind)s row %(row)s of %(count)s (%(id)s) were removed.")
            raise _changed(text, link, index, columns)
        if salt and hash_text(bytes(salt), body) != bytes(commitment):
            text = _("Link %(link)s: the words of %(kind)s row %(row)s of %(count)s (%(id)s) were changed.")
            raise _changed(text, link, index, columns)


def _check_digests(link: Link, columns: Mapping[str, Sequence[Any]]) -> None:
    hashed = {name: values for name, values in columns.items() if name not in NOT_HASHED}
    hashed["kind"] = [link.kind] * len(columns["id"])
    hashed["payload"] = ["" if value is None else bytes(value).hex() for value in columns["payload__commitment"]]
    for index, (found, kept) in enumerate(zip(hash_columns(hashed), columns["digest"], strict=True)):
        if found != bytes(kept):
            text = _("Link %(link)s: %(kind)s row %(row)s of %(count)s (%(id)s) was changed after it was recorded.")
            raise _changed(text, link, index, columns)


def _check_expected(seq: int, found: str, expected: Mapping[str, Any] | None) -> None:
    if expected and seq == expected["seq"] and found != expected["hash"]:
        text = _("Link %(link)s is not the one in the exported head: the record was written anew.")
        raise _Broken(text % {"link": seq}, seq)


def _check_end(head: Head, seq: int, found: str, expected: Mapping[str, Any] | None) -> None:
    last = max(head.seq, int(expected["seq"]) if expected else 0)
    if seq < last:
        text = _("The record was cut short: links %(first)s to %(last)s are gone.")
        raise _Broken(text % {"first": seq + 1, "last": last}, seq + 1)
    if found != head.hash:
        raise _Broken(_("The head does not name the last link, %(link)s.") % {"link": seq}, seq)


def _check_beyond(org_id: UUID) -> None:
    """Links and rows that no append wrote. Each question is one statement, so an append going on is no false alarm."""
    at_end = Head.objects.filter(org_id=org_id, seq__gte=OuterRef("seq"))
    for link in Link.objects.filter(~Exists(at_end), org_id=org_id).order_by("seq")[:1]:
        raise _Broken(_("Link %(link)s stands after the end of the chain.") % {"link": link.seq}, link.seq)
    of_row = Link.objects.filter(org_id=org_id, seq=OuterRef("seq"))
    for kind, model in KINDS.items():
        for row in model.objects.for_org(org_id).filter(~Exists(of_row)).in_chain_order()[:1]:
            raise _stray(kind, row.seq, row.pk)


def _check_erasures(org_id: UUID) -> None:
    """Words may go only by ``erase``, which records it."""
    recorded = AuditEvent.objects.filter(org_id=org_id, verb=ERASED, object_id=OuterRef("pk"))
    for payload in Payload.objects.filter(~Exists(recorded), org_id=org_id, salt=b"")[:1]:
        text = _("The words of row %(id)s were emptied, and nothing records who erased them.")
        raise _Broken(text % {"id": payload.pk}, None, payload.pk)


def _missing(link: Link, position: int) -> _Broken:
    text = _("Link %(link)s: %(kind)s row %(row)s of %(count)s was removed.")
    values = {"link": link.seq, "kind": link.kind, "row": position + 1, "count": link.row_count}
    return _Broken(text % values, link.seq)


def _changed(text: str, link: Link, index: int, columns: Mapping[str, Sequence[Any]]) -> _Broken:
    row_id = columns["id"][index]
    values = {"link": link.seq, "kind": link.kind, "row": index + 1, "count": link.row_count, "id": row_id}
    return _Broken(text % values, link.seq, row_id)


def _stray(kind: str, seq: int, row_id: UUID) -> _Broken:
    text = _("Link %(link)s: %(kind)s row %(id)s was added outside the chain.")
    return _Broken(text % {"link": seq, "kind": kind, "id": row_id}, seq, row_id)
