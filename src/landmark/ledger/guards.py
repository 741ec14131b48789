"""The ledger's own triggers: nothing in it is changed, removed or written over.

Answers: what the database refuses, on both engines. Does not answer: how a trigger is made (``triggers``).
Two writes pass: a head moves on, a payload is emptied for good.
"""

from landmark.ledger.triggers import Trigger

ROW_TABLES = ("ledger_evidence", "ledger_fieldchange", "ledger_auditevent")
CHANGED = "The ledger is append-only: a row is never changed. Record a correction instead."
REMOVED = "The ledger is append-only: a row is never removed."
OVERWRITTEN = "The ledger is append-only: a row with this key is already there."


def _refuse_overwriting(table: str, *keys: tuple[str, ...]) -> Trigger:
    """SQLite's INSERT OR REPLACE removes the old row without asking the DELETE trigger, by any unique key or rowid.

    PostgreSQL has no such statement: its ON CONFLICT DO UPDATE meets the UPDATE trigger.
    """
    tests = [" AND ".join(f"{column} = NEW.{column}" for column in key) for key in (("rowid",), *keys)]
    when = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {test})" for test in tests)  # noqa: S608 - our own names
    return Trigger(f"{table}_no_overwrite", table, "INSERT", OVERWRITTEN, when, engines=("sqlite",))


def _refuse_removal(table: str) -> tuple[Trigger, Trigger]:
    return (
        Trigger(f"{table}_no_delete", table, "DELETE", REMOVED),
        Trigger(f"{table}_no_truncate", table, "TRUNCATE", REMOVED, engines=("postgresql",)),
    )


def _guard_row_table(table: str) -> tuple[Trigger, ...]:
    extra = (("supersedes",),) if table == "ledger_evidence" else ()
    return (
        Trigger(f"{table}_no_update", table, "UPDATE", CHANGED),
        *_refuse_removal(table),
        _refuse_overwriting(table, ("id",), ("org_id", "seq", "position"), *extra),
    )


GUARDS: tuple[Trigger, ...] = (
    *(guard for table in ROW_TABLES for guard in _guard_row_table(table)),
    Trigger("ledger_link_no_update", "ledger_link", "UPDATE", CHANGED),
    *_refuse_removal("ledger_link"),
    _refuse_overwriting("ledger_link", ("id",), ("org_id", "seq")),
    Trigger(
        "ledger_payload_only_emptied",
        "ledger_payload",
        "UPDATE",
        "The words of a ledger row are never rewritten; they can only be erased.",
        "NEW.id <> OLD.id OR NEW.org_id <> OLD.org_id OR NEW.commitment <> OLD.commitment"
        " OR length(NEW.salt) <> 0 OR CAST(NEW.body AS TEXT) <> '{}'",
    ),
    *_refuse_removal("ledger_payload"),
    _refuse_overwriting("ledger_payload", ("id",)),
    Trigger(
        "ledger_head_only_forward",
        "ledger_head",
        "UPDATE",
        "The end of a ledger only moves on.",
        "NEW.org_id <> OLD.org_id OR NEW.seq <= OLD.seq",
    ),
    *_refuse_removal("ledger_head"),
    _refuse_overwriting("ledger_head", ("org_id",)),
)
