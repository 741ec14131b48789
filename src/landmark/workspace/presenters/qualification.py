"""The qualification page of a deal: one decision first, then what it rests on.

Answers: everything the page shows, as known on the day. Does not answer: what its forms accept (the actions).
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from landmark.buying.competition import Competition, read_competition
from landmark.buying.models import ItemState, ProcurementItem, ReturnWatch
from landmark.buying.qualification import Qualified, read_qualified
from landmark.closing.trials import Trials, read_trials
from landmark.engines.checks import people_in
from landmark.engines.rubrics import read_roles, stands_alone
from landmark.engines.six_gates import Decision, GateOutput, answer_questions, decide, read_gates
from landmark.playbook.rubrics import Qualification
from landmark.ui.formats import format_day
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.presenters.points import RubricTeller, RubricView, Wanted
from landmark.workspace.presenters.rivals import CompetitionView, tell_competition


@dataclass(frozen=True, slots=True)
class MatrixView:
    label: str
    headline: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One line of the purchasing check list."""

    key: str
    label: str
    help: str
    usual_days: int | None
    row: ProcurementItem | None

    @property
    def state(self) -> str:
        return self.row.state if self.row else ItemState.UNKNOWN

    @property
    def state_label(self) -> str:
        return str(ItemState(self.state).label)


@dataclass(frozen=True, slots=True)
class TypeView:
    """One kind of trial close."""

    kind: str
    letter: str
    label: str
    question: str
    validates: str
    state: str
    state_label: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class AskedView:
    """One asking. ``lacking`` names what a gap still needs."""

    id: UUID
    line: UUID
    entry: UUID
    letter: str
    label: str
    person: str
    answer: str
    asked_on: date
    is_confirmed: bool
    is_gap: bool
    is_late: bool
    clarified: str
    impact: str
    fix: str
    owner: str
    due_on: date | None
    fixed_on: date | None
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    text: str
    wanted: tuple[Wanted, ...]


class QualificationPage(DealPage):
    """Parts are read when the template asks, once each."""

    @property
    def part(self) -> Qualification:
        return self.playbook.qualification

    @cached_property
    def qualified(self) -> Qualified:
        return read_qualified(self.deal, self.facts, self.playbook, self.as_of)

    @property
    def can_change(self) -> bool:
        return self.can_edit and self.is_open

    @cached_property
    def teller(self) -> RubricTeller:
        return RubricTeller(self.playbook, self.facts, self.as_of.on, self.lang, self.qualified.rows)

    def text(self, key: str) -> str:
        return self.playbook.text(key, self.lang)

    # One decision

    @cached_property
    def gates(self) -> tuple[GateOutput, ...]:
        return read_gates(self.facts, self.playbook, self.as_of.on, self.lang)

    @cached_property
    def decision(self) -> Decision:
        return decide(self.facts, self.playbook, self.gates, self.as_of.on, self.reopens)

    @property
    def deciding(self) -> GateOutput | None:
        return next((gate for gate in self.gates if gate.gate == self.decision.gate), None)

    @property
    def passed_count(self) -> int:
        return sum(gate.is_passed for gate in self.gates)

    @property
    def reopens(self) -> str:
        """What would reopen a paused deal."""
        move = self.moves[-1] if self.moves else None
        if move is None or move.direction != "pause":
            return ""
        day = format_day(move.reopen_on, year_of=self.as_of.on) if move.reopen_on else ""
        return " · ".join(part for part in (day, move.reopen_when) if part)

    @cached_property
    def questions(self) -> list[QuestionView]:
        """The five of the close of discovery."""
        found = answer_questions(self.part.discovery_close, self.facts, self.playbook, self.as_of.on)
        return [
            QuestionView(self.text(f"discovery_close.{one.key}"), tuple(self.teller._want(c) for c in one.missing))
            for one in found
        ]

    # Rubrics and matrices

    @cached_property
    def rubrics(self) -> dict[str, RubricView]:
        results = self.qualified.results
        return {
            one.key: self.teller.tell(one, results[one.key], read_roles(one, self.facts, self.as_of.on))
            for one in self.part.rubrics
        }

    @cached_property
    def matrices(self) -> dict[str, MatrixView]:
        return {key: self._matrix(key, where) for key, where in self.qualified.matrices.items()}

    def _matrix(self, key: str, where: str) -> MatrixView:
        """Where both sides lead; while one of them is not judged yet, which that is."""
        words, matrix = f"matrix.{key}.{where}", self.part.matrix(key)
        label = self.text(f"matrix.{key}.label")
        sides = (matrix.first.rubric, matrix.second.rubric)
        early = [self.text(f"rubric.{side}.label") for side in sides if self.qualified.results[side].is_early]
        if early:
            return MatrixView(label, _("Too early to say"), _("Judge first: %(what)s.") % {"what": ", ".join(early)})
        return MatrixView(label, self.text(f"{words}.label"), self.text(f"{words}.next_step"))

    @property
    def is_alone(self) -> bool:
        """Only the champion shows signs."""
        rubric = next((one for one in self.part.rubrics if one.not_alone), None)
        return rubric is not None and stands_alone(rubric, read_roles(rubric, self.facts, self.as_of.on))

    @property
    def nameless_roles(self) -> list[str]:
        """Buying roles without a name: then there is no buying process."""
        roles = self.part.buying_roles
        return [self.playbook.label("role", r, self.lang) for r in roles if not people_in((r,), self.facts)]

    # Purchasing

    @cached_property
    def items(self) -> list[ItemView]:
        held = self.qualified.procurement
        return [
            ItemView(
                one.key, self.text(f"procurement.{one.key}.label"), self.text(f"procurement.{one.key}.help"),
                one.usual_days, held.get(one.key),
            )
            for one in self.part.procurement
        ]  # fmt: skip

    @property
    def unknown_items(self) -> int:
        return sum(one.state == ItemState.UNKNOWN for one in self.items)

    @property
    def buying_days(self) -> int:
        """Working days of the lines that are not done: what they said, else what is usual."""
        left = [one for one in self.items if one.state != ItemState.DONE]
        return sum((one.row.days if one.row and one.row.days is not None else one.usual_days) or 0 for one in left)

    @property
    def purchase_types(self) -> list[tuple[str, str, bool]]:
        held = self.qualified.purchase_type
        return [(k, self.text(f"purchase_type.{k}.label"), k == held) for k in self.part.purchase_types]

    @property
    def purchase_label(self) -> str:
        return next((label for _key, label, is_on in self.purchase_types if is_on), "")

    @property
    def item_states(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in ItemState.choices]

    # Competition

    @cached_property
    def found_competition(self) -> Competition:
        return read_competition(self.deal, self.playbook, self.as_of)

    @cached_property
    def competition(self) -> CompetitionView:
        return tell_competition(self.found_competition, self.playbook, self.lang)

    @property
    def alternative_kinds(self) -> list[tuple[str, str, str]]:
        kinds = self.part.alternatives
        return [(k, self.text(f"alternative.{k}.label"), self.text(f"alternative.{k}.help")) for k in kinds]

    # Trial closes

    @cached_property
    def trials(self) -> Trials:
        return read_trials(self.deal, self.playbook, self.as_of)

    @cached_property
    def types(self) -> list[TypeView]:
        states = {
            "not_asked": _("not asked"), "confirmed": _("confirmed"), "gap": _("open gap"), "fixed": _("ask again"),
        }  # fmt: skip
        return [
            TypeView(
                one.kind, one.kind.upper(), self.text(f"trial_close.{one.kind}.label"),
                self.text(f"trial_close.{one.kind}.question"), self.text(f"trial_validates.{one.validates}.label"),
                one.state, states[one.state], one.kind == self.trials.next_kind,
            )
            for one in self.trials.types
        ]  # fmt: skip

    @cached_property
    def asked(self) -> list[AskedView]:
        lacking = {
            "clarified": _("what they mean"), "impact": _("what it changes"), "fix": _("the smallest fix"),
            "owner": _("who does it"), "due_on": _("by when"),
        }  # fmt: skip
        views = []
        for one in self.trials.asked:
            row = one.row
            views.append(
                AskedView(
                    row.id, row.line, row.entry, row.kind.upper(), self.text(f"trial_close.{row.kind}.label"),
                    row.person, row.answer, row.asked_on, row.is_confirmed, one.is_gap, one.is_late, row.clarified,
                    self.playbook.label("gap_impact", row.impact, self.lang) if row.impact else "", row.fix,
                    row.owner, row.due_on, row.fixed_on, tuple(lacking[key] for key in one.lacking),
                )
            )  # fmt: skip
        return views

    @property
    def impacts(self) -> list[tuple[str, str]]:
        return [(key, self.playbook.label("gap_impact", key, self.lang)) for key in self.part.gap_impacts]

    # Coming back

    @property
    def watch(self) -> ReturnWatch | None:
        """What brings a paused or lost deal back; the last one, also when it has come back."""
        return self.qualified.watch if self.stage.kind in ("paused", "lost") else None

    @property
    def names(self) -> list[str]:
        """People a form may suggest: the buyer's and ours."""
        ours = [member.name for member in self.owners]
        return [*(person.name for person in self.people), *ours]
