"""The pages between the decision and the hand-over, and their forms.

Answers: one address a page, one address for each form, and what a refused form shows. Does not answer: what a form may
change (the actions decide and say why not).
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.closing.models.record import Record
from landmark.closing.policies import check_can_work
from landmark.deals.policies import Refused, StaleVersion, check_can_edit
from landmark.ledger.inputs import LedgerError
from landmark.ui.numbers import read_count
from landmark.workspace.access import MemberRequest, MemberView, member_view
from landmark.workspace.close_commands import COMMANDS, Command, Sent
from landmark.workspace.presenters.close import ClosePage
from landmark.workspace.presenters.close_stops import find_next, read_stops
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.typed import find_named
from landmark.workspace.views.deals import find_deal


def show(name: str) -> MemberView:
    """The view of one page of the way."""

    @require_safe
    @member_view()
    def view(request: MemberRequest, pk: UUID) -> HttpResponse:
        return _render(ClosePage(request, find_deal(request, pk), name))

    return view


def _render(page: ClosePage, status: int = 200) -> HttpResponse:
    stops = read_stops(page)
    context = {"page": page, "stops": stops, "next_stop": find_next(page, stops)}
    return render(page.request, f"workspace/close/{page.here}.html", context, status=status)


@require_POST
@member_view()
def do(request: MemberRequest, pk: UUID, what: str) -> HttpResponse:
    """Carry out one form, or show its page again with the form as typed and what stands in the way."""
    deal = find_deal(request, pk)
    check_can_work(request.member, deal)
    command = COMMANDS.get(what)
    if command is None:
        raise Http404
    if not command.is_for_all:
        check_can_edit(request.member, deal)
    page = ClosePage(request, deal, command.page)
    row = _find_row(page, command, request.POST.get("row", ""))
    key = "" if command.model else request.POST.get("row", "")[:60]
    form = command.form(request.POST, request.FILES, room=page, row=row or page_row(page, what))
    status = _try(page, command, form, row, key)
    if status == 200:
        messages.success(request, str(command.done))
        return redirect(link_to(request, f"workspace:{command.page}", pk=deal.id) + _anchor(what, row))
    fresh = ClosePage(request, find_deal(request, pk), command.page)
    fresh.failed = (what, request.POST.get("row", ""), form)
    return _render(fresh, status)


def _anchor(what: str, row: Record | None) -> str:
    return f"#row-{row.pk}" if row is not None and what.split("_")[0] in ("paper", "markup", "step") else ""


def page_row(page: ClosePage, what: str) -> Any:
    """The one row that some forms are about."""
    if what == "handover":
        return page.hand_over.current
    return page.frame if what == "frame" else None


def _find_row(page: ClosePage, command: Command, text: str) -> Record | None:
    if command.model is None:
        return None
    row = find_named(command.model._default_manager.filter(deal=page.deal), text)
    if row is None:
        raise Http404(_("It is not here any more."))
    return row


def _try(page: ClosePage, command: Command, form: Any, row: Record | None, key: str) -> int:
    """200 when done, 422 when refused, 409 when somebody else was faster."""
    if not form.is_valid():
        return 422
    seen = read_count(page.request.POST.get("version", ""))
    try:
        command.act(Sent(page.deal, page.request.member, form, row, key, seen))
    except StaleVersion as stale:
        form.add_error(None, str(stale))
        return 409
    except PermissionDenied:
        raise
    except (Refused, LedgerError) as refused:
        form.add_error(None, str(refused))
        return 422
    return 200
