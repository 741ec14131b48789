"""The deal page and its forms.

Answers: one address for the page, its forms by ``?do=``, and what a sent form leads to. Does not answer: what a form
may change (the actions decide and say why not).

A form opens in the sheet beside the page; without scripts the same form stands in the page. When something is refused
the answer is the page itself with the form still filled in, status 422, or 409 when somebody else was faster.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.buying.people_actions import Card, save_person
from landmark.deals.actions.deals import open_deal
from landmark.deals.actions.evidence import add_evidence as add_evidence_to
from landmark.deals.actions.next_steps import complete_next_step
from landmark.deals.actions.next_steps import set_next_step as set_step_of
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.policies import Refused, check_can_edit
from landmark.documents.letters import guess_kind
from landmark.ledger.attachments import read_attachment
from landmark.ledger.inputs import LedgerError
from landmark.ledger.models import Evidence
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import Strength
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.forms import EvidenceForm, NewDealForm, NextStepForm, StakeholderForm
from landmark.workspace.presenters.deal import DealPage
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.typed import find_named
from landmark.workspace.views.moves import make_move_form, read_door, try_move

FormBuilder = Callable[[DealPage], dict[str, Any]]


def find_deal(request: MemberRequest, pk: UUID) -> Deal:
    rows = Deal.objects.of(request.org).select_related("account", "owner", "owner__team", "org")
    return get_object_or_404(rows, pk=pk)


@require_safe
@member_view()
def show_deal(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The page; with ``?do=`` one of its forms, alone when htmx asks for the sheet."""
    page = DealPage(request, find_deal(request, pk))
    build = FORMS.get(request.GET.get("do", ""))
    context = build(page) if build else {}
    if build is not None and not _may_open(page, request.GET["do"]):
        raise PermissionDenied(_("On this deal you can read; its owner, a manager or sales operations can change it."))
    if request.htmx and request.htmx.target == "door":
        return render(request, "workspace/deal/door.html", {"page": page, **context})
    if request.htmx and request.htmx.target == "act":
        return render(request, "workspace/deal/sheet.html", {"page": page, **context})
    return render(request, "workspace/deal.html", {"page": page, **context})


def _may_open(page: DealPage, do: str) -> bool:
    return page.can_add_evidence if do == "evidence" else page.can_edit


# What each form starts with


def _move_context(page: DealPage) -> dict[str, Any]:
    form = make_move_form(page, to=page.request.GET.get("to", ""))
    return {"sheet": "move", "form": form, "door": read_door(page, form), "back": page.request.GET.get("back", "")}


def _evidence_context(page: DealPage) -> dict[str, Any]:
    query = page.request.GET
    initial = {
        "key": query.get("key", ""),
        "strength": query.get("strength", Strength.DOCUMENTED.key),
        "occurred_on": page.as_of.on,
        "author": query.get("author", ""),
    }
    return {"sheet": "evidence", "form": make_evidence_form(page, initial=initial), "back": query.get("back", "")}


def make_evidence_form(page: DealPage, *args: Any, **kwargs: Any) -> EvidenceForm:
    return EvidenceForm(*args, playbook=page.playbook, lang=page.lang, today=page.as_of.on, **kwargs)


def _step_context(page: DealPage) -> dict[str, Any]:
    step = page.step
    initial: dict[str, Any] = {"owner": page.request.member.name}
    if step:
        initial = {"text": step.text, "owner": step.owner, "due_on": step.due_on}
    return {"sheet": "step", "form": NextStepForm(initial=initial), "back": page.request.GET.get("back", "")}


def _person_context(page: DealPage) -> dict[str, Any]:
    query = page.request.GET
    person = find_stakeholder(page, query.get("person", ""))
    initial: dict[str, Any] = {"stance": "neutral", "roles": [query["role"]] if query.get("role") else []}
    if person:
        initial = {
            "name": person.person.name, "title": person.person.title, "email": person.person.email,
            "roles": person.roles, "stance": person.stance, "met_on": person.met_on,
            "personal_benefit": person.personal_benefit, "plan": person.plan,
        }  # fmt: skip
    form = StakeholderForm(initial=initial, playbook=page.playbook, lang=page.lang)
    return {"sheet": "person", "form": form, "person": person, "back": query.get("back", "")}


def find_stakeholder(page: DealPage, text: str) -> Stakeholder | None:
    return find_named(Stakeholder.objects.filter(deal=page.deal).select_related("person"), text)


FORMS: Mapping[str, FormBuilder] = {
    "move": _move_context,
    "evidence": _evidence_context,
    "step": _step_context,
    "person": _person_context,
}


# What a sent form does


def answer(page: DealPage, context: dict[str, Any], status: int = 422) -> HttpResponse:
    """The form again, with what stands in the way."""
    if not page.can_edit and not page.can_add_evidence:
        raise PermissionDenied
    template = "workspace/deal/sheet.html" if page.request.htmx else "workspace/deal.html"
    return render(page.request, template, {"page": page, **context}, status=status)


def finish(page: DealPage, sentence: str) -> HttpResponse:
    """Back to where the person came from, with a short message."""
    messages.success(page.request, sentence)
    back = page.request.POST.get("back", "")
    if back in ("board", "table"):
        url = link_to(page.request, f"workspace:{back}")
    elif back.startswith("move-"):
        query = {"do": "move", "to": back.removeprefix("move-")}
        url = link_to(page.request, "workspace:deal", pk=page.deal.id, query=query)
    elif back == "qualification":
        url = link_to(page.request, "workspace:qualification", pk=page.deal.id)
    elif back == "step":
        url = link_to(page.request, "workspace:deal", pk=page.deal.id, query={"do": "step"})
    else:
        url = link_to(page.request, "workspace:deal", pk=page.deal.id)
    if page.request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _posted(request: MemberRequest, pk: UUID) -> DealPage:
    return DealPage(request, find_deal(request, pk))


@require_POST
@member_view()
def move(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    form = make_move_form(page, request.POST)
    if form.is_valid() and try_move(page, form):
        to = page.playbook.label("stage", form.cleaned_data["to"], page.lang)
        return finish(page, _("%(deal)s stands at %(stage)s now.") % {"deal": page.deal.name, "stage": to})
    context = {"sheet": "move", "form": form, "door": read_door(page, form), "back": request.POST.get("back", "")}
    return answer(page, context)


@require_POST
@member_view(Right.ADD_EVIDENCE)
def add_evidence(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    form = make_evidence_form(page, request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_evidence_to(
                page.deal, by=request.member, key=data["key"], strength=Strength(data["strength"]),
                occurred_on=data["occurred_on"], title=data["title"], note=data["note"], author=data["author"],
                attachment=data["attachment"],
            )  # fmt: skip
            label = page.playbook.label("milestone", data["key"], page.lang)
            return finish(page, _("“%(evidence)s” is on record.") % {"evidence": label})
        except (Refused, LedgerError) as refused:
            form.add_error(None, str(refused))
    return answer(page, {"sheet": "evidence", "form": form, "back": request.POST.get("back", "")})


@require_POST
@member_view()
def save_stakeholder(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    check_can_edit(request.member, page.deal)
    person = find_stakeholder(page, request.POST.get("person", ""))
    form = StakeholderForm(request.POST, playbook=page.playbook, lang=page.lang)
    if form.is_valid():
        try:
            save_person(page.deal, by=request.member, card=Card(**form.cleaned_data), state={}, stakeholder=person)
            return finish(page, _("%(name)s is on record.") % {"name": form.cleaned_data["name"]})
        except Refused as refused:
            form.add_error(None, str(refused))
    return answer(page, {"sheet": "person", "form": form, "person": person, "back": request.POST.get("back", "")})


@require_POST
@member_view()
def set_next_step(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    if "done" in request.POST:
        complete_next_step(page.deal, by=request.member)
        return finish(page, _("Done. What happens next?"))
    form = NextStepForm(request.POST)
    if form.is_valid():
        try:
            set_step_of(page.deal, by=request.member, **form.cleaned_data)
            return finish(page, _("The next step is set."))
        except Refused as refused:
            form.add_error(None, str(refused))
    return answer(page, {"sheet": "step", "form": form, "back": request.POST.get("back", "")})


@member_view()
def open_new(request: MemberRequest) -> HttpResponse:
    if not (has_right(request.member, Right.EDIT_OWN) or has_right(request.member, Right.EDIT_ALL)):
        raise PermissionDenied(_("Your role can read deals; representatives and managers open them."))
    form = NewDealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        step = NextStepInput(data["step_text"], request.member.name, data["step_due_on"]) if data["step_text"] else None
        try:
            deal = open_deal(
                by=request.member, name=data["name"], account_name=data["account_name"], amount=data["amount"],
                deal_type=data["deal_type"], target_on=data["target_on"], next_step=step,
            )  # fmt: skip
            return finish(DealPage(request, deal), _say_open(deal))
        except Refused as refused:
            form.add_error(None, str(refused))
    status = 422 if request.method == "POST" else 200
    template = "workspace/deal/new_sheet.html" if request.htmx else "workspace/deal_new.html"
    return render(request, template, {"form": form}, status=status)


def _say_open(deal: Deal) -> str:
    """What was opened, and the method it follows where that is not the usual one."""
    if deal.playbook == deal.org.playbook:
        return _("%(deal)s is open.") % {"deal": deal.name}
    label = load_playbook(deal.playbook).text("playbook.label", get_language() or "en")
    return _("%(deal)s is open. Its size and type choose the method “%(playbook)s”.") % {
        "deal": deal.name, "playbook": label,
    }  # fmt: skip


@require_safe
@member_view()
def download_attachment(request: MemberRequest, pk: UUID, digest: str) -> HttpResponse:
    """A file behind evidence of this deal, under a name of ours, never shown inside the page."""
    deal = find_deal(request, pk)
    row = (
        Evidence.objects.for_deal(request.org.id, deal.id).filter(attachment_sha256=digest).first() if digest else None
    )
    if row is None:
        raise Http404
    try:
        data = read_attachment(digest)
    except LedgerError as error:
        raise Http404(str(error)) from error
    name = f"{row.key}-{row.occurred_at:%Y-%m-%d}{guess_ending(data)}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type="application/octet-stream", headers=headers)


def guess_ending(data: bytes) -> str:
    """A file's ending by its first bytes; the sender's own name is never used."""
    if kind := guess_kind(data):
        return {"mail": ".eml", "calendar": ".ics"}[kind]
    endings = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"PK\x03\x04": ".zip", b"GIF8": ".gif"}
    return next((ending for start, ending in endings.items() if data.startswith(start)), ".bin")
