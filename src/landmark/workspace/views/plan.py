"""The plan page: the plan both sides share, its forms by ``?do=``, its calendar file.

Answers: what the page and each form start with. Does not answer: what a sent form leads to (``views.plan_acts``).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from landmark.documents.plan_calendar import build_plan_calendar
from landmark.orgs.as_of import current_day
from landmark.plans.calendars import make_calendar
from landmark.plans.models import Plan, PlanAction
from landmark.plans.reading import PARTS, PlanState
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.forms import Choices
from landmark.workspace.plan_forms import ActionForm, ConfirmForm, DropForm, PlanForm, StartForm, plain_values
from landmark.workspace.presenters.plan import PlanPage
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.sheets import open_sheet, show_page

FormBuilder = Callable[[PlanPage], dict[str, Any]]


@require_safe
@member_view()
def show_plan(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The page; with ``?do=`` one of its forms, alone when htmx asks for the sheet."""
    page = PlanPage(request, find_deal(request, pk))
    return render_plan(page, open_sheet(page, FORMS))


def render_plan(page: PlanPage, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return show_page(page, context, whole="workspace/plan.html", sheet="workspace/plan/sheet.html", status=status)


@require_safe
@member_view()
def download_calendar(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The plan chosen as a calendar file for both sides."""
    page = PlanPage(request, find_deal(request, pk))
    _found, state = plan_of(page)
    data = build_plan_calendar(make_calendar(state, page.lang))
    name = f"{request.org.slug}-{page.key.replace('_', '-')}-{request.as_of.on}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type="text/calendar; charset=utf-8", headers=headers)


def plan_of(page: PlanPage) -> tuple[Plan, PlanState]:
    if page.plan is None or page.state is None:
        raise Http404
    return page.plan, page.state


# The forms


def make_start(page: PlanPage, *args: Any) -> dict[str, Any]:
    template = page.template
    if template is None:
        raise Http404
    labels = {"decision": _("the decision"), "go_live": _("go-live"), "signature": _("the signature"),
              "kickoff": _("the kick-off")}  # fmt: skip
    anchors: Choices = [(one.on, labels[one.on]) for one in template.anchors]
    known = next(iter(page.plans.values()), None)
    initial = {
        "template": template.key, "anchor": template.anchors[0].on,
        "anchor_on": page.deal.target_on if template.anchors[0].on == "signature" else None,
        "buyer_country": known.buyer_country if known else page.request.org.country,
    }  # fmt: skip
    return {"sheet": "start", "form": StartForm(*args, initial=initial, anchors=anchors)}


def make_plan(page: PlanPage, *args: Any) -> dict[str, Any]:
    plan, _state = plan_of(page)
    names = ("anchor_on", "starts_on", "buyer_country", "outcome", "requirements", "check_in_weekday", "version")
    initial = {name: getattr(plan, name) for name in names}
    takes_over = page.request.GET.get("from") == "discovery"
    for name in ("outcome", "requirements"):
        held = getattr(page.grounds, name)
        if held and (takes_over or not initial[name]):
            initial[name] = held
    return {"sheet": "plan", "form": PlanForm(*args, plan=plan, initial=initial)}


def find_asked(page: PlanPage) -> PlanAction | None:
    text = page.request.POST.get("action") or page.request.GET.get("action", "")
    return page.find_action(text) if text else None


def make_action(page: PlanPage) -> dict[str, Any]:
    plan_of(page)
    action = find_asked(page)
    initial: dict[str, Any] = {"our_owner": str(page.request.member.id), "accountable": "ours", "days": 1}
    if action:
        initial = plain_values(action)
        initial |= {"version": action.version, "base": json.dumps(initial)}
    return {"sheet": "action", "form": make_action_form(page, action, initial=initial), "action": action}


def make_action_form(page: PlanPage, action: PlanAction | None, *args: Any, **kwargs: Any) -> ActionForm:
    _found, state = plan_of(page)
    return ActionForm(
        *args, state=state, phases=page.phase_choices, members=page.members, people=page.people, action=action, **kwargs
    )


def make_confirm(page: PlanPage, *args: Any) -> dict[str, Any]:
    plan, _state = plan_of(page)
    initial = {"confirmed_on": current_day(page.request.org), "parts": list(PARTS), "edition": plan.edition}
    form = ConfirmForm(*args, people=page.people, today=current_day(page.request.org), initial=initial)
    return {"sheet": "confirm", "form": form}


def make_drop(page: PlanPage, *args: Any) -> dict[str, Any]:
    action = find_asked(page)
    if action is None:
        raise Http404
    return {"sheet": "drop", "form": DropForm(*args), "action": action}


FORMS: Mapping[str, FormBuilder] = {
    "start": make_start, "plan": make_plan, "action": make_action, "confirm": make_confirm, "drop": make_drop,
}  # fmt: skip
