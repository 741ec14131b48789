"""Whatever is done to the record behind the ledger's back is found, and the first broken place is named."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from landmark.ledger.append import append_audit
from landmark.ledger.erase import erase
from landmark.ledger.inputs import Actor, NewAudit
from landmark.ledger.models import KINDS, AuditEvent, Evidence, Link, Payload
from landmark.ledger.verify import NOT_HASHED, export_head, verify
from tests.apps.ledger.conftest import Chain

pytestmark = pytest.mark.django_db
Tamper = Callable[..., None]

ROW = "WHERE id = %(id)s"


def test_a_whole_record_is_whole(chain: Chain) -> None:
    report = verify(chain.org_id, export_head(chain.org_id))
    assert (report.is_whole, report.problem) == (True, "")
    assert (report.counts.links, report.counts.rows, report.counts.erased) == (4, 7, 0)


def test_an_organisation_without_a_record_is_whole() -> None:
    assert verify(uuid4()).is_whole
    assert export_head(uuid4())["seq"] == 0


@pytest.mark.parametrize(
    "change",
    [
        "strength = 4",
        "key = 'other'",
        "occurred_at = '2025-01-01 00:00:00+00:00'",
        "source = 'api'",
        "actor_id = NULL",
        "expires_on = '2030-01-01'",
        "attachment_sha256 = 'x'",
        "supersedes = deal_id",
        "payload_id = NULL",
        "deal_id = id",
    ],
)
def test_a_changed_row_is_named(chain: Chain, tamper: Tamper, change: str) -> None:
    tamper(f"UPDATE ledger_evidence SET {change} {ROW}", id=chain.evidence[1])
    report = verify(chain.org_id)
    assert (report.link, report.row_id) == (1, chain.evidence[1])
    assert report.problem == f"Link 1: evidence row 2 of 3 ({chain.evidence[1]}) was changed after it was recorded."


def test_every_column_of_every_kind_is_in_the_hash(chain: Chain) -> None:
    """A column added later and forgotten in the hash would be free to change."""
    for model in KINDS.values():
        outside = {field.attname for field in model._meta.concrete_fields} & NOT_HASHED
        assert outside == {"digest", "payload_id"}


def test_a_changed_field_change_and_audit_row_are_named(chain: Chain, tamper: Tamper) -> None:
    tamper(f"UPDATE ledger_auditevent SET detail = '{{\"n\": 2}}' {ROW}", id=chain.audit[1])
    assert verify(chain.org_id).row_id == chain.audit[1]
    tamper(f"UPDATE ledger_fieldchange SET new = '13' {ROW}", id=chain.changes[0])
    assert "change row 1 of 1" in verify(chain.org_id).problem


def test_a_row_changed_together_with_its_hash_is_found(chain: Chain, tamper: Tamper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM ledger_evidence ORDER BY seq DESC LIMIT 1")
        other = cursor.fetchone()[0]
    tamper(f"UPDATE ledger_evidence SET digest = %(other)s {ROW}", id=chain.evidence[0], other=other)
    assert verify(chain.org_id).row_id == chain.evidence[0]


def test_a_row_and_its_hash_recomputed_is_found_by_its_link(
    chain: Chain, tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who can compute hashes changes a row and its digest: the link still holds the old one."""
    from landmark.ledger import verify as module

    computed: list[bytes] = []
    compute = module.hash_columns
    monkeypatch.setattr(module, "hash_columns", lambda columns: computed.extend(compute(columns)) or compute(columns))
    tamper(f"UPDATE ledger_evidence SET strength = 4 {ROW}", id=chain.evidence[0])
    verify(chain.org_id)
    tamper(f"UPDATE ledger_evidence SET digest = %(digest)s {ROW}", id=chain.evidence[0], digest=computed[0])
    assert verify(chain.org_id).problem == "Link 1: a row was changed together with its own hash."


@pytest.mark.parametrize(("index", "row"), [(0, 1), (1, 2), (2, 3)])
def test_a_removed_row_is_named_by_its_place(chain: Chain, tamper: Tamper, index: int, row: int) -> None:
    tamper(f"DELETE FROM ledger_evidence {ROW}", id=chain.evidence[index])
    assert verify(chain.org_id).problem == f"Link 1: evidence row {row} of 3 was removed."


def test_all_rows_of_a_link_removed_is_found(chain: Chain, tamper: Tamper) -> None:
    tamper("DELETE FROM ledger_auditevent WHERE seq = 3")
    assert verify(chain.org_id).problem == "Link 3: audit row 1 of 2 was removed."


def test_rows_that_changed_places_are_found(chain: Chain, tamper: Tamper) -> None:
    tamper(
        f"UPDATE ledger_evidence SET position = 9 {ROW}",
        "UPDATE ledger_evidence SET position = 0 WHERE id = %(other)s",
        f"UPDATE ledger_evidence SET position = 1 {ROW}",
        id=chain.evidence[0],
        other=chain.evidence[1],
    )
    report = verify(chain.org_id)
    assert (report.link, report.row_id) == (1, chain.evidence[1])


def test_links_that_changed_places_are_found(chain: Chain, tamper: Tamper) -> None:
    statements = [
        f"UPDATE {table} SET seq = {new} WHERE seq = {old}"
        for old, new in ((1, 99), (4, 1), (99, 4))
        for table in ("ledger_link", "ledger_evidence")
    ]
    tamper(*statements)
    assert verify(chain.org_id).problem == "Link 1 does not follow the link before it."


def test_a_removed_link_is_named(chain: Chain, tamper: Tamper) -> None:
    tamper("DELETE FROM ledger_link WHERE seq = 2")
    assert verify(chain.org_id).problem == "Link 2 was removed."


def test_a_changed_link_is_named(chain: Chain, tamper: Tamper) -> None:
    tamper("UPDATE ledger_link SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE seq = 2")
    assert verify(chain.org_id).problem == "Link 2 itself was changed after it was recorded."


@pytest.mark.parametrize(("seq", "position"), [(1, 3), (2, 0), (5, 0), (-1, 0)])
def test_a_row_added_outside_the_chain_is_found(chain: Chain, tamper: Tamper, seq: int, position: int) -> None:
    given = {"id": "%(stray)s", "seq": str(seq), "position": str(position)}
    names = [field.column for field in Evidence._meta.concrete_fields]
    values = ", ".join(given.get(name, name) for name in names)
    insert = f"INSERT INTO ledger_evidence ({', '.join(names)}) SELECT {values} FROM ledger_evidence {ROW}"
    stray = uuid4()
    tamper(insert, stray=stray, id=chain.evidence[0])
    assert verify(chain.org_id).problem == f"Link {seq}: evidence row {stray} was added outside the chain."


def test_a_link_after_the_end_is_found(chain: Chain, tamper: Tamper) -> None:
    tamper("UPDATE ledger_head SET seq = 3, hash = (SELECT hash FROM ledger_link WHERE seq = 3)")
    assert verify(chain.org_id).problem == "Link 4 stands after the end of the chain."


def test_a_removed_or_false_head_is_found(chain: Chain, tamper: Tamper) -> None:
    tamper("UPDATE ledger_head SET hash = 'x'")
    assert verify(chain.org_id).problem == "The head does not name the last link, 4."
    tamper("DELETE FROM ledger_head")
    assert verify(chain.org_id).problem == "Link 1 stands after the end of the chain."


def cut_short(chain: Chain, tamper: Tamper) -> None:
    tamper(
        "DELETE FROM ledger_evidence WHERE seq = 4",
        "DELETE FROM ledger_link WHERE seq = 4",
        "UPDATE ledger_head SET seq = 3, hash = (SELECT hash FROM ledger_link WHERE seq = 3)",
    )


def test_a_cut_end_shows_against_an_exported_head(chain: Chain, tamper: Tamper) -> None:
    head = export_head(chain.org_id)
    cut_short(chain, tamper)
    assert verify(chain.org_id).is_whole
    assert verify(chain.org_id, head).problem == "The record was cut short: links 4 to 4 are gone."


def test_a_cut_end_shows_against_the_head_of_the_database(chain: Chain, tamper: Tamper) -> None:
    tamper("DELETE FROM ledger_evidence WHERE seq = 4", "DELETE FROM ledger_link WHERE seq = 4")
    assert verify(chain.org_id).problem == "The record was cut short: links 4 to 4 are gone."


def test_an_end_written_anew_shows_against_an_exported_head(chain: Chain, tamper: Tamper, by: Actor) -> None:
    head = export_head(chain.org_id)
    cut_short(chain, tamper)
    append_audit(chain.org_id, [NewAudit("other")], by=by, source="web")
    assert verify(chain.org_id).is_whole
    assert "written anew" in verify(chain.org_id, head).problem


def test_an_older_head_still_holds_when_the_chain_grew(chain: Chain, by: Actor) -> None:
    head: dict[str, Any] = export_head(chain.org_id)
    append_audit(chain.org_id, [NewAudit("more")], by=by, source="web")
    assert verify(chain.org_id, head).is_whole


def test_erased_words_leave_the_record_whole(chain: Chain, by: Actor) -> None:
    assert (
        erase(chain.org_id, [chain.evidence[0], chain.evidence[3]], by=by, source="web", note="asked on 2 March") == 1
    )
    row = Evidence.objects.with_text().get(pk=chain.evidence[0])
    assert (row.title, row.author, row.is_erased, row.key) == ("", "", True, "key_0")
    assert Evidence.objects.get(pk=chain.evidence[1]).title == "Title 1"
    report = verify(chain.org_id)
    assert (report.is_whole, report.counts.erased) == (True, 1)
    event = AuditEvent.objects.get(verb="erase")
    assert (event.object_id, event.actor_id, event.note) == (chain.evidence[0], by.id, "asked on 2 March")


def test_erasing_twice_or_elsewhere_records_nothing(chain: Chain, by: Actor) -> None:
    erase(chain.org_id, chain.evidence[:1], by=by, source="web")
    links = Link.objects.count()
    assert erase(chain.org_id, chain.evidence[:1], by=by, source="web") == 0
    assert erase(uuid4(), chain.evidence[1:2], by=by, source="web") == 0
    assert Link.objects.count() == links


def test_words_emptied_without_a_record_are_found(chain: Chain) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_payload SET salt = %s, body = '{}'", [b""])
    report = verify(chain.org_id)
    assert "nothing records who erased them" in report.problem
    assert report.row_id is not None


def test_changed_or_removed_words_are_found(chain: Chain, tamper: Tamper) -> None:
    tamper(f'UPDATE ledger_payload SET body = \'{{"title": "Better"}}\' {ROW}', id=chain.evidence[2])
    assert (
        verify(chain.org_id).problem == f"Link 1: the words of evidence row 3 of 3 ({chain.evidence[2]}) were changed."
    )


@pytest.mark.django_db(transaction=True)
def test_removed_words_are_found(chain: Chain, tamper: Tamper) -> None:
    keep_keys = {
        "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
        "postgresql": ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT"),
    }[connection.vendor]
    tamper(keep_keys[0], f"DELETE FROM ledger_payload {ROW}", keep_keys[1], id=chain.evidence[0])
    assert "the words of evidence row 1 of 3" in verify(chain.org_id).problem
    assert verify(chain.org_id).problem.endswith("were removed.")


def test_one_broken_organisation_says_nothing_about_another(chain: Chain, tamper: Tamper, by: Actor) -> None:
    other = uuid4()
    append_audit(other, [NewAudit("open")], by=by, source="web")
    tamper("DELETE FROM ledger_link WHERE org_id = %(org)s", org=chain.org_id)
    assert not verify(chain.org_id).is_whole
    assert verify(other).is_whole


def write_json(values: dict[str, Any]) -> bytes:
    """As docs/explanation/ledger.md tells a stranger to write it."""
    texts = {
        name: value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    return json.dumps(texts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode()


def test_a_stranger_computes_the_same_hashes(chain: Chain) -> None:
    previous = "0" * 64
    for link in Link.objects.order_by("seq").values():
        digests = []
        for row in KINDS[link["kind"]].objects.filter(seq=link["seq"]).order_by("position").values():
            payload = Payload.objects.filter(id=row.pop("payload_id")).first()
            digest = bytes(row.pop("digest"))
            if payload:
                commitment = hashlib.sha256(bytes(payload.salt) + write_json(payload.body)).digest()
                assert commitment == bytes(payload.commitment)
                row["payload"] = commitment.hex()
            kept = {k: v for k, v in row.items() if v is not None and v is not False and v not in ("", {})}
            digests.append(hashlib.sha256(write_json({"kind": link["kind"], **kept})).digest())
            assert digests[-1] == digest
        assert link["rows_digest"] == hashlib.sha256(b"".join(digests)).hexdigest()
        assert link.pop("prev_hash") == previous
        link.pop("id")
        kept_hash = link.pop("hash")
        previous = hashlib.sha256(write_json({**link, "prev_hash": previous})).hexdigest()
        assert previous == kept_hash
