"""The Discovery page and its forms.

Answers: one address for the page, its forms by ``?do=``, and what a sent form leads to. Does not answer: what a form
does (``discovery_sheets``, the actions).

When something is refused the form comes back as it was filled in, status 422; when somebody else was faster, with what
they wrote beside it, status 409: sending it once more saves it over theirs.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.deals.policies import Refused, StaleVersion, check_can_edit
from landmark.ledger.inputs import LedgerError
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.discovery_forms import RoomForm
from landmark.workspace.discovery_sheets import SHEETS, Sheet, find_row, press
from landmark.workspace.presenters.discovery import DiscoveryPage
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.sheets import check_may_change, go_on, show_page


@require_safe
@member_view()
def show_discovery(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = DiscoveryPage(request, find_deal(request, pk))
    do = request.GET.get("do", "")
    if do:
        check_may_change(page)
    if do == "pre_call":
        return _show(page, {"sheet": "pre_call", "title": _("From memory")})
    sheet = SHEETS.get(do)
    if sheet is None:
        return _show(page, {})
    row = find_row(page, sheet.kind, request.GET.get("id", ""))
    form = sheet.make(page, row, {"initial": sheet.start(page, row)})
    return _show(page, _context(page, do, sheet, form, row))


def _context(page: DiscoveryPage, do: str, sheet: Sheet, form: RoomForm, row: Any) -> dict[str, Any]:
    sentence = page.impact.sentence if do == "confirm" else ""
    return {"sheet": do, "title": sheet.title, "intro": sentence or sheet.intro, "form": form, "row": row,
            "button": sheet.button}  # fmt: skip


def _show(page: DiscoveryPage, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return show_page(
        page, context, whole="workspace/discovery.html", sheet="workspace/discovery/sheet.html", status=status
    )


@require_POST
@member_view()
def save(request: MemberRequest, pk: UUID, what: str) -> HttpResponse:
    page = DiscoveryPage(request, find_deal(request, pk))
    check_can_edit(request.member, page.deal)
    if what in SHEETS:
        return _save_sheet(page, what)
    try:
        done = press(page, what, request.POST)
    except (Refused, LedgerError) as refused:
        messages.error(request, str(refused))
        return _show(DiscoveryPage(request, find_deal(request, pk)), {}, status=422)
    if done is None:
        raise Http404
    return finish(page, *done)


def _save_sheet(page: DiscoveryPage, what: str) -> HttpResponse:
    request, sheet = page.request, SHEETS[what]
    row_id = request.POST.get("id", "")
    row = find_row(page, sheet.kind, row_id)
    form = sheet.make(page, row, {"data": request.POST, "files": request.FILES})
    status = 422
    if row_id and row is None:
        form.add_error(None, _("Somebody took this out meanwhile. Saving now adds it as a new one."))
    elif form.is_valid():
        try:
            return finish(page, sheet.save(page, form, row), sheet.anchor)
        except StaleVersion as stale:
            page, form, status = _beside_theirs(page, sheet, row, str(stale))
        except (Refused, LedgerError) as refused:
            form.add_error(None, str(refused))
    return _show(page, _context(page, what, sheet, form, row), status)


def _beside_theirs(page: DiscoveryPage, sheet: Sheet, row: Any, sentence: str) -> tuple[DiscoveryPage, RoomForm, int]:
    """What was typed stays in the form; what somebody else saved stands above it; the next send is on top of theirs."""
    fresh = DiscoveryPage(page.request, page.deal)
    found = find_row(fresh, sheet.kind, str(row.pk)) if row is not None else None
    start = sheet.start(fresh, found)
    sent = page.request.POST.copy()
    for name in ("version", "sentence"):  # what stands now: sent once more, the form is about that
        sent[name] = str(start.get(name, ""))
    form = sheet.make(fresh, found, {"data": sent})
    form.is_valid()
    form.add_error(None, sentence)
    names = [name for name in form.fields if name in start and not form[name].is_hidden]
    form.theirs = [
        (str(form.fields[name].label), str(start[name] or _("nothing")))
        for name in names
        if isinstance(start[name], str) and start[name] != sent.get(name, "")
    ]
    return fresh, form, 409


def finish(page: DiscoveryPage, sentence: str, anchor: str = "") -> HttpResponse:
    """Back to the part of the page that was changed, with a short message."""
    messages.success(page.request, sentence)
    return go_on(page.request, page.url(anchor=anchor))
