"""Everything held about one of the buyer's people: shown, exported, erased. For administrators.

Answers: the page, the file, the erasure. Does not answer: what is found (``closing.person_data``).
"""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.closing.person_actions import erase_person
from landmark.closing.person_data import PersonData, find_person_data
from landmark.deals.models import Person
from landmark.deals.policies import Refused
from landmark.orgs.roles import Right
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.person_data import tell_row
from landmark.workspace.templatetags.workspace import link_to


def _find(request: MemberRequest, person: UUID) -> PersonData:
    return find_person_data(get_object_or_404(Person, org=request.org, pk=person))


@require_safe
@member_view(Right.ADMINISTER)
def show_person_data(request: MemberRequest, person: UUID) -> HttpResponse:
    return render(request, "workspace/person_data.html", _context(_find(request, person)))


def _context(data: PersonData, **more: Any) -> dict[str, Any]:
    ledger = [(row, row.payload.body if row.payload else {}) for row in data.ledger]
    rows = [(trace, tell_row(trace)) for trace in data.traces]
    return {"data": data, "person": data.person, "rows": rows, "ledger": ledger, **more}


@require_safe
@member_view(Right.ADMINISTER)
def export_person_data(request: MemberRequest, person: UUID) -> HttpResponse:
    """One JSON file, for the person who asked for it."""
    data = _find(request, person)
    held = json.dumps(data.export(), ensure_ascii=False, indent=2, default=str)
    headers = {"Content-Disposition": f'attachment; filename="person-{data.person.id}.json"'}
    return HttpResponse(held, content_type="application/json; charset=utf-8", headers=headers)


@require_POST
@member_view(Right.ADMINISTER)
def erase_person_data(request: MemberRequest, person: UUID) -> HttpResponse:
    data = _find(request, person)
    try:
        done = erase_person(data.person, by=request.member, typed_name=request.POST.get("name", ""))
    except Refused as refused:
        context = _context(data, refusal=str(refused), typed=request.POST.get("name", ""))
        return render(request, "workspace/person_data.html", context, status=422)
    messages.success(
        request,
        _("Erased: %(rows)d rows, the words of %(ledger)d ledger entries, %(letters)d letters, %(files)d files.")
        % {"rows": done.rows, "ledger": done.ledger_rows, "letters": done.letters, "files": done.files},
    )
    return redirect(link_to(request, "workspace:person_data", person=person))
