"""What people type on the plan page.

Answers: the fields of a plan, an action, a confirmation, and what was typed as plain text to be merged. Does not
answer: whether it may be (the actions say so).
"""

import json
from collections.abc import Mapping
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.deals.models import Person
from landmark.engines.schedule import MOST_DAYS
from landmark.engines.workdays import list_countries
from landmark.orgs.models import Member
from landmark.plans.inputs import ActionInput, ConfirmationInput
from landmark.plans.models import NeedState, Part, Plan, PlanAction, Side
from landmark.plans.reading import PARTS, PlanState
from landmark.ui.days import DayField
from landmark.ui.formats import name_country
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.forms import PICK, Choices, date_input

LISTS = ("after", "consulted", "informed")
FOLDED = ("decision", "acceptance", "risks", "phase", *LISTS)
SINGLE = (
    "text", "phase", "deliverable", "needs", "needs_state", "decision", "acceptance", "risks", "our_owner",
    "their_owner", "accountable", "days", "due_on",
)  # fmt: skip


def _line(label: Any, hint: Any = "", length: int = 300) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, help_text=hint)


def part_labels() -> dict[str, str]:
    return {
        "outcomes": _("outcomes"), "requirements": _("requirements"), "owners": _("owners"), "dates": _("dates"),
    }  # fmt: skip


def countries() -> Choices:
    """By name, in the reader's language."""
    return [("", _("not known")), *sorted(((code, name_country(code)) for code in list_countries()), key=itemgetter(1))]


class StartForm(forms.Form):
    """Three answers start a plan."""

    template = forms.CharField(widget=forms.HiddenInput)
    anchor = forms.ChoiceField(label=gettext_lazy("Counted from the day of"), widget=forms.RadioSelect)
    anchor_on = DayField(label=gettext_lazy("That day"), widget=date_input())
    buyer_country = forms.ChoiceField(
        label=gettext_lazy("Buyer's country"), required=False, choices=countries,
        help_text=gettext_lazy("Its public holidays are days off in the plan."),
    )  # fmt: skip

    def __init__(self, *args: Any, anchors: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "anchor", anchors)


class PlanForm(forms.Form):
    """``clash`` is not a field: what somebody else wrote meanwhile is shown above the form."""

    anchor_on = DayField(label=gettext_lazy("The day it hangs on"), widget=date_input())
    starts_on = DayField(label=gettext_lazy("Work starts on"), widget=date_input())
    buyer_country = forms.ChoiceField(label=gettext_lazy("Buyer's country"), required=False, choices=countries)
    outcome = forms.CharField(
        label=gettext_lazy("What changes for the buyer"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    requirements = forms.CharField(
        label=gettext_lazy("What must be true for it"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    check_in_weekday = forms.TypedChoiceField(
        label=gettext_lazy("Weekly check-in"), required=False, coerce=int, empty_value=None
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "check_in_weekday", [("", _("none")), *list(enumerate(weekdays()))])
        if plan.template == "close_week":
            self.fields["outcome"].label = _("What “closed” means for this deal")

    @property
    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def weekdays() -> tuple[str, ...]:
    return _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday")


class ActionForm(forms.Form):
    """One action. ``base`` is what the form started from, so that two people's changes can be put together."""

    text = forms.CharField(label=gettext_lazy("What is done"), max_length=300)
    due_on = DayField(label=gettext_lazy("Due"), required=False, widget=date_input())
    days = forms.IntegerField(
        label=gettext_lazy("Working days"), min_value=0, max_value=MOST_DAYS, required=False,
        help_text=gettext_lazy("0 is a moment, such as a decision."),
    )  # fmt: skip
    our_owner = forms.ChoiceField(label=gettext_lazy("Our owner"), required=False)
    their_owner = forms.ChoiceField(label=gettext_lazy("The buyer's owner"), required=False)
    accountable = forms.ChoiceField(
        label=gettext_lazy("Who answers for it"), widget=forms.RadioSelect, required=False,
        choices=[(Side.OURS, gettext_lazy("our owner")), (Side.THEIRS, gettext_lazy("the buyer's owner"))],
    )  # fmt: skip
    deliverable = _line(gettext_lazy("What there is afterwards"))
    needs = _line(gettext_lazy("Needed from the other side"))
    needs_state = forms.ChoiceField(label=gettext_lazy("What became of it"), required=False)
    decision = _line(gettext_lazy("What is decided here"))
    acceptance = _line(gettext_lazy("Done when"))
    risks = forms.CharField(
        label=gettext_lazy("Two risks, and what is done about them"), max_length=600, required=False,
        help_text=gettext_lazy("For the team alone."), widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    phase = forms.ChoiceField(label=gettext_lazy("Phase"), required=False)
    after = forms.MultipleChoiceField(label=gettext_lazy("Waits for"), required=False)
    consulted = forms.MultipleChoiceField(label=gettext_lazy("Asked before"), required=False)
    informed = forms.MultipleChoiceField(label=gettext_lazy("Told after"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, state: PlanState, phases: Choices, members: list[Member], people: list[Person],
        action: PlanAction | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.state, self.action = state, action
        self.members, self.people = {str(m.id): m for m in members}, {str(p.id): p for p in people}
        kept = action.our_owner if action else None
        if kept and str(kept.id) not in self.members:
            self.members[str(kept.id)] = kept
        ours = [(key, m.name if m.is_active else _("%(name)s (left)") % {"name": m.name})
                for key, m in self.members.items()]  # fmt: skip
        theirs = [(key, p.name) for key, p in self.people.items()]
        everybody = [(f"m:{key}", name) for key, name in ours] + [(f"p:{key}", name) for key, name in theirs]
        _choices(self, "our_owner", [("", _("nobody yet")), *ours])
        _choices(self, "their_owner", [("", _("nobody yet")), *theirs])
        _choices(self, "needs_state", [("", "—"), *NeedState.choices])
        _choices(self, "phase", [("", "—"), *phases])
        others = [line.action for line in state.lines if line.action.id != getattr(action, "id", None)]
        _choices(self, "after", [(str(one.id), one.text) for one in others])
        _choices(self, "consulted", everybody)
        _choices(self, "informed", everybody)
        for name in LISTS:
            self.fields[name].widget.attrs["size"] = 4

    @property
    def opens_more(self) -> bool:
        """Something to mend stands among the fields that are folded away."""
        return bool(self.non_field_errors()) or any(name in self.errors for name in FOLDED)

    def read(self) -> ActionInput:
        data = self.cleaned_data
        parties = dict.fromkeys(data["informed"], Part.INFORMED.value)
        parties |= dict.fromkeys(data["consulted"], Part.CONSULTED.value)
        return ActionInput(
            text=data["text"], phase=data["phase"], deliverable=data["deliverable"], needs=data["needs"],
            needs_state=data["needs_state"], decision=data["decision"], acceptance=data["acceptance"],
            risks=data["risks"], our_owner=self.members.get(data["our_owner"]),
            their_owner=self.people.get(data["their_owner"]), accountable=data["accountable"] or Side.OURS,
            days=1 if data["days"] is None else data["days"], due_on=data["due_on"],
            after=tuple(UUID(one) for one in data["after"]), parties=parties,
        )  # fmt: skip

    def label_of(self, name: str, value: Any) -> str:
        """A field's value in words, for showing two of them side by side."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            names = {str(key): str(label) for key, label in _flat(field.choices)}
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(names.get(str(one), str(one)) for one in chosen if one != "") or _("nothing")
        return str(value) or _("nothing")


def plain_of(data: QueryDict) -> dict[str, Any]:
    """What was typed, as the values that are merged."""
    typed: dict[str, Any] = {name: str(data.get(name, "")).strip() for name in SINGLE}
    return typed | {name: sorted(data.getlist(name)) for name in LISTS}


def plain_values(action: PlanAction) -> dict[str, Any]:
    """An action as its form starts: text, ids and days as a browser sends them."""
    values: dict[str, Any] = {name: getattr(action, name) for name in SINGLE if not name.endswith("_owner")}
    values = {name: "" if value is None else str(value) for name, value in values.items()}
    values["our_owner"] = str(action.our_owner_id or "")
    values["their_owner"] = str(action.their_owner_id or "")
    values["after"] = sorted(str(pk) for pk in action.waits.values_list("before_id", flat=True))
    parties = list(action.parties.all())
    for part in Part.values:
        values[part] = sorted(
            f"m:{one.member_id}" if one.member_id else f"p:{one.person_id}" for one in parties if one.part == part
        )
    return values


def read_base(text: str) -> Mapping[str, Any]:
    """The values a form started from; anything unreadable counts as nothing known."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, list if name in LISTS else str)}


class ConfirmForm(forms.Form):
    person = forms.ChoiceField(label=gettext_lazy("Whose word is it"))
    confirmed_on = DayField(label=gettext_lazy("When"), widget=date_input())
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("They confirmed"), widget=forms.CheckboxSelectMultiple, required=False
    )
    restated = forms.BooleanField(label=gettext_lazy("They could tell the plan in their own words"), required=False)
    attachment = EvidenceFileField(
        label=gettext_lazy("Their mail"), required=False,
        help_text=gettext_lazy("The e-mail (.eml) or calendar answer (.ics) itself, up to 25 MB."),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: list[Person], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.id): one for one in people}
        _choices(self, "person", [PICK, *((key, one.name) for key, one in self.people.items())])
        labels = part_labels()
        _choices(self, "parts", [(key, labels[key]) for key in PARTS])
        self.fields["confirmed_on"].widget.attrs["max"] = today.isoformat()

    def read(self) -> ConfirmationInput:
        data = self.cleaned_data
        return ConfirmationInput(
            person=self.people.get(data["person"]), confirmed_on=data["confirmed_on"], parts=tuple(data["parts"]),
            restated=data["restated"], note=data["note"], attachment=data["attachment"],
        )  # fmt: skip


class DropForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why it is not done"), max_length=300)


def _choices(form: forms.Form, name: str, choices: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
    field.choices = choices


def _flat(choices: Any) -> Any:
    return [(key, label) for key, label in choices if not isinstance(label, list)]
