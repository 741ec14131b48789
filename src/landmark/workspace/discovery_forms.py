"""What people type about discovery.

Answers: which fields each form has, in which rows they stand, what is readable. Does not answer: whether it may be
saved (the actions say). ``layout`` groups the fields by line; ``theirs`` is what somebody else saved meanwhile.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.buying.models import HypothesisState
from landmark.engines.impact import PERIODS, UNITS
from landmark.ui.days import DayField
from landmark.ui.numbers import AmountField
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.forms import Choices, date_input

FILE_HINT = gettext_lazy("Their e-mail or paper, if you have it. Up to 25 MB.")
PERIOD_NAMES = {
    "day": gettext_lazy("a day"), "week": gettext_lazy("a week"), "month": gettext_lazy("a month"),
    "quarter": gettext_lazy("a quarter"), "year": gettext_lazy("a year"), "once": gettext_lazy("once"),
}  # fmt: skip
UNIT_NAMES = {
    "hours": gettext_lazy("hours"), "money": gettext_lazy("money"), "count": gettext_lazy("cases"),
    "percent": gettext_lazy("per cent"),
}  # fmt: skip


def line_field(
    label: Any, length: int = 300, *, required: bool = False, hint: Any = "", **attrs: Any
) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
    )  # fmt: skip


def area_field(label: Any, length: int = 2000, *, hint: Any = "", rows: int = 2) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=False, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
    )


class RoomForm(forms.Form):
    """A form of the room: lines of fields, and what somebody else wrote while it was open."""

    layout: tuple[tuple[str, ...], ...] = ()
    theirs: list[tuple[str, str]] = []  # noqa: RUF012  (set by the view when somebody was faster)

    @property
    def lines(self) -> list[list[forms.BoundField]]:
        named = [[self[name] for name in line if name in self.fields] for line in self.layout]
        seen = {name for line in self.layout for name in line}
        rest = [[self[name]] for name in self.fields if name not in seen and not self[name].is_hidden]
        return [line for line in named if line] + rest

    def choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        field.choices = choices


class VersionedForm(RoomForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ResearchForm(VersionedForm):
    context = area_field(
        gettext_lazy("The company"), hint=gettext_lazy("What it does, for whom, how it is organised, what binds it.")
    )
    buying_unit = area_field(
        gettext_lazy("Who cares most, and why"), hint=gettext_lazy("Who feels it, who approves, what presses each.")
    )
    systems = area_field(gettext_lazy("Systems and how work flows"))
    constraints = area_field(
        gettext_lazy("What could stop it"), hint=gettext_lazy("Purchasing steps, security, rules, past roll-backs.")
    )
    success_path = area_field(
        gettext_lazy("From today to success"), hint=gettext_lazy("The way, in two or three sentences.")
    )

    def __init__(self, *args: Any, steps: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step_names = [f"q_{key}" for key, _label in steps]
        for key, label in steps:
            self.fields[f"q_{key}"] = line_field(_("Our question: %(step)s") % {"step": label.lower()})

    @property
    def questions(self) -> dict[str, str]:
        return {name.removeprefix("q_"): self.cleaned_data[name] for name in self.step_names}


class HypothesisForm(VersionedForm):
    layout = (("text",), ("signal",), ("confirms", "rejects"), ("state",), ("outcome",))
    text = line_field(gettext_lazy("Which problem we expect"), required=True)
    signal = line_field(gettext_lazy("What we saw that points to it"))
    confirms = line_field(gettext_lazy("What would confirm it"))
    rejects = line_field(gettext_lazy("What would disprove it"))
    state = forms.ChoiceField(
        label=gettext_lazy("Where it stands"), choices=HypothesisState.choices, widget=forms.RadioSelect,
        initial=HypothesisState.OPEN,
    )  # fmt: skip
    outcome = line_field(gettext_lazy("What we heard that settles it"))


class FactForm(RoomForm):
    layout = (("step",), ("text",), ("said_by", "learned_on"))
    step = forms.ChoiceField(label=gettext_lazy("It answers"))
    text = line_field(gettext_lazy("What we heard"), 500, required=True)
    said_by = line_field(gettext_lazy("Who said it"), 200)
    learned_on = DayField(label=gettext_lazy("When"), widget=date_input())


class ImpactForm(RoomForm):
    layout = (("kind",), ("amount", "unit", "period"), ("counted",), ("basis",), ("said_by", "is_proxy"))
    kind = forms.ChoiceField(label=gettext_lazy("What it costs them"), widget=forms.RadioSelect)
    amount = AmountField(label=gettext_lazy("Figure"), max_digits=16, decimal_places=2)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=[(key, UNIT_NAMES[key]) for key in UNITS])
    period = forms.ChoiceField(
        label=gettext_lazy("Per"), choices=[(key, PERIOD_NAMES[key]) for key in PERIODS], initial="week"
    )
    counted = line_field(
        gettext_lazy("Cases of what"), 120, hint=gettext_lazy("For cases and per cent, such as “late deliveries”.")
    )
    basis = line_field(
        gettext_lazy("How it is known"), hint=gettext_lazy("Their report, a count of last week, an estimate.")
    )
    said_by = line_field(gettext_lazy("Whose figure"), 200)
    is_proxy = forms.BooleanField(label=gettext_lazy("It stands in for a figure nobody has"), required=False)


class SummaryForm(VersionedForm):
    issue = line_field(gettext_lazy("The issue"), 200, required=True)
    driver = line_field(gettext_lazy("What drives it"), 200, required=True)


class ConfirmForm(RoomForm):
    """``sentence`` is the one on the screen: another one is not confirmed by it."""

    layout = (("confirmed_by", "confirmed_on"), ("attachment",))
    sentence = forms.CharField(widget=forms.HiddenInput)
    confirmed_by = line_field(gettext_lazy("Who confirmed it"), 200, required=True)
    confirmed_on = DayField(label=gettext_lazy("When"), widget=date_input())
    attachment = EvidenceFileField(label=gettext_lazy("File"), required=False, help_text=FILE_HINT)


class RequirementForm(VersionedForm):
    layout = (
        ("text",), ("affected", "owner"), ("priority",), ("acceptance",), ("dependency", "dependency_owner"),
        ("criteria",),
    )  # fmt: skip
    text = line_field(gettext_lazy("What they need"), required=True)
    affected = line_field(gettext_lazy("Who or what is affected"), 200, list="workflow-list")
    owner = line_field(gettext_lazy("Owner"), 200, list="people-list")
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False, widget=forms.RadioSelect)
    acceptance = line_field(
        gettext_lazy("What proof they will accept"), hint=gettext_lazy("A report, a test, a log, a signed list.")
    )
    dependency = line_field(gettext_lazy("Depends on"))
    dependency_owner = line_field(gettext_lazy("Who sees to that"), 200, list="people-list")
    criteria = forms.MultipleChoiceField(
        label=gettext_lazy("Proved by"), required=False, widget=forms.CheckboxSelectMultiple
    )


class CriterionForm(VersionedForm):
    layout = (("text",), ("metric",), ("baseline", "target", "window"), ("method",), ("requirements",))
    text = line_field(gettext_lazy("Success means"), required=True)
    metric = line_field(gettext_lazy("What is measured"), 200)
    baseline = line_field(gettext_lazy("Today"), 120, placeholder=gettext_lazy("10 days"))
    target = line_field(gettext_lazy("Target"), 120, placeholder=gettext_lazy("6 days"))
    window = line_field(gettext_lazy("Within"), 120, placeholder=gettext_lazy("60 days of going live"))
    method = line_field(gettext_lazy("How it is measured"))
    requirements = forms.MultipleChoiceField(
        label=gettext_lazy("Proves"), required=False, widget=forms.CheckboxSelectMultiple
    )


class AgreementForm(VersionedForm):
    workflows = area_field(
        gettext_lazy("Main workflows, one a line"), hint=gettext_lazy("Each needs a requirement."), rows=3
    )
    change_rule = area_field(gettext_lazy("How changes are made"), 1000, rows=3)
    has_no_assumptions = forms.BooleanField(label=gettext_lazy("Nothing is assumed"), required=False)


class AssumptionForm(RoomForm):
    layout = (("text",), ("owner",))
    text = line_field(gettext_lazy("We assume that"), required=True)
    owner = line_field(gettext_lazy("Who finds out"), 200, list="people-list")


class ReaderForm(RoomForm):
    read_by = line_field(gettext_lazy("Who read it"), 200, required=True)


class SignOffForm(RoomForm):
    layout = (("signed_by", "signed_on"), ("attachment",))
    signed_by = line_field(gettext_lazy("Who agreed, on the buyer's side"), 200, required=True, list="people-list")
    signed_on = DayField(label=gettext_lazy("When"), widget=date_input())
    attachment = EvidenceFileField(label=gettext_lazy("File"), required=False, help_text=FILE_HINT)


class NoteForm(forms.Form):
    """The note and its day; everything else is proposed from it."""

    text = forms.CharField(
        label=gettext_lazy("What was said"), max_length=10_000,
        widget=forms.Textarea(
            attrs={"rows": 9, "autofocus": True, "placeholder": gettext_lazy(
                "Met the operations director. They lose 46 hours a week because carriers send three formats. "
                "Next step: she sends the volumes by Thursday."
            )}
        ),
    )  # fmt: skip
    held_on = DayField(label=gettext_lazy("When it was"), widget=date_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()

    def clean_held_on(self) -> date:
        held_on: date = self.cleaned_data["held_on"]
        if held_on > self.today:
            raise forms.ValidationError(_("A note is about something that has happened: choose today or earlier."))
        return held_on


# Proposals from a note: each line is switched on or off, and can be corrected before it goes on record.


class ProposalForm(forms.Form):
    """``on``: goes on record. What is switched off is not looked at."""

    on = forms.BooleanField(required=False, widget=forms.CheckboxInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    @property
    def is_on(self) -> bool:
        return self.is_bound and bool(self.data.get(f"{self.prefix}-on"))

    @property
    def is_ready(self) -> bool:
        return not self.is_on or self.is_valid()


class EvidenceRow(ProposalForm):
    key = forms.ChoiceField(label=gettext_lazy("What is proved"))
    title = line_field(gettext_lazy("In one line"), 200)
    author = line_field(gettext_lazy("Whose word"), 200, list="people-list", placeholder=gettext_lazy("ours"))


class PersonRow(ProposalForm):
    name = line_field(gettext_lazy("Name"), 200, required=True)
    title = line_field(gettext_lazy("Job title"), 200)
    role = forms.ChoiceField(label=gettext_lazy("Part in the decision"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    stakeholder = forms.UUIDField(required=False, widget=forms.HiddenInput)


class StepRow(ProposalForm):
    text = line_field(gettext_lazy("What happens next"), required=True)
    owner = line_field(gettext_lazy("Who does it"), 200, required=True, list="people-list")
    due_on = DayField(label=gettext_lazy("By when"), widget=date_input())


class ImpactRow(ProposalForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    amount = AmountField(label=gettext_lazy("Figure"), max_digits=16, decimal_places=2)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), choices=[(key, UNIT_NAMES[key]) for key in UNITS])
    period = forms.ChoiceField(label=gettext_lazy("Per"), choices=[(key, PERIOD_NAMES[key]) for key in PERIODS])
    counted = line_field(gettext_lazy("Cases of what"), 120)
    currency = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)
    basis = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    said_by = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if data and data.get("unit") in ("count", "percent") and not data.get("counted"):
            self.add_error("counted", _("Say what is counted."))
        return data


class FactRow(ProposalForm):
    step = forms.ChoiceField(label=gettext_lazy("It answers"))
    text = line_field(gettext_lazy("What we heard"), 500, required=True)
    said_by = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
