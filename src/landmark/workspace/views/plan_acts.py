"""What the forms and buttons of the plan page lead to.

Answers: which action each asks for, and what is said afterwards. Does not answer: what it may change (the actions of
``plans`` decide and say why not). What was typed is never lost: a refused form comes back filled in (422), and two
people's changes are put together or shown side by side (409).
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
from django.views.decorators.http import require_POST

from landmark.deals.policies import Refused, StaleVersion
from landmark.engines.merge import merge
from landmark.ledger.inputs import LedgerError
from landmark.plans import action_actions, plan_actions
from landmark.plans.confirm_actions import confirm_plan
from landmark.plans.models import Plan, PlanAction
from landmark.ui.formats import format_day
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.plan_forms import LISTS, plain_of, plain_values, read_base
from landmark.workspace.presenters.plan import PlanPage
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.plan import (
    find_asked,
    make_action_form,
    make_confirm,
    make_drop,
    make_plan,
    make_start,
    plan_of,
    render_plan,
)
from landmark.workspace.views.sheets import check_may_change, go_on


def _page(request: MemberRequest, pk: UUID) -> PlanPage:
    page = PlanPage(request, find_deal(request, pk))
    if not page.as_of.is_latest:
        raise PermissionDenied(_("A past day can be looked at, not changed."))
    return page


def _changing(request: MemberRequest, pk: UUID) -> PlanPage:
    page = _page(request, pk)
    check_may_change(page)
    return page


def _finish(page: PlanPage, sentence: str) -> HttpResponse:
    messages.success(page.request, sentence)
    return go_on(page.request, page.url(list=page.key))


def _refuse(page: PlanPage, refused: Exception) -> HttpResponse:
    """A button that cannot be pressed now: the page again, with the sentence."""
    messages.error(page.request, str(refused))
    return go_on(page.request, page.url(list=page.key))


def _send(
    page: PlanPage,
    context: dict[str, Any],
    act: Callable[[], str],
    on_stale: Callable[[StaleVersion], HttpResponse] | None = None,
) -> HttpResponse:
    """Do what a form asks for and say so; refused, the form comes back as it was typed."""
    form = context["form"]
    if form.is_valid():
        try:
            return _finish(page, act())
        except (Refused, LedgerError) as refused:
            if on_stale and isinstance(refused, StaleVersion):
                return on_stale(refused)
            form.add_error(None, str(refused))
    return render_plan(page, context, 422)


@require_POST
@member_view()
def start(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _changing(request, pk)
    page.key = request.POST.get("template", "")
    context = make_start(page, request.POST)

    def act() -> str:
        plan_actions.start_plan(page.deal, by=request.member, lang=page.lang, **context["form"].cleaned_data)
        return _("The plan is there, counted back over working days. Look at owners and days.")

    return _send(page, context, act)


@require_POST
@member_view()
def save_plan(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _changing(request, pk)
    plan, _state = plan_of(page)
    context = make_plan(page, request.POST)
    form = context["form"]

    def act() -> str:
        plan_actions.edit_plan(plan, by=request.member, changes=form.changes, if_version=form.cleaned_data["version"])
        if "anchor_on" in form.changed_data:
            return _("Saved. Days of the actions are as they were: count them back again if they shall move.")
        return _("Saved.")

    return _send(page, context, act, lambda stale: render_plan(page, _clash_of_plan(page, plan, str(stale)), 409))


def _clash_of_plan(page: PlanPage, plan: Plan, sentence: str) -> dict[str, Any]:
    """The form with what was typed, over what stands there now; sending it again is the choice."""
    typed = page.request.POST.copy()
    typed["version"] = str(plan.version)
    context = make_plan(page, typed)
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
    action = find_asked(page)
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
    plan, _state = plan_of(page)
    form = make_action_form(page, action, data)

    def act() -> str:
        saved = action_actions.save_action(
            plan, by=page.request.member, values=form.read(), action=action,
            if_version=form.cleaned_data["version"] if action else None,
        )  # fmt: skip
        return note or _("“%(action)s” is in the plan.") % {"action": saved.text}

    context = {"sheet": "action", "form": form, "action": action}
    return _send(page, context, act, lambda stale: _merge(page, stale, data))


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
    form = make_action_form(page, current, data)
    clash = [
        (name, form.fields[name].label, form.label_of(name, theirs[name]), form.label_of(name, mine[name]))
        for name in merged.conflicts
    ]
    return render_plan(page, {"sheet": "action", "form": form, "action": current, "clash": clash, "who": who}, 409)


@require_POST
@member_view()
def press(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The buttons of one line: done, back again, hand up, make it the deal's next step."""
    page = _page(request, pk)
    action = find_asked(page)
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
    context = make_drop(page, request.POST)
    action = context["action"]
    page.key = action.plan.template

    def act() -> str:
        action_actions.drop_action(action, by=request.member, reason=context["form"].cleaned_data["reason"])
        return _("“%(action)s” is out of the plan, with the reason.") % {"action": action.text}

    return _send(page, context, act)


@require_POST
@member_view()
def count_dates(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Days counted back again, or the plan taken away while it is empty of deeds."""
    page = _changing(request, pk)
    plan, _state = plan_of(page)
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
    plan, _state = plan_of(page)
    context = make_confirm(page, request.POST, request.FILES)

    def act() -> str:
        form = context["form"]
        confirm_plan(plan, by=request.member, values=form.read(), edition=form.cleaned_data["edition"])
        return _("The buyer's word is on record.")

    return _send(page, context, act)
