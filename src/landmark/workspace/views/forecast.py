"""Forecast, its renewal, its report card. Answers: the pages. Does not answer: any number on them (``outlook``)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.actions import start_fit
from landmark.outlook.reading import last_run
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.forecast import read_forecast_page
from landmark.workspace.presenters.report_card import read_report_card
from landmark.workspace.templatetags.workspace import link_to


@require_safe
@member_view()
def show_forecast(request: MemberRequest) -> HttpResponse:
    context = {"page": read_forecast_page(request), "can_fit": has_right(request.member, Right.FIT)}
    return render(request, "workspace/forecast.html", context)


@require_POST
@member_view(Right.FIT)
def renew(request: MemberRequest) -> HttpResponse:
    """Ask for a fit of the day looked at; the page then follows its progress."""
    run = start_fit(request.org, request.as_of.on, by=request.member)
    if request.htmx:
        return render(request, "workspace/forecast/progress.html", {"run": run, "can_fit": True})
    messages.success(request, _("The forecast is being renewed; this page follows it."))
    return redirect(link_to(request, "workspace:forecast"))


@require_safe
@member_view()
def show_progress(request: MemberRequest) -> HttpResponse:
    """The state of the newest run; once it has ended the whole page is shown again."""
    run = last_run(request.org)
    if run is not None and not run.is_live and request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    can_fit = has_right(request.member, Right.FIT)
    return render(request, "workspace/forecast/progress.html", {"run": run, "can_fit": can_fit})


@require_safe
@member_view()
def show_report_card(request: MemberRequest) -> HttpResponse:
    return render(request, "workspace/report_card.html", {"card": read_report_card(request)})
