"""What people type on the way to the signature, beside what is put in writing (``close_writing``).

Answers: which fields a form has. Does not answer: whether the deal allows it (the actions say), what a sent form leads
to (``close_commands``).
"""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from landmark.closing.models.markups import Impact, MarkUpState
from landmark.closing.models.packet import PaperState, PurchaseOrder, Side
from landmark.ui.days import DayField
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.close_fields import CloseForm, day_field, line_field, member_field, person_field, words_field
from landmark.workspace.forms import date_input

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
