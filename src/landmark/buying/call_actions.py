"""One note after a call, and what is put on record from it.

Answers: a note kept the moment it is sent, its confirmed proposals applied together, all of it undone by new acts.
Does not answer: what a note seems to hold (``engines.notes``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.discovery import method_of
from landmark.buying.discovery_actions import FigureInput, put_fact, put_impact, reopen_impact
from landmark.buying.models import CallNote, Fact, ImpactLine
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.next_steps import put_next_step
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.changing import Change, changing
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, NextStep, Stakeholder
from landmark.deals.policies import Refused, check_can_pursue, check_next_step
from landmark.deals.proofs import take_back
from landmark.engines.notes import Known, Proposals, read_note
from landmark.orgs.models import Member
from landmark.playbook.schema import Strength


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    key: str
    title: str
    author: str
    strength: Strength


@dataclass(frozen=True, slots=True)
class PersonInput:
    """Somebody new on the deal, or with ``stakeholder`` somebody known who was there."""

    name: str
    title: str = ""
    email: str = ""
    role: str = ""
    stakeholder: UUID | None = None


@dataclass(frozen=True, slots=True)
class FactInput:
    step: str
    text: str
    said_by: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a person confirmed of a note's proposals, as they corrected it."""

    evidence: Sequence[EvidenceInput] = ()
    people: Sequence[PersonInput] = ()
    step: NextStepInput | None = None
    impact: Sequence[FigureInput] = ()
    facts: Sequence[FactInput] = ()

    @property
    def count(self) -> int:
        return len(self.evidence) + len(self.people) + bool(self.step) + len(self.impact) + len(self.facts)


@dataclass
class _Made:
    """What came of a note, as it is kept on it."""

    evidence: list[str] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    step: str = ""
    step_before: dict[str, str] = field(default_factory=dict)


def save_note(
    deal: Deal, *, by: Member, text: str, held_on: date, note: CallNote | None = None, via: str = "web"
) -> CallNote:
    """Keep the note as typed, before anything is made of it; a note not yet applied may be typed over."""
    if not text.strip():
        raise Refused(_("Write down what was said; short lines are enough."))
    with changing(deal, by=by, via=via) as change:
        row = CallNote.objects.filter(deal=change.deal, id=note.id, applied_at=None).first() if note else None
        row = row or CallNote(deal=change.deal, created_at=timezone.now())
        row.text, row.held_on, row.member, row.author = text.strip(), held_on, by, by.name
        row.save()
        change.record("call.noted", held_on=held_on.isoformat())
    return row


def propose(note: CallNote) -> Proposals:
    """What the note seems to hold, by the rules of the deal's playbook."""
    deal = note.deal
    part, _playbook = method_of(deal)
    people = tuple(Stakeholder.objects.filter(deal=deal).values_list("person__name", flat=True))
    members = tuple(Member.objects.filter(org=deal.org_id).values_list("name", flat=True))
    account = (deal.account.name,) if deal.account else ()
    known = Known(people, note.author, (*members, *account, deal.name))
    return read_note(note.text, held_on=note.held_on, part=part, known=known)


def apply_note(deal: Deal, *, by: Member, note: CallNote, confirmed: Confirmed, via: str = "web") -> CallNote:
    """Everything confirmed goes on record together, or nothing does."""
    with changing(deal, by=by, via=via) as change:
        row = CallNote.objects.filter(deal=change.deal, id=note.id).first()
        if row is None:
            raise Refused(_("This note is not on this deal."))
        if row.applied_at is not None:
            raise Refused(_("This note is on record already. Undo it first, or write another one."))
        kept = _Made()
        _put_people(change, row, confirmed.people, kept)
        for proof in confirmed.evidence:
            kept.evidence.append(str(_put_evidence(change, row, proof)))
        for fact in confirmed.facts:
            put_fact(change, step=fact.step, text=fact.text, said_by=fact.said_by, learned_on=row.held_on, note=row)
        for figure in confirmed.impact:
            put_impact(change, figure, note=row)
        if confirmed.impact:
            reopen_impact(change, _("a call brought another figure"))
        if confirmed.step is not None:
            _put_step(change, confirmed.step, kept)
        row.made, row.applied_at = vars(kept), timezone.now()
        row.save(update_fields=["made", "applied_at"])
        change.record("call.applied", count=confirmed.count)
    return row


def _put_evidence(change: Change, note: CallNote, proof: EvidenceInput) -> UUID:
    return add_evidence(
        change.deal, by=change.by, key=proof.key, strength=proof.strength, occurred_on=note.held_on,
        title=proof.title[:200], author=proof.author.strip(), via=change.via,
    )  # fmt: skip


def _put_people(change: Change, note: CallNote, people: Sequence[PersonInput], kept: _Made) -> None:
    for person in people:
        rows = Stakeholder.objects.filter(deal=change.deal)
        row = rows.filter(id=person.stakeholder).first() if person.stakeholder else None
        if row is None:
            saved = save_stakeholder(
                change.deal, by=change.by, name=person.name, title=person.title, email=person.email,
                roles=[person.role] if person.role else [], met_on=note.held_on, via=change.via,
            )  # fmt: skip
            kept.people.append({"id": str(saved.id), "is_new": True})
            continue
        before = row.met_on
        if before is None or before < note.held_on:
            _meet(change, row, note.held_on)
            kept.people.append({"id": str(row.id), "met_before": before.isoformat() if before else ""})


def _meet(change: Change, row: Stakeholder, on: date | None) -> None:
    """Through the one action on people, so that whatever it keeps of a change is kept here too."""
    person = row.person
    save_stakeholder(
        change.deal, by=change.by, name=person.name, title=person.title, email=person.email, roles=row.roles,
        stance=row.stance, met_on=on, personal_benefit=row.personal_benefit, plan=row.plan, stakeholder=row,
        via=change.via,
    )  # fmt: skip


def _put_step(change: Change, step: NextStepInput, kept: _Made) -> None:
    check_next_step(step)
    before = NextStep.objects.filter(deal=change.deal, done_at=None).first()
    if before is not None:
        due_on = before.due_on.isoformat() if before.due_on else ""
        kept.step_before = {"text": before.text, "owner": before.owner, "due_on": due_on}
    kept.step = str(put_next_step(change.deal, step).id)
    change.record("next_step.set", note=step.text, due_on=str(step.due_on))


def undo_note(deal: Deal, *, by: Member, note: CallNote, via: str = "web") -> CallNote:
    """Take back what the note brought: evidence is retracted, figures and facts end, the step before comes back.

    People it brought stay on the deal: somebody may have written more about them since.
    """
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = CallNote.objects.filter(deal=change.deal, id=note.id).exclude(applied_at=None).first()
        if row is None:
            raise Refused(_("There is nothing of this note to undo."))
        for evidence_id in row.made.get("evidence", []):
            take_back(change, UUID(evidence_id), _("The note it came from was undone."))
        ended = {"ended_at": timezone.now()}
        Fact.objects.filter(deal=change.deal, note=row, ended_at=None).update(**ended)
        if ImpactLine.objects.filter(deal=change.deal, note=row, ended_at=None).update(**ended):
            reopen_impact(change, _("a note was undone"))
        _undo_step(change, row)
        _undo_meetings(change, row)
        row.applied_at, row.undone_at, row.made = None, timezone.now(), {}
        row.save(update_fields=["applied_at", "undone_at", "made"])
        change.record("call.undone")
    return row


def _undo_step(change: Change, note: CallNote) -> None:
    """Only while the step the note set is still the open one."""
    step_id, before = note.made.get("step"), note.made.get("step_before")
    if not step_id or not NextStep.objects.filter(deal=change.deal, id=step_id, done_at=None).exists():
        return
    if before:
        due_on = date.fromisoformat(before["due_on"]) if before["due_on"] else None
        put_next_step(change.deal, NextStepInput(before["text"], before["owner"], due_on))
    else:
        NextStep.objects.filter(id=step_id).update(done_at=timezone.now())


def _undo_meetings(change: Change, note: CallNote) -> None:
    for person in note.made.get("people", []):
        row = Stakeholder.objects.filter(deal=change.deal, id=person["id"]).select_related("person").first()
        if row is None or person.get("is_new") or row.met_on != note.held_on:
            continue
        _meet(change, row, date.fromisoformat(person["met_before"]) if person["met_before"] else None)
