"""What the database itself refuses about deals, on both engines.

Answers: a deal stands at a stage only through a move of its own to that stage; its playbook changes only with one;
moves stay as written, but for words that are emptied. Does not answer: whether a move is allowed (``engines.gates``,
asked by ``actions.moves``).
"""

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

MOVE_KEEPS = (
    "id", "deal_id", "from_stage", "to_stage", "direction", "occurred_at", "known_at", "recorded_at", "member_id",
    "author", "via", "reason", "reopen_on", "gates",
)  # fmt: skip
MOVE_WORDS = ("note", "reopen_when")
# A person's right: words may be emptied, as in the ledger; nothing else of a move changes, and no word is rewritten.
NOT_JUST_EMPTIED = " OR ".join(
    (
        *(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in MOVE_KEEPS),
        *(f"(NEW.{name} <> OLD.{name} AND NEW.{name} <> '')" for name in MOVE_WORDS),
        f"({' AND '.join(f'NEW.{name} = OLD.{name}' for name in MOVE_WORDS)})",
    )
)

TRIGGERS = (
    Trigger("deals_stage_by_move", "deals_deal", "UPDATE", NO_MOVE, f"{CHANGED} AND NOT ({NEW_MOVE} AND {OWN_MOVE})"),
    Trigger("deals_opened_by_move", "deals_deal", "INSERT", NO_MOVE, f"NOT {OWN_MOVE}"),
    Trigger("deals_moves_stay", "deals_stagemove", "DELETE", MOVES_STAY, f"NOT {OF_SAMPLE}"),
    Trigger("deals_moves_unchanged", "deals_stagemove", "UPDATE", MOVES_STAY, NOT_JUST_EMPTIED),
)
