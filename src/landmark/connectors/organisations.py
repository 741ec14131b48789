"""Organisations that come with an import, and the sample that goes.

Answers: which organisation a name stands for, how a new one is made and who may open it. Does not answer: what its
people may do there (``orgs.roles``).
"""

import re
from pathlib import Path

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from landmark.connectors.models import ImportRun
from landmark.connectors.parsed import StructuralError
from landmark.connectors.progress import remove_files
from landmark.deals.models import Deal, StageMove
from landmark.deals.policies import Refused
from landmark.orgs.models import Member, Organisation, User
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right, Role

RESERVED_SLUGS = frozenset({"accounts", "admin", "api", "import", "language", "media", "new", "static"})
_DATE_LIKE = re.compile(r"[\s_.-]*(?:\d{4}[-_.]?\d{2}[-_.]?\d{2}|\d{8}|\d{4}[-_.]\d{2})(?=$|[\s_.-])")


def name_from_files(paths: list[Path]) -> str:
    """A name for an organisation nobody named: that of the one file, or of the folder of several.

    Dates are left out, so that next week's export finds the same organisation.
    """
    stem = paths[0].name.split(".")[0] if len(paths) == 1 else paths[0].resolve().parent.name
    words = re.sub(r"[\W_]+", " ", _DATE_LIKE.sub("", stem)).strip()
    return (words[:1].upper() + words[1:])[:200] or "Imported"


def find_org(name: str) -> Organisation | None:
    """The organisation of that name or slug. The sample is never meant."""
    slug = slugify(name)[:50]
    found = Organisation.objects.filter(Q(name__iexact=name.strip()) | Q(slug=slug)).order_by("is_sample").first()
    if found and found.is_sample:
        raise StructuralError(
            _("“%(name)s” is the sample; choose another name for your own data.") % {"name": found.name}
        )
    return found


def make_org(name: str, *, is_sample: bool = False, currency: str = "") -> Organisation:
    """A new organisation under a free slug."""
    name = " ".join(name.split())[:200]
    if not name:
        raise StructuralError(_("Give the new organisation a name."))
    base = slugify(name)[:40] or "organisation"
    base = f"{base}-deals" if base in RESERVED_SLUGS else base
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(s for n in range(1, len(taken) + 3) if (s := base if n == 1 else f"{base}-{n}") not in taken)
    org = Organisation(name=name, slug=slug, is_sample=is_sample)
    if currency:
        org.currency = currency
    org.save()
    return org


def give_access(org: Organisation, user: User, role: str = Role.ADMINISTRATOR) -> Member:
    """A membership for this log-in; an existing one stays as it is."""
    return Member.objects.get_or_create(org=org, user=user, defaults={"name": str(user), "role": role})[0]


def administrators() -> list[User]:
    """Every log-in that administers anything here: they may open what the command line makes."""
    roles = Q(is_superuser=True) | Q(memberships__role=Role.ADMINISTRATOR, memberships__is_active=True)
    return list(User.objects.filter(roles, is_active=True).distinct().order_by("email"))


def remove_sample(org: Organisation, *, by: Member) -> None:
    """Take the sample company away for good. What the ledger holds of it stays: the ledger is append-only."""
    check_right(by, Right.IMPORT)
    if by.org_id != org.id or not org.is_sample:
        raise Refused(_("Only the sample can be removed like this."))
    if not Member.objects.filter(user=by.user, is_active=True).exclude(org=org).exists():
        raise Refused(_("Import a file into an organisation of your own first; then the sample can go."))
    runs = list(ImportRun.objects.filter(org=org).values_list("id", flat=True))
    with transaction.atomic():
        empty_org(org)
        org.delete()
    for run_id in runs:
        remove_files(run_id)


def empty_org(org: Organisation) -> None:
    """Deals go before their accounts, and moves before their deals: the database looks at each move's deal."""
    StageMove.objects.filter(deal__org=org).delete()
    Deal.objects.filter(org=org).delete()
