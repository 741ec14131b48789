"""What may be recorded: honest times, whole texts, inside a transaction, one link a thousand rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from landmark.ledger.append import append_audit, append_changes, append_evidence
from landmark.ledger.inputs import Actor, LedgerError, NewAudit, NewChange, NewEvidence
from landmark.ledger.models import AuditEvent, Evidence, FieldChange, Head, Link, Payload
from landmark.ledger.verify import verify
from landmark.playbook.strength import Strength
from tests.apps.ledger.conftest import MONDAY, Chain, write

pytestmark = pytest.mark.django_db


def test_evidence_keeps_what_was_said(by: Actor) -> None:
    org_id, deal_id = uuid4(), uuid4()
    new = NewEvidence(
        deal_id,
        "budget_confirmed",
        MONDAY,
        strength=Strength.BUYER,
        exactness="day",
        expires_on=date(2026, 6, 1),
        attachment_sha256="ab" * 32,
        author="Carla Conti",
        title="Budget letter",
        note="Sent by mail",
    )
    (row_id,) = append_evidence(org_id, [new], by=by, source="web")
    row = Evidence.objects.with_text().get(pk=row_id)
    assert (row.org_id, row.deal_id, row.key, row.occurred_at) == (org_id, deal_id, "budget_confirmed", MONDAY)
    assert (row.strength, row.exactness, row.expires_on) == (Strength.BUYER, "day", date(2026, 6, 1))
    assert (row.author, row.title, row.note) == ("Carla Conti", "Budget letter", "Sent by mail")
    assert (row.actor_id, row.source, row.attachment_sha256) == (by.id, "web", "ab" * 32)
    assert row.known_at == row.recorded_at
    assert str(row) == "Budget letter"


def test_the_actor_is_the_author_unless_another_is_named(by: Actor) -> None:
    (row_id,) = append_evidence(uuid4(), [NewEvidence(uuid4(), "pain", MONDAY)], by=by, source="web")
    assert Evidence.objects.get(pk=row_id).author == "Alice"


def test_an_import_without_words_needs_no_payload() -> None:
    append_evidence(uuid4(), [NewEvidence(uuid4(), "pain", MONDAY, known_at=MONDAY)], by=Actor(), source="import")
    assert not Payload.objects.exists()
    assert Evidence.objects.get().author == ""


def test_personal_values_lie_in_the_payload_alone(by: Actor) -> None:
    change = NewChange("person", uuid4(), "email", "a@example.com", "b@example.com", MONDAY, is_personal=True)
    append_changes(uuid4(), [change], by=by, source="web")
    row = FieldChange.objects.get()
    assert (row.old, row.new) == ("", "")
    assert (row.old_value, row.new_value) == ("a@example.com", "b@example.com")


def test_audit_keeps_its_detail_and_note(by: Actor) -> None:
    detail = {"gate": "G2", "days": 14, "checks": ["budget", "metric"]}
    append_audit(
        uuid4(), [NewAudit("override", "deal", uuid4(), detail=detail, note="Bob agreed")], by=by, source="cli"
    )
    row = AuditEvent.objects.get()
    assert (row.verb, row.detail, row.note, row.occurred_at) == ("override", detail, "Bob agreed", row.recorded_at)


def test_one_link_covers_a_thousand_rows() -> None:
    org_id = uuid4()
    rows = [NewEvidence(uuid4(), "pain", MONDAY + timedelta(minutes=n), known_at=MONDAY) for n in range(2001)]
    ids = append_evidence(org_id, iter(rows), by=Actor(), source="import")
    assert list(Link.objects.order_by("seq").values_list("row_count", flat=True)) == [1000, 1000, 1]
    assert Head.objects.get(org_id=org_id).seq == 3
    stored = Evidence.objects.in_chain_order().values_list("id", "deal_id", "occurred_at")
    assert list(stored) == [(row_id, row.deal_id, row.occurred_at) for row_id, row in zip(ids, rows, strict=True)]
    assert verify(org_id).is_whole


def test_nothing_to_record_leaves_no_link(by: Actor) -> None:
    assert append_evidence(uuid4(), [], by=by, source="web") == []
    assert not Link.objects.exists()


def test_organisations_have_chains_of_their_own(chain: Chain, by: Actor) -> None:
    other = uuid4()
    append_audit(other, [NewAudit("open")], by=by, source="web")
    assert (Head.objects.get(org_id=other).seq, Head.objects.get(org_id=chain.org_id).seq) == (1, 4)


@pytest.mark.django_db(transaction=True)
def test_appending_wants_a_transaction(by: Actor) -> None:
    with pytest.raises(LedgerError, match="transaction"):
        append_audit(uuid4(), [NewAudit("open")], by=by, source="web")


EVIDENCE = NewEvidence(uuid4(), "pain", MONDAY)
CHANGE = NewChange("deal", uuid4(), "amount", "1", "2", MONDAY)
AUDIT = NewAudit("open")
NAIVE = datetime(2026, 3, 2)  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    ("append", "row", "reason"),
    [
        (append_evidence, replace(EVIDENCE, occurred_at=NAIVE), "time zone"),
        (append_evidence, replace(EVIDENCE, key=""), "1 to 120"),
        (append_evidence, replace(EVIDENCE, key="k" * 121), "1 to 120"),
        (append_evidence, replace(EVIDENCE, title="a\0b"), "NUL"),
        (append_evidence, replace(EVIDENCE, author="a\0b"), "NUL"),
        (append_evidence, replace(EVIDENCE, note="\ud800"), "half a character"),
        (append_evidence, replace(EVIDENCE, attachment_sha256="AB"), "SHA-256"),
        (append_evidence, replace(EVIDENCE, is_retracted=True), "taken back"),
        (append_evidence, replace(EVIDENCE, known_at=MONDAY), "Only an import"),
        (append_changes, replace(CHANGE, known_at=MONDAY), "Only an import"),
        (append_changes, replace(CHANGE, occurred_at=NAIVE), "time zone"),
        (append_changes, replace(CHANGE, new="a\0b"), "NUL"),
        (append_changes, replace(CHANGE, field=""), "1 to 120"),
        (append_audit, replace(AUDIT, verb=""), "1 to 120"),
        (append_audit, replace(AUDIT, occurred_at=NAIVE), "time zone"),
        (append_audit, replace(AUDIT, note="a\0b"), "NUL"),
        (append_audit, replace(AUDIT, detail={"x": "a\0b"}), "NUL"),
        (append_audit, replace(AUDIT, detail={"x": 0.5}), "write float values as text"),
    ],
)
def test_a_bad_entry_is_refused_with_a_reason(append: Callable[..., Any], row: Any, reason: str, by: Actor) -> None:
    with pytest.raises(LedgerError, match=reason), transaction.atomic():
        append(uuid4(), [row], by=by, source="web")
    assert not Link.objects.exists()


def test_the_bad_entry_is_named_by_its_number(by: Actor) -> None:
    with pytest.raises(LedgerError, match="Entry 2: "):
        append_evidence(uuid4(), [EVIDENCE, replace(EVIDENCE, key="")], by=by, source="web")


def test_an_unknown_door_is_refused(by: Actor) -> None:
    with pytest.raises(ValueError, match="not a valid Source"):
        append_audit(uuid4(), [AUDIT], by=by, source="window")


@pytest.mark.parametrize("strength", [Strength.DOCUMENTED, Strength.BUYER, Strength.SIGNED])
def test_an_import_sets_known_at_for_claimed_facts_alone(strength: Strength) -> None:
    row = replace(EVIDENCE, known_at=MONDAY, strength=strength)
    with pytest.raises(LedgerError, match="strength claimed"):
        append_evidence(uuid4(), [row], by=Actor(), source="import")


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"known_at": "2026-01-01 00:00:00"}, "evidence_known_when_recorded"),
        ({"known_at": "2026-01-01 00:00:00", "source": "import", "strength": 2}, "evidence_known_when_recorded"),
        ({"strength": 5}, "evidence_strength_in_scale"),
        ({"is_retracted": True}, "evidence_retracts_something"),
    ],
)
def test_the_database_refuses_it_too(chain: Chain, columns: dict[str, Any], constraint: str) -> None:
    names = [field.column for field in Evidence._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_evidence WHERE id = %s", [write(chain.evidence[0])])
        found = [column[0] for column in cursor.description]
        row = dict(zip(found, cursor.fetchone(), strict=True))
        row |= {"id": write(uuid4()), "seq": 99, **columns}
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            cursor.execute(
                f"INSERT INTO ledger_evidence ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})",
                [row[name] for name in names],
            )


def test_a_correction_names_a_row_of_the_same_deal(chain: Chain, by: Actor) -> None:
    wrong_deal = NewEvidence(uuid4(), "key_0", MONDAY, supersedes=chain.evidence[0])
    unknown = NewEvidence(chain.deal_id, "key_0", MONDAY, supersedes=uuid4())
    for row in (wrong_deal, unknown):
        with pytest.raises(LedgerError, match="not evidence of this deal"):
            append_evidence(chain.org_id, [row], by=by, source="web")
    good = replace(wrong_deal, deal_id=chain.deal_id)
    with pytest.raises(LedgerError, match="not evidence of this deal"):
        append_evidence(uuid4(), [good], by=by, source="web")


def test_a_row_is_corrected_once(chain: Chain, by: Actor) -> None:
    row = NewEvidence(chain.deal_id, "key_0", MONDAY, supersedes=chain.evidence[0])
    with pytest.raises(LedgerError, match="Two entries"):
        append_evidence(chain.org_id, [row, row], by=by, source="web")
    append_evidence(chain.org_id, [row], by=by, source="web")
    with pytest.raises(LedgerError, match="corrected already"):
        append_evidence(chain.org_id, [row], by=by, source="web")


def test_the_orm_takes_no_other_write(chain: Chain) -> None:
    row = Evidence.objects.get(pk=chain.evidence[0])
    for act in (
        row.save,
        row.delete,
        Evidence.objects.all().delete,
        lambda: Evidence.objects.update(key="x"),
        lambda: Evidence.objects.bulk_create([row]),
        lambda: Evidence.objects.create(key="x"),
    ):
        with pytest.raises(LedgerError, match=r"landmark\.ledger"):
            act()


def test_a_refused_action_leaves_no_trace(by: Actor) -> None:
    org_id = uuid4()
    with transaction.atomic():
        append_audit(org_id, [AUDIT], by=by, source="web")
        transaction.set_rollback(True)
    assert not Head.objects.filter(org_id=org_id).exists()


def test_recorded_at_is_our_clock(by: Actor) -> None:
    before = datetime.now(UTC)
    append_evidence(uuid4(), [replace(EVIDENCE, known_at=MONDAY)], by=by, source="import")
    row = Evidence.objects.get()
    assert before <= row.recorded_at <= datetime.now(UTC)
    assert row.known_at == MONDAY
    assert Link.objects.get().recorded_at == row.recorded_at
