"""Documents of a deal: the list, one looked at page by page, its file, its versions.

Answers: who sees and gets which file. Does not answer: what stands in it (``closing.papers``), mail (``mailing``).
"""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.closing.models import IssuedPaper
from landmark.closing.paper_actions import issue_paper, issued_form
from landmark.closing.paper_letters import file_name
from landmark.closing.papers.kinds import Made
from landmark.deals.policies import Refused
from landmark.documents.paper import draw_pages, set_paper
from landmark.documents.pictures import CannotDraw
from landmark.documents.writing import LANGUAGES
from landmark.engines.audience import SHARED
from landmark.ledger.attachments import read_attachment
from landmark.ledger.inputs import LedgerError
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.documents import DocumentsPage
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.views.deals import find_deal


@require_safe
@member_view()
def show_documents(request: MemberRequest, pk: UUID) -> HttpResponse:
    return render(request, "workspace/documents.html", {"page": DocumentsPage(request, find_deal(request, pk))})


@require_safe
@member_view()
def show_document(request: MemberRequest, pk: UUID, kind: str) -> HttpResponse:
    """Every page of it as a picture, beside what can be done with it."""
    page = DocumentsPage(request, find_deal(request, pk))
    made = find_made(page, kind)
    count = len(_draw(made))
    context = {
        "page": page,
        "document": page.view(made),
        "pictures": page.page_urls(kind, made.paper.frame.lang, count),
        "versions": [row for row in page.issued if row.kind == kind],
    }
    return render(request, "workspace/documents/one.html", context)


def find_made(page: DocumentsPage, kind: str, lang: str = "") -> Made:
    made = page.find(kind, lang)
    if made is None:
        raise Http404
    return made


@require_safe
@member_view()
def download_pdf(request: MemberRequest, pk: UUID, kind: str, lang: str) -> HttpResponse:
    page = DocumentsPage(request, find_deal(request, pk))
    made = find_made(page, kind, _known(lang))
    try:
        return send_file(set_paper(made.paper), "application/pdf", file_name(made))
    except CannotDraw as error:
        messages.error(request, str(error))
        return redirect(link_to(request, "workspace:documents", pk=pk))


@require_safe
@member_view()
def show_page(request: MemberRequest, pk: UUID, kind: str, lang: str, number: int) -> HttpResponse:
    """One page as a picture: what the preview shows is the paper itself."""
    page = DocumentsPage(request, find_deal(request, pk))
    made = find_made(page, kind, _known(lang))
    pictures = _draw(issued_form(made) if "final" in request.GET else made)
    if not 1 <= number <= len(pictures):
        raise Http404
    return HttpResponse(pictures[number - 1], content_type="image/png")


def _draw(made: Made) -> list[bytes]:
    try:
        return draw_pages(made.paper)
    except CannotDraw as error:
        raise Http404(str(error)) from error


def _known(lang: str) -> str:
    if lang not in LANGUAGES:
        raise Http404
    return lang


@require_POST
@member_view()
def issue(request: MemberRequest, pk: UUID, kind: str) -> HttpResponse:
    """Keep it as a version without mailing it."""
    page = DocumentsPage(request, find_deal(request, pk))
    if not page.can_edit:
        raise PermissionDenied(_("The deal's owner, a manager or sales operations keep versions."))
    made = find_made(page, kind)
    try:
        asked = page.asked()
        row = issue_paper(
            page.deal, kind, by=request.member, lang=asked.lang, chance=asked.chance, reader=asked.reader,
            if_digest=request.POST.get("digest", "") or made.digest,
        )  # fmt: skip
        messages.success(request, _("Version %(n)d is kept.") % {"n": row.version})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(link_to(request, "workspace:documents_one", pk=pk, kind=kind, query={"lang": page.lang}))


@require_safe
@member_view()
def download_issued(request: MemberRequest, pk: UUID, issued: UUID) -> HttpResponse:
    """A version byte for byte as it was issued."""
    deal = find_deal(request, pk)
    row = get_object_or_404(IssuedPaper, deal=deal, pk=issued)
    name = f"{row.kind.replace('_', '-')}-v{row.version}-{row.language}-{row.as_of}.pdf"
    return send_kept(row.attachment_sha256, "application/pdf", name)


def send_kept(sha256: str, content_type: str, name: str) -> HttpResponse:
    try:
        return send_file(read_attachment(sha256), content_type, name)
    except LedgerError as error:
        raise Http404(str(error)) from error


def send_file(content: bytes, content_type: str, name: str) -> HttpResponse:
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=content_type, headers=headers)


def is_shared(made: Made) -> bool:
    return made.kind.audience is SHARED
