"""Points that the record speaks for and nobody confirmed yet.

Answers: which they are, as a person sees them, and in words what each rests on. Does not answer: which points facts
speak for (``engines.rubrics``), what confirming them writes (``proposal_actions``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from landmark.buying.qualification import Qualified
from landmark.engines.facts import DealFacts
from landmark.engines.rubrics import Proposal
from landmark.playbook import checks as kinds
from landmark.playbook.schema import Check
from landmark.ui.formats import format_day


@dataclass(frozen=True, slots=True)
class Proposed:
    """Points on one dimension as they stood on the page. ``was``: the confirmed version they would replace."""

    rubric: str
    dimension: str
    points: int
    was: UUID | None = None

    def __str__(self) -> str:
        return f"{self.rubric}.{self.dimension}.{self.points}.{self.was or ''}"


def list_proposals(found: Qualified) -> tuple[Proposed, ...]:
    return tuple(
        Proposed(rubric, one.key, one.proposal.points, row.id if (row := found.rows.get((rubric, one.key))) else None)
        for rubric, result in found.results.items()
        for one in result.dimensions
        if one.is_proposed
    )


def tell_basis(proposal: Proposal, facts: DealFacts) -> str:
    """What speaks for the points beside evidence: people, the agreed next step, the deal's own dates."""
    return " · ".join([*proposal.people[:5], *_tell_fields(proposal.met, facts)])


def _tell_fields(met: Iterable[Check], facts: DealFacts) -> Iterable[str]:
    for check in met:
        if isinstance(check, kinds.NextStepCheck) and facts.next_step is not None:
            yield _("Next step: %(step)s") % {"step": facts.next_step.text}
        elif isinstance(check, kinds.DealFieldCheck) and check.name == "target_on" and facts.target_on is not None:
            yield _("Target date: %(day)s") % {"day": format_day(facts.target_on)}
        elif isinstance(check, kinds.DealFieldCheck):
            yield _("The value of the deal")
        elif isinstance(check, kinds.AttributeCheck):
            yield facts.attributes.get(check.attribute, "")
