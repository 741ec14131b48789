"""Funnel. Answers: the page, holding percentages still, explaining a flag. Does not answer: any number on it
(``outlook.funnel``), who may do what (the actions say)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.orgs.roles import Right
from landmark.outlook.freezes import freeze_stages, lift_freeze
from landmark.outlook.funnel import read_funnel, read_percents
from landmark.outlook.upkeep import explain_flag
from landmark.ui.days import read_day
from landmark.ui.formats import format_day
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.funnel import read_funnel_page
from landmark.workspace.templatetags.workspace import link_to


@require_safe
@member_view()
def show_funnel(request: MemberRequest) -> HttpResponse:
    page = read_funnel_page(request)
    if request.htmx:
        return render(request, "workspace/funnel/what_if.html", {"page": page})
    return render(request, "workspace/funnel.html", {"page": page})


@require_POST
@member_view(Right.SET_TARGETS)
def freeze(request: MemberRequest) -> HttpResponse:
    """Hold today's percentages until the day given, or let go of those held."""
    if request.POST.get("act") == "lift":
        if lift_freeze(request.org, by=request.member):
            messages.success(request, _("The percentages follow your deals again."))
        return _back(request, "stages")
    funnel = read_funnel(request.org, request.as_of)
    percents = {one.stage: one.value for one in read_percents(request.org, request.as_of, funnel)}
    try:
        until_on = read_day(request.POST.get("until_on", ""))
        reason = request.POST.get("reason", "").replace("\0", "")
        freeze_stages(request.org, percents, by=request.member, until_on=until_on, reason=reason)
    except ValueError:
        messages.error(request, _("Choose the last day on which the percentages are held."))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The percentages are held. They are checked against your deals every month."))
    return _back(request, "stages")


@require_POST
@member_view()
def explain(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Why a flagged deal stays where it is."""
    deal = get_object_or_404(Deal.objects.of(request.org).select_related("org", "owner"), pk=pk)
    note = request.POST.get("note", "").replace("\0", "")
    try:
        made = explain_flag(deal, by=request.member, kind=request.POST.get("kind", ""), note=note)
    except Refused as error:
        messages.error(request, str(error))
    else:
        day = format_day(made.until_on, year_of=request.as_of.on)
        messages.success(request, _("Noted. The flag rests until %(day)s.") % {"day": day})
    return _back(request, "look")


def _back(request: MemberRequest, part: str) -> HttpResponse:
    return redirect(f"{link_to(request, 'workspace:funnel')}#{part}")
