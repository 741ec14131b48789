"""What the database itself refuses about deals, on both engines.

Answers: a deal stands at a stage only through a move of its own to that stage; its playbook changes only with one;
moves stay as written. Does not answer: whether a move is allowed (``engines.gates``, asked by ``actions.moves``).

PostgreSQL takes no subquery in a trigger's condition, so there the condition lives in a function (``FUNCTIONS``),
made by the app's migration.
"""

from dataclasses import dataclass

from landmark.ledger.triggers import Trigger

NO_MOVE = "a stage changes only through a move: use the move action"
MOVES_STAY = "moves stay as written: record another move"

OWN_MOVE = """EXISTS (SELECT 1 FROM deals_stagemove m
 WHERE m.id = NEW.last_move_id AND m.deal_id = NEW.id AND m.to_stage = NEW.stage)"""
CHANGED = """(NEW.stage IS DISTINCT FROM OLD.stage OR NEW.playbook IS DISTINCT FROM OLD.playbook
 OR NEW.closed_at IS DISTINCT FROM OLD.closed_at OR NEW.last_move_id IS DISTINCT FROM OLD.last_move_id)"""
NEW_MOVE = "NEW.last_move_id IS DISTINCT FROM OLD.last_move_id"
OF_SAMPLE = """EXISTS (SELECT 1 FROM deals_deal d JOIN orgs_organisation o ON o.id = d.org_id
 WHERE d.id = OLD.deal_id AND o.is_sample)"""


@dataclass(frozen=True, slots=True)
class SubqueryTrigger(Trigger):
    """A trigger whose condition looks into other tables: on PostgreSQL ``function`` holds the condition."""

    function: str = ""

    def write_sql(self, vendor: str) -> str:
        if vendor == "sqlite":
            return Trigger.write_sql(self, vendor)
        head = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table}"
        return f"{head} FOR EACH ROW EXECUTE FUNCTION {self.function}()"


def write_function(name: str, refuse_when: str, message: str, result: str = "NEW") -> str:
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {refuse_when} THEN
    RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN {result};
END $$"""


WITHOUT_MOVE = f"{CHANGED} AND NOT ({NEW_MOVE} AND {OWN_MOVE})"
UNMOVED = f"NOT {OWN_MOVE}"
KEPT_MOVE = f"NOT {OF_SAMPLE}"

FUNCTIONS = (
    write_function("deals_require_move", WITHOUT_MOVE, NO_MOVE),
    write_function("deals_require_first_move", UNMOVED, NO_MOVE),
    write_function("deals_keep_move", KEPT_MOVE, MOVES_STAY, "OLD"),
)

TRIGGERS = (
    SubqueryTrigger(
        "deals_stage_by_move", "deals_deal", "UPDATE", NO_MOVE, WITHOUT_MOVE, function="deals_require_move"
    ),
    SubqueryTrigger(
        "deals_opened_by_move", "deals_deal", "INSERT", NO_MOVE, UNMOVED, function="deals_require_first_move"
    ),
    SubqueryTrigger("deals_moves_stay", "deals_stagemove", "DELETE", MOVES_STAY, KEPT_MOVE, function="deals_keep_move"),
    Trigger("deals_moves_unchanged", "deals_stagemove", "UPDATE", MOVES_STAY),
)
