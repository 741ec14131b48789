"""The stored answer to "what holds this deal?", kept beside each open deal.

Answers: when and how a ``GateState`` row is renewed. Does not answer: what a gate asks (``engines.gates``).
A row is derived: its input hash says from which facts, ``valid_until`` until which day it stays true by itself.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from landmark.deals.models import Deal, GatePass, GateState
from landmark.deals.snapshots import CHUNK, deal_facts, facts_of
from landmark.engines.facts import DealFacts
from landmark.engines.gates import GateResult, MoveResult, evaluate_gate, gate_debt, next_door
from landmark.engines.scorecard import measure_evidence
from landmark.orgs.as_of import AsOf, latest
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Gate, Playbook


def refresh_gate_state(deal: Deal) -> None:
    """Renew one deal's row inside the action's own transaction, and settle gate debt that is now paid."""
    if deal.is_closed:
        GateState.objects.filter(deal=deal).delete()
        return
    as_of = latest(deal.org)
    playbook = load_playbook(deal.playbook)
    facts = deal_facts(deal, as_of)
    if _settle_debt(deal, facts, playbook, as_of):
        facts = deal_facts(deal, as_of)
    values = _values(facts, playbook, as_of)
    GateState.objects.update_or_create(deal=deal, defaults=values)


def refresh_gate_states(deals: Iterable[Deal], as_of: AsOf) -> int:
    """Renew many rows, in batches: after an import, or when a day has gone by. Returns how many."""
    count = 0
    batch: list[Deal] = []
    for deal in deals:
        batch.append(deal)
        if len(batch) >= CHUNK:
            count += _refresh_batch(batch, as_of)
            batch = []
    return count + (_refresh_batch(batch, as_of) if batch else 0)


def _refresh_batch(deals: list[Deal], as_of: AsOf) -> int:
    facts = facts_of(deals, as_of)
    rows = [
        GateState(deal=d, **_values(facts[d.id], load_playbook(d.playbook), as_of)) for d in deals if not d.is_closed
    ]
    derived = [f.name for f in GateState._meta.concrete_fields if not f.primary_key]
    GateState.objects.bulk_create(rows, update_conflicts=True, unique_fields=["deal"], update_fields=derived)
    return len(rows)


def _settle_debt(deal: Deal, facts: DealFacts, playbook: Playbook, as_of: AsOf) -> bool:
    """Gates behind the deal that are met by now count as passed from today; with none left the deal is verified."""
    behind = [gate for gate in _gates_behind(facts, playbook) if gate.key not in facts.passed_gates]
    paid = [g for g in behind if evaluate_gate(g, facts, playbook, as_of.on).status == "passed"]
    for gate in paid:
        GatePass.objects.get_or_create(deal=deal, gate=gate.key, how="evidence", passed_on=as_of.on)
    if not deal.is_verified and len(paid) == len([gate for gate in behind if gate.mode != "off"]):
        deal.is_verified = True
        deal.save(update_fields=["is_verified"])
    return bool(paid)


def _gates_behind(facts: DealFacts, playbook: Playbook) -> list[Gate]:
    """The gates of every door between the start of the path and the stage the deal stands at."""
    here = playbook.position(facts.left_stage or facts.stage) or 0
    return [gate for stage in playbook.open_stages[1 : here + 1] for gate in playbook.gates_at(stage.key)]


def _values(facts: DealFacts, playbook: Playbook, as_of: AsOf) -> dict[str, Any]:
    door = next_door(facts, playbook, as_of.on)
    debt = gate_debt(facts, playbook, as_of.on)
    missing = [{"gate": item.gate, "check": item.check} for item in (door.missing if door else ())]
    return {
        "next_stage": door.to_stage if door else "",
        "status": door.status if door else "none",
        "missing": missing,
        "missing_count": len(missing),
        "debt_count": sum(len(gate.missing) for gate in debt),
        "evidence_percent": measure_evidence(facts, playbook, as_of.on)[0],
        "input_hash": hash_facts(facts, playbook),
        "evaluated_on": as_of.on,
        "valid_until": _valid_until(door, debt),
    }


def hash_facts(facts: DealFacts, playbook: Playbook) -> str:
    """The same facts under the same playbook give the same hash, in every process."""
    plain = json.dumps([playbook.ref, facts], sort_keys=True, default=_plain)
    return hashlib.sha256(plain.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """Facts as their fields, sets in a fixed order, days and money as text. (``asdict`` copies: slower.)"""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _valid_until(door: MoveResult | None, debt: Iterable[GateResult]) -> date | None:
    """The last day on which the row stays true by itself."""
    days = [g.valid_until for g in [*(door.gates if door else ()), *debt] if g.valid_until]
    return min(days) if days else None
