"""Targets. Answers: the page, and what its buttons do. Does not answer: any number on it (``cadence.target_plans``).

Working the figures out writes nothing and is open to everybody; saving and publishing are the actions' to allow.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from landmark.cadence.target_actions import NotReady, drop_draft, publish, save_draft, say
from landmark.cadence.target_plans import read_draft
from landmark.deals.policies import Refused
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.target_setting import Setting, read_setting
from landmark.workspace.presenters.targets import read_targets_page, view_form
from landmark.workspace.target_forms import TargetsForm
from landmark.workspace.templatetags.workspace import link_to

PAGE = "workspace/targets.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member_view()
def show_targets(request: MemberRequest) -> HttpResponse:
    setting = read_setting(request)
    if request.method != "POST":
        return render(request, PAGE, {"page": read_targets_page(request, setting)})
    act = request.POST.get("act", "work")
    if act != "work":
        check_right(request.member, Right.SET_TARGETS)
    if act == "drop":
        return _drop(request, setting)
    form = setting.make_form(request.POST)
    if act == "work" or not form.is_valid():
        return _show_form(request, setting, form, ok=act == "work")
    return _keep(request, setting, form, is_final=act == "publish")


def _show_form(request: MemberRequest, setting: Setting, form: TargetsForm, *, ok: bool) -> HttpResponse:
    """The figures as they follow now: only their part for htmx, else the whole page with what was typed."""
    if request.htmx and ok:
        return render(request, "workspace/targets/worked.html", {"worked": view_form(form, setting), "form": form})
    page = read_targets_page(request, setting, form)
    return render(request, PAGE, {"page": page, "is_typed": True, "is_refused": not ok}, status=200 if ok else 422)


def _keep(request: MemberRequest, setting: Setting, form: TargetsForm, *, is_final: bool) -> HttpResponse:
    """Save the draft; publish it too when asked. What keeps it from being published is said beside the form."""
    draft = save_draft(request.org, setting.period, form.read_plan(), by=request.member)
    if not is_final:
        messages.success(request, _("The draft is saved. Nobody is measured by it before it is published."))
        return _back(request, setting)
    try:
        publish(draft, by=request.member)
    except NotReady as error:
        context = {
            "page": read_targets_page(request, setting, form), "obstacles": [say(one) for one in error.obstacles],
            "is_typed": True,
        }  # fmt: skip
        return render(request, PAGE, context, status=422)
    messages.success(request, _("The targets are published and locked. A newer version can replace them."))
    return _back(request, setting)


def _drop(request: MemberRequest, setting: Setting) -> HttpResponse:
    draft = read_draft(request.org, setting.period)
    if draft is not None:
        try:
            drop_draft(draft, by=request.member)
        except Refused as error:  # published in between
            messages.error(request, str(error))
            return _back(request, setting)
        messages.success(request, _("The draft is gone; published targets stay as they are."))
    return _back(request, setting)


def _back(request: MemberRequest, setting: Setting) -> HttpResponse:
    return redirect(link_to(request, "workspace:targets", query={"period": setting.period.key}))
