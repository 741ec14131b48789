"""How this buyer decides, as it was known on a day.

Answers: the answers, the reviews in their order, what is missing, what was confirmed and whether it changed since.
Does not answer: the dates of a shared plan, which starts from these durations (``plans.scheduling``).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from landmark.buying.models import DecisionProcess, ProcessConfirmation, ProcessStep
from landmark.buying.people import People
from landmark.deals.models import Deal
from landmark.engines.process import QUESTIONS, Lack, ReviewStep, asks_for_last_purchase, digest_of, find_lacks
from landmark.orgs.as_of import AsOf


@dataclass(frozen=True, slots=True)
class StepRow:
    """One review with the row it is kept in."""

    id: UUID
    step: ReviewStep
    reviewer_id: UUID | None
    author: str


@dataclass(frozen=True, slots=True)
class Process:
    """``is_current``: what was confirmed is what stands here now. ``version`` is 0 while nothing was answered."""

    answers: Mapping[str, str]
    last_purchase: str
    version: int
    author: str
    rows: tuple[StepRow, ...]
    lacks: tuple[Lack, ...]
    is_vague: bool
    confirmation: ProcessConfirmation | None
    is_current: bool

    @property
    def steps(self) -> tuple[ReviewStep, ...]:
        return tuple(row.step for row in self.rows)

    def find(self, pk: UUID | None) -> StepRow | None:
        return next((row for row in self.rows if row.id == pk), None)


def read_process(deal: Deal, people: People, as_of: AsOf) -> Process:
    known = DecisionProcess.objects.filter(deal=deal, known_at__lte=as_of.known_by)
    row = known.order_by("-version").first() or DecisionProcess()
    rows = tuple(_step_row(step) for step in steps_known(deal, as_of))
    answers = {name: str(getattr(row, name)) for name in QUESTIONS}
    parts = {person.fact.key: person.fact.decision_part for person in people.rows if person.fact.decision_part}
    steps = tuple(item.step for item in rows)
    lacks = find_lacks(steps, answers, parts.values())
    confirmation = (
        ProcessConfirmation.objects.filter(deal=deal, known_at__lte=as_of.known_by)
        .select_related("person__person")
        .order_by("-known_at")
        .first()
    )
    return Process(
        answers=answers, last_purchase=row.last_purchase, version=row.version or 0, author=row.author_name, rows=rows,
        lacks=lacks, is_vague=asks_for_last_purchase(lacks, row.last_purchase), confirmation=confirmation,
        is_current=confirmation is not None and confirmation.digest == digest_of(steps, answers, parts),
    )  # fmt: skip


def steps_known(deal: Deal, as_of: AsOf) -> list[ProcessStep]:
    """Rows that stood at that moment, in their order."""
    rows = ProcessStep.objects.filter(deal=deal, known_at__lte=as_of.known_by)
    stood = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=as_of.known_by))
    return list(stood.select_related("reviewer__person").order_by("position", "title", "line"))


def review_of(row: ProcessStep) -> ReviewStep:
    return ReviewStep(
        line=str(row.line), position=row.position, title=row.title, role=row.role,
        reviewer=row.reviewer.person.name if row.reviewer else "", artefact=row.artefact, lead_days=row.lead_days,
        last_days=row.last_days, done_on=_as_date(row.done_on),
    )  # fmt: skip


def _as_date(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _step_row(row: ProcessStep) -> StepRow:
    return StepRow(row.id, review_of(row), row.reviewer_id, row.author_name)
