"""Confirming points, noting how they buy, deciding at a gate.

Answers: what each of these writes. Does not answer: which points are proposed (``engines.rubrics``), whether a gate
opens (``engines.gates``); a decision at a gate sets the next step or pauses, it never opens anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from landmark.buying.keeping import keep
from landmark.buying.models import GateDecision, ItemState, ProcurementItem, PurchaseType, Score
from landmark.buying.returns import Trigger, check_trigger, leave
from landmark.deals import policies
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.changing import changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal
from landmark.deals.proofs import prove
from landmark.deals.snapshots import deal_facts
from landmark.engines.rubrics import propose
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.loader import load_playbook
from landmark.playbook.rubrics import Dimension
from landmark.playbook.schema import Strength

PAUSE = "pause"
GO = "go"
CLOSING_WAYS = ("close_with_reason", "mark_lost")


@dataclass(frozen=True, slots=True)
class PointsInput:
    """Points of one dimension with what was observed; ``was``: the version the person saw."""

    points: int
    observation: str = ""
    evidence_id: UUID | None = None
    due_on: date | None = None
    was: UUID | None = None


def confirm_points(
    deal: Deal, *, by: Member, rubric: str, points: Mapping[str, PointsInput], via: str = "web"
) -> list[Score]:
    """Put a person's points on record, one entry for all the dimensions given."""
    playbook = load_playbook(deal.playbook)
    try:
        found = playbook.qualification.rubric(rubric)
        dimensions = [found.dimension(key) for key in points]
    except KeyError as error:
        raise policies.Refused(_("The playbook of this deal does not score %(key)s.") % {"key": error}) from None
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        as_of = latest(deal.org)
        facts = deal_facts(change.deal, as_of)
        rows = []
        for dimension, given in zip(dimensions, points.values(), strict=True):
            label = playbook.text(f"rubric.{rubric}.{dimension.key}.label")
            _check_points(deal, dimension, given, label, as_of.on)
            proposal = propose(dimension, facts, playbook, as_of.on)
            rows.append(
                Score(
                    deal=change.deal, rubric=rubric, dimension=dimension.key, points=given.points,
                    proposed=proposal.points, observation=given.observation.strip()[:300],
                    evidence_id=given.evidence_id, due_on=given.due_on,
                )
            )  # fmt: skip
        keep(rows, by=by, was=[given.was for given in points.values()])
        change.record("points.confirmed", {row.dimension: row.points for row in rows}, rubric=rubric)
    return rows


def _check_points(deal: Deal, dimension: Dimension, given: PointsInput, label: str, today: date) -> None:
    anchor = dimension.anchor(given.points)
    if anchor is None:
        raise policies.Refused(_("Choose one of the sentences for “%(what)s”.") % {"what": label})
    if given.points and not given.observation.strip() and given.evidence_id is None:
        raise policies.Refused(
            _("Points for “%(what)s” need what was observed: one line, or a piece of evidence.") % {"what": label}
        )
    if anchor.needs_date and (given.due_on is None or given.due_on < today):
        raise policies.Refused(
            _("“%(what)s” stands on a promise: say by which day it is to be kept.") % {"what": label}
        )
    if given.evidence_id and not _holds(deal, given.evidence_id):
        raise policies.Refused(_("The evidence for “%(what)s” was not found on this deal.") % {"what": label})


def _holds(deal: Deal, evidence_id: UUID) -> bool:
    return Evidence.objects.for_deal(deal.org_id, deal.id).filter(id=evidence_id).exists()


# How they buy


@dataclass(frozen=True, slots=True)
class ItemInput:
    key: str
    state: str
    days: int | None = None
    owner: str = ""
    note: str = ""
    was: UUID | None = None


def save_buying(
    deal: Deal, *, by: Member, purchase_type: str = "", items: Sequence[ItemInput] = (), via: str = "web"
) -> None:
    """What kind of purchase it is, and the lines of the check list that changed."""
    part = load_playbook(deal.playbook).qualification
    if purchase_type and purchase_type not in part.purchase_types:
        raise policies.Refused(_("Choose the kind of purchase from the list."))
    known = {item.key for item in part.procurement}
    if any(item.key not in known or item.state not in ItemState.values for item in items):
        raise policies.Refused(_("This line of the check list is not in the playbook of this deal."))
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        held = PurchaseType.objects.current().filter(deal=change.deal).first()
        if purchase_type and (held is None or held.purchase_type != purchase_type):
            keep([PurchaseType(deal=change.deal, purchase_type=purchase_type)], by=by)
        rows = [
            ProcurementItem(
                deal=change.deal, key=item.key, state=item.state, days=item.days, owner=item.owner.strip()[:200],
                note=item.note.strip()[:300],
            )
            for item in items
        ]  # fmt: skip
        keep(rows, by=by, was=[item.was for item in items])
        change.record("buying.saved", lines=[item.key for item in items])


def confirm_buying(deal: Deal, *, by: Member, said_by: str, via: str = "web") -> UUID | None:
    """The check list is whole: put it on record as known contracting steps, in the word of who gave them."""
    playbook = load_playbook(deal.playbook)
    part = playbook.qualification
    rows = {row.key: row for row in ProcurementItem.objects.current().filter(deal=deal)}
    open_lines = [
        playbook.text(f"procurement.{item.key}.label")
        for item in part.procurement
        if item.key not in rows or rows[item.key].state == ItemState.UNKNOWN
    ]
    if open_lines:
        raise policies.Refused(_("Not known yet: %(lines)s.") % {"lines": ", ".join(open_lines)})
    if part.procurement_proves is None:
        raise policies.Refused(_("The playbook of this deal takes no evidence from this list."))
    strength = Strength.BUYER if said_by.strip() else Strength.DOCUMENTED
    days = sum(row.days or 0 for row in rows.values())
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        return prove(
            change, part.procurement_proves, strength=strength, on=latest(deal.org).on, author=said_by.strip(),
            title=_("Purchasing check list, %(days)d working days in all") % {"days": days},
        )  # fmt: skip


# One decision at a gate


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """``way``: ``go``, one of the gate's ways on, or ``pause`` with its trigger."""

    gate: str
    way: str
    sentence: str
    owner: str = ""
    due_on: date | None = None
    trigger: Trigger | None = None


def decide_at_gate(deal: Deal, *, by: Member, decision: DecisionInput, via: str = "web") -> GateDecision:
    """One decision and one next step in one sentence, or a pause that names what would reopen it."""
    _check_decision(deal, decision)
    with changing(deal, by=by, via=via, check=policies.check_can_pursue) as change:
        row = GateDecision(
            deal=change.deal, gate=decision.gate, way=decision.way, sentence=decision.sentence.strip()[:300],
            owner=decision.owner.strip()[:200], due_on=decision.due_on,
        )  # fmt: skip
        keep([row], by=by)
        change.record("gate.decided", gate=decision.gate, way=decision.way)
        if decision.way == PAUSE and decision.trigger is not None:
            leave(change, "paused", note=decision.sentence, reason=decision.trigger.kind, trigger=decision.trigger)
        else:
            put_next_step(change.deal, NextStepInput(row.sentence, row.owner, row.due_on))
    return row


def _check_decision(deal: Deal, decision: DecisionInput) -> None:
    playbook = load_playbook(deal.playbook)
    gates = {item.gate for item in playbook.qualification.gates}
    if decision.gate not in gates:
        raise policies.Refused(_("Choose one of the gates of this playbook."))
    ways = playbook.gate(decision.gate).fail_routes
    if decision.way in CLOSING_WAYS or decision.way not in (GO, PAUSE, *ways):
        raise policies.Refused(_("Choose one way on for this gate."))
    if decision.way == PAUSE:
        if decision.trigger is None or not decision.sentence.strip():
            raise policies.Refused(_("Say in one sentence why you pause, and what would reopen it."))
        check_trigger(decision.trigger, latest(deal.org).on, playbook)
    else:
        policies.check_next_step(NextStepInput(decision.sentence, decision.owner, decision.due_on))
