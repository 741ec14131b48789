"""Triggers that refuse a write, on SQLite and PostgreSQL: described once, put in place after every migration.

Answers: how a rule becomes a trigger, and which triggers are missing. Does not answer: which rules there are (each app
registers its own: ``register(Trigger(...))`` in ``AppConfig.ready``). Migrations do not make them: Django rebuilds a
SQLite table to alter a column, and its triggers are gone without a word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuse ``event`` ("UPDATE", "UPDATE OF stage", "DELETE", "INSERT", "TRUNCATE") on ``table`` when ``when`` holds.

    ``when`` is SQL over OLD and NEW, subqueries too; where null may appear write ``IS DISTINCT FROM``, SQLite gets its
    own words for it. ``engines`` says where the trigger is needed.
    """

    name: str
    table: str
    event: str
    message: str
    when: str = ""
    engines: tuple[str, ...] = ENGINES

    def write_sql(self, vendor: str) -> str:
        """The statement that makes it; on PostgreSQL as the server repeats it."""
        head = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH"
        if vendor == "postgresql":
            each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
            return f"{head} {each} EXECUTE FUNCTION {self.name}()"
        when = self.when.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")
        condition = f" WHEN {when}" if when else ""
        return f"{head} ROW{condition} BEGIN SELECT RAISE(ABORT, {_quote(self.message)}); END"

    def write_body(self) -> str:
        """The body of PostgreSQL's function behind the trigger, of the same name. It holds the condition, because
        a trigger's own WHEN takes no subquery there."""
        refusal = f"RAISE EXCEPTION USING MESSAGE = {_quote(self.message)}, ERRCODE = 'integrity_constraint_violation';"
        passed = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        return f"BEGIN IF {self.when or 'true'} THEN {refusal} END IF; RETURN {passed}; END"


_registered: dict[str, Trigger] = {}


def register(*triggers: Trigger) -> None:
    """Have these triggers installed after every migration and looked for by the system check ``ledger.E001``."""
    _registered.update({trigger.name: trigger for trigger in triggers})


def install_triggers(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger] | None = None) -> None:
    """Make them afresh (all registered ones unless told), then look whether they are there."""
    wanted = _find_applicable(connection, triggers)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for trigger in wanted:
            _drop(cursor, connection.vendor, trigger)
            if connection.vendor == "postgresql":
                cursor.execute(_write_function(trigger))
            cursor.execute(trigger.write_sql(connection.vendor))
    if missing := find_missing(connection, wanted):
        raise RuntimeError(f"The database did not keep these triggers: {', '.join(t.name for t in missing)}.")


def drop_triggers(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger] | None = None) -> None:
    """Take them away: for emptying a test database, never for a live one."""
    with connection.cursor() as cursor:
        for trigger in _find_applicable(connection, triggers):
            _drop(cursor, connection.vendor, trigger)


def find_missing(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger] | None = None) -> list[Trigger]:
    """Those that are not in the database, switched off, or not as described. Tables not yet made are passed over."""
    wanted = _find_applicable(connection, triggers)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
            present = {sql for (sql,) in cursor.fetchall()}
            return [trigger for trigger in wanted if trigger.write_sql("sqlite") not in present]
        cursor.execute(
            "SELECT t.tgname, replace(pg_get_triggerdef(t.oid), quote_ident(n.nspname) || '.', ''), p.proname, p.prosrc"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgenabled IN ('O', 'A') AND n.nspname = current_schema()"
        )
        found = {(name, sql): (function, body) for name, sql, function, body in cursor.fetchall()}
    return [trigger for trigger in wanted if not _is_as_described(trigger, found)]


def _is_as_described(trigger: Trigger, found: Mapping[tuple[str, str], tuple[str, str]]) -> bool:
    function, body = found.get((trigger.name, trigger.write_sql("postgresql")), ("", ""))
    return function != "" and (function != trigger.name or body == trigger.write_body())


def protect_after_migrate(using: str, **kwargs: Any) -> None:
    """Receiver of ``post_migrate``."""
    if connections[using].vendor in ENGINES:
        install_triggers(connections[using])


def _find_applicable(connection: BaseDatabaseWrapper, triggers: Iterable[Trigger] | None) -> list[Trigger]:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    chosen = _registered.values() if triggers is None else triggers
    return [trigger for trigger in chosen if connection.vendor in trigger.engines and trigger.table in tables]


def _drop(cursor: Any, vendor: str, trigger: Trigger) -> None:
    on_table = f" ON {trigger.table}" if vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}")


def _write_function(trigger: Trigger) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $trigger${trigger.write_body()}$trigger$"
    )


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
