"""Mailing a document to the buyer: write, look at exactly what goes out, send; and what went out before.

Answers: the two steps of the form. Does not answer: what a letter may hold (``closing.mail``), how it is kept.
"""

import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from landmark.closing.letter_actions import is_stuck
from landmark.closing.mail import NewLetter, Recipient
from landmark.closing.models import Letter, LetterState
from landmark.closing.paper_actions import issued_form
from landmark.closing.paper_letters import (
    compose,
    greet,
    list_recipients,
    meant_for,
    names_without_address,
    propose,
    send_paper,
    send_paper_again,
)
from landmark.closing.papers.kinds import Made
from landmark.deals.policies import Refused, check_can_edit
from landmark.documents.paper import draw_pages
from landmark.ledger.inputs import LedgerError
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.documents import DocumentsPage, name_kind
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.documents import find_made, is_shared, send_kept


class LetterForm(forms.Form):
    """``to``: people of the deal; ``also``: further addresses, with commas; ``greeting``: the line proposed."""

    to = forms.MultipleChoiceField(label=gettext_lazy("To"), required=False, widget=forms.CheckboxSelectMultiple)
    also = forms.CharField(
        label=gettext_lazy("Further addresses"), required=False, max_length=1000,
        widget=forms.TextInput(attrs={"placeholder": "name@example.com, …", "autocomplete": "off"}),
    )  # fmt: skip
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(label=gettext_lazy("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 9}))
    greeting = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[Recipient], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.email: person for person in people}
        field = self.fields["to"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  (for the type checker)
        field.choices = [(p.email, f"{p.name} · {p.email}" if p.name else p.email) for p in people]

    def recipients(self) -> list[Recipient]:
        """Each address once, those of the deal with their names."""
        typed = [part.strip() for part in self.cleaned_data["also"].replace(";", ",").split(",") if part.strip()]
        chosen = [*self.cleaned_data["to"], *typed]
        return [self.people.get(email) or Recipient(email) for email in dict.fromkeys(chosen)]

    def greet(self, greeting: str) -> None:
        """A proposed first line follows the choice of people; one that somebody wrote stays."""
        body, proposed = self.cleaned_data["body"], self.cleaned_data["greeting"]
        if proposed and body.startswith(proposed):
            self.cleaned_data |= {"body": greeting + body[len(proposed) :], "greeting": greeting}


@require_http_methods(["GET", "POST"])
@member_view()
def write_letter(request: MemberRequest, pk: UUID, kind: str) -> HttpResponse:
    """GET: the form. POST ``do=look``: the preview. POST ``do=send``: it goes out, if it still is what was shown."""
    page = DocumentsPage(request, find_deal(request, pk))
    if not page.can_edit:
        raise PermissionDenied(_("The deal's owner, a manager or sales operations write to the buyer."))
    made = find_made(page, kind)
    if not is_shared(made):
        raise PermissionDenied(_("This document is for the team only; it is not sent to the buyer."))
    people = list_recipients(page.deal)
    if request.method == "GET":
        chosen = meant_for(page.deal, kind)
        subject, body = propose(made, chosen, request.member)
        first = {"to": [p.email for p in chosen], "subject": subject, "body": body, "greeting": greet(made, chosen)}
        return _show_form(page, made, LetterForm(initial=first, people=people))
    form, do = LetterForm(request.POST, people=people), request.POST.get("do")
    if not form.is_valid() or do == "back":
        return _show_form(page, made, form, 200 if do == "back" else 422)
    return _look_or_send(page, made, form)


def _look_or_send(page: DocumentsPage, made: Made, form: LetterForm) -> HttpResponse:
    request, recipients = page.request, form.recipients()
    form.greet(greet(made, recipients))
    data = form.cleaned_data
    try:
        letter = compose(made, recipients=recipients, subject=data["subject"], body=data["body"], by=request.member)
        if request.POST.get("do") != "send":
            return _show_preview(page, made, form, letter)
        row = send_paper(
            page.asked(), made.kind.key, letter, by=request.member, token=request.POST.get("token", "")[:64],
            digest=request.POST.get("digest", ""),
        )  # fmt: skip
    except Refused as refused:
        form.add_error(None, str(refused))
        return _show_form(page, made, form, 422)
    return _go_to_letter(request, row)


def _go_to_letter(request: MemberRequest, row: Letter) -> HttpResponse:
    if row.state == LetterState.SENT:
        messages.success(request, _tell_sent([Recipient(r["email"], r["name"]) for r in row.recipients]))
    else:
        messages.error(request, row.problem or _("It is still being sent. Look again in a moment."))
    return redirect(link_to(request, "workspace:documents_letter", pk=row.deal_id, letter=row.id))


@require_POST
@member_view()
def send_again(request: MemberRequest, pk: UUID, letter: UUID) -> HttpResponse:
    """Another try for a letter that did not go."""
    deal = find_deal(request, pk)
    check_can_edit(request.member, deal)
    row = get_object_or_404(Letter.objects.select_related("deal__org"), deal=deal, pk=letter)
    try:
        return _go_to_letter(request, send_paper_again(row, by=request.member))
    except (Refused, LedgerError) as refused:
        messages.error(request, str(refused))
        return redirect(link_to(request, "workspace:documents_letter", pk=pk, letter=letter))


def _tell_sent(recipients: Sequence[Recipient]) -> str:
    if len(recipients) > 1:
        return _("Sent to %(count)d people.") % {"count": len(recipients)}
    only = recipients[0]
    return _("Sent to %(name)s.") % {"name": only.name or only.email}


def _show_form(page: DocumentsPage, made: Made, form: LetterForm, status: int = 200) -> HttpResponse:
    context = {
        "page": page, "document": page.view(made), "form": form, "unreached": names_without_address(page.deal),
    }  # fmt: skip
    return render(page.request, "workspace/documents/write.html", context, status=status)


def _show_preview(page: DocumentsPage, made: Made, form: LetterForm, letter: NewLetter) -> HttpResponse:
    """The letter as it will be, its pages as the PDF will show them."""
    pictures = draw_pages(issued_form(made).paper)
    context = {
        "page": page,
        "document": page.view(made),
        "form": form,
        "letter": letter,
        "pages": page.page_urls(made.kind.key, made.paper.frame.lang, len(pictures), is_final=True),
        "version": made.paper.frame.version,
        "token": secrets.token_urlsafe(24),
    }
    return render(page.request, "workspace/documents/preview.html", context)


@require_safe
@member_view()
def show_letter(request: MemberRequest, pk: UUID, letter: UUID) -> HttpResponse:
    """A letter word for word as it went out."""
    page = DocumentsPage(request, find_deal(request, pk))
    row = get_object_or_404(Letter.objects.select_related("sent_by", "paper"), deal=page.deal, pk=letter)
    context = {
        "page": page, "letter": row, "label": name_kind(row.kind), "may_try_again": page.can_edit and is_stuck(row),
    }  # fmt: skip
    return render(request, "workspace/documents/letter.html", context)


@require_safe
@member_view()
def download_enclosure(request: MemberRequest, pk: UUID, letter: UUID, place: int) -> HttpResponse:
    row = get_object_or_404(Letter, deal=find_deal(request, pk), pk=letter)
    if place >= len(row.attachments):
        raise Http404
    held = row.attachments[place]
    return send_kept(held["sha256"], "application/octet-stream", held["name"])
