"""The tab Decision: one page, and what its forms lead to.

Answers: the page; the invitation as a file; each small form below one address. Does not answer: what a form may change
(the actions of ``closing`` decide and say why not). A refused form comes back on the page with everything as it was
typed, 422; 409 when somebody else was faster, with what they wrote beside it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.closing.invitations import build_file
from landmark.closing.models import DecisionMeeting, MeetingState, Minutes
from landmark.deals.policies import MoveRefused, Refused, StaleVersion
from landmark.ledger.inputs import LedgerError
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.decision import DecisionPage
from landmark.workspace.presenters.decision_standing import Refusal
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.views import decision_after, decision_meet, decision_prepare
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.decision_typed import Acts

PAGE = "workspace/decision.html"
ACTS: Acts = {**decision_prepare.ACTS, **decision_meet.ACTS, **decision_after.ACTS}


@require_safe
@member_view()
def show_decision(request: MemberRequest, pk: UUID) -> HttpResponse:
    return render(request, PAGE, {"page": DecisionPage(request, find_deal(request, pk))})


@require_safe
@member_view()
def download_invitation(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The newest issued version, for guests without an address and for one's own calendar."""
    deal = find_deal(request, pk)
    issued = deal.decision_meetings.exclude(state=MeetingState.PLANNED).exclude(issues=None).order_by("-number").first()
    if issued is None:
        raise Http404
    method, content = build_file(issued)
    headers = {
        "Content-Disposition": 'attachment; filename="decision-meeting.ics"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=f"text/calendar; method={method}; charset=utf-8", headers=headers)


@require_POST
@member_view()
def act(request: MemberRequest, pk: UUID, act: str) -> HttpResponse:
    page = DecisionPage(request, find_deal(request, pk))
    if not page.can_edit:
        raise PermissionDenied(_("On this deal you can read; its owner, a manager or sales operations can change it."))
    found = ACTS.get(act)
    if found is None:
        raise Http404
    handler, anchor = found
    try:
        sentence = handler(page, request.POST)
    except (Refused, LedgerError) as refused:
        return _again(request, pk, Refusal(act, str(refused), anchor=anchor), refused)
    messages.success(request, sentence)
    return redirect(link_to(request, "workspace:decision", pk=pk) + f"#{anchor}")


def _again(request: MemberRequest, pk: UUID, refusal: Refusal, refused: Exception) -> HttpResponse:
    """The page once more, the form filled in as it was sent."""
    typed: Mapping[str, Any] = {
        name: values if len(values) > 1 else values[0] for name, values in request.POST.lists() if values
    }
    sentence = refusal.sentence
    if isinstance(refused, MoveRefused):
        sentence += " " + " ".join(f"{item.label}." for item in refused.result.missing)
    stale = refused if isinstance(refused, StaleVersion) else None
    theirs = _tell_theirs(stale.current) if stale else ""
    again = replace(refusal, sentence=sentence, typed=typed, theirs=theirs)
    page = DecisionPage(request, find_deal(request, pk), again)
    return render(request, PAGE, {"page": page}, status=409 if stale else 422)


def _tell_theirs(current: object) -> str:
    """What somebody else saved meanwhile, to stand beside what was typed."""
    if isinstance(current, Minutes):
        return current.text
    if isinstance(current, DecisionMeeting):
        when = current.starts_at.strftime("%Y-%m-%d %H:%M UTC")
        return " · ".join(part for part in (current.subject, when, current.place) if part)
    return ""
