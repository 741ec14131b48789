"""Settings behind the calls: deadline, fiscal year, country, currency rates, quotas.

Answers: the two pages and their forms. Does not answer: who may set what (``cadence.setting_actions``,
``cadence.rate_actions``).
"""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from landmark.cadence.rate_actions import BadRates, add_rate, import_rates
from landmark.cadence.setting_actions import set_country, set_deadline, set_fiscal_start, set_quota
from landmark.deals.policies import Refused, StaleVersion
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.outlook.periods import read_quarter
from landmark.ui.days import read_day
from landmark.ui.numbers import read_amount, read_count, read_share
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.call_settings import read_quota_page, read_settings
from landmark.workspace.presenters.call_weeks import say_deadline
from landmark.workspace.templatetags.workspace import link_to

SETTINGS, QUOTAS = "workspace/calls_settings.html", "workspace/quotas.html"


@require_safe
@member_view()
def show_settings(request: MemberRequest) -> HttpResponse:
    return _render_settings(request)


def _render_settings(request: MemberRequest, errors: list[str] | None = None) -> HttpResponse:
    context = {
        "page": read_settings(request),
        "errors": errors or [],
        "can_administer": request.as_of.is_latest and has_right(request.member, Right.ADMINISTER),
        "can_set_rates": request.as_of.is_latest and has_right(request.member, Right.SET_RATES),
        "zones": sorted(available_timezones()),
        "typed": {name: request.POST.get(name, "")[:40] for name in ("currency", "day", "rate")},
    }
    return render(request, SETTINGS, context, status=422 if errors else 200)


def _try(request: MemberRequest, act: Callable[[], str]) -> HttpResponse:
    """Do it and say so, or show the page with the reason."""
    try:
        sentence = act()
    except BadRates as refused:
        return _render_settings(request, refused.problems)
    except Refused as refused:
        return _render_settings(request, [str(refused)])
    messages.success(request, sentence)
    return redirect(link_to(request, "workspace:calls_settings"))


@require_POST
@member_view(Right.ADMINISTER)
def change_deadline(request: MemberRequest) -> HttpResponse:
    def act() -> str:
        first = set_deadline(
            by=request.member, weekday=_number(request.POST, "weekday"), hour=_number(request.POST, "hour"),
            time_zone=request.POST.get("time_zone", ""),
        )  # fmt: skip
        return _("Saved. The week under way keeps its deadline; the one after closes on %(deadline)s.") % {
            "deadline": say_deadline(first)
        }

    return _try(request, act)


@require_POST
@member_view(Right.ADMINISTER)
def change_fiscal_year(request: MemberRequest) -> HttpResponse:
    def act() -> str:
        set_fiscal_start(by=request.member, month=_number(request.POST, "month"))
        return _("Saved. Quarters are counted from that month on every page.")

    return _try(request, act)


@require_POST
@member_view(Right.ADMINISTER)
def change_country(request: MemberRequest) -> HttpResponse:
    def act() -> str:
        set_country(by=request.member, country=request.POST.get("country", ""))
        return _("Saved. Plans use these days off at once, the forecast from its next nightly fit on.")

    return _try(request, act)


def _number(data: QueryDict, name: str) -> int:
    found = read_count(data.get(name, ""))
    return -1 if found is None else found


@require_POST
@member_view(Right.SET_RATES)
def enter_rate(request: MemberRequest) -> HttpResponse:
    def act() -> str:
        data = request.POST
        try:
            day, rate = read_day(data.get("day", "")), read_share(data.get("rate", ""))
        except ValueError as error:
            raise Refused(_("Give the day, and the rate as a plain number, for example 0.9215.")) from error
        added = add_rate(by=request.member, currency=data.get("currency", ""), day=day, rate=rate)
        return _("Saved. It counts from now on.") if added else _("This rate is here already.")

    return _try(request, act)


@require_POST
@member_view(Right.SET_RATES)
def upload_rates(request: MemberRequest) -> HttpResponse:
    def act() -> str:
        sent = request.FILES.get("file")
        if sent is None:
            raise Refused(_("Choose a CSV file with the columns currency, day and rate."))
        count = import_rates(sent.read(), by=request.member)
        text = ngettext("%(count)d new rate.", "%(count)d new rates.", count)
        return str(text % {"count": count}) if count else _("Every rate of this file is here already.")

    return _try(request, act)


@require_safe
@member_view(Right.SEE_CALLS)
def show_quotas(request: MemberRequest) -> HttpResponse:
    return render(request, QUOTAS, {"page": read_quota_page(request), "errors": []})


@require_POST
@member_view(Right.CALL_TEAM)
def save_quotas(request: MemberRequest) -> HttpResponse:
    """Every quota that was changed, one after the other; the first that is refused stops the rest and is told."""
    period = read_quarter(request.org, request.POST.get("period"), request.as_of.on)
    count = 0
    try:
        for scope, scope_id, amount, version in _read_quotas(request.POST):
            made = set_quota(
                by=request.member, scope=scope, scope_id=scope_id, period=period, amount=amount, if_version=version
            )
            count += made is not None
    except Refused as refused:
        status = 409 if isinstance(refused, StaleVersion) else 422
        typed = {name.removeprefix("quota-"): request.POST.get(name, "")[:40] for name in request.POST}
        context = {"page": read_quota_page(request, period, typed), "errors": [str(refused)]}
        return render(request, QUOTAS, context, status=status)
    text = ngettext("%(count)d quota set.", "%(count)d quotas set.", count)
    messages.success(request, text % {"count": count} if count else _("Nothing was changed."))
    return redirect(link_to(request, "workspace:quotas", query={"period": period.key}))


def _read_quotas(data: QueryDict) -> list[tuple[str, UUID, Decimal | None, int]]:
    """``quota-<scope>-<id>`` with ``was-…`` as "version:amount"; those left as they were are passed over."""
    found: list[tuple[str, UUID, Decimal | None, int]] = []
    for name in data:
        prefix, _dash, key = name.partition("-")
        text = data.get(name, "").strip()
        version, _colon, before = data.get(f"was-{key}", "0:").partition(":")
        if prefix != "quota" or text == before:
            continue
        scope, _dash, scope_id = key.partition("-")
        try:
            amount = read_amount(text) if text else None
            found.append((scope, UUID(scope_id), amount, int(version)))
        except ValueError as error:
            raise Refused(_("Write each quota as a plain number, for example 250000.")) from error
    return found
