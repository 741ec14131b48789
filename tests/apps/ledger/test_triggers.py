"""The database itself keeps the ledger append-only, and keeps its triggers through migrations, on either engine."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.checks import Error
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from landmark.ledger.append import append_evidence
from landmark.ledger.checks import find_missing_triggers
from landmark.ledger.guards import GUARDS
from landmark.ledger.inputs import Actor, NewEvidence
from landmark.ledger.models import KINDS, Evidence, Head, Link, Payload
from landmark.ledger.triggers import Trigger, drop_triggers, find_missing, install_triggers
from landmark.ledger.verify import verify
from tests.apps.ledger.conftest import MONDAY, Chain, write

pytestmark = pytest.mark.django_db

TABLES = [model._meta.db_table for model in (*KINDS.values(), Link, Payload, Head)]
KEY = {"ledger_head": "org_id"}


def refuse(sql: str, *values: Any) -> str:
    """Run a statement that must fail; the database's own words."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(caught.value)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def copy_row(table: str, **other: str) -> str:
    """The head and body of an INSERT that repeats a stored row, with some columns given as SQL instead."""
    names = [column.name for column in connection.introspection.get_table_description(connection.cursor(), table)]
    names += [name for name in other if name not in names]
    values = ", ".join(other.get(name, name) for name in names)
    return (
        f"INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} ORDER BY {KEY.get(table, 'id')} DESC LIMIT 1"
    )


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_removed(chain: Chain, table: str) -> None:
    before = count(table)
    assert "never removed" in refuse(f"DELETE FROM {table}")
    if connection.vendor == "postgresql":
        connection.check_constraints()  # foreign keys still to be checked would refuse it first
        assert "never removed" in refuse(f"TRUNCATE {table} CASCADE")
    assert count(table) == before > 0


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("ledger_evidence", "strength = 4"),
        ("ledger_evidence", "recorded_at = occurred_at, known_at = occurred_at"),
        ("ledger_fieldchange", "new = '13'"),
        ("ledger_auditevent", "verb = 'c'"),
        ("ledger_link", "hash = 'x'"),
        ("ledger_payload", 'body = \'{"author": "Mallory"}\''),
        ("ledger_payload", "commitment = salt"),
        ("ledger_payload", "body = '{}'"),
        ("ledger_head", "hash = 'x'"),
        ("ledger_head", "seq = seq - 1"),
    ],
)
def test_no_row_is_changed(chain: Chain, table: str, change: str) -> None:
    message = refuse(f"UPDATE {table} SET {change}")
    assert any(words in message for words in ("never changed", "never rewritten", "only moves on"))
    assert verify(chain.org_id).is_whole


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_written_over(chain: Chain, table: str) -> None:
    key = KEY.get(table, "id")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # Without it SQLite's REPLACE does not ask the DELETE trigger: ours must not depend on it.
            cursor.execute("PRAGMA recursive_triggers = OFF")
        assert "already there" in refuse(f"INSERT OR REPLACE {copy_row(table)}")
        assert "already there" in refuse(f"REPLACE {copy_row(table)}")
        other = {} if table == "ledger_link" else {key: "lower(hex(randomblob(16)))"}
        if other:
            assert "already there" in refuse(f"INSERT OR REPLACE {copy_row(table, rowid='rowid', **other)}")
    else:
        message = refuse(f"INSERT {copy_row(table)} ON CONFLICT ({key}) DO UPDATE SET org_id = '{uuid4()}'")
        assert any(words in message for words in ("never changed", "never rewritten", "only moves on"))
    assert verify(chain.org_id).is_whole


@pytest.mark.parametrize("table", [*(model._meta.db_table for model in KINDS.values()), "ledger_link"])
def test_no_place_in_the_chain_is_taken_twice(chain: Chain, table: str) -> None:
    if connection.vendor == "sqlite":
        new_id = "NULL" if table == "ledger_link" else "lower(hex(randomblob(16)))"
        assert "already there" in refuse(f"INSERT OR REPLACE {copy_row(table, id=new_id)}")
    else:
        new_id = "id + 1000" if table == "ledger_link" else "gen_random_uuid()"
        assert "once_in_chain" in refuse(f"INSERT {copy_row(table, id=new_id)}")


def test_a_second_correction_does_not_replace_the_first(chain: Chain, by: Actor) -> None:
    row = NewEvidence(chain.deal_id, "key_0", MONDAY, supersedes=chain.evidence[0])
    append_evidence(chain.org_id, [row], by=by, source="web")
    if connection.vendor == "sqlite":
        message = refuse(f"INSERT OR REPLACE {copy_row('ledger_evidence', id='lower(hex(randomblob(16)))', seq='99')}")
        assert "already there" in message
    else:
        message = refuse(f"INSERT {copy_row('ledger_evidence', id='gen_random_uuid()', seq='99')}")
        assert "evidence_corrected_once" in message


def test_a_payload_may_be_emptied_and_is_never_filled_again(chain: Chain) -> None:
    empty = "UPDATE ledger_payload SET salt = %s, body = '{}' WHERE id = %s"
    with connection.cursor() as cursor:
        cursor.execute(empty, [b"", write(chain.evidence[0])])
    assert "never rewritten" in refuse(
        "UPDATE ledger_payload SET salt = %s, body = '{}' WHERE id = %s", b"x" * 16, write(chain.evidence[0])
    )


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_missing_trigger_is_named_by_the_check(db: None, guard: Trigger) -> None:
    drop_triggers(connection, [guard])
    expected = {guard.name} if connection.vendor in guard.engines else set()
    messages = find_missing_triggers(databases=["default"])
    assert {trigger.name for trigger in find_missing(connection)} == expected
    assert [message.id for message in messages] == ["ledger.E001"] * len(expected)
    assert all(guard.name in message.msg and isinstance(message, Error) for message in messages)


def test_the_check_is_silent_when_all_is_there_or_no_database_is_asked(db: None) -> None:
    assert find_missing_triggers(databases=["default"]) == []
    drop_triggers(connection)
    assert find_missing_triggers(databases=None) == []


def test_before_migrate_the_check_only_warns(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    drop_triggers(connection, GUARDS[:1])
    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    assert not any(isinstance(message, Error) for message in find_missing_triggers(databases=["default"]))
    assert len(find_missing_triggers(databases=["default"])) == 1


def test_a_weakened_trigger_counts_as_missing(db: None) -> None:
    guard = next(guard for guard in GUARDS if guard.name == "ledger_evidence_no_update")
    weak = Trigger(guard.name, guard.table, guard.event, guard.message, when="NEW.seq = 0")
    install_triggers(connection, [weak])
    assert [trigger.name for trigger in find_missing(connection)] == [guard.name]


def test_a_trigger_that_is_switched_off_counts_as_missing(db: None) -> None:
    guard = next(guard for guard in GUARDS if guard.name == "ledger_evidence_no_update")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {guard.table} DISABLE TRIGGER {guard.name}")
        else:
            cursor.execute(f"DROP TRIGGER {guard.name}")
    assert [trigger.name for trigger in find_missing(connection)] == [guard.name]


@pytest.fixture
def shelf(db: None) -> Iterator[str]:
    """A table of no app, for a trigger of another app's kind."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (id integer, stage varchar(10), move varchar(10))")
        cursor.execute("CREATE TABLE moves (id varchar(10))")
        cursor.execute("INSERT INTO moves VALUES ('m2')")
        cursor.execute("INSERT INTO shelf VALUES (1, 'open', 'm1'), (2, NULL, NULL)")
        yield "shelf"
        cursor.execute("DROP TABLE shelf")
        cursor.execute("DROP TABLE moves")


def test_another_app_brings_triggers_of_its_own(shelf: str) -> None:
    changed = "NEW.stage IS DISTINCT FROM OLD.stage AND NEW.move IS NOT DISTINCT FROM OLD.move"
    install_triggers(connection, [Trigger("shelf_moves", shelf, "UPDATE OF stage", "It's moved by hand.", changed)])
    assert "It's moved by hand." in refuse("UPDATE shelf SET stage = 'won' WHERE id = 1")
    assert "It's moved by hand." in refuse("UPDATE shelf SET stage = 'won' WHERE id = 2")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shelf SET stage = 'won', move = 'm2' WHERE id = 1")
        cursor.execute("UPDATE shelf SET stage = stage")


def test_a_condition_may_look_into_other_tables(shelf: str) -> None:
    unknown = "NOT EXISTS (SELECT 1 FROM moves WHERE moves.id = NEW.move)"
    install_triggers(connection, [Trigger("shelf_known", shelf, "INSERT", "No such move.", unknown)])
    assert "No such move." in refuse("INSERT INTO shelf VALUES (3, 'open', 'm9')")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO shelf VALUES (3, 'open', 'm2')")


@pytest.mark.django_db(transaction=True)
def test_an_altered_column_loses_no_trigger_in_the_end() -> None:
    """SQLite rebuilds the table to alter a column, and its triggers are gone; PostgreSQL keeps them."""
    old, new = Evidence._meta.get_field("key"), models.CharField(max_length=130)
    new.set_attributes_from_name("key")
    new.model = Evidence
    with connection.schema_editor() as editor:
        editor.alter_field(Evidence, old, new)
    assert bool(find_missing(connection)) == (connection.vendor == "sqlite")
    with connection.schema_editor() as editor:
        editor.alter_field(Evidence, new, old)
    call_command("migrate", verbosity=0)
    assert find_missing(connection) == []
