"""What people type on the way to the signature.

Answers: which fields a form has. Does not answer: whether the deal allows it (the actions say), what a sent form leads
to (``close_commands``).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from landmark.closing.models.markups import Impact, MarkUpState
from landmark.closing.models.packet import LineKind, PaperState, PurchaseOrder, Side
from landmark.closing.recap_actions import LineInput
from landmark.deals.models import Stakeholder
from landmark.engines.brief import SECTIONS
from landmark.orgs.models import Member
from landmark.ui.days import DayField
from landmark.ui.formats import format_typed
from landmark.ui.numbers import AmountField
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.forms import PICK, Choices, date_input
from landmark.workspace.presenters.close_words import section_hint, section_label

BLANK_LINES = 3


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


# Packet and lanes


class PacketForm(CloseForm):
    note = line_field(_("What changes in this version"), 500)


class SendPacketForm(CloseForm):
    sent_to = line_field(_("Sent to"), required=True)
    sent_on = day_field(_("When"))


class PaperForm(CloseForm):
    state = forms.ChoiceField(label=_("State"), choices=PaperState.choices)
    label = line_field(_("Its own version"), 60)
    owner = line_field(_("Who supplies it"))
    wording = words_field(_("Clauses with terms and figures (to compare papers)"), 20_000, rows=3)
    attachment = EvidenceFileField(label=_("File"), required=False)
    is_late_ask = forms.BooleanField(label=_("They asked for it late"), required=False)


class LaneForm(CloseForm):
    owner = member_field(_("Who runs it on our side"))
    reviewer = person_field(_("Who answers on theirs"))
    answer_days = forms.IntegerField(label=_("Answers within, business days"), min_value=1, max_value=60)


class QuestionForm(CloseForm):
    choices_from = {"key": "lane"}
    key = forms.ChoiceField(label=_("Lane"))
    text = line_field(_("Question"), 500, required=True)
    owner = line_field(_("Who answers it"))
    asked_on = day_field(_("Asked on"))


class ApprovalForm(CloseForm):
    outcome = forms.ChoiceField(
        label=_("Their answer"), choices=[("approved", _("approved")), ("returned", _("returned"))]
    )
    answer = line_field(_("Why it came back"), 1000)
    answered_on = day_field(_("When"))


class AnswerForm(CloseForm):
    answer = line_field(_("Answer"), 1000, required=True)
    answered_on = day_field(_("When"))


# Mark-ups


class MarkUpForm(CloseForm):
    choices_from = {"pass_key": "pass", "paper": "paper"}
    clause = line_field(_("Clause"), required=True)
    requested = words_field(_("What they ask for"), 4000, required=True)
    their_reason = line_field(_("Their reason"), 1000)
    current = words_field(_("As it stands"), 4000)
    paper = forms.ChoiceField(label=_("Paper"), required=False)
    pass_key = forms.ChoiceField(
        label=_("Kind of change"), required=False, help_text=_("Left open, it is proposed from the words.")
    )
    decider = line_field(_("Who decides"))


class MarkUpAnswerForm(CloseForm):
    choices_from = {"triage": "triage", "pass_key": "pass"}
    state = forms.ChoiceField(label=_("Where it stands"), choices=MarkUpState.choices)
    triage = forms.ChoiceField(label=_("How much it matters to us"), required=False)
    pass_key = forms.ChoiceField(label=_("Kind of change"))
    decider = line_field(_("Who decides"))
    position = words_field(_("Our position"), 4000)
    rationale = line_field(_("Our reason, in one sentence"), 1000)
    impact_on = forms.ChoiceField(label=_("What it touches"), choices=Impact.choices)
    impact = line_field(_("What it means there"), 500)


# Signature


class FrameForm(CloseForm):
    purchase_order = forms.ChoiceField(label=_("Purchase order"), choices=PurchaseOrder.choices)
    purchase_order_ref = line_field(_("Its number"), 80)
    billing_starts_on = day_field(_("Billing starts"))
    effective_on = day_field(_("Contract in force"))
    service_on = day_field(_("Service starts"))
    kickoff_on = day_field(_("Kick-off"))
    method = line_field(_("How it is signed"))
    sent_where = line_field(_("Where final papers are sent"))
    stored_at = line_field(_("Where the signed papers are kept"), 300)
    slip_cause = line_field(_("If it slipped: what made it slip"), 500)


class SignatureForm(CloseForm):
    position = forms.IntegerField(label=_("Order"), min_value=1, max_value=20)
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices)
    name = line_field(_("Who signs"), required=True)
    due_on = day_field(_("By when"))


class SignedForm(CloseForm):
    signed_on = day_field(_("Signed on"))


class GoForm(CloseForm):
    present = line_field(_("Who was there"), 500, required=True, hint=_("Sales operations, delivery and finance"))
    note = line_field(_("Note"), 500)


# In writing


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


# Blockers, hand-over, onboarding


class BlockerForm(CloseForm):
    choices_from = {"kind": "blocker"}
    kind = forms.ChoiceField(label=_("Kind"))
    text = line_field(_("What exactly"), 300, required=True)
    owner = line_field(_("Who clears it"))
    due_on = day_field(_("By when"))


class HandOverForm(CloseForm):
    receiver = member_field(_("Who takes it over"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in self.room.mile.hand_over:
            field = words_field(self.room.say("hand_over", section.key), 4000, rows=3)
            field.help_text = self.room.say("hand_over", section.key, "help")
            field.initial = self.row.sections.get(section.key, "") if self.row else ""
            self.fields[f"section_{section.key}"] = field

    @property
    def sections(self) -> dict[str, str]:
        names = [name for name in self.fields if name.startswith("section_")]
        return {name.removeprefix("section_"): self.cleaned_data[name] for name in names}


class ReturnForm(CloseForm):
    reasons = words_field(_("What is missing"), 2000, required=True)


class OnboardingForm(CloseForm):
    kickoff_on = day_field(_("Kick-off"))


class OnboardingStepForm(CloseForm):
    text = line_field(_("Step"), 300, required=True)
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices)
    owner = line_field(_("Who"))
    due_on = day_field(_("By when"))
    costs_money = forms.BooleanField(label=_("Costs money"), required=False)


class EarlyStartForm(CloseForm):
    reason = line_field(_("Why it cannot wait for the signature"), 500, required=True)
    until = DayField(label=_("Leave ends on"), widget=date_input(), initial=date.today)
