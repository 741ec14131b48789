"""The calls page and what is sent from it.

Answers: one page, three small forms, each refused in a sentence on the page itself. Does not answer: who may give which
number (``cadence.call_actions``). A number given meanwhile by somebody else is 409, anything else refused 422.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from landmark.cadence.call_actions import About, check_may_call, remind_missing, submit_call
from landmark.cadence.category_actions import Choice, set_categories
from landmark.cadence.freezing import freeze_due
from landmark.deals.policies import Refused, StaleVersion
from landmark.orgs.roles import Right
from landmark.ui.numbers import read_amount, read_count
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.calls import CallsPage
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.typed import as_id

PAGE = "workspace/calls.html"


@require_safe
@member_view()
def show_calls(request: MemberRequest) -> HttpResponse:
    return render(request, PAGE, {"page": CallsPage(request)})


@require_POST
@member_view()
def submit(request: MemberRequest) -> HttpResponse:
    """One number; without saying about whom it is one's own call."""
    about = _read_about(request)
    data = request.POST
    try:
        check_may_call(request.member, about)  # who may not call at all need not hear about a mistyped amount
        entry = submit_call(
            by=request.member, about=about, amount=_read_amount(data.get("amount", "")),
            deadline_at=_read_deadline(data.get("deadline", "")), note=data.get("note", "").replace("\0", ""),
            if_version=read_count(data.get("version", "")) or 0,
        )  # fmt: skip
    except Refused as refused:
        typed = {
            "key": f"{about.kind}.{about.scope}.{about.scope_id}",
            "amount": data.get("amount", "")[:40],
            "note": data.get("note", "")[:500],
        }
        page = CallsPage(request, errors=[str(refused)], typed=typed)
        return render(request, PAGE, {"page": page}, status=409 if isinstance(refused, StaleVersion) else 422)
    messages.success(request, _("Saved for the week. You can change it until the week closes."))
    return redirect(link_to(request, "workspace:calls") + ("#roll-up" if entry.scope_id != request.member.id else ""))


def _read_about(request: MemberRequest) -> About:
    data = request.POST
    if "scope_id" not in data:
        return About.own(request.member, data.get("kind") or "representative")
    scope_id = as_id(data["scope_id"]) or request.org.id
    kind = data.get("kind", "")
    scope = data.get("scope", "")
    known = kind in {"representative", "manager", "commit"} and scope in {"member", "team", "org"}
    return About(kind, scope, scope_id) if known else About("representative", "org", scope_id)


def _read_amount(text: str) -> Decimal:
    try:
        return read_amount(text)
    except ValueError as error:
        raise Refused(_("Write the amount as a plain number, for example 84000 or 84000.50.")) from error


def _read_deadline(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(_("Load the page again; it does not say which week it is about.")) from error
    if moment.tzinfo is None:
        raise Refused(_("Load the page again; it does not say which week it is about."))
    return moment


@require_POST
@member_view(Right.CALL)
def categorise(request: MemberRequest) -> HttpResponse:
    """Categories that were changed on the page; with ``accept`` also the suggestions for those nobody has set."""
    try:
        changed = set_categories(_read_choices(request.POST), by=request.member)
    except Refused as refused:
        page = CallsPage(request, errors=[str(refused)], chosen=request.POST.dict())
        return render(request, PAGE, {"page": page}, status=409 if isinstance(refused, StaleVersion) else 422)
    text = ngettext("%(count)d category set.", "%(count)d categories set.", len(changed))
    messages.success(request, text % {"count": len(changed)} if changed else _("Nothing was changed."))
    who = request.GET.get("who", "")
    return redirect(link_to(request, "workspace:calls", query={"who": who} if who else {}) + "#deals")


def _read_choices(data: QueryDict) -> dict[UUID, Choice]:
    """``was-<deal>`` says what the person saw: "commit:3", or ":0" for not set."""
    is_accepting = "accept" in data
    found: dict[UUID, Choice] = {}
    for name in data:
        if not name.startswith("was-"):
            continue
        key = name.removeprefix("was-")
        before, _colon, version = data.get(name, "").partition(":")
        wanted = data.get(f"category-{key}", "")
        if is_accepting and not wanted:
            wanted = data.get(f"suggested-{key}", "")
        if wanted and wanted != before:
            deal_id = as_id(key)
            if deal_id is None:
                raise Refused(_("Load the page again; one of its deals cannot be read."))
            found[deal_id] = Choice(wanted, read_count(version) or 0)
    return found


@require_POST
@member_view(Right.CALL_TEAM)
def remind(request: MemberRequest) -> HttpResponse:
    count = remind_missing(request.org, by=request.member)
    text = ngettext("%(count)d person was reminded.", "%(count)d people were reminded.", count)
    messages.success(request, text % {"count": count} if count else _("Everybody has been reminded already."))
    return redirect(link_to(request, "workspace:calls") + "#roll-up")


@require_POST
@member_view(Right.ADMINISTER)
def freeze(request: MemberRequest) -> HttpResponse:
    """Freeze what has closed and is not frozen yet, without waiting for the worker."""
    count = len(freeze_due(request.org, via="web"))
    text = ngettext("%(count)d week was frozen.", "%(count)d weeks were frozen.", count)
    messages.success(request, text % {"count": count} if count else _("Every closed week is frozen already."))
    return redirect(link_to(request, "workspace:calls"))
