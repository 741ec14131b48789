"""The Discovery page: research, what was heard, impact, requirements and success criteria.

Answers: everything the page shows, as known on the day. Does not answer: what its forms accept (``discovery_forms``,
the actions).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from landmark.buying.discovery import (
    Impact,
    Research,
    method_of,
    read_facts,
    read_impact,
    read_notes,
    read_research,
    tell_total,
)
from landmark.buying.discovery import figure_of as to_figure
from landmark.buying.models import CallNote, Criterion, Fact, ImpactLine, Requirement
from landmark.buying.requirements import TermsOfDeal, name_criterion, name_requirement, read_terms, tell_gap
from landmark.deals.models import Deal, Stakeholder
from landmark.engines.impact import Figure, Total, per_month
from landmark.engines.requirements import Gap
from landmark.orgs.models import Member
from landmark.ui.formats import format_money, format_number
from landmark.workspace.access import MemberRequest
from landmark.workspace.discovery_forms import PERIOD_NAMES
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.presenters.discovery_next import Next, find_next
from landmark.workspace.templatetags.workspace import link_to

HOW_MUCH = "how_much"
"""The step that figures of impact answer."""


@dataclass(frozen=True)
class StepView:
    """One step of the talk: what to ask, what was heard; ``figures`` are those of the impact."""

    key: str
    label: str
    ours: str
    questions: tuple[str, ...]
    facts: tuple[Fact, ...]
    figures: tuple[str, ...] = ()

    @property
    def is_answered(self) -> bool:
        return bool(self.facts or self.figures)


@dataclass(frozen=True)
class LineView:
    """One figure of impact in words, with what it is a month."""

    row: ImpactLine
    kind: str
    told: str
    monthly: str


@dataclass(frozen=True)
class QuestionView:
    """One question of the pre-call check, with what the sheet answers."""

    key: str
    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class RequirementView:
    row: Requirement
    name: str
    priority: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class CriterionView:
    row: Criterion
    name: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class MatrixRow:
    name: str
    text: str
    cells: tuple[bool, ...]


@dataclass(frozen=True)
class GapView:
    """Something missing before the sign-off, and the form that mends it."""

    text: str
    url: str


class DiscoveryPage(DealPage):
    """One deal's discovery on one day."""

    def __init__(self, request: MemberRequest, deal: Deal) -> None:
        super().__init__(request, deal)
        self.part, self.method = method_of(deal)

    def say(self, key: str) -> str:
        return self.method.text(f"discovery.{key}", self.lang)

    def url(self, do: str = "", anchor: str = "", **query: str) -> str:
        values = {"do": do, **query} if do else query
        return link_to(self.request, "workspace:discovery", pk=self.deal.id, query=values) + anchor

    # Before the call

    @cached_property
    def research(self) -> Research:
        return read_research(self.deal, self.as_of)

    @cached_property
    def pre_call(self) -> list[QuestionView]:
        answers = self.research.readiness.answers
        return [QuestionView(key, self.say(f"pre_call.{key}"), found) for key, found in answers.items()]

    @property
    def unwritten(self) -> int:
        return len(self.research.readiness.unwritten)

    # What was heard

    @cached_property
    def all_facts(self) -> list[Fact]:
        return read_facts(self.deal, self.as_of)

    @cached_property
    def talk(self) -> list[StepView]:
        sheet = self.research.sheet
        own = sheet.questions if sheet else {}
        return [
            StepView(
                step.key, self.say(f"step.{step.key}.label"), own.get(step.key, ""),
                tuple(self.say(f"step.{step.key}.question.{key}") for key in step.questions),
                tuple(fact for fact in self.all_facts if fact.step == step.key),
                tuple(line.told for line in self.impact_lines) if step.key == HOW_MUCH else (),
            )
            for step in self.part.steps
        ]  # fmt: skip

    @cached_property
    def notes(self) -> list[CallNote]:
        return read_notes(self.deal, self.as_of)

    @property
    def waiting_note(self) -> CallNote | None:
        """The newest note nothing was made of yet."""
        return next((note for note in self.notes if note.applied_at is None and note.undone_at is None), None)

    # Impact

    @cached_property
    def impact(self) -> Impact:
        return read_impact(self.deal, self.as_of, self.lang)

    @cached_property
    def impact_lines(self) -> list[LineView]:
        return [
            LineView(row, self.say(f"kind.{row.kind}.label"), tell_figure(to_figure(row)), tell_monthly(to_figure(row)))
            for row in self.impact.lines
        ]

    @property
    def impact_lacks(self) -> list[str]:
        said = {
            "issue": _("what the issue is"), "driver": _("what drives it"), "figure": _("a figure"),
            "per_month": _("a figure per day, week, month or year"),
        }  # fmt: skip
        return [said[lack] for lack in self.impact.lacks]

    @property
    def unasked(self) -> list[tuple[str, str]]:
        """Kinds of impact without a figure, each with its question."""
        return [(self.say(f"kind.{key}.label"), self.say(f"kind.{key}.question")) for key in self.impact.unasked]

    # Requirements and criteria

    @cached_property
    def terms(self) -> TermsOfDeal:
        return read_terms(self.deal, self.as_of)

    @cached_property
    def requirements(self) -> list[RequirementView]:
        return [
            RequirementView(
                row, name_requirement(row), self.say(f"priority.{row.priority}.label") if row.priority else "",
                self.terms.links[row.id],
            )
            for row in self.terms.requirements
        ]  # fmt: skip

    @cached_property
    def criteria(self) -> list[CriterionView]:
        return [CriterionView(row, name_criterion(row), self.terms.links[row.id]) for row in self.terms.criteria]

    @property
    def matrix(self) -> list[MatrixRow]:
        names = [view.name for view in self.requirements]
        return [MatrixRow(c.name, c.row.text, tuple(name in c.links for name in names)) for c in self.criteria]

    @cached_property
    def gaps(self) -> list[GapView]:
        places = {view.name: ("requirement", str(view.row.id)) for view in self.requirements}
        places |= {view.name: ("criterion", str(view.row.id)) for view in self.criteria}
        return [GapView(tell_gap(gap), self._mend(gap, places)) for gap in self.terms.gaps]

    def _mend(self, gap: Gap, places: dict[str, tuple[str, str]]) -> str:
        if gap.where in places:
            do, row_id = places[gap.where]
            return self.url(do, id=row_id)
        whole = {
            "no_requirements": "requirement", "workflow": "requirement", "no_criteria": "criterion",
            "assumptions": "assumption", "read_by": "reader",
        }  # fmt: skip
        return self.url(whole.get(gap.what, "agreement"))

    # Around it

    @cached_property
    def people_names(self) -> list[str]:
        """Names to choose from: the buyer's people, then ours."""
        buyers = Stakeholder.objects.filter(deal=self.deal).values_list("person__name", flat=True)
        ours = Member.objects.filter(org=self.request.org, is_active=True).values_list("name", flat=True)
        return [*sorted(buyers), *sorted(ours)]

    @property
    def next(self) -> Next:
        return find_next(self)

    @property
    def call_url(self) -> str:
        return link_to(self.request, "workspace:discovery_call", pk=self.deal.id)


def tell_figure(figure: Figure) -> str:
    """ "46 hours a week", "120 late deliveries a week", "€12,000 a month"."""
    if figure.unit == "percent":
        return f"{format_number(float(figure.amount), _digits(figure))} % {figure.counted}"
    if figure.unit == "money":
        number = format_money(figure.amount, figure.currency)
    else:
        number = format_number(float(figure.amount), _digits(figure))
    unit = {"hours": _("hours"), "count": figure.counted, "money": ""}[figure.unit]
    return " ".join(part for part in (number, unit, str(PERIOD_NAMES[figure.period])) if part)


def _digits(figure: Figure) -> int:
    return 0 if figure.amount == figure.amount.to_integral_value() else 1


def tell_monthly(figure: Figure) -> str:
    """What it is a month, unless it was given so."""
    monthly = per_month(figure)
    if monthly is None or figure.period == "month":
        return ""
    return tell_total(Total(monthly, figure.unit, "month", figure.currency, figure.counted))


def name_rows(rows: Iterable[Any], name: Any) -> list[tuple[str, str]]:
    """Choices of linked rows: id and short name with words."""
    return [(str(row.id), f"{name(row)} · {row.text}") for row in rows]
