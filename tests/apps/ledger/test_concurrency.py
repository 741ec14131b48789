"""Two who append at once take turns: no link is lost, doubled or out of order."""

import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from landmark.ledger.append import append_audit
from landmark.ledger.inputs import Actor, NewAudit
from landmark.ledger.models import AuditEvent, Head
from landmark.ledger.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)
TURNS = 15
WAIT_SECONDS = 20


def append(org_id: UUID, verb: str) -> None:
    append_audit(org_id, [NewAudit(verb)], by=Actor(name="Alice"), source="web")


def start(work: Callable[[], None], failures: list[BaseException]) -> threading.Thread:
    """Run in a thread with a connection of its own."""

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test, which fails on it
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_two_appenders_share_one_chain() -> None:
    org_id, failures, gate = uuid4(), [], threading.Barrier(2)

    def work() -> None:
        gate.wait(WAIT_SECONDS)
        for turn in range(TURNS):
            with transaction.atomic():
                append(org_id, f"turn_{turn}")

    for thread in [start(work, failures), start(work, failures)]:
        thread.join(2 * WAIT_SECONDS)
    assert failures == []
    assert Head.objects.get(org_id=org_id).seq == 2 * TURNS
    report = verify(org_id)
    assert (report.is_whole, report.counts.rows) == (True, 2 * TURNS)


def test_the_second_waits_until_the_first_commits() -> None:
    org_id, failures = uuid4(), []
    holds, may_go, second_done = threading.Event(), threading.Event(), threading.Event()
    with transaction.atomic():
        append(org_id, "before")

    def first() -> None:
        with transaction.atomic():
            append(org_id, "first")
            holds.set()
            assert may_go.wait(WAIT_SECONDS)

    def second() -> None:
        assert holds.wait(WAIT_SECONDS)
        with transaction.atomic():
            append(org_id, "second")
        second_done.set()

    threads = [start(first, failures), start(second, failures)]
    assert holds.wait(WAIT_SECONDS)
    assert not second_done.wait(0.5)
    may_go.set()
    for thread in threads:
        thread.join(2 * WAIT_SECONDS)
    assert failures == []
    verbs = AuditEvent.objects.for_org(org_id).in_chain_order().values_list("verb", flat=True)
    assert list(verbs) == ["before", "first", "second"]
    assert verify(org_id).is_whole


def test_checking_while_somebody_appends_raises_no_false_alarm() -> None:
    org_id, failures, stop = uuid4(), [], threading.Event()

    def work() -> None:
        while not stop.is_set():
            with transaction.atomic():
                append(org_id, "more")

    thread = start(work, failures)
    try:
        assert [verify(org_id).problem for _ in range(10)] == [""] * 10
    finally:
        stop.set()
        thread.join(WAIT_SECONDS)
    assert failures == []
