"""Issuing a document: this content is version N from now on, kept byte for byte.

Answers: a version and its file. Does not answer: what the document says (``papers``), who gets it by mail
(``letter_actions``). The same content again is the version it already has.
"""

from dataclasses import replace
from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.closing.models import IssuedPaper
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import Made, make_paper
from landmark.deals.changing import changing
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.policies import Refused
from landmark.documents.paper import read_text, set_paper
from landmark.ledger.attachments import store_attachment
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member


def issue_paper(
    deal: Deal, key: str, *, by: Member, lang: str, chance: str = "", reader: str = "", if_digest: str = "",
    via: str = "web",
) -> IssuedPaper:  # fmt: skip
    """Keep what the document says now as a version. ``if_digest``: refuse when it says something else by now."""
    with changing(deal, by=by, via=via) as change:
        asked = Asked(change.deal, latest(deal.org), lang, by=by.name, chance=chance, reader=reader)
        made = make_paper(key, asked)
        if made is None:
            raise Refused(_("There is nothing to write in this document yet."))
        if if_digest and if_digest != made.digest:
            raise Refused(_("Something in it changed while you looked. Look at it again, then send it."))
        final = issued_form(made)
        row, is_new = IssuedPaper.objects.get_or_create(
            deal=change.deal, kind=key, version=final.paper.frame.version, language=lang,
            defaults={
                "audience": made.kind.audience.value, "digest": made.digest, "as_of": asked.as_of.on,
                "attachment_sha256": store_attachment(BytesIO(set_paper(final.paper))),
                "issued_at": timezone.now(), "issued_by": by, "person_ids": _people_named(change.deal, final),
            },
        )  # fmt: skip
        if is_new:
            change.record("paper.issued", kind=key, version=row.version, language=lang)
    return row


def issued_form(made: Made) -> Made:
    """The same without the word draft: what goes out, and what its preview shows."""
    return replace(made, paper=replace(made.paper, frame=replace(made.paper.frame, is_draft=False)))


def _people_named(deal: Deal, made: Made) -> list[str]:
    """Whose names stand in it: so that their data can be found, shown and erased."""
    text = read_text(made.paper)
    rows = Stakeholder.objects.filter(deal=deal).select_related("person")
    return sorted(str(row.person_id) for row in rows if row.person.name and row.person.name in text)
