"""The qualification page of a deal: one decision first, then what it rests on.

Answers: everything the page shows, as known on the day. Does not answer: what its forms accept (the actions).
"""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from landmark.buying.competition import Competition, read_competition
from landmark.buying.models import ItemState, ProcurementItem, ReturnWatch
from landmark.buying.proposals import Proposed, list_proposals
from landmark.buying.qualification import Qualified, read_qualified
from landmark.closing.trials import Trials, read_trials
from landmark.engines.checks import people_in
from landmark.engines.rubrics import read_roles, stands_alone
from landmark.engines.six_gates import Decision, GateOutput, answer_questions, decide, read_gates
from landmark.playbook.rubrics import Qualification
from landmark.ui.formats import format_day
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.presenters.path import Act, find_act
from landmark.workspace.presenters.points import ProposalView, RubricTeller, RubricView, Wanted
from landmark.workspace.presenters.rivals import CompetitionView, tell_competition
from landmark.workspace.presenters.trials import TrialsView, tell_trials
from landmark.workspace.templatetags.workspace import link_to

ROUTING = "routing"


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
class LackView:
    """One thing the deciding gate misses, and where it is entered."""

    label: str
    why: str
    next_step: str
    act: Act
    url: str


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
        return RubricTeller(
            self.playbook, self.facts, self.as_of.on, self.lang, rows=self.qualified.rows, link=self._act_url
        )

    def _act_url(self, act: Act) -> str:
        """Where what is missing can be entered; "" for what stands in the head of the overview."""
        if act.query["do"] == "people":
            return link_to(self.request, "workspace:people", pk=self.deal.id)
        query = {**act.query, "back": "qualification"} if act.query["do"] in ("evidence", "person", "step") else {}
        return link_to(self.request, "workspace:deal", pk=self.deal.id, query=query)

    def text(self, key: str) -> str:
        return self.playbook.text(key, self.lang)

    @property
    def is_early(self) -> bool:
        """Before a solution is worked out the first question is whether it is worth it, after that what closes it."""
        return self.deal.stage in self._open_stages[:2]

    @property
    def is_first(self) -> bool:
        """Where to go from here is still the question."""
        return self.deal.stage in self._open_stages[:1]

    @property
    def _open_stages(self) -> list[str]:
        return [stage.key for stage in self.playbook.stages if stage.kind == "open"]

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

    @cached_property
    def lacking(self) -> list[LackView]:
        """What the gate that decides still misses, with the form that takes it."""
        gate = self.deciding
        checks = {check.key: check for check in self.playbook.gate(gate.gate).checks} if gate else {}
        found = []
        for item in gate.missing if gate else ():
            act = find_act(checks[item.check])
            found.append(LackView(item.label, item.why, item.next_step, act, self._act_url(act)))
        return found

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
            QuestionView(self.text(f"discovery_close.{one.key}"), tuple(self.teller.want(c) for c in one.missing))
            for one in found
        ]

    # Rubrics and matrices

    @cached_property
    def proposals(self) -> tuple[Proposed, ...]:
        """Points that the record speaks for and nobody confirmed yet; where to go first is asked at the start alone."""
        past = (
            () if self.is_first else {self.part.matrix(ROUTING).first.rubric, self.part.matrix(ROUTING).second.rubric}
        )
        return tuple(one for one in list_proposals(self.qualified) if one.rubric not in past)

    @property
    def proposed(self) -> list[tuple[str, ProposalView]]:
        """All of them, each with the label of its rubric."""
        return [(view.label, one) for view in self.rubrics.values() for one in view.proposed]

    @cached_property
    def rubrics(self) -> dict[str, RubricView]:
        results, on = self.qualified.results, self.as_of.on
        return {
            one.key: self.teller.tell(one, results[one.key], read_roles(one, self.facts, on), self.proposals)
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
    def buying_points(self) -> str:
        """Both sides for themselves; they are never added up."""
        return " · ".join(f"{one.points}/{one.maximum}" for one in self.rubrics["buying_process"].dimensions)

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
    def found_trials(self) -> Trials:
        return read_trials(self.deal, self.playbook, self.as_of)

    @cached_property
    def trials(self) -> TrialsView:
        return tell_trials(self.found_trials, self.playbook, self.lang)

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
