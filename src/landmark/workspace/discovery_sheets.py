"""The forms of the Discovery page: what each starts with and what it does when it is sent.

Answers: by name, the form, its heading, and the action behind it. Does not answer: who may do it and whether it is
complete (the actions say), how the answer is sent (``views.discovery``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.buying import discovery_actions, requirement_actions, terms_actions
from landmark.buying.discovery_actions import FigureInput
from landmark.buying.models import Assumption, Criterion, Fact, Hypothesis, ImpactLine, Requirement
from landmark.buying.requirements import CRITERION_FIELDS, REQUIREMENT_FIELDS, name_criterion, name_requirement
from landmark.deals.policies import Refused
from landmark.workspace import discovery_forms as forms
from landmark.workspace.presenters.discovery import DiscoveryPage, name_rows
from landmark.workspace.typed import find_named

Row = models.Model | None
FormOf = Callable[..., forms.RoomForm]


@dataclass(frozen=True)
class Sheet:
    """``start``: first values, given page and row · ``save``: does it and says so · ``kind``: what an id names."""

    title: Any
    make: Callable[[DiscoveryPage, Row, dict[str, Any]], forms.RoomForm]
    start: Callable[[DiscoveryPage, Row], dict[str, Any]]
    save: Callable[[DiscoveryPage, forms.RoomForm, Any], str]
    anchor: str
    button: Any = gettext_lazy("Save")
    kind: type[models.Model] | None = None
    intro: Any = ""


def find_row(page: DiscoveryPage, kind: type[models.Model] | None, text: str) -> Row:
    """The row of this deal that an id names; None for a new one or one that is gone."""
    return find_named(kind._default_manager.filter(deal=page.deal, ended_at=None), text) if kind else None


def fields_of(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return {} if row is None else {name: getattr(row, name) for name in (*names, "version")}


# Before the call


def _make_research(page: DiscoveryPage, row: Row, sent: dict[str, Any]) -> forms.RoomForm:
    return forms.ResearchForm(**sent, steps=[(step.key, step.label) for step in page.talk])


def _start_research(page: DiscoveryPage, row: Row) -> dict[str, Any]:
    sheet = page.research.sheet
    start = fields_of(sheet, discovery_actions.RESEARCH_FIELDS) or {"version": 0}
    return start | {f"q_{key}": text for key, text in (sheet.questions if sheet else {}).items()}


def _save_research(page: DiscoveryPage, form: Any, row: Row) -> str:
    discovery_actions.save_research(
        page.deal, by=page.request.member, values=form.cleaned_data, questions=form.questions,
        if_version=form.cleaned_data["version"],
    )  # fmt: skip
    return _("Your research is saved.")


def _save_hypothesis(page: DiscoveryPage, form: Any, row: Any) -> str:
    discovery_actions.save_hypothesis(
        page.deal, by=page.request.member, values=_words(form), hypothesis=row,
        if_version=form.cleaned_data["version"],
    )  # fmt: skip
    return _("The hypothesis is saved.")


def _words(form: forms.RoomForm) -> dict[str, str]:
    return {name: value for name, value in form.cleaned_data.items() if isinstance(value, str)}


# What was heard, and impact


def _make_fact(page: DiscoveryPage, row: Row, sent: dict[str, Any]) -> forms.RoomForm:
    form = forms.FactForm(**sent)
    form.choose("step", [(step.key, step.label) for step in page.talk])
    return form


def _save_fact(page: DiscoveryPage, form: Any, row: Row) -> str:
    discovery_actions.add_fact(page.deal, by=page.request.member, **form.cleaned_data)
    return _("What you heard is on record.")


def _make_impact(page: DiscoveryPage, row: Row, sent: dict[str, Any]) -> forms.RoomForm:
    form = forms.ImpactForm(**sent)
    form.choose("kind", [(kind, page.say(f"kind.{kind}.label")) for kind in page.part.kinds])
    return form


def _start_impact(page: DiscoveryPage, row: Row) -> dict[str, Any]:
    names = ("kind", "amount", "unit", "period", "counted", "basis", "said_by", "is_proxy")
    kind = page.request.GET.get("kind") or (page.impact.unasked[0] if page.impact.unasked else "")
    return {name: getattr(row, name) for name in names} if row else {"kind": kind}


def _save_impact(page: DiscoveryPage, form: Any, row: Any) -> str:
    figure = FigureInput(**form.cleaned_data, currency=page.currency)
    discovery_actions.add_impact(page.deal, by=page.request.member, figure=figure, replaces=row)
    return _("The figure is on record.")


def _save_summary(page: DiscoveryPage, form: Any, row: Row) -> str:
    data = form.cleaned_data
    discovery_actions.save_summary(
        page.deal, by=page.request.member, issue=data["issue"], driver=data["driver"], if_version=data["version"]
    )
    return _("The sentence is saved.")


def _start_confirm(page: DiscoveryPage, row: Row) -> dict[str, Any]:
    return {"sentence": page.impact.sentence, "confirmed_on": page.as_of.on}


def _save_confirm(page: DiscoveryPage, form: Any, row: Row) -> str:
    discovery_actions.confirm_impact(page.deal, by=page.request.member, lang=page.lang, **form.cleaned_data)
    return _("Their confirmation is on record as evidence.")


# Requirements and criteria


def _make_requirement(page: DiscoveryPage, row: Row, sent: dict[str, Any]) -> forms.RoomForm:
    form = forms.RequirementForm(**sent)
    form.choose("priority", [(key, page.say(f"priority.{key}.label")) for key in page.part.priorities])
    return _link(form, "criteria", name_rows(page.terms.criteria, name_criterion))


def _link(form: forms.RoomForm, name: str, choices: list[tuple[str, str]]) -> forms.RoomForm:
    """Nothing to link to yet: the question is not put."""
    if choices:
        form.choose(name, [(key, label) for key, label in choices])
    else:
        del form.fields[name]
    return form


def _start_linked(fields: tuple[str, ...], other: str) -> Callable[[DiscoveryPage, Row], dict[str, Any]]:
    """A row's own words, and the rows on the other end of its links, ``other``, that still stand."""

    def start(page: DiscoveryPage, row: Row) -> dict[str, Any]:
        if row is None:
            return {}
        linked = getattr(row, other).filter(ended_at=None).values_list("pk", flat=True)
        return fields_of(row, fields) | {other: [str(pk) for pk in linked]}

    return start


def _sent_linked(form: forms.RoomForm, other: str) -> dict[str, Any]:
    """What both saving actions take; links stay as they are where the question was not put."""
    ids = [UUID(value) for value in form.cleaned_data[other]] if other in form.fields else None
    return {"values": _words(form), other: ids, "if_version": form.cleaned_data["version"]}


def _save_requirement(page: DiscoveryPage, form: Any, row: Any) -> str:
    sent = _sent_linked(form, "criteria")
    saved = requirement_actions.save_requirement(page.deal, by=page.request.member, requirement=row, **sent)
    return _("%(name)s is saved.") % {"name": name_requirement(saved)}


def _make_criterion(page: DiscoveryPage, row: Row, sent: dict[str, Any]) -> forms.RoomForm:
    return _link(forms.CriterionForm(**sent), "requirements", name_rows(page.terms.requirements, name_requirement))


def _save_criterion(page: DiscoveryPage, form: Any, row: Any) -> str:
    sent = _sent_linked(form, "requirements")
    saved = requirement_actions.save_criterion(page.deal, by=page.request.member, criterion=row, **sent)
    return _("%(name)s is saved.") % {"name": name_criterion(saved)}


def _start_agreement(page: DiscoveryPage, row: Row) -> dict[str, Any]:
    held = page.terms.agreement
    if held is None:
        return {"version": 0, "change_rule": page.say("change_rule")}
    return {
        "workflows": "\n".join(held.workflows), "change_rule": held.change_rule or page.say("change_rule"),
        "has_no_assumptions": held.has_no_assumptions, "version": held.version,
    }  # fmt: skip


def _save_agreement(page: DiscoveryPage, form: Any, row: Row) -> str:
    data = form.cleaned_data
    terms_actions.save_agreement(
        page.deal, by=page.request.member, workflows=data["workflows"].splitlines(), change_rule=data["change_rule"],
        has_no_assumptions=data["has_no_assumptions"], if_version=data["version"],
    )  # fmt: skip
    return _("What it covers and the change rule are saved.")


def _save_assumption(page: DiscoveryPage, form: Any, row: Row) -> str:
    terms_actions.add_assumption(page.deal, by=page.request.member, **form.cleaned_data)
    return _("The assumption is listed.")


def _save_reader(page: DiscoveryPage, form: Any, row: Row) -> str:
    terms_actions.record_reader(page.deal, by=page.request.member, **form.cleaned_data)
    return _("Their reading is on record.")


def _save_sign_off(page: DiscoveryPage, form: Any, row: Row) -> str:
    terms_actions.sign_off(page.deal, by=page.request.member, **form.cleaned_data)
    return _("The sign-off is on record as evidence.")


def _plain(form: FormOf) -> Callable[[DiscoveryPage, Row, dict[str, Any]], forms.RoomForm]:
    return lambda page, row, sent: form(**sent)


def _nothing(page: DiscoveryPage, row: Row) -> dict[str, Any]:
    return {}


SHEETS: Mapping[str, Sheet] = {
    "research": Sheet(gettext_lazy("Research before the call"), _make_research, _start_research, _save_research,
                      "#before"),
    "hypothesis": Sheet(
        gettext_lazy("A problem we expect"), _plain(forms.HypothesisForm),
        lambda page, row: fields_of(row, discovery_actions.HYPOTHESIS_FIELDS), _save_hypothesis, "#before",
        kind=Hypothesis, intro=gettext_lazy("Narrow, from something you saw, and able to turn out wrong."),
    ),
    "fact": Sheet(
        gettext_lazy("What you heard"), _make_fact,
        lambda page, row: {"learned_on": page.as_of.on, "step": page.request.GET.get("step", "")}, _save_fact,
        "#heard", gettext_lazy("Put on record"),
    ),
    "impact": Sheet(
        gettext_lazy("What it costs them"), _make_impact, _start_impact, _save_impact, "#impact",
        gettext_lazy("Put on record"), ImpactLine,
        gettext_lazy("A rough figure is better than none. Nobody has it? Count cases a week instead."),
    ),
    "summary": Sheet(
        gettext_lazy("The sentence on impact"), _plain(forms.SummaryForm),
        lambda page, row: fields_of(page.impact.summary, ("issue", "driver")) or {"version": 0}, _save_summary,
        "#impact", intro=gettext_lazy("In the buyer's words. The figures come from the list."),
    ),
    "confirm": Sheet(
        gettext_lazy("They confirmed it"), _plain(forms.ConfirmForm), _start_confirm, _save_confirm, "#impact",
        gettext_lazy("Put on record"),
    ),
    "requirement": Sheet(
        gettext_lazy("Requirement"), _make_requirement,
        _start_linked(REQUIREMENT_FIELDS, "criteria"), _save_requirement, "#requirements",
        kind=Requirement, intro=gettext_lazy("Only the first line is needed now; the sign-off lists what is missing."),
    ),
    "criterion": Sheet(
        gettext_lazy("Success criterion"), _make_criterion,
        _start_linked(CRITERION_FIELDS, "requirements"), _save_criterion, "#criteria",
        kind=Criterion, intro=gettext_lazy("Only the first line is needed now; the sign-off lists what is missing."),
    ),
    "agreement": Sheet(
        gettext_lazy("What it covers, and how changes are made"), _plain(forms.AgreementForm), _start_agreement,
        _save_agreement, "#sign-off",
    ),
    "assumption": Sheet(
        gettext_lazy("Assumption"), _plain(forms.AssumptionForm), _nothing, _save_assumption, "#sign-off",
        gettext_lazy("List it"), intro=gettext_lazy("Something you believe and have not proven yet."),
    ),
    "reader": Sheet(
        gettext_lazy("Read with fresh eyes"), _plain(forms.ReaderForm), _nothing, _save_reader, "#sign-off",
        intro=gettext_lazy("Somebody who is new to this deal reads it and can say what done means."),
    ),
    "sign_off": Sheet(
        gettext_lazy("They agreed"), _plain(forms.SignOffForm), lambda page, row: {"signed_on": page.as_of.on},
        _save_sign_off, "#sign-off", gettext_lazy("Put on record"),
    ),
}  # fmt: skip


# Buttons without a form


def _take_out(page: DiscoveryPage, kind: type[models.Model], row_id: str) -> Any:
    row = find_row(page, kind, row_id)
    if row is None:
        raise Refused(_("Somebody took this out meanwhile. Look at the page again."))
    return row


def press(page: DiscoveryPage, what: str, sent: Any) -> tuple[str, str] | None:
    """Does what a button says; the message and the place on the page, or None for a button there is not."""
    by, row_id = page.request.member, sent.get("id", "")
    if what == "pre_call":
        discovery_actions.record_pre_call(page.deal, by=by, known=sent.getlist("known"))
        return _("Your check is on record."), "#before"
    button = BUTTONS.get(what)
    if button is None:
        return None
    kind, act, sentence, anchor = button
    act(page, by, _take_out(page, kind, row_id))
    return str(sentence), anchor


Button = tuple[type[models.Model], Callable[[DiscoveryPage, Any, Any], object], Any, str]
OUT = gettext_lazy("It is taken out; the record of it stays.")
BUTTONS: Mapping[str, Button] = {
    "drop_hypothesis": (
        Hypothesis, lambda page, by, row: discovery_actions.drop_hypothesis(page.deal, by=by, hypothesis=row), OUT,
        "#before",
    ),
    "end_fact": (
        Fact, lambda page, by, row: discovery_actions.end_fact(page.deal, by=by, fact=row), OUT,
        "#heard",
    ),
    "end_impact": (
        ImpactLine, lambda page, by, row: discovery_actions.end_impact(page.deal, by=by, line=row), OUT, "#impact",
    ),
    "drop_requirement": (
        Requirement, lambda page, by, row: requirement_actions.drop_row(page.deal, by=by, row=row), OUT,
        "#requirements",
    ),
    "drop_criterion": (
        Criterion, lambda page, by, row: requirement_actions.drop_row(page.deal, by=by, row=row), OUT, "#criteria",
    ),
    "holds_requirement": (
        Requirement, lambda page, by, row: requirement_actions.confirm_unchanged(page.deal, by=by, row=row),
        gettext_lazy("It still holds."), "#requirements",
    ),
    "holds_criterion": (
        Criterion, lambda page, by, row: requirement_actions.confirm_unchanged(page.deal, by=by, row=row),
        gettext_lazy("It still holds."), "#criteria",
    ),
    "end_assumption": (
        Assumption, lambda page, by, row: terms_actions.end_assumption(page.deal, by=by, assumption=row), OUT,
        "#sign-off",
    ),
}  # fmt: skip
