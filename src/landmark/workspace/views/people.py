"""The tab People and its forms.

Answers: one address for the page, its forms by ``?do=``, and what a sent form leads to. Does not answer: what a form
may change (the actions of ``buying`` decide and say why not). When somebody else was faster the answer is 409 with the
form as it was typed and what the other wrote beside it.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from landmark.buying import commitment_actions, people_actions, process_actions
from landmark.buying.models import CommitmentMeeting
from landmark.buying.people import Person
from landmark.buying.person_removal import remove_person
from landmark.deals.models import Stakeholder
from landmark.deals.policies import Refused, StaleVersion
from landmark.ledger.inputs import LedgerError
from landmark.orgs.as_of import current_day
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.people_forms import (
    AnswerForm,
    AnswersForm,
    ConfirmForm,
    MeetingForm,
    PersonForm,
    ReviewForm,
)
from landmark.workspace.presenters.people import PeoplePage
from landmark.workspace.presenters.people_conflict import tell_conflict
from landmark.workspace.presenters.people_starts import (
    start_answer,
    start_answers,
    start_confirm,
    start_meeting,
    start_person,
    start_review,
)
from landmark.workspace.typed import as_id
from landmark.workspace.views.deals import find_deal
from landmark.workspace.views.sheets import check_may_change, go_on, open_sheet, show_page

FormBuilder = Callable[[PeoplePage], dict[str, Any]]


@require_safe
@member_view()
def show_people(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The page; with ``?do=`` one of its forms, alone when htmx asks for the sheet."""
    page = PeoplePage(request, find_deal(request, pk))
    return _show(page, open_sheet(page, FORMS))


def _show(page: PeoplePage, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return show_page(page, context, whole="workspace/people.html", sheet="workspace/people/sheet.html", status=status)


# What each form starts with


def _person(page: PeoplePage) -> dict[str, Any]:
    row = page.crowd.find(as_id(page.request.GET.get("person", "")))
    form = make_person_form(page, row, initial=start_person(page, row))
    return {"sheet": "person", "form": form, "person": row}


def make_person_form(page: PeoplePage, row: Person | None, *args: Any, **kwargs: Any) -> PersonForm:
    return PersonForm(*args, playbook=page.playbook, lang=page.lang, people=page.crowd, person=row, **kwargs)


def _review(page: PeoplePage) -> dict[str, Any]:
    row = page.process.find(as_id(page.request.GET.get("step", "")))
    form = ReviewForm(initial=start_review(page, row), playbook=page.playbook, lang=page.lang, people=page.crowd)
    return {"sheet": "review", "form": form, "row": row}


def _answers(page: PeoplePage) -> dict[str, Any]:
    return {"sheet": "answers", "form": AnswersForm(initial=start_answers(page))}


def _confirm(page: PeoplePage) -> dict[str, Any]:
    return {"sheet": "confirm", "form": ConfirmForm(initial=start_confirm(page), people=page.crowd)}


def _meeting(page: PeoplePage) -> dict[str, Any]:
    initial = start_meeting(page)
    count = sum(name.startswith("step_text_") for name in initial)
    return {"sheet": "meeting", "form": MeetingForm(initial=initial, people=page.crowd, steps=count)}


def _answer(page: PeoplePage) -> dict[str, Any]:
    if page.commitment.meeting is None or page.commitment.is_answered:
        raise Http404
    form = AnswerForm(initial=start_answer(page), people=page.crowd, playbook=page.playbook, lang=page.lang)
    return {"sheet": "answer", "form": form}


FORMS: Mapping[str, FormBuilder] = {
    "person": _person, "review": _review, "answers": _answers, "confirm": _confirm, "meeting": _meeting,
    "answer": _answer,
}  # fmt: skip


# What a sent form does


def _posted(request: MemberRequest, pk: UUID) -> PeoplePage:
    """The page of somebody who may change it; everybody else is told who can."""
    page = PeoplePage(request, find_deal(request, pk))
    check_may_change(page)
    return page


def _done(page: PeoplePage, sentence: str, at: str = "") -> HttpResponse:
    messages.success(page.request, sentence)
    return go_on(page.request, page.link() + (f"#{at}" if at else ""))


def _refuse(page: PeoplePage, form: Any, error: Exception, context: dict[str, Any], version: int) -> HttpResponse:
    """Refused: why, beside what was typed. Saved by somebody else meanwhile: the form now writes over the newest."""
    sentence = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    form.add_error(None, sentence)
    stale = isinstance(error, StaleVersion)
    if stale and "version" in form.fields:
        form.data = form.data.copy()
        form.data["version"] = version
    return _show(page, {"form": form, **context}, 409 if stale else 422)


ERRORS = (Refused, LedgerError, ValidationError)


@require_POST
@member_view()
def save_person(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    row = page.crowd.find(as_id(request.POST.get("person", "")))
    form = make_person_form(page, row, request.POST)
    context: dict[str, Any] = {"sheet": "person", "person": row}
    if "remove" in request.POST:
        return _remove_person(page, row, form, context)
    if not form.is_valid():
        return _show(page, {"form": form, **context}, 422)
    data, on = form.cleaned_data, current_day(request.org)
    card = people_actions.Card(
        name=data["name"], title=data["title"], email=data["email"], roles=data["roles"], stance=data["stance"],
        met_on=data["met_on"], personal_benefit=data["personal_benefit"], plan=data["plan"],
    )  # fmt: skip
    try:
        state = form.read_state(row.fact.minimum if row else {}, on)
        found = _stakeholder(page, row)
        saved = people_actions.save_person(
            page.deal, by=request.member, card=card, state=state, stakeholder=found, if_version=data["version"]
        )
        if data["question"]:
            people_actions.note_question(saved, by=request.member, text=data["question"], asked_on=on)
    except StaleVersion as stale:
        context["conflict"] = tell_conflict(form, stale.current)
        return _refuse(page, form, stale, context, stale.current.version)
    except ERRORS as error:
        return _refuse(page, form, error, context, row.version if row else 0)
    return _done(page, _("%(name)s is on record.") % {"name": data["name"]}, "who")


def _remove_person(page: PeoplePage, row: Person | None, form: Any, context: dict[str, Any]) -> HttpResponse:
    """Somebody put here by mistake."""
    found = _stakeholder(page, row)
    if found is None:
        raise Http404
    try:
        remove_person(found, by=page.request.member)
    except ERRORS as error:
        form.is_valid()
        return _refuse(page, form, error, context, row.version if row else 0)
    told = _("%(name)s is off this deal; the ledger keeps that they were here.")
    return _done(page, told % {"name": found.person.name}, "who")


def _stakeholder(page: PeoplePage, row: Person | None) -> Stakeholder | None:
    if row is None:
        return None
    return Stakeholder.objects.select_related("person", "deal").get(pk=row.id, deal=page.deal)


@require_POST
@member_view()
def undo(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take back the newest version of a person, the last change of the reviews, or the meeting's answer."""
    page = _posted(request, pk)
    try:
        if "person" in request.POST:
            found = _stakeholder(page, page.crowd.find(as_id(request.POST["person"])))
            if found is None:
                raise Http404
            people_actions.undo_person(found, by=request.member)
        elif "meeting" in request.POST:
            commitment_actions.reopen_meeting(_find_meeting(page), by=request.member)
        else:
            process_actions.undo_step(page.deal, by=request.member)
    except ERRORS as error:
        messages.error(request, str(error))
        return redirect(page.link())
    return _done(page, _("Taken back. The history keeps both."))


def _find_meeting(page: PeoplePage) -> CommitmentMeeting:
    pk = as_id(page.request.POST.get("meeting", ""))
    found = CommitmentMeeting.objects.filter(deal=page.deal, pk=pk).select_related("deal").first() if pk else None
    if found is None:
        raise Http404
    return found


@require_POST
@member_view()
def save_review(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    step_id = as_id(request.POST.get("step", ""))
    context = {"sheet": "review", "row": page.process.find(step_id)}
    form = ReviewForm(request.POST, playbook=page.playbook, lang=page.lang, people=page.crowd)
    try:
        if "remove" in request.POST and step_id:
            process_actions.remove_step(page.deal, by=request.member, step_id=step_id)
            return _done(page, _("The review is removed."), "way")
        if not form.is_valid():
            return _show(page, {"form": form, **context}, 422)
        process_actions.save_step(page.deal, by=request.member, values=form.read_values(), step_id=step_id)
    except ERRORS as error:
        form.is_valid()
        return _refuse(page, form, error, context, 0)
    return _done(page, _("The review is on record."), "way")


@require_POST
@member_view()
def save_answers(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    form = AnswersForm(request.POST)
    if not form.is_valid():
        return _show(page, {"sheet": "answers", "form": form}, 422)
    data = dict(form.cleaned_data)
    version = data.pop("version")
    try:
        process_actions.save_answers(page.deal, by=request.member, answers=data, if_version=version)
    except ERRORS as error:
        found = page.process
        theirs = [(form.fields[name].label, value) for name, value in
                  (*found.answers.items(), ("last_purchase", found.last_purchase)) if value != data[name]]  # fmt: skip
        context = {"sheet": "answers", "conflict": theirs if isinstance(error, StaleVersion) else []}
        return _refuse(page, form, error, context, found.version)
    return _done(page, _("Their way to a decision is on record."), "way")


@require_POST
@member_view()
def confirm(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    form = ConfirmForm(request.POST, request.FILES, people=page.crowd)
    if not form.is_valid():
        return _show(page, {"sheet": "confirm", "form": form}, 422)
    data = form.cleaned_data
    person = _stakeholder(page, page.crowd.find(as_id(data["person"])))
    try:
        process_actions.confirm_process(
            page.deal, by=request.member, recap=data["recap"], is_buyers=person is not None, person=person,
            confirmed_on=data["confirmed_on"], attachment=data["attachment"],
        )  # fmt: skip
    except ERRORS as error:
        return _refuse(page, form, error, {"sheet": "confirm"}, 0)
    return _done(page, _("The recap is on record, and with it their way to a decision."), "way")


@require_POST
@member_view()
def plan_meeting(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    form = MeetingForm(request.POST, people=page.crowd)
    if not form.is_valid():
        return _show(page, {"sheet": "meeting", "form": form}, 422)
    data = form.cleaned_data
    plan = commitment_actions.MeetingPlan(
        planned_on=data["planned_on"], steps=form.steps, decide_by=data["decide_by"],
        evaluation_cost=data["evaluation_cost"], standing_cost=data["standing_cost"], needed=form.needed_ids,
    )  # fmt: skip
    try:
        commitment_actions.plan_meeting(page.deal, by=request.member, plan=plan, if_version=data["version"])
    except ERRORS as error:
        return _refuse(page, form, error, {"sheet": "meeting"}, _version(page))
    return _done(page, _("The meeting is prepared."), "commitment")


@require_POST
@member_view()
def answer_meeting(request: MemberRequest, pk: UUID) -> HttpResponse:
    page = _posted(request, pk)
    meeting = _find_meeting(page)
    form = AnswerForm(request.POST, people=page.crowd, playbook=page.playbook, lang=page.lang)
    if not form.is_valid():
        return _show(page, {"sheet": "answer", "form": form}, 422)
    data = dict(form.cleaned_data)
    version = data.pop("version")
    data.pop("meeting")
    came, agrees = ([UUID(pk) for pk in data.pop(name)] for name in ("came", "agrees"))
    answer = commitment_actions.Answer(came=came, agrees=agrees, **data)
    try:
        commitment_actions.answer_meeting(meeting, by=request.member, answer=answer, if_version=version)
    except ERRORS as error:
        return _refuse(page, form, error, {"sheet": "answer"}, _version(page))
    sentences = {
        "given": _("Commitment on record. It opens its part of the gate."),
        "refused": _("The refusal is on record, with its month and what it saved. Close or pause the deal next."),
        "adjourned": _("Adjourned; the next meeting is planned."),
    }
    return _done(page, sentences[answer.outcome], "commitment")


def _version(page: PeoplePage) -> int:
    newest = CommitmentMeeting.objects.filter(deal=page.deal).order_by("-number").first()
    return newest.version if newest else 0
