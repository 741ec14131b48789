"""The deal snapshot from what is on record: everything, stances too, for the team alone."""

from landmark.buying.models import DecisionProcess, ImpactConfirmation, ProcessStep, ResearchSheet
from landmark.closing.models import Blocker
from landmark.closing.papers.asked import Asked, split_lines
from landmark.deals.models import Stakeholder
from landmark.deals.snapshots import deal_facts
from landmark.documents.deal_snapshot import DealSnapshot, Player, Proof, write_deal_snapshot
from landmark.documents.paper import Paper
from landmark.documents.steps import Step
from landmark.engines.facts import DealFacts
from landmark.engines.gates import next_door

MOST_PROOFS, MOST_LINES = 10, 6


def read_snapshot(it: Asked) -> Paper:
    """There is always something to say: where the deal stands."""
    facts = deal_facts(it.deal, it.as_of)
    door = next_door(facts, it.playbook, it.as_of.on, it.lang)
    step = facts.next_step
    return write_deal_snapshot(
        DealSnapshot(
            frame=it.frame,
            stage=it.label("stage", facts.stage),
            owner=it.deal.owner.name if it.deal.owner else "",
            amount=facts.amount,
            currency=facts.currency or it.deal.org.currency,
            target_on=facts.target_on,
            pushes=facts.target_pushes,
            chance=it.chance,
            next_step=Step(step.text, step.owner, step.due_on) if step else None,
            why_now=_why_now(it),
            context=_context(it),
            decision_path=_decision_path(it),
            players=_players(it),
            proofs=_proofs(it, facts),
            missing=[item.label for gate in door.gates for item in gate.missing] if door else (),
            next_stage=it.label("stage", door.to_stage) if door else "",
            risks=_risks(it),
            is_open=it.deal.closed_at is None or it.deal.closed_at > it.as_of.known_by,
        )
    )


def _why_now(it: Asked) -> str:
    """The buyer's own yes to what it costs them, as it stood that day."""
    rows = ImpactConfirmation.objects.filter(deal=it.deal, created_at__lte=it.as_of.known_by)
    row = rows.exclude(ended_at__lte=it.as_of.known_by).last()
    return row.sentence if row else ""


def _context(it: Asked) -> list[str]:
    sheet = ResearchSheet.objects.filter(deal=it.deal).first()
    return split_lines(sheet.context)[:MOST_LINES] if sheet and it.as_of.is_latest else []


def _decision_path(it: Asked) -> list[str]:
    """Reviews in their order; without any, what makes a yes."""
    steps = ProcessStep.objects.filter(deal=it.deal, known_at__lte=it.as_of.known_by)
    lines = [
        f"{row.title} · {row.reviewer.person.name}" if row.reviewer else row.title
        for row in steps.exclude(ended_at__lte=it.as_of.known_by).select_related("reviewer__person")
    ]
    if lines:
        return lines
    known = DecisionProcess.objects.filter(deal=it.deal, known_at__lte=it.as_of.known_by).last()
    return [known.yes_when] if known and known.yes_when else []


def _players(it: Asked) -> list[Player]:
    """Those who decide first, as on the deal's own page."""
    order = {role.key: place for place, role in enumerate(it.playbook.roles)}
    rows = Stakeholder.objects.filter(deal=it.deal).select_related("person")
    ranked = sorted(rows, key=lambda row: (min((order.get(r, 99) for r in row.roles), default=99), row.person.name))
    return [
        Player(
            row.person.name,
            row.person.title,
            ", ".join(it.label("role", key) for key in row.roles),
            it.label("stance", row.stance),
            row.met_on,
        )
        for row in ranked
    ]


def _proofs(it: Asked, facts: DealFacts) -> list[Proof]:
    """The newest of each kind."""
    rows = sorted((e for e in facts.evidence if it.playbook.has_evidence(e.key)), key=lambda e: e.occurred_on)
    rows = sorted({e.key: e for e in rows}.values(), key=lambda e: e.occurred_on)
    return [
        Proof(it.label("milestone", e.key), it.label("strength", e.strength.key), e.author, e.occurred_on)
        for e in reversed(rows[-MOST_PROOFS:])
    ]


def _risks(it: Asked) -> list[str]:
    """What blocks it now."""
    rows = Blocker.objects.filter(deal=it.deal, made_at__lte=it.as_of.known_by)
    return [row.text for row in rows if row.cleared_on is None or row.cleared_on > it.as_of.on][:MOST_LINES]
