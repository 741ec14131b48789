"""May this person change that, on the way to the signature? ``check_x`` raises a sentence, ``can_x`` asks.

The deal's owner, managers and sales operations may change everything. A contributor (solution engineer, legal,
finance, deal desk, delivery) works on lanes, papers, mark-ups, blockers and the hand-over of any deal.
"""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from landmark.deals.models import Deal
from landmark.deals.policies import (
    Refused,
    can_edit,
    check_not_ended,
    check_not_lost,
    check_same_org,
)
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right


def can_work(member: Member, deal: Deal) -> bool:
    if member.org_id != deal.org_id:
        return False
    return can_edit(member, deal) or has_right(member, Right.WORK_CLOSE)


def check_can_work(member: Member, deal: Deal) -> None:
    check_same_org(member, deal)
    if not can_work(member, deal):
        raise PermissionDenied(
            _("The deal's owner, a manager, sales operations or a contributor can work on the way to the signature.")
        )


def check_can_deliver(member: Member, deal: Deal) -> None:
    """What follows the signature goes on after it; a lost deal takes nothing more."""
    check_can_work(member, deal)
    check_not_lost(deal)


def check_can_prepare(member: Member, deal: Deal) -> None:
    """The papers on the way to the signature."""
    check_can_work(member, deal)
    check_not_ended(deal)


def check_colleague(deal: Deal, member: Member | None) -> None:
    """Whoever is named for something of ours is here."""
    if member is not None and (member.org_id != deal.org_id or not member.is_active):
        raise Refused(_("The colleague you chose no longer works here: choose somebody else."))
