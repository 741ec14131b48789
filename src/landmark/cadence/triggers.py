"""What the database itself refuses about calls, quotas, rates and freezes, on both engines.

Answers: what was said stays as said; nothing is added to a week once it has closed; a sealed freeze never changes.
Does not answer: who may give which number (``call_actions``). Rows of a sample company may go, with the company.

A week closes twice over. For a live organisation the database's own clock decides, whatever time a row claims. And for
every organisation a freeze closes its own deadline and all before it.
"""

from landmark.ledger.triggers import Trigger

SAID_STAYS = "what was said stays as said: submit a new number instead"
WEEK_CLOSED = "this week is closed: its calls are frozen"
FREEZE_STAYS = "a frozen week stays as it was"
OVERWRITTEN = "a row with this key is already there"

KEPT = ("cadence_callentry", "cadence_quota", "cadence_currencyrate", "cadence_callcalendar")
PARTS = ("cadence_frozendeal", "cadence_frozennumber")


def _is_sample(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM orgs_organisation o WHERE o.id = {row}.org_id AND o.is_sample)"  # noqa: S608


def _is_sealed(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM cadence_weekfreeze f WHERE f.id = {row}.freeze_id AND f.sealed_at IS NOT NULL)"  # noqa: S608


FROZEN = "EXISTS (SELECT 1 FROM cadence_weekfreeze f WHERE f.org_id = NEW.org_id AND f.deadline_at >= NEW.deadline_at)"
IS_LIVE = "EXISTS (SELECT 1 FROM orgs_organisation o WHERE o.id = NEW.org_id AND o.data_until IS NULL)"
PAST = f"(NEW.deadline_at < CURRENT_TIMESTAMP AND {IS_LIVE})"


def _refuse_overwriting(table: str) -> Trigger:
    """SQLite's INSERT OR REPLACE removes the row that is in its way without asking."""
    when = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608 - our own names
    return Trigger(f"{table}_no_overwrite", table, "INSERT", OVERWRITTEN, when, engines=("sqlite",))


def _keep(table: str) -> tuple[Trigger, ...]:
    return (
        Trigger(f"{table}_no_update", table, "UPDATE", SAID_STAYS),
        Trigger(f"{table}_no_delete", table, "DELETE", SAID_STAYS, f"NOT {_is_sample('OLD')}"),
        Trigger(f"{table}_no_truncate", table, "TRUNCATE", SAID_STAYS, engines=("postgresql",)),
        _refuse_overwriting(table),
    )


def _keep_part(table: str) -> tuple[Trigger, ...]:
    sealed = _is_sealed("OLD")
    return (
        Trigger(f"{table}_no_update", table, "UPDATE", FREEZE_STAYS),
        Trigger(f"{table}_no_insert", table, "INSERT", FREEZE_STAYS, _is_sealed("NEW")),
        Trigger(f"{table}_no_delete", table, "DELETE", FREEZE_STAYS, f"{sealed} AND NOT {_is_sample('OLD')}"),
        Trigger(f"{table}_no_truncate", table, "TRUNCATE", FREEZE_STAYS, engines=("postgresql",)),
    )


TRIGGERS: tuple[Trigger, ...] = (
    *(trigger for table in KEPT for trigger in _keep(table)),
    Trigger("cadence_call_in_open_week", "cadence_callentry", "INSERT", WEEK_CLOSED, f"{FROZEN} OR {PAST}"),
    *(trigger for table in PARTS for trigger in _keep_part(table)),
    Trigger("cadence_weekfreeze_no_update", "cadence_weekfreeze", "UPDATE", FREEZE_STAYS, "OLD.sealed_at IS NOT NULL"),
    Trigger(
        "cadence_weekfreeze_no_delete",
        "cadence_weekfreeze",
        "DELETE",
        FREEZE_STAYS,
        f"OLD.sealed_at IS NOT NULL AND NOT {_is_sample('OLD')}",
    ),
    Trigger("cadence_weekfreeze_no_truncate", "cadence_weekfreeze", "TRUNCATE", FREEZE_STAYS, engines=("postgresql",)),
    _refuse_overwriting("cadence_weekfreeze"),
)
