"""Moving a deal from stage to stage: the one place where a stage changes by a person's hand.

Answers: what a move writes, once the gate engine has let it through. Does not answer: whether a gate is met
(``engines.gates``), what an import reports (``connectors.apply``, which passes no gate).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.deals import policies
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import changing
from landmark.deals.inputs import NextStepInput, OverrideInput, PromiseInput
from landmark.deals.models import Deal, GatePass, Override, Promise, StageMove
from landmark.deals.snapshots import deal_facts
from landmark.engines.facts import DealFacts, NextStepFact, OverrideFact, PromiseFact
from landmark.engines.gates import GateResult, MoveResult, evaluate_move
from landmark.orgs.as_of import AsOf, latest, stamp
from landmark.orgs.models import Member
from landmark.orgs.notices import find_managers, tell
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import EVERY_MOVE, Playbook

NEEDS_NEXT_STEP = ("forward", "back", "resume")


def move_deal(
    deal: Deal,
    *,
    by: Member,
    to_stage: str,
    note: str = "",
    next_step: NextStepInput | None = None,
    reason: str = "",
    promises: Sequence[PromiseInput] = (),
    overrides: Sequence[OverrideInput] = (),
    reopen_on: date | None = None,
    reopen_when: str = "",
    via: str = "web",
    if_version: int | None = None,
) -> StageMove:
    """Move the deal, or raise ``MoveRefused`` with what is missing. Nothing is written when it is refused."""
    words = {"note": note, "reason": reason, "reopen_on": reopen_on, "reopen_when": reopen_when}
    with changing(deal, by=by, via=via) as change:
        locked = change.deal
        policies.check_version(locked.version, if_version)
        result = _ask_the_gates(locked, to_stage, words, next_step, promises, overrides)
        _keep_inputs(locked, by, promises, overrides)
        move = _write_move(locked, by, result, to_stage, via=via, **words)
        _keep_passes(locked, result)
        if next_step is not None:
            put_next_step(locked, next_step)
        _tell_managers(locked, by, overrides)
        detail = {"from": move.from_stage, "to": to_stage, "reason": reason, "overrides": [o.gate for o in overrides]}
        change.record("deal.moved", detail, note=note)
    deal.refresh_from_db()
    return move


def _ask_the_gates(
    deal: Deal,
    to_stage: str,
    words: Mapping[str, Any],
    next_step: NextStepInput | None,
    promises: Sequence[PromiseInput],
    overrides: Sequence[OverrideInput],
) -> MoveResult:
    """What the engine says of the move, the person's inputs counted in; refused in one sentence if it may not be."""
    as_of, playbook = latest(deal.org), load_playbook(deal.playbook)
    policies.check_promises(promises, as_of.on)
    policies.check_overrides(overrides, as_of.on)
    facts = _with_inputs(deal_facts(deal, as_of), next_step, promises, overrides)
    result = _evaluate(deal, facts, playbook, to_stage, as_of)
    _check_words(playbook, result, to_stage, words, next_step)
    if not result.allowed:
        raise policies.MoveRefused(result)
    return result


def read_move(deal: Deal, to_stage: str, as_of: AsOf) -> MoveResult:
    """What a move would meet, without making it: for pages that show the door before it is tried."""
    facts = deal_facts(deal, as_of)
    return evaluate_move(facts, load_playbook(deal.playbook), to_stage, as_of.on, lang=get_language() or "en")


def _evaluate(deal: Deal, facts: DealFacts, playbook: Playbook, to_stage: str, as_of: AsOf) -> MoveResult:
    if to_stage not in {stage.key for stage in playbook.stages}:
        raise policies.Refused(_("The playbook of this deal has no stage called “%(stage)s”.") % {"stage": to_stage})
    if to_stage == deal.stage:
        raise policies.Refused(_("The deal already stands at this stage."))
    return evaluate_move(facts, playbook, to_stage, as_of.on, lang=get_language() or "en")


def _with_inputs(
    facts: DealFacts,
    step: NextStepInput | None,
    promises: Sequence[PromiseInput],
    overrides: Sequence[OverrideInput],
) -> DealFacts:
    """The facts as they would be if the person's inputs were on record."""
    return replace(
        facts,
        next_step=NextStepFact(step.text, step.owner, step.due_on) if step else facts.next_step,
        promises=(*facts.promises, *(PromiseFact(p.gate, p.check, p.text, p.due_on) for p in promises)),
        overrides=(*facts.overrides, *(OverrideFact(o.gate, o.reason, o.expires_on) for o in overrides)),
    )


def _check_words(
    playbook: Playbook, result: MoveResult, to_stage: str, words: Mapping[str, Any], next_step: NextStepInput | None
) -> None:
    """Every move takes a note; losing, pausing and going back a reason; an open deal a next step."""
    note, reason = words["note"], words["reason"]
    if not note.strip():
        raise policies.Refused(_("Write a short note: what happened that moves the deal?"))
    if result.needs_reason and not reason.strip():
        raise policies.Refused(_("Choose or write the reason."))
    if to_stage == "lost" and reason not in {item.key for item in playbook.loss_reasons}:
        raise policies.Refused(_("Choose the reason from the playbook's list, so that losses can be compared."))
    if to_stage == "won" and reason not in {item.key for item in playbook.win_reasons}:
        raise policies.Refused(_("Choose why the customer said yes from the playbook's list."))
    if to_stage == "paused" and not (words["reopen_on"] or words["reopen_when"].strip()):
        raise policies.Refused(_("Say what would reopen it: a day, an event, or a rival's renewal window."))
    if result.direction in NEEDS_NEXT_STEP:
        policies.check_next_step(next_step)


def _keep_inputs(deal: Deal, by: Member, promises: Sequence[PromiseInput], overrides: Sequence[OverrideInput]) -> None:
    now = timezone.now()
    for promise in promises:
        Promise.objects.create(
            deal=deal, gate=promise.gate, check_key=promise.check, text=promise.text, due_on=promise.due_on,
            made_at=now, made_by=by,
        )  # fmt: skip
    for override in overrides:
        Override.objects.create(
            deal=deal,
            gate=override.gate,
            reason=override.reason,
            expires_on=override.expires_on,
            made_at=now,
            made_by=by,
        )


def _write_move(deal: Deal, by: Member, result: MoveResult, to_stage: str, *, via: str, **words: Any) -> StageMove:
    """The move first, then the deal that names it: the database refuses it in any other order.

    No move happens before the one it follows: what stood last, on any day looked back to, is read from their order.
    """
    now, happened = timezone.now(), max(stamp(deal.org), deal.stage_entered_at)
    move = StageMove.objects.create(
        deal=deal, from_stage=deal.stage, to_stage=to_stage, direction=result.direction, occurred_at=happened,
        known_at=now, recorded_at=now, member=by, author=by.name, via=via,
        gates=[_gate_record(gate) for gate in result.gates], **words,
    )  # fmt: skip
    apply_move(deal, move, happened)
    return move


def apply_move(deal: Deal, move: StageMove, happened: datetime) -> None:
    """Let the deal stand where the move says."""
    deal.stage, deal.last_move_id, deal.stage_entered_at = move.to_stage, move.id, happened
    deal.closed_at = max(happened, deal.opened_at) if move.to_stage in ("won", "lost") else None
    deal.version += 1
    deal.save(update_fields=["stage", "last_move_id", "stage_entered_at", "closed_at", "version"])


def _gate_record(gate: GateResult) -> dict[str, object]:
    """What the move keeps of each gate it met."""
    return {
        "gate": gate.gate,
        "status": str(gate.status),
        "missing": [item.check for item in gate.missing],
        "used": list(gate.used),
    }


def _keep_passes(deal: Deal, result: MoveResult) -> None:
    """A gate met by evidence stays passed; one opened by promise or override is noted as that, and may close again."""
    hows = {"passed": "evidence", "promised": "promise", "overridden": "override"}
    for gate in result.gates:
        how = hows.get(gate.status)
        if how and gate.door != EVERY_MOVE:  # the gate of every move asks anew each time
            GatePass.objects.get_or_create(deal=deal, gate=gate.gate, how=how, passed_on=latest(deal.org).on)


def _tell_managers(deal: Deal, by: Member, overrides: Sequence[OverrideInput]) -> None:
    """An override needs no leave, but it is never silent."""
    if not overrides:
        return
    playbook = load_playbook(deal.playbook)
    told = find_managers(deal.org, by.team_id, besides=by)
    for override in overrides:
        text = _("%(who)s opened “%(gate)s” on %(deal)s without its evidence, until %(day)s: %(reason)s") % {
            "who": by.name, "gate": playbook.label("gate", override.gate), "deal": deal.name,
            "day": override.expires_on.isoformat(), "reason": override.reason,
        }  # fmt: skip
        tell(told, text, deal_id=deal.id)


def open_first_move(deal_id: Any, *, to_stage: str, at: datetime, by: Member, via: str) -> StageMove:
    """The move that opens a deal; written before the deal itself."""
    now = timezone.now()
    return StageMove(
        id=uuid4(), deal_id=deal_id, from_stage="", to_stage=to_stage, direction="opened", occurred_at=at,
        known_at=now, recorded_at=now, member=by, author=by.name, via=via,
    )  # fmt: skip
