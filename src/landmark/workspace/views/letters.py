"""An e-mail or calendar file behind evidence, shown as plain text.

Answers: what a stored letter says, for members who may see the deal. Does not answer: other files; those are only
downloaded. Nothing in a letter is trusted: it is parsed, cleaned of markup and control characters, and escaped.
"""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from landmark.documents.letters import BadLetter, read_letter
from landmark.ledger.attachments import read_attachment
from landmark.ledger.inputs import LedgerError
from landmark.ledger.models import Evidence
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.views.deals import find_deal


@require_safe
@member_view()
def show_letter(request: MemberRequest, pk: UUID, digest: str) -> HttpResponse:
    """The letter; a file that is none is offered for download instead."""
    deal = find_deal(request, pk)
    row = Evidence.objects.for_deal(request.org.id, deal.id).filter(attachment_sha256=digest).first()
    if not digest or row is None:
        raise Http404
    try:
        letter = read_letter(read_attachment(digest))
    except LedgerError as error:
        raise Http404(str(error)) from error
    except BadLetter:
        letter = None
    return render(request, "workspace/letter.html", {"deal": deal, "letter": letter, "digest": digest, "row": row})
