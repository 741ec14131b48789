"""What people type to put the deal in writing: commercial and executive summary, risks, undertakings, the recap.

Answers: which fields a form has. Does not answer: whether the deal allows it (the actions say), what a sent form leads
to (``close_commands``).
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from landmark.closing.models.packet import LineKind
from landmark.closing.recap_actions import LineInput
from landmark.engines.brief import SECTIONS
from landmark.ui.formats import format_typed
from landmark.ui.numbers import AmountField
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.close_fields import CloseForm, day_field, line_field, person_field, words_field
from landmark.workspace.presenters.close_words import section_hint, section_label

BLANK_LINES = 3


class SummaryForm(CloseForm):
    """Lines of price and payment are counted fields: ``kind_0``, ``label_0``, ``amount_0`` …"""

    term_months = forms.IntegerField(label=_("Length in months"), min_value=1, max_value=600, required=False)
    renewal = line_field(_("Renewal"), 500)
    payment_terms = line_field(_("Payment terms"), 300, hint=_("Such as Net 30"))
    deliverables = words_field(_("Included, one a line"), 4000, rows=4)
    exclusions = words_field(_("Not included, one a line"), 4000, rows=3)
    assumptions = words_field(_("Assumptions that move cost or time, one a line"), 4000, rows=3)
    service_levels = words_field(_("Service levels and support"), 4000)
    change_control = words_field(_("How changes are handled"), 2000)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.initial.get("lines", [])
        sent = sum(name.startswith("kind_") for name in self.data) if self.is_bound else 0
        self.count = max(sent, len(held) + BLANK_LINES)
        for number in range(self.count):
            self._add_line(number, held[number] if number < len(held) else None)

    def _add_line(self, number: int, line: Any) -> None:
        names = {"n": number + 1}
        self.fields[f"kind_{number}"] = forms.ChoiceField(
            choices=LineKind.choices, required=False, initial=line.kind if line else LineKind.PRICE,
            label=_("Kind of line %(n)d") % names,
        )  # fmt: skip
        self.fields[f"label_{number}"] = line_field(_("What line %(n)d covers") % names)
        self.fields[f"label_{number}"].initial = line.label if line else ""
        self.fields[f"amount_{number}"] = AmountField(
            max_digits=18, decimal_places=2, min_value=0, required=False, label=_("Amount of line %(n)d") % names
        )
        self.fields[f"amount_{number}"].initial = format_typed(line.amount) if line else ""

    @property
    def price_rows(self) -> list[tuple[Any, Any, Any]]:
        return [tuple(self[f"{name}_{n}"] for name in ("kind", "label", "amount")) for n in range(self.count)]  # type: ignore[misc]

    @property
    def words(self) -> list[Any]:
        return [f for f in self.visible_fields() if not f.name.startswith(("kind_", "label_", "amount_"))]

    @property
    def lines(self) -> list[LineInput]:
        """Lines with a word or an amount; an amount left out counts as nothing and is refused by the action's sum."""
        data = self.cleaned_data
        rows = [(data[f"kind_{n}"], data[f"label_{n}"], data[f"amount_{n}"]) for n in range(self.count)]
        return [LineInput(k, label.strip(), amount or Decimal(0)) for k, label, amount in rows if label or amount]


class BriefForm(CloseForm):
    """One field a section, one line a sentence."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in SECTIONS:
            field = words_field(section_label(key), 4000, rows=2 if key in ("decision", "purpose") else 3)
            field.help_text = section_hint(key)
            self.fields[key] = field

    @property
    def sections(self) -> dict[str, list[str]]:
        return {key: self.cleaned_data[key].splitlines() for key in SECTIONS}


class RiskForm(CloseForm):
    text = line_field(_("Risk"), 300, required=True)
    mitigation = line_field(_("What is done about it"), 500, required=True)
    owner = line_field(_("Who"))


class UndertakingForm(CloseForm):
    stakeholder = person_field(_("Who of their side"), required=True)
    text = line_field(_("What they do"), 300, required=True)
    due_on = day_field(_("By when"), required=True)


class RecapForm(CloseForm):
    decision = words_field(_("What is being signed"), 2000, required=True)


class RecapSentForm(CloseForm):
    sent_on = day_field(_("Sent on"))


class RecapAnswerForm(CloseForm):
    words = line_field(_("What they wrote"), 500, required=True, hint=_("Only the word “Confirmed” confirms."))
    answered_on = day_field(_("When"))
    attachment = EvidenceFileField(label=_("Their message"), required=False)
