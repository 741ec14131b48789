"""Requirements, success criteria and what a sign-off still lacks.

Answers: the rows that stand, how they are linked, all gaps by name. Does not answer: how they change
(``requirement_actions``, ``terms_actions``).

A past day shows the rows that stood then with today's words: only a sign-off keeps its own copy.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from landmark.buying.discovery import known_on
from landmark.buying.models import Agreement, Assumption, Criterion, Requirement, SignOff
from landmark.deals.models import Deal
from landmark.engines.requirements import Gap, Need, Standard, Terms, find_gaps
from landmark.orgs.as_of import AsOf

REQUIREMENT_FIELDS = ("text", "affected", "priority", "owner", "dependency", "dependency_owner", "acceptance")
CRITERION_FIELDS = ("text", "metric", "baseline", "target", "window", "method")


@dataclass(frozen=True, slots=True)
class TermsOfDeal:
    """``links``: criteria of each requirement by id, and requirements of each criterion by id, those that stand."""

    agreement: Agreement | None
    requirements: tuple[Requirement, ...]
    criteria: tuple[Criterion, ...]
    assumptions: tuple[Assumption, ...]
    sign_off: SignOff | None
    past_sign_offs: tuple[SignOff, ...]
    links: dict[Any, tuple[str, ...]]
    gaps: tuple[Gap, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.requirements or self.criteria)


def name_requirement(row: Requirement) -> str:
    return f"R{row.number}"


def name_criterion(row: Criterion) -> str:
    return f"C{row.number}"


def read_terms(deal: Deal, as_of: AsOf) -> TermsOfDeal:
    agreement = Agreement.objects.filter(deal=deal).first()
    requirements = tuple(known_on(Requirement.objects.filter(deal=deal), as_of))
    criteria = tuple(known_on(Criterion.objects.filter(deal=deal), as_of))
    assumptions = tuple(known_on(Assumption.objects.filter(deal=deal), as_of))
    signs = list(SignOff.objects.filter(deal=deal, created_at__lte=as_of.known_by))
    standing = [row for row in signs if row.ended_at is None or row.ended_at > as_of.known_by]
    links = read_links(requirements, criteria)
    terms = make_terms(agreement, requirements, criteria, len(assumptions), links)
    return TermsOfDeal(
        agreement, requirements, criteria, assumptions, standing[-1] if standing else None,
        tuple(row for row in signs if row not in standing), links, find_gaps(terms),
    )  # fmt: skip


def read_links(requirements: tuple[Requirement, ...], criteria: tuple[Criterion, ...]) -> dict[Any, tuple[str, ...]]:
    """Short names on the other end of each row's links, by the row's id."""
    needs = {row.id: name_requirement(row) for row in requirements}
    standards = {row.id: name_criterion(row) for row in criteria}
    pairs = Criterion.requirements.through.objects.filter(criterion__in=standards, requirement__in=needs)
    links: dict[Any, list[str]] = {row_id: [] for row_id in (*needs, *standards)}
    for criterion_id, requirement_id in pairs.values_list("criterion_id", "requirement_id"):
        links[requirement_id].append(standards[criterion_id])
        links[criterion_id].append(needs[requirement_id])
    return {row_id: tuple(sorted(names, key=lambda name: int(name[1:]))) for row_id, names in links.items()}


def make_terms(
    agreement: Agreement | None, requirements: tuple[Requirement, ...], criteria: tuple[Criterion, ...],
    assumptions: int, links: dict[Any, tuple[str, ...]],
) -> Terms:  # fmt: skip
    return Terms(
        needs=tuple(need_of(row, links[row.id]) for row in requirements),
        standards=tuple(standard_of(row, links[row.id]) for row in criteria),
        workflows=tuple(agreement.workflows) if agreement else (),
        assumptions=assumptions,
        has_no_assumptions=agreement.has_no_assumptions if agreement else False,
        change_rule=agreement.change_rule if agreement else "",
        read_by=agreement.read_by if agreement else "",
    )


def need_of(row: Requirement, criteria: tuple[str, ...] = ()) -> Need:
    return Need(
        name_requirement(row), row.text, row.affected, row.priority, row.owner, row.dependency, row.dependency_owner,
        row.acceptance, frozenset(criteria), bool(row.reopened_why),
    )  # fmt: skip


def standard_of(row: Criterion, requirements: tuple[str, ...] = ()) -> Standard:
    return Standard(
        name_criterion(row), row.text, row.metric, row.baseline, row.target, row.window, row.method,
        frozenset(requirements), bool(row.reopened_why),
    )  # fmt: skip


def tell_gap(gap: Gap) -> str:
    """What is missing, as a thing to do."""
    said = _SENTENCES[gap.what]()
    return said % {"name": gap.where} if gap.where else said


_SENTENCES = {
    "no_requirements": lambda: _("Write down the first requirement."),
    "no_criteria": lambda: _("Write down how success will be judged."),
    "text": lambda: _("%(name)s: say what it is."),
    "affected": lambda: _("%(name)s: say who or what is affected."),
    "priority": lambda: _("%(name)s: choose a priority."),
    "owner": lambda: _("%(name)s: name its owner."),
    "dependency_owner": lambda: _("%(name)s depends on something: name who sees to it."),
    "acceptance": lambda: _("%(name)s: say what proof they will accept."),
    "no_criterion": lambda: _("%(name)s: link it to a success criterion."),
    "metric": lambda: _("%(name)s: say what is measured."),
    "baseline": lambda: _("%(name)s: say where it stands today."),
    "target": lambda: _("%(name)s: say what is good enough."),
    "window": lambda: _("%(name)s: say by when."),
    "method": lambda: _("%(name)s: say how it is measured."),
    "target_number": lambda: _("%(name)s: the target needs a number."),
    "baseline_number": lambda: _("%(name)s: today's value needs a number."),
    "window_time": lambda: _("%(name)s: the time needs days, months or a date."),
    "no_requirement": lambda: _("%(name)s: link it to the requirements it proves."),
    "reopened": lambda: _("%(name)s: look at it again, something linked to it changed."),
    "workflows": lambda: _("List the main workflows that must be covered."),
    "workflow": lambda: _("No requirement covers “%(name)s” yet."),
    "assumptions": lambda: _("List what is assumed, or say that nothing is."),
    "change_rule": lambda: _("Agree on how changes are made."),
    "read_by": lambda: _("Let somebody who is new to the deal read it, and write down who did."),
}
