"""Stored files that show one of the buyer's people, and which of them go with the person.

Answers: files behind rows of theirs; e-mails and calendar files whose own words name them. Does not answer: what stands
in other files (a scan, a picture): those are not read. A signed contract stays: both sides have to keep it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Model

from landmark.closing.models import Letter
from landmark.deals.models import Deal
from landmark.deals.paths import deal_path
from landmark.documents.letters import BadLetter, guess_kind, read_letter
from landmark.ledger.attachments import find_attachment, read_attachment
from landmark.ledger.inputs import LedgerError
from landmark.ledger.models import Evidence
from landmark.playbook.strength import Strength

DIGEST = "attachment_sha256"
KEEPERS = ("ledger", "plans", "closing")
_FOLD = re.compile(rb"\r?\n[ \t]")


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that keeps a file."""

    row: tuple[str, Any]
    org_id: UUID
    digest: str


def find_files(theirs: Iterable[Model], deals: Collection[Deal], names: Callable[[object], bool]) -> set[str]:
    """Files behind ``theirs`` that no other row keeps, and letters that ``names`` finds the person in.

    A file that another organisation keeps as well stays: the same bytes are stored once for all.
    """
    orgs = {deal.org_id for deal in deals}
    own = {_key(row) for row in theirs if not _is_contract(row)}
    held = list(_read_kept(deal__in=[deal.pk for deal in deals]))
    mine = {one.digest for one in held if one.row in own}
    sent = {file["sha256"] for letter in Letter.objects.filter(deal__in=deals) for file in letter.attachments}
    named = {digest for digest in {one.digest for one in held} | sent if digest not in mine and _shows(digest, names)}
    others = [one for one in _read_kept(digest__in=mine | named) if one.row not in own]
    return (mine - {one.digest for one in others}) | (named - {one.digest for one in others if one.org_id not in orgs})


def remove_files(digests: Iterable[str]) -> None:
    for digest in digests:
        find_attachment(digest).unlink(missing_ok=True)


def _key(row: Model) -> tuple[str, Any]:
    return str(row._meta.label), row.pk


def _is_contract(row: Model) -> bool:
    return isinstance(row, Evidence) and row.strength == Strength.SIGNED


def _read_kept(**wanted: Collection[Any]) -> Iterator[Kept]:
    """Every row that keeps a file, of whatever table; ``deal__in`` or ``digest__in`` say which."""
    for app in KEEPERS:
        for model in apps.get_app_config(app).get_models():
            if any(field.name == DIGEST for field in model._meta.concrete_fields):
                yield from _read_table(model, wanted)


def _read_table(model: type[Model], wanted: dict[str, Collection[Any]]) -> Iterator[Kept]:
    deal = "deal_id" if model is Evidence else deal_path(model)
    org = "org_id" if model is Evidence else f"{deal}__org_id"
    path = {"deal__in": f"{deal}__in", "digest__in": f"{DIGEST}__in"}
    rows = model._default_manager.filter(**{path[name]: list(values) for name, values in wanted.items()})
    for pk, org_id, digest in rows.exclude(**{DIGEST: ""}).values_list("pk", F(org), DIGEST):
        yield Kept((str(model._meta.label), pk), org_id, str(digest))


def _shows(digest: str, names: Callable[[object], bool]) -> bool:
    """Is it an e-mail or a calendar file that names them? In a calendar file a name may stand in any parameter."""
    try:
        data = read_attachment(digest)
        if not guess_kind(data):
            return False
        letter = read_letter(data)
    except (LedgerError, BadLetter):
        return False
    return names([_FOLD.sub(b"", data).decode(errors="replace"), letter.text, *(text for _name, text in letter.rows)])
