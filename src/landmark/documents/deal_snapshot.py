"""The deal snapshot: one deal on one page, for the team alone.

Answers: where the deal stands, who is in it, what is proved, what is missing. Never for the buyer: it tells stances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landmark.documents.paper import Facts, Frame, Lead, Lines, Paper, Part, Sheet
from landmark.documents.steps import Step
from landmark.documents.writing import NOTHING, Writer
from landmark.engines.audience import INTERNAL


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody on the buyer's side; ``roles`` and ``stance`` in words."""

    name: str
    title: str = ""
    roles: str = ""
    stance: str = ""
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Something on record: what, how strong, whose word, since when."""

    text: str
    strength: str
    author: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DealSnapshot:
    """All words are given in the language of ``frame``; ``context`` and ``decision_path`` are sentences."""

    frame: Frame
    stage: str
    owner: str
    amount: Decimal | None
    currency: str
    target_on: date | None
    pushes: int = 0
    chance: str = ""
    next_step: Step | None = None
    why_now: str = ""
    context: Sequence[str] = ()
    decision_path: Sequence[str] = ()
    players: Sequence[Player] = ()
    proofs: Sequence[Proof] = ()
    missing: Sequence[str] = ()
    next_stage: str = ""
    risks: Sequence[str] = ()
    is_open: bool = True


def write_deal_snapshot(it: DealSnapshot) -> Paper:
    write = Writer(it.frame.lang)
    parts: list[Part] = [
        _next_step(it, write),
        _numbers(it, write),
        Lead(it.why_now, write("why_now")),
        Lines(write("context"), it.context),
        Lines(write("decision_path"), it.decision_path, mark="number"),
        _players(it, write),
        Lines(write("missing_for", stage=it.next_stage) if it.next_stage else write("missing"), it.missing, mark="box"),
        Lines(write("risks"), it.risks),
        _proofs(it, write),
    ]
    name = write("deal_snapshot")
    return Paper(it.frame, INTERNAL, name, it.frame.deal, parts, on_one_page=True)


def _next_step(it: DealSnapshot, write: Writer) -> Lead:
    step = it.next_step
    if step is None:
        return Lead(write("no_next_step") if it.is_open else "", write("next_step"))
    words = " · ".join(part for part in (step.owner, write.short_day(step.due_on) if step.due_on else "") if part)
    return Lead(step.text, f"{write('next_step')} · {words}" if words else write("next_step"))


def _numbers(it: DealSnapshot, write: Writer) -> Facts:
    target = write.day(it.target_on)
    if it.pushes:
        target += f" ({write('pushed', count=it.pushes)})"
    rows = [
        (write("stage"), it.stage),
        (write("value"), write.money(it.amount, it.currency)),
        (write("target_day"), target),
        (write("owner"), it.owner or NOTHING),
    ]
    if it.chance:
        rows.append((write("chance"), it.chance))
    return Facts(rows)


def _players(it: DealSnapshot, write: Writer) -> Sheet:
    head = (write("person"), write("roles"), write("stance"), write("met"))
    rows = [
        (f"{p.name}, {p.title}" if p.title else p.name, p.roles or NOTHING, p.stance, write.short_day(p.met_on))
        for p in it.players
    ]
    return Sheet(write("people"), head, rows, widths=(1.2, 1, 0, 0))


def _proofs(it: DealSnapshot, write: Writer) -> Sheet:
    head = (write("on_record"), write("strength"), write("whose_word"), write("since"))
    rows = [(p.text, p.strength, p.author or NOTHING, write.short_day(p.on)) for p in it.proofs]
    return Sheet(write("evidence"), head, rows, widths=(1.4, 0, 0.8, 0))
