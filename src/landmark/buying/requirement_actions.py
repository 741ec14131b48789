"""Changing requirements and success criteria.

Answers: what each change writes and re-opens. Does not answer: what is missing (``engines.requirements``), what holds
them together and how they are signed off (``terms_actions``).

A changed requirement re-opens its criteria, a changed criterion its requirements, and either ends a sign-off.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.discovery import method_of
from landmark.buying.models import Agreement, Criterion, Requirement
from landmark.buying.requirements import (
    CRITERION_FIELDS,
    REQUIREMENT_FIELDS,
    name_criterion,
    name_requirement,
    standard_of,
)
from landmark.buying.terms_actions import end_sign_off
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_can_pursue, check_version
from landmark.deals.proofs import prove, take_back
from landmark.engines.requirements import is_measurable
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import stamp
from landmark.orgs.models import Member
from landmark.playbook.schema import Strength


def save_requirement(
    deal: Deal, *, by: Member, values: Mapping[str, str], criteria: Collection[UUID] | None = None,
    requirement: Requirement | None = None, if_version: int | None = None, via: str = "web",
) -> Requirement:  # fmt: skip
    """Add or change a requirement; ``criteria`` are the ids it is linked to, ``None`` leaves the links alone."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row: Requirement = _take(Requirement, change, requirement) or _new(Requirement, change)
        changed = _set_fields(row, REQUIREMENT_FIELDS, values, by, if_version if requirement else None)
        _check_priority(change.deal, row.priority)
        row.save()
        _relink(change, row.criteria, criteria, name_requirement(row), is_changed=changed)
        change.record("discovery.requirement_saved", note=row.text, number=row.number)
    return row


def save_criterion(
    deal: Deal, *, by: Member, values: Mapping[str, str], requirements: Collection[UUID] | None = None,
    criterion: Criterion | None = None, if_version: int | None = None, via: str = "web",
) -> Criterion:  # fmt: skip
    """Add or change a success criterion. The first one that can be measured is evidence of a success measure."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row: Criterion = _take(Criterion, change, criterion) or _new(Criterion, change)
        changed = _set_fields(row, CRITERION_FIELDS, values, by, if_version if criterion else None)
        row.save()
        _relink(change, row.requirements, requirements, name_criterion(row), is_changed=changed)
        _prove_measure(change, row)
        change.record("discovery.criterion_saved", note=row.text, number=row.number)
    return row


def _set_fields(
    row: Requirement | Criterion, names: Sequence[str], values: Mapping[str, str], by: Member, if_version: int | None
) -> bool:
    """Put the new words in; whether any of an existing row's words changed. Saved by a person = looked at."""
    check_version(row.version, if_version, current=row)
    is_new = row._state.adding
    old = {name: getattr(row, name) for name in names}
    for name in names:
        setattr(row, name, values.get(name, old[name]).strip())
    if not row.text:
        raise Refused(_("Say in one line what it is; the rest can follow."))
    if is_new:
        row.created_at = timezone.now()
    else:
        row.version += 1
    row.edited_by, row.reopened_why = by.name, ""
    return is_new or any(getattr(row, name) != was for name, was in old.items())


def _check_priority(deal: Deal, priority: str) -> None:
    part, _playbook = method_of(deal)
    if priority and priority not in part.priorities:
        raise Refused(_("Choose the priority from the list."))


def _relink(change: Change, links: Any, wanted: Collection[UUID] | None, name: str, *, is_changed: bool) -> None:
    """Link to what is wanted; what stays linked to changed words is looked at again."""
    before = set(links.filter(ended_at=None))
    if wanted is not None:
        links.set(links.model._default_manager.filter(deal=change.deal, id__in=wanted, ended_at=None))
    after = set(links.filter(ended_at=None))
    if is_changed or before != after:
        _reopen(change, before & after if is_changed else (), _("%(name)s changed") % {"name": name})


def _reopen(change: Change, linked: Collection[Requirement | Criterion], why: str) -> None:
    """What is linked waits for a look; a sign-off that stood ends; a fresh pair of eyes is needed again."""
    for row in linked:
        row.reopened_why = why
        row.save(update_fields=["reopened_why"])
    Agreement.objects.filter(deal=change.deal).exclude(read_by="").update(read_by="")
    end_sign_off(change, why)


def confirm_unchanged(deal: Deal, *, by: Member, row: Requirement | Criterion, via: str = "web") -> None:
    """Looked at again after something linked to it changed, and it still holds."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        mine = _take(type(row), change, row)
        if mine is not None and mine.reopened_why:
            mine.reopened_why, mine.edited_by = "", by.name
            mine.version += 1
            mine.save(update_fields=["reopened_why", "edited_by", "version"])
            change.record("discovery.still_holds", note=mine.text)


def drop_row(deal: Deal, *, by: Member, row: Requirement | Criterion, via: str = "web") -> None:
    """Take a requirement or criterion out; what was linked to it is looked at again."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        mine = _take(type(row), change, row)
        if mine is None:
            return
        mine.ended_at = timezone.now()
        mine.save(update_fields=["ended_at"])
        if isinstance(mine, Requirement):
            linked: list[Any] = list(mine.criteria.filter(ended_at=None))
            name = name_requirement(mine)
        else:
            linked, name = list(mine.requirements.filter(ended_at=None)), name_criterion(mine)
            _take_measure_back(change, mine)
        _reopen(change, linked, _("%(name)s was taken out") % {"name": name})
        change.record("discovery.row_dropped", note=mine.text)


def _prove_measure(change: Change, row: Criterion) -> None:
    """The gate into the solution asks for a success measure: the first measurable criterion is one."""
    part, _playbook = method_of(change.deal)
    if not is_measurable(standard_of(row)):
        _take_measure_back(change, row)
        return
    known = Evidence.objects.for_deal(change.deal.org_id, change.deal.id).as_known(timezone.now())
    if row.evidence_id or known.filter(key=part.criterion_evidence).exists():
        return
    row.evidence_id = prove(
        change, part.criterion_evidence, strength=Strength.CLAIMED, on=stamp(change.deal.org).date(),
        title=tell_criterion(row),
    )  # fmt: skip
    row.save(update_fields=["evidence_id"])


def _take_measure_back(change: Change, row: Criterion) -> None:
    if row.evidence_id:
        take_back(change, row.evidence_id, _("The criterion behind it can no longer be measured."))
        row.evidence_id = None
        row.save(update_fields=["evidence_id"])


def tell_criterion(row: Criterion) -> str:
    """ "Onboarding time: 10 days to 6 days, within 60 days"."""
    return f"{row.metric}: {row.baseline} → {row.target}, {row.window}"


def _new(kind: Any, change: Change) -> Any:
    last = kind._default_manager.filter(deal=change.deal).order_by("-number").first()
    return kind(deal=change.deal, number=last.number + 1 if last else 1)


def _take(kind: Any, change: Change, row: Any) -> Any:
    """The row as it stands now; None for a new one, a refusal for one that somebody took out."""
    if row is None:
        return None
    found = kind._default_manager.filter(deal=change.deal, id=row.id, ended_at=None).first()
    if found is None:
        raise Refused(_("Somebody took this out meanwhile. Look at the page again."))
    return found
