"""The plan page: the plan both sides share, its forms by ``?do=``, its calendar file.

Answers: what a sent form leads to. Does not answer: what it may change (the actions of ``plans`` decide and say why
not). What was typed is never lost: a refused form comes back filled in (422), and two people's changes are put together
or shown side by side (409).
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from landmark.deals.policies import Refused, StaleVersion
from landmark.documents.plan_calendar import build_plan_calendar
from landmark.engines.merge import merge
from landmark.ledger.inputs import LedgerError
from landmark.orgs.as_of import current_day
from landmark.plans import action_actions, plan_actions
from landmark.plans.calendars import make_calendar
from landmark.plans.confirm_actions import confirm_plan
from landmark.plans.models import Plan, PlanAction
from landmark.plans.reading import PARTS, PlanState
from landmark.ui.formats import format_day
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.forms import Choices
from landmark.workspace.plan_forms import (
    LISTS,
    ActionForm,
    ConfirmForm,
    DropForm,
    PlanForm,
    StartForm,
    plain_of,
    plain_values,
    read_base,
)
from landmark.workspace.presenters.plan import PlanPage
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.sheets import check_may_change, go_on, open_sheet, show_page

FormBuilder = Callable[[PlanPage], dict[str, Any]]


@require_safe
@member_view()
def show_plan(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The page; with ``?do=`` one of its forms, alone when htmx asks for the sheet."""
    page = PlanPage(request, find_deal(request, pk))
    return _render(page, open_sheet(page, FORMS))


def _render(page: PlanPage, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return show_page(page, context, whole="workspace/plan.html", sheet="workspace/plan/sheet.html", status=status)


def _page(request: MemberRequest, pk: UUID) -> PlanPage:
    page = PlanPage(request, find_deal(request, pk))
    if not page.as_of.is_latest:
        raise PermissionDenied(_("A past day can be looked at, not changed."))
    return page


def _changing(request: MemberRequest, pk: UUID) -> PlanPage:
    page = _page(request, pk)
    check_may_change(page)
    return page


def _plan_of(page: PlanPage) -> tuple[Plan, PlanState]:
    if page.plan is None or page.state is None:
        raise Http404
    return page.plan, page.state


def _finish(page: PlanPage, sentence: str, **query: str) -> HttpResponse:
    messages.success(page.request, sentence)
    return _back(page, **query)


def _back(page: PlanPage, **query: str) -> HttpResponse:
    return go_on(page.request, page.url(list=page.key, **query))


def _refuse(page: PlanPage, refused: Exception) -> HttpResponse:
    """A button that cannot be pressed now: the page again, with the sentence."""
    messages.error(page.request, str(refused))
    return _back(page)


# The forms


def _start(page: PlanPage, *args: Any) -> dict[str, Any]:
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


def _plan(page: PlanPage, *args: Any) -> dict[str, Any]:
    plan, _state = _plan_of(page)
    names = ("anchor_on", "starts_on", "buyer_country", "outcome", "requirements", "check_in_weekday", "version")
    initial = {name: getattr(plan, name) for name in names}
    return {"sheet": "plan", "form": PlanForm(*args, plan=plan, initial=initial)}


def _asked_action(page: PlanPage) -> PlanAction | None:
    text = page.request.POST.get("action") or page.request.GET.get("action", "")
    return page.find_action(text) if text else None


def _action(page: PlanPage) -> dict[str, Any]:
    _plan_of(page)
    action = _asked_action(page)
    initial: dict[str, Any] = {"our_owner": str(page.request.member.id), "accountable": "ours", "days": 1}
    if action:
        initial = plain_values(action)
        initial |= {"version": action.version, "base": json.dumps(initial)}
    return {"sheet": "action", "form": _action_form(page, action, initial=initial), "action": action}


def _action_form(page: PlanPage, action: PlanAction | None, *args: Any, **kwargs: Any) -> ActionForm:
    _found, state = _plan_of(page)
    return ActionForm(
        *args, state=state, phases=page.phase_choices, members=page.members, people=page.people, action=action, **kwargs
    )


def _confirm(page: PlanPage, *args: Any) -> dict[str, Any]:
    plan, _state = _plan_of(page)
    initial = {"confirmed_on": current_day(page.request.org), "parts": list(PARTS), "edition": plan.edition}
    form = ConfirmForm(*args, people=page.people, today=current_day(page.request.org), initial=initial)
    return {"sheet": "confirm", "form": form}


def _drop(page: PlanPage, *args: Any) -> dict[str, Any]:
    action = _asked_action(page)
    if action is None:
        raise Http404
    return {"sheet": "drop", "form": DropForm(*args), "action": action}


FORMS: Mapping[str, FormBuilder] = {
    "start": _start, "plan": _plan, "action": _action, "confirm": _confirm, "drop": _drop,
}  # fmt: skip


# What a sent form does


@require_POST
@member_view()
def start(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _changing(request, pk)
    page.key = request.POST.get("template", "")
    context = _start(page, request.POST)
    form = context["form"]
    if form.is_valid():
        try:
            plan_actions.start_plan(page.deal, by=request.member, lang=page.lang, **form.cleaned_data)
            return _finish(page, _("The plan is there, counted back over working days. Look at owners and days."))
        except Refused as refused:
            form.add_error(None, str(refused))
    return _render(page, context, 422)


@require_POST
@member_view()
def save_plan(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _changing(request, pk)
    plan, _state = _plan_of(page)
    context = _plan(page, request.POST)
    form = context["form"]
    if not form.is_valid():
        return _render(page, context, 422)
    try:
        plan_actions.edit_plan(plan, by=request.member, changes=form.changes, if_version=form.cleaned_data["version"])
    except StaleVersion as stale:
        return _render(page, _clash_of_plan(page, plan, str(stale)), 409)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _render(page, context, 422)
    if "anchor_on" in form.changed_data:
        return _finish(
            page, _("Saved. Days of the actions are as they were: count them back again if they shall move.")
        )
    return _finish(page, _("Saved."))


def _clash_of_plan(page: PlanPage, plan: Plan, sentence: str) -> dict[str, Any]:
    """The form with what was typed, over what stands there now; sending it again is the choice."""
    typed = page.request.POST.copy()
    typed["version"] = str(plan.version)
    context = _plan(page, typed)
    form = context["form"]
    form.is_valid()
    form.add_error(None, sentence)
    for name in form.fields:
        now, mine = getattr(plan, name), form.cleaned_data.get(name)
        if name != "version" and now != mine:
            shown = format_day(now) if isinstance(now, date) else str(now if now not in (None, "") else _("nothing"))
            form.add_error(name, _("There now: %(now)s. Save again to keep yours.") % {"now": shown})
    return context


@require_POST
@member_view()
def save_action(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _changing(request, pk)
    action = _asked_action(page)
    return _save_action(page, action, _take_choices(request.POST))


def _take_choices(data: QueryDict) -> QueryDict:
    """After a merge: fields for which somebody chose the other person's value get that value."""
    chosen = data.copy()
    base = read_base(data.get("base", ""))
    for name in list(data):
        field = name.removeprefix("take_")
        if field != name and data.get(name) == "theirs" and field in base:
            chosen.setlist(field, [str(one) for one in base[field]] if field in LISTS else [str(base[field])])
    return chosen


def _save_action(page: PlanPage, action: PlanAction | None, data: QueryDict, note: str = "") -> HttpResponse:
    plan, _state = _plan_of(page)
    form = _action_form(page, action, data)
    context = {"sheet": "action", "form": form, "action": action}
    if not form.is_valid():
        return _render(page, context, 422)
    try:
        saved = action_actions.save_action(
            plan, by=page.request.member, values=form.read(), action=action,
            if_version=form.cleaned_data["version"] if action else None,
        )  # fmt: skip
    except StaleVersion as stale:
        return _merge(page, stale, data)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _render(page, context, 422)
    return _finish(page, note or _("“%(action)s” is in the plan.") % {"action": saved.text})


def _merge(page: PlanPage, stale: StaleVersion, typed: QueryDict) -> HttpResponse:
    """Put both people's changes together; where they wrote the same field, show both and let the person choose."""
    current = page.find_action(str(stale.current.id))
    theirs, mine, base = plain_values(current), plain_of(typed), read_base(typed.get("base", ""))
    merged = merge(base, mine, theirs)
    data = typed.copy()
    for name, value in merged.values.items():
        kept = mine[name] if name in merged.conflicts else value
        data.setlist(name, [str(one) for one in kept] if isinstance(kept, list) else [str(kept)])
    data["version"], data["base"] = str(current.version), json.dumps(theirs)
    who = current.edited_by or _("Somebody")
    if not merged.conflicts:
        note = _("Saved together with what %(who)s changed meanwhile.") % {"who": who}
        return _save_action(page, current, data, note)
    form = _action_form(page, current, data)
    clash = [
        (name, form.fields[name].label, form.label_of(name, theirs[name]), form.label_of(name, mine[name]))
        for name in merged.conflicts
    ]
    return _render(page, {"sheet": "action", "form": form, "action": current, "clash": clash, "who": who}, 409)


@require_POST
@member_view()
def press(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The buttons of one line: done, back again, hand up, make it the deal's next step."""
    page = _page(request, pk)
    action = _asked_action(page)
    do = PRESSES.get(request.POST.get("press", ""))
    if action is None or do is None:
        if not page.can_edit:
            raise PermissionDenied
        raise Http404
    page.key = action.plan.template
    try:
        return _finish(page, do(page, action))
    except Refused as refused:
        return _refuse(page, refused)


def _press_done(page: PlanPage, action: PlanAction) -> str:
    action_actions.finish_action(action, by=page.request.member)
    return _("“%(action)s” is done. “Open again” takes it back.") % {"action": action.text}


def _press_reopen(page: PlanPage, action: PlanAction) -> str:
    action_actions.reopen_action(action, by=page.request.member)
    return _("“%(action)s” is open again.") % {"action": action.text}


def _press_escalate(page: PlanPage, action: PlanAction) -> str:
    told = action_actions.escalate_action(action, by=page.request.member)
    return ngettext("Handed up: %(n)d person was told.", "Handed up: %(n)d people were told.", told) % {"n": told}


def _press_next(page: PlanPage, action: PlanAction) -> str:
    plan_actions.make_next_step(action, by=page.request.member)
    return _("“%(action)s” is the deal's next step now.") % {"action": action.text}


PRESSES: Mapping[str, Callable[[PlanPage, PlanAction], str]] = {
    "done": _press_done, "reopen": _press_reopen, "escalate": _press_escalate, "next": _press_next,
}  # fmt: skip


@require_POST
@member_view()
def drop(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _changing(request, pk)
    context = _drop(page, request.POST)
    action, form = context["action"], context["form"]
    page.key = action.plan.template
    if form.is_valid():
        try:
            action_actions.drop_action(action, by=request.member, reason=form.cleaned_data["reason"])
            return _finish(page, _("“%(action)s” is out of the plan, with the reason.") % {"action": action.text})
        except Refused as refused:
            form.add_error(None, str(refused))
    return _render(page, context, 422)


@require_POST
@member_view()
def count_dates(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Days counted back again, or the plan taken away while it is empty of deeds."""
    page = _changing(request, pk)
    plan, _state = _plan_of(page)
    try:
        if "remove" in request.POST:
            plan_actions.remove_plan(plan, by=request.member)
            return _finish(page, _("The plan is gone. You can start it again at any time."))
        moved = plan_actions.count_back(plan, by=request.member)
    except Refused as refused:
        return _refuse(page, refused)
    if not moved:
        return _finish(page, _("Every day is right already."))
    return _finish(page, ngettext("%(n)d day was moved.", "%(n)d days were moved.", moved) % {"n": moved})


@require_POST
@member_view()
def confirm(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _changing(request, pk)
    plan, _state = _plan_of(page)
    context = _confirm(page, request.POST, request.FILES)
    form = context["form"]
    if form.is_valid():
        try:
            confirm_plan(plan, by=request.member, values=form.read(), edition=form.cleaned_data["edition"])
            return _finish(page, _("The buyer's word is on record."))
        except (Refused, LedgerError) as refused:
            form.add_error(None, str(refused))
    return _render(page, context, 422)


@require_safe
@member_view()
def download_calendar(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The plan chosen as a calendar file for both sides."""
    page = PlanPage(request, find_deal(request, pk))
    _found, state = _plan_of(page)
    data = build_plan_calendar(make_calendar(state, page.lang))
    name = f"{request.org.slug}-{page.key.replace('_', '-')}-{request.as_of.on}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type="text/calendar; charset=utf-8", headers=headers)
