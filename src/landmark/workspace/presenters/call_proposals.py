"""What a note seems to hold, as lines that a person switches on or off.

Answers: the lines and, once they are sent, what was confirmed. Does not answer: how the note was read
(``engines.notes``). A sent screen is read from its own fields, so that what the person saw is what goes on record.
"""

from functools import cached_property
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.buying.call_actions import Confirmed, EvidenceInput, FactInput, PersonInput, propose
from landmark.buying.discovery_actions import FigureInput
from landmark.buying.models import CallNote
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Stakeholder
from landmark.engines.checks import is_fresh
from landmark.engines.note_names import FoundPerson
from landmark.engines.notes import Proposals
from landmark.playbook.schema import Strength
from landmark.workspace.discovery_forms import EvidenceRow, FactRow, ImpactRow, PersonRow, ProposalForm, StepRow
from landmark.workspace.forms import PICK, Choices, group_evidence
from landmark.workspace.presenters.discovery import DiscoveryPage

FormT = TypeVar("FormT", bound=ProposalForm)
MOST_LINES = 60


class ProposalPage:
    """One note with its lines. The last line of each kind is empty, for what the rules did not see."""

    def __init__(self, page: DiscoveryPage, note: CallNote, sent: QueryDict | None) -> None:
        self.page, self.note, self.sent = page, note, sent

    @cached_property
    def proposals(self) -> Proposals:
        return propose(self.note)

    @cached_property
    def stakeholders(self) -> dict[str, Stakeholder]:
        rows = Stakeholder.objects.filter(deal=self.page.deal).select_related("person")
        return {row.person.name: row for row in rows}

    # The lines

    @cached_property
    def people(self) -> list[PersonRow]:
        starts = [self._start_person(person) for person in self.proposals.people] if self.sent is None else []
        rows = self._rows(PersonRow, "p", starts)
        for row in rows:
            row.fields["role"].choices = [("", _("not known yet")), *self._roles]  # type: ignore[attr-defined]
        return rows

    def _start_person(self, person: FoundPerson) -> dict[str, Any]:
        held = self.stakeholders.get(person.name) if person.is_known else None
        if held is not None:
            return {"on": True, "name": person.name, "title": held.person.title, "stakeholder": held.id}
        return {"on": True, "name": person.name, "title": person.title, "role": person.role, "email": person.email}

    @property
    def _roles(self) -> Choices:
        return [
            (role.key, self.page.playbook.label("role", role.key, self.page.lang)) for role in self.page.playbook.roles
        ]

    @cached_property
    def evidence(self) -> list[EvidenceRow]:
        starts = [
            {"on": not self._is_held(found.key), "key": found.key, "title": found.title, "author": found.author}
            for found in (self.proposals.evidence if self.sent is None else ())
            if self.page.playbook.has_evidence(found.key)
        ]
        rows = self._rows(EvidenceRow, "e", starts)
        choices = [PICK, *group_evidence(self.page.playbook, self.page.lang)]
        for row in rows:
            row.fields["key"].choices = choices  # type: ignore[attr-defined]
        return rows

    def _is_held(self, key: str) -> bool:
        """On record and fresh already: proposed all the same, but switched off."""
        facts, playbook, on = self.page.facts, self.page.playbook, self.page.as_of.on
        return any(fact.key == key and is_fresh(fact, playbook, on) for fact in facts.evidence)

    @cached_property
    def impact(self) -> list[ImpactRow]:
        starts = [
            {
                "on": True, "kind": found.kind, "amount": f"{found.figure.amount:f}", "unit": found.figure.unit,
                "period": found.figure.period or "once", "counted": found.figure.counted,
                "currency": found.figure.currency, "basis": found.basis, "said_by": found.said_by,
            }
            for found in (self.proposals.impact if self.sent is None else ())
        ]  # fmt: skip
        rows = self._rows(ImpactRow, "i", starts)
        kinds = [(kind, self.page.say(f"kind.{kind}.label")) for kind in self.page.part.kinds]
        for row in rows:
            row.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        return rows

    @cached_property
    def facts(self) -> list[FactRow]:
        starts = [
            {"on": True, "step": found.step, "text": found.text, "said_by": found.said_by}
            for found in (self.proposals.facts if self.sent is None else ())
        ]
        rows = self._rows(FactRow, "f", starts)
        steps = [(step.key, step.label) for step in self.page.talk]
        for row in rows:
            row.fields["step"].choices = steps  # type: ignore[attr-defined]
        return rows

    @cached_property
    def step(self) -> StepRow:
        if self.sent is not None:
            return StepRow(self.sent, prefix="s0")
        found = self.proposals.step
        initial = {"on": True, "text": found.text, "owner": found.owner, "due_on": found.due_on} if found else {}
        return StepRow(initial=initial, prefix="s0")

    def _rows(self, kind: type[FormT], letter: str, starts: list[dict[str, Any]]) -> list[FormT]:
        """As many lines as were sent, or one for each start and an empty one."""
        if self.sent is not None:
            count = min(sum(1 for name in self.sent if name.startswith(letter) and name.endswith("-here")), MOST_LINES)
            return [kind(self.sent, prefix=f"{letter}{number}") for number in range(count)]
        return [kind(initial=start, prefix=f"{letter}{n}") for n, start in enumerate([*starts[: MOST_LINES - 1], {}])]

    @property
    def count(self) -> int:
        return self.proposals.count

    @property
    def is_done(self) -> bool:
        return self.note.applied_at is not None

    # What was confirmed

    @property
    def all_rows(self) -> list[ProposalForm]:
        return [*self.people, *self.evidence, *self.impact, *self.facts, self.step]

    @property
    def is_ready(self) -> bool:
        return all([row.is_ready for row in self.all_rows])  # a list, so that every line shows what it lacks

    @property
    def confirmed(self) -> Confirmed:
        step = self.step.cleaned_data if self.step.is_on else None
        return Confirmed(
            evidence=[_evidence(row.cleaned_data) for row in self.evidence if row.is_on],
            people=[_person(row.cleaned_data) for row in self.people if row.is_on],
            step=NextStepInput(step["text"], step["owner"], step["due_on"]) if step else None,
            impact=[_figure(row.cleaned_data) for row in self.impact if row.is_on],
            facts=[
                FactInput(d["step"], d["text"], d["said_by"]) for row in self.facts if row.is_on
                for d in (row.cleaned_data,)
            ],
        )  # fmt: skip


def _evidence(data: dict[str, Any]) -> EvidenceInput:
    """A buyer's own word when somebody is named, else our claim."""
    strength = Strength.BUYER if data["author"].strip() else Strength.CLAIMED
    return EvidenceInput(data["key"], data["title"], data["author"], strength)


def _person(data: dict[str, Any]) -> PersonInput:
    return PersonInput(data["name"], data["title"], data["email"], data["role"], data["stakeholder"])


def _figure(data: dict[str, Any]) -> FigureInput:
    names = ("kind", "amount", "unit", "period", "counted", "currency", "basis", "said_by")
    return FigureInput(**{name: data[name] for name in names}, is_proxy=data["unit"] == "count")
