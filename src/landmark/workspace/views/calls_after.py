"""After a call: one note, what it seems to hold, one press to put it on record.

Answers: the two screens and what they send. Does not answer: how a note is read (``engines.notes``), what is written
(``buying.call_actions``).

The note is kept before anything else happens. Everything proposed is switched on, can be corrected or switched off,
and comes back as it was typed when something is refused.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from landmark.buying.call_actions import apply_note, save_note, undo_note
from landmark.buying.models import CallNote
from landmark.deals.policies import Refused, check_can_edit
from landmark.ledger.inputs import LedgerError
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.discovery_forms import NoteForm
from landmark.workspace.presenters.call_proposals import ProposalPage
from landmark.workspace.presenters.discovery import DiscoveryPage
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.typed import find_named
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.discovery import finish


@member_view()
def write_note(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The note; ``?note=`` opens one again that is not on record yet."""
    page = DiscoveryPage(request, find_deal(request, pk))
    check_can_edit(request.member, page.deal)
    note = _open_note(page, request.POST.get("note") or request.GET.get("note", ""))
    initial = {"text": note.text, "held_on": note.held_on} if note else {"held_on": page.as_of.on}
    form = NoteForm(request.POST or None, initial=initial, today=page.as_of.on)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_note(page.deal, by=request.member, note=note, **form.cleaned_data)
            return redirect(link_to(request, "workspace:discovery_note", pk=page.deal.id, note=saved.id))
        except (Refused, LedgerError) as refused:
            form.add_error(None, str(refused))
    status = 422 if request.method == "POST" else 200
    return render(request, "workspace/discovery/call.html", {"page": page, "form": form, "note": note}, status=status)


def _open_note(page: DiscoveryPage, text: str) -> CallNote | None:
    return find_named(CallNote.objects.filter(deal=page.deal, applied_at=None), text)


@member_view()
def show_note(request: MemberRequest, pk: UUID, note: UUID) -> HttpResponse:
    """What the note seems to hold; sent, what was confirmed goes on record."""
    page = DiscoveryPage(request, find_deal(request, pk))
    check_can_edit(request.member, page.deal)
    row = get_object_or_404(CallNote.objects.select_related("deal", "deal__account"), deal=page.deal, pk=note)
    proposals = ProposalPage(page, row, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if proposals.is_ready:
            try:
                apply_note(page.deal, by=request.member, note=row, confirmed=proposals.confirmed)
                return finish(page, _say_done(proposals.confirmed.count))
            except (Refused, LedgerError) as refused:
                messages.error(request, str(refused))
    return render(
        request, "workspace/discovery/note.html", {"page": page, "note": row, "found": proposals}, status=status
    )


def _say_done(count: int) -> str:
    if count == 0:
        return _("The note is kept. Nothing else was put on record.")
    said = ngettext("%(n)d thing from your note is on record.", "%(n)d things from your note are on record.", count)
    return said % {"n": count}


@require_POST
@member_view()
def undo(request: MemberRequest, pk: UUID, note: UUID) -> HttpResponse:
    page = DiscoveryPage(request, find_deal(request, pk))
    check_can_edit(request.member, page.deal)
    row = get_object_or_404(CallNote, deal=page.deal, pk=note)
    try:
        undo_note(page.deal, by=request.member, note=row)
    except (Refused, LedgerError) as refused:
        messages.error(request, str(refused))
        return redirect(page.url(anchor="#notes"))
    return finish(
        page, _("Taken back: evidence, facts, figures and the next step of that note. People stay."), "#notes"
    )
