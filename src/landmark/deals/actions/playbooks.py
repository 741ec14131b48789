"""Choosing the playbooks of new deals.

Answers: which further playbooks an organisation uses beside its usual one. Does not answer: which deal takes which
(``playbooks.choose_for``). Deals under way keep theirs: a trigger refuses anything else.
"""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from landmark.deals.records import record
from landmark.orgs.models import Member, Organisation
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right
from landmark.playbook.loader import available, load_playbook


def use_playbooks(*, by: Member, refs: Sequence[str], via: str = "web") -> Organisation:
    """Use these beside the usual one, the first that suits a new deal wins; none is an answer too."""
    check_right(by, Right.SET_PLAYBOOKS)
    with transaction.atomic():
        org = Organisation.objects.select_for_update(no_key=True).get(id=by.org_id)
        wanted = [ref for ref in dict.fromkeys(refs) if ref != org.playbook]
        for ref in wanted:
            _check(ref)
        if wanted != org.more_playbooks:
            detail = {"before": list(org.more_playbooks), "after": wanted}
            org.more_playbooks = wanted
            org.save(update_fields=["more_playbooks"])
            record(org.id, "playbooks.chosen", "organisation", org.id, by=by, via=via, detail=detail)
    by.org.refresh_from_db(fields=["more_playbooks"])
    return org


def _check(ref: str) -> None:
    if ref not in available():
        raise ValidationError(_("There is no playbook “%(ref)s”.") % {"ref": ref})
    if not load_playbook(ref).suits:
        raise ValidationError(
            _("“%(ref)s” does not say which deals it is made for, so it can only be the usual one.") % {"ref": ref}
        )
