"""Links to a deal's documents from any page.

Answers: ``{% document_links page.deal "action_plan" %}``, the files of one document in both languages. Does not answer:
what stands in them.
"""

from typing import Any
from uuid import UUID

from django import template
from django.template import Context

from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import make_paper
from landmark.deals.models import Deal
from landmark.deals.policies import can_edit
from landmark.documents.writing import LANGUAGES
from landmark.engines.audience import SHARED
from landmark.workspace.presenters.documents import name_kind
from landmark.workspace.templatetags.workspace import link_to

register = template.Library()


@register.inclusion_tag("workspace/documents/links.html", takes_context=True)
def document_links(context: Context, deal: Deal, kind: str) -> dict[str, Any]:
    """Nothing while there is nothing to write in it."""
    request = context["request"]
    made = make_paper(kind, Asked(deal, request.as_of, LANGUAGES[0]))
    if made is None:
        return {"files": []}
    names: dict[str, Any] = {"pk": deal.id, "kind": kind}
    files = [(lang.upper(), link_to(request, "workspace:documents_pdf", lang=lang, **names)) for lang in LANGUAGES]
    may_send = made.kind.audience is SHARED and request.as_of.is_latest and can_edit(request.member, deal)
    return {
        "files": files,
        "name": str(made.kind.label),
        "look": link_to(request, "workspace:documents_one", **names),
        "mail": link_to(request, "workspace:documents_mail", **names) if may_send else "",
    }


@register.simple_tag(takes_context=True)
def letter_link(context: Context, deal_id: UUID, letter_id: UUID) -> str:
    return link_to(context["request"], "workspace:documents_letter", pk=deal_id, letter=letter_id)


@register.simple_tag(takes_context=True)
def enclosure_link(context: Context, deal_id: UUID, letter_id: UUID, place: int) -> str:
    return link_to(context["request"], "workspace:documents_enclosure", pk=deal_id, letter=letter_id, place=place)


@register.simple_tag(takes_context=True)
def issued_link(context: Context, deal_id: UUID, issued_id: UUID) -> str:
    return link_to(context["request"], "workspace:documents_issued", pk=deal_id, issued=issued_id)


@register.filter
def paper_name(kind: str) -> str:
    return name_kind(kind)
