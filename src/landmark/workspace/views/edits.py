"""Changing single facts of a deal in place.

Answers: a sent value either lands or meets what somebody else did meanwhile, shown side by side. Does not answer: who
may change what (``deals.policies``).
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from landmark.deals.actions.deals import edit_deal
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, StaleVersion, check_can_edit
from landmark.ledger.models import FieldChange
from landmark.orgs.models import Member
from landmark.ui.formats import format_day, format_money
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.forms import EditForm
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.views.deals import find_deal, finish


@require_POST
@member_view()
def edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    deal = find_deal(request, pk)
    check_can_edit(request.member, deal)
    form = EditForm(request.POST, org=request.org)
    page = DealPage(request, deal)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return render(request, "workspace/deal.html", {"page": page}, status=422)
    try:
        edit_deal(deal, by=request.member, changes=form.changes, if_version=form.cleaned_data["version"])
    except StaleVersion:
        fresh = DealPage(request, find_deal(request, pk))
        conflict = {
            "changes": tell_changes(fresh, list(form.changes)),
            "fields": request.POST,
            "wanted": _tell_wanted(fresh, form),
        }
        return render(request, "workspace/deal.html", {"page": fresh, "conflict": conflict}, status=409)
    except (Refused, ValidationError) as refused:
        sentence = " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused)
        messages.error(request, sentence)
        return render(request, "workspace/deal.html", {"page": DealPage(request, find_deal(request, pk))}, status=422)
    return finish(page, _("Saved."))


def tell_changes(page: DealPage, fields: list[str]) -> list[str]:
    """Who changed these fields last, from what to what; without such a change, that something else moved."""
    rows = FieldChange.objects.for_object(page.request.org.id, "deal", page.deal.id).with_text()
    sentences = []
    for field in fields:
        row = rows.filter(field=field).order_by("-recorded_at", "-seq").first()
        if row is not None:
            sentences.append(
                _("%(who)s changed %(field)s from %(old)s to %(new)s.")
                % {
                    "who": row.author or _("Somebody"),
                    "field": _field_label(field),
                    "old": _tell_value(page, field, row.old_value),
                    "new": _tell_value(page, field, row.new_value),
                }
            )
    return sentences or [_("Another part of this deal was changed while you had it open.")]


def _tell_wanted(page: DealPage, form: EditForm) -> str:
    return "; ".join(f"{_field_label(name)}: {_tell_value(page, name, value)}" for name, value in form.changes.items())


def _field_label(field: str) -> str:
    found = Deal._meta.get_field(field)
    return str(getattr(found, "verbose_name", field))


def _tell_value(page: DealPage, field: str, value: Any) -> str:
    if value in (None, ""):
        return _("nothing")
    if field == "owner":
        member = value if isinstance(value, Member) else Member.objects.filter(org=page.request.org, pk=value).first()
        return member.name if member else _("nobody")
    if field == "amount":
        return format_money(value, page.currency)
    return value if isinstance(value, str) and field != "target_on" else format_day(_as_day(value))


def _as_day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value
