"""What the forms on the way to the signature have in common.

Answers: where their choices come from, fields of one kind. Does not answer: which fields a form has (``close_forms``,
``close_writing``).
"""

from collections.abc import Iterable
from typing import Any

from django import forms

from landmark.deals.models import Stakeholder
from landmark.orgs.models import Member
from landmark.ui.days import DayField
from landmark.workspace.forms import PICK, Choices, date_input


def text_area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CloseForm(forms.Form):
    """``room``: the page it stands on, for choices from the playbook and the deal. ``row``: what is changed."""

    choices_from: dict[str, str] = {}

    def __init__(self, *args: Any, room: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room, self.row = room, row
        for name, source in self.choices_from.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  (for the type checker)
            field.choices = self._choices(source, required=field.required)
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                is_ours = field.queryset is not None and field.queryset.model is Member
                field.queryset = room.members if is_ours else room.stakeholders

    def _choices(self, source: str, *, required: bool) -> Choices:
        return [PICK, *self.room.choices(source)] if source != "audience" else self.room.choices(source)

    @property
    def pairs(self) -> Iterable[Any]:
        """Fields in their order, for the template."""
        return self.visible_fields()


class Nothing(CloseForm):
    """A button and no field."""


def member_field(label: Any, *, required: bool = False) -> "forms.ModelChoiceField[Member]":
    return forms.ModelChoiceField(label=label, queryset=Member.objects.none(), required=required)


def person_field(label: Any, *, required: bool = False) -> "forms.ModelChoiceField[Stakeholder]":
    return forms.ModelChoiceField(label=label, queryset=Stakeholder.objects.none(), required=required)


def day_field(label: Any, *, required: bool = False) -> DayField:
    return DayField(label=label, required=required, widget=date_input())


def line_field(label: Any, length: int = 200, *, required: bool = False, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, help_text=hint)


def words_field(label: Any, length: int = 1000, *, required: bool = False, rows: int = 2) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, widget=text_area(rows))
