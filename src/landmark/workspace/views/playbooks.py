"""The page of playbooks and the choice sent from it.

Answers: one page, one form. Does not answer: which playbook a deal takes (``deals.playbooks``).
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.deals.actions.playbooks import use_playbooks
from landmark.orgs.roles import Right
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.playbooks import PlaybooksPage
from landmark.workspace.templatetags.workspace import link_to

PAGE = "workspace/playbooks.html"


@require_safe
@member_view()
def show_playbooks(request: MemberRequest) -> HttpResponse:
    return render(request, PAGE, {"page": PlaybooksPage(request)})


@require_POST
@member_view(Right.SET_PLAYBOOKS)
def choose(request: MemberRequest) -> HttpResponse:
    try:
        use_playbooks(by=request.member, refs=[ref[:60] for ref in request.POST.getlist("use")[:20]])
    except ValidationError as error:
        return render(request, PAGE, {"page": PlaybooksPage(request, tuple(error.messages))}, status=422)
    messages.success(request, _("Saved. New deals follow the choice; deals under way keep what they have."))
    return redirect(link_to(request, "workspace:playbooks"))
