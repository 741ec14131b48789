"""What a plan stands on: the outcome and the requirements that discovery already holds.

Answers: both in the words in which the buyer will confirm them, made of fields the buyer may read. Does not answer:
what the plan says (a person may have changed it), whether discovery is signed off (``buying.requirements``).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from landmark.buying.models import Criterion
from landmark.buying.requirements import read_terms
from landmark.deals.models import Deal
from landmark.engines.deal_types import plain_deal_type
from landmark.orgs.as_of import AsOf
from landmark.playbook.action_plans import PlanTemplate
from landmark.playbook.loader import load_playbook

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Grounds:
    """``outcome``: what changes for the buyer; ``requirements``: what must be true for it. "" while nothing is held."""

    outcome: str = ""
    requirements: str = ""


def find_grounds(deal: Deal, template: PlanTemplate, as_of: AsOf, lang: str) -> Grounds:
    """What closed means, in a list that says so; else success criteria with their measure, and requirements."""
    if template.closed_by_type:
        return Grounds(_tell_closed(deal, template, lang))
    terms = read_terms(deal, as_of)
    return Grounds(_join(tell_criterion(row) for row in terms.criteria), _join(row.text for row in terms.requirements))


def tell_criterion(row: Criterion) -> str:
    """ "Fewer wrong bookings: 40 a month → 20 a month, within a quarter"."""
    measure = " → ".join(part for part in (row.baseline.strip(), row.target.strip()) if part)
    told = f"{row.text.strip().rstrip('.')}: {measure}" if measure else row.text.strip()
    return f"{told}, {row.window.strip()}" if measure and row.window.strip() else told


def _join(lines: Iterable[str]) -> str:
    """As many whole lines as there is room for."""
    kept: list[str] = []
    for line in lines:
        if sum(len(one) + 1 for one in kept) + len(line) <= LONGEST:
            kept.append(line)
    return "\n".join(kept)


def _tell_closed(deal: Deal, template: PlanTemplate, lang: str) -> str:
    """For a deal of this type, else for the usual one."""
    kind = plain_deal_type(deal.deal_type)
    known = kind if kind in template.closed_by_type else template.closed_by_type[0]
    return load_playbook(deal.playbook).text(f"plan_template.{template.key}.closed.{known}", lang)
