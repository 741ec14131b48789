"""What people type on the team's pages.

Answers: which fields a form has and what is readable. Does not answer: whether the deal allows it (the actions say).
"""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.orgs.models import Member, Organisation
from landmark.playbook.schema import Playbook, Strength
from landmark.ui.days import DayField
from landmark.ui.numbers import AmountField
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.presenters.deal_types import LABELS

Choices = list[tuple[str, Any]]
PICK = ("", gettext_lazy("Choose …"))


def date_input(**attrs: str) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **attrs})


class NextStepForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What happens next"), max_length=300,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("One sentence: who does what")}),
    )  # fmt: skip
    owner = forms.CharField(label=gettext_lazy("Who does it"), max_length=200)
    due_on = DayField(label=gettext_lazy("By when"), widget=date_input())


class EvidenceForm(forms.Form):
    """``author`` is whose word it is; ``attachment`` stays behind a permission check."""

    key = forms.ChoiceField(label=gettext_lazy("What is proved"))
    strength = forms.ChoiceField(label=gettext_lazy("How strongly"), widget=forms.RadioSelect)
    author = forms.CharField(
        label=gettext_lazy("Whose word is it"), max_length=200, required=False,
        help_text=gettext_lazy("The person on the buyer's side who said or signed it. Left empty, it is yours."),
    )  # fmt: skip
    occurred_on = DayField(label=gettext_lazy("When it happened"), widget=date_input())
    title = forms.CharField(
        label=gettext_lazy("In one line"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Impact of 46 hours a week, confirmed by e-mail")}),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    attachment = EvidenceFileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("Up to 25 MB, e-mails and calendar files too. Only your organisation can open it."),
    )

    def __init__(self, *args: Any, playbook: Playbook, lang: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.playbook, self.today = playbook, today
        self._field("key").choices = [PICK, *group_evidence(playbook, lang)]
        self._field("strength").choices = [
            (item.key, playbook.label("strength", item.key, lang).capitalize()) for item in Strength
        ]
        self.fields["occurred_on"].widget.attrs["max"] = today.isoformat()

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
        return field


def group_evidence(playbook: Playbook, lang: str) -> Choices:
    groups = ((_("Milestones"), playbook.milestones), (_("Other evidence"), playbook.evidence))
    return [
        (name, [(item.key, playbook.label("milestone", item.key, lang)) for item in items]) for name, items in groups
    ]


class StakeholderForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    title = forms.CharField(label=gettext_lazy("Job title"), max_length=200, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Part in the decision"), required=False, widget=forms.CheckboxSelectMultiple
    )
    stance = forms.ChoiceField(label=gettext_lazy("Stands to us as"), widget=forms.RadioSelect)
    met_on = DayField(label=gettext_lazy("Last met on"), required=False, widget=date_input())
    personal_benefit = forms.CharField(
        label=gettext_lazy("What is in it for them"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    plan = forms.CharField(
        label=gettext_lazy("Our plan with them"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, playbook: Playbook, lang: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, what, items in (("roles", "role", playbook.roles), ("stance", "stance", playbook.stances)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [(item.key, playbook.label(what, item.key, lang)) for item in items]


class MoveForm(forms.Form):
    """One form for every direction; what a direction does not need is not looked at."""

    to = forms.ChoiceField(label=gettext_lazy("Move to"))
    note = forms.CharField(
        label=gettext_lazy("What happened"), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": gettext_lazy("A sentence the next reader understands")}),
    )  # fmt: skip
    step_text = forms.CharField(label=gettext_lazy("What happens next"), max_length=300, required=False)
    step_owner = forms.CharField(label=gettext_lazy("Who does it"), max_length=200, required=False)
    step_due_on = DayField(label=gettext_lazy("By when"), required=False, widget=date_input())
    loss_reason = forms.ChoiceField(label=gettext_lazy("Why it was lost"), required=False)
    win_reason = forms.ChoiceField(label=gettext_lazy("Why they said yes"), required=False)
    pause_reason = forms.ChoiceField(label=gettext_lazy("What would reopen it"), required=False)
    reopen_when = forms.CharField(label=gettext_lazy("Describe it"), max_length=300, required=False)
    reopen_on = DayField(label=gettext_lazy("Look again on"), required=False, widget=date_input())
    back_reason = forms.CharField(label=gettext_lazy("Why it goes back"), max_length=60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, playbook: Playbook, lang: str, targets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lists: dict[str, Choices] = {
            "to": targets,
            "loss_reason": [
                PICK, *((r.key, playbook.label("loss_reason", r.key, lang)) for r in playbook.loss_reasons)
            ],
            "win_reason": [PICK, *((r.key, playbook.label("win_reason", r.key, lang)) for r in playbook.win_reasons)],
            "pause_reason": [
                PICK, *((r.key, playbook.label("pause_trigger", r.key, lang)) for r in playbook.pause_triggers)
            ],
        }  # fmt: skip
        for name, choices in lists.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = choices

    @property
    def reason(self) -> str:
        """The reason that belongs to the chosen direction."""
        to = self.cleaned_data["to"]
        name = {"lost": "loss_reason", "won": "win_reason", "paused": "pause_reason"}.get(to, "back_reason")
        return str(self.cleaned_data[name])


class EditForm(forms.Form):
    """Single facts of a deal, changed in place. Only fields that were sent are looked at."""

    amount = AmountField(label=gettext_lazy("Value"), max_digits=18, decimal_places=2, min_value=0, required=False)
    target_on = DayField(label=gettext_lazy("Target date"), required=False, widget=date_input())
    owner = forms.ModelChoiceField(label=gettext_lazy("Owner"), queryset=Member.objects.none(), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=255, required=False)
    deal_type = forms.CharField(label=gettext_lazy("Type"), max_length=60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, org: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101
        owner.queryset = Member.objects.filter(org=org, is_active=True).order_by("name")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if "name" in self.data and not name:
            raise forms.ValidationError(_("A deal needs a name."))
        return name

    @property
    def changes(self) -> dict[str, Any]:
        names = ("amount", "target_on", "owner", "name", "deal_type")
        return {name: self.cleaned_data[name] for name in names if name in self.data}


class NewDealForm(forms.Form):
    """Only the name is asked for; the rest can follow when it is known."""

    name = forms.CharField(
        label=gettext_lazy("What is it about"), max_length=255, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    account_name = forms.CharField(label=gettext_lazy("Account"), max_length=255, required=False)
    amount = AmountField(label=gettext_lazy("Value"), max_digits=18, decimal_places=2, min_value=0, required=False)
    deal_type = forms.ChoiceField(label=gettext_lazy("Type"), choices=[("", "—"), *LABELS.items()], required=False)
    target_on = DayField(label=gettext_lazy("Target date"), required=False, widget=date_input())
    step_text = forms.CharField(label=gettext_lazy("What happens next"), max_length=300, required=False)
    step_due_on = DayField(label=gettext_lazy("By when"), required=False, widget=date_input())
