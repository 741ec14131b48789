"""What holds requirements and criteria together, and the buyer's yes to the whole.

Answers: what an agreement, an assumption and a sign-off write, and what ends a sign-off: what was signed stays on
record in its own copy. Does not answer: what is missing (``engines.requirements``), how single rows change
(``requirement_actions``).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, BinaryIO
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.discovery import method_of
from landmark.buying.models import Agreement, Assumption, SignOff
from landmark.buying.requirements import (
    CRITERION_FIELDS,
    REQUIREMENT_FIELDS,
    TermsOfDeal,
    name_criterion,
    name_requirement,
    read_terms,
)
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_can_pursue, check_version
from landmark.deals.proofs import prove, take_back
from landmark.engines.requirements import Gap
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.schema import Strength


class SignOffRefused(Refused):
    """Something is missing; ``gaps`` names all of it."""

    def __init__(self, gaps: tuple[Gap, ...]) -> None:
        self.gaps = gaps
        super().__init__(_("Not everything is there yet. What is missing is listed below."))


def save_agreement(
    deal: Deal, *, by: Member, workflows: Sequence[str], change_rule: str, has_no_assumptions: bool,
    if_version: int | None = None, via: str = "web",
) -> Agreement:  # fmt: skip
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = _agreement(change)
        check_version(row.version, if_version, current=row)
        if has_no_assumptions and Assumption.objects.filter(deal=change.deal, ended_at=None).exists():
            raise Refused(_("There are assumptions on the list; take them out before saying that nothing is assumed."))
        held = [text.strip() for text in workflows if text.strip()]
        if (row.workflows, row.change_rule) != (held, change_rule.strip()):
            end_sign_off(change, _("what it covers or its change rule changed"))
        row.workflows, row.change_rule = held, change_rule.strip()
        row.has_no_assumptions = has_no_assumptions
        _save_agreement(row, by)
        change.record("discovery.agreement_saved")
    return row


def record_reader(deal: Deal, *, by: Member, read_by: str, via: str = "web") -> Agreement:
    """Somebody who is new to the deal has read it and understood what done means."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = _agreement(change)
        if not read_by.strip():
            raise Refused(_("Name the person who read it."))
        row.read_by = read_by.strip()
        _save_agreement(row, by)
        change.record("discovery.agreement_read", note=row.read_by)
    return row


def _agreement(change: Change) -> Agreement:
    return Agreement.objects.filter(deal=change.deal).first() or Agreement(deal=change.deal, version=0)


def _save_agreement(row: Agreement, by: Member) -> None:
    row.version += 1
    row.edited_by = by.name
    row.save()


def add_assumption(deal: Deal, *, by: Member, text: str, owner: str = "", via: str = "web") -> Assumption:
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        if not text.strip():
            raise Refused(_("Say in one line what is assumed."))
        row = Assumption.objects.create(
            deal=change.deal, text=text.strip(), owner=owner.strip(), author=by.name, created_at=timezone.now()
        )
        Agreement.objects.filter(deal=change.deal).update(has_no_assumptions=False)
        end_sign_off(change, _("an assumption was added"))
        change.record("discovery.assumption_added", note=row.text)
    return row


def end_assumption(deal: Deal, *, by: Member, assumption: Assumption, via: str = "web") -> None:
    """It is proven or disproved, or was none: it no longer counts."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        done = Assumption.objects.filter(deal=change.deal, id=assumption.id, ended_at=None)
        if done.update(ended_at=timezone.now()):
            end_sign_off(change, _("an assumption was settled"))
            change.record("discovery.assumption_ended", note=assumption.text)


# The buyer's yes


def sign_off(
    deal: Deal, *, by: Member, signed_by: str, signed_on: date, attachment: BinaryIO | None = None, via: str = "web"
) -> SignOff:
    """Refused while anything is missing. The copy kept here is what was agreed, whatever changes later."""
    part, _playbook = method_of(deal)
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        terms = read_terms(change.deal, latest(change.deal.org))
        if terms.gaps:
            raise SignOffRefused(terms.gaps)
        if not signed_by.strip():
            raise Refused(_("Name the person on the buyer's side who agreed."))
        end_sign_off(change, _("signed anew"))
        number = SignOff.objects.filter(deal=change.deal).count() + 1
        title = _("%(needs)d requirements and %(criteria)d success criteria, version %(number)d") % {
            "needs": len(terms.requirements), "criteria": len(terms.criteria), "number": number,
        }  # fmt: skip
        proofs = [
            prove(
                change, key, strength=Strength.BUYER, on=signed_on, title=title, author=signed_by.strip(),
                attachment=attachment if index == 0 else None,
            )
            for index, key in enumerate(part.sign_off_evidence)
        ]  # fmt: skip
        row = SignOff.objects.create(
            deal=change.deal, number=number, signed_by=signed_by.strip(), signed_on=signed_on, terms=copy_terms(terms),
            evidence_ids=[str(proof) for proof in proofs if proof], author=by.name, created_at=timezone.now(),
        )  # fmt: skip
        change.record("discovery.signed_off", note=title, number=number)
    return row


def copy_terms(terms: TermsOfDeal) -> dict[str, Any]:
    """Requirements, criteria and assumptions as plain data."""
    return {
        "requirements": [
            {"name": name_requirement(r), "criteria": list(terms.links[r.id])}
            | {field: getattr(r, field) for field in REQUIREMENT_FIELDS}
            for r in terms.requirements
        ],
        "criteria": [
            {"name": name_criterion(c), "requirements": list(terms.links[c.id])}
            | {field: getattr(c, field) for field in CRITERION_FIELDS}
            for c in terms.criteria
        ],
        "assumptions": [row.text for row in terms.assumptions],
        "change_rule": terms.agreement.change_rule if terms.agreement else "",
    }


def end_sign_off(change: Change, why: str) -> None:
    for row in SignOff.objects.filter(deal=change.deal, ended_at=None):
        row.ended_at, row.ended_why = timezone.now(), why
        row.save(update_fields=["ended_at", "ended_why"])
        for evidence_id in row.evidence_ids:
            take_back(change, UUID(evidence_id), _("After the sign-off: %(why)s.") % {"why": why})
        change.record("discovery.sign_off_reopened", note=why, number=row.number)
