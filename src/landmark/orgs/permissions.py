"""May this person do that? Asked by every view and every action.

Answers: rights that come with a role. Does not answer: whether the deal's state allows it (``deals.policies``).
"""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from landmark.orgs.models import Member
from landmark.orgs.roles import RIGHTS, Right


def has_right(member: Member, right: Right) -> bool:
    return member.is_active and right in RIGHTS[member.role]


def check_right(member: Member, right: Right) -> None:
    """Raise ``PermissionDenied`` with a sentence that says who can help."""
    if not has_right(member, right):
        raise PermissionDenied(
            _("Your role, %(role)s, cannot %(right)s. An administrator of your organisation can change that.")
            % {"role": member.get_role_display().lower(), "right": right.label}
        )
