"""What each form of the last mile does.

Answers: for every form by name, its fields, its page, its action and the word afterwards. Does not answer: whether it
is allowed (the actions say).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from landmark.closing import handover_actions, markup_actions, onboarding_actions, packet_actions, recap_actions
from landmark.closing.models import (
    Blocker,
    LaneAsk,
    MarkUp,
    OnboardingStep,
    Paper,
    Risk,
    SigningStep,
    Undertaking,
)
from landmark.closing.models.record import Record
from landmark.workspace import close_forms as forms
from landmark.workspace import close_writing as writing
from landmark.workspace.close_fields import CloseForm, Nothing


@dataclass(frozen=True, slots=True)
class Sent:
    """A sent form. ``row``: what it is about · ``key``: which lane or role · ``version``: of the row that was seen."""

    deal: Any
    by: Any
    form: Any
    row: Any = None
    key: str = ""
    version: int | None = None

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.form.cleaned_data)


@dataclass(frozen=True, slots=True)
class Command:
    form: type[CloseForm]
    page: str
    act: Callable[[Sent], object]
    done: str | Promise
    button: str | Promise
    model: type[Record] | None = None
    is_for_all: bool = True


def _markup(sent: Sent) -> object:
    return markup_actions.answer_markup(sent.deal, by=sent.by, markup=sent.row, if_version=sent.version, **sent.data)


def _paper(sent: Sent) -> object:
    return packet_actions.save_paper(sent.deal, by=sent.by, paper=sent.row, if_version=sent.version, **sent.data)


def _lane(sent: Sent) -> object:
    return packet_actions.save_lane(sent.deal, by=sent.by, key=sent.key, **sent.data)


def _terms(sent: Sent) -> object:
    names = ("term_months", "renewal", "payment_terms", "deliverables", "exclusions", "assumptions", "service_levels",
             "change_control")  # fmt: skip
    values = {name: sent.data[name] for name in names}
    seen = sent.data["seen"]
    return recap_actions.save_summary(sent.deal, by=sent.by, lines=sent.form.lines, if_number=seen, **values)


def _brief(sent: Sent) -> object:
    sections = sent.form.sections
    return recap_actions.save_brief(sent.deal, by=sent.by, sections=sections, if_number=sent.data["seen"])


def _hand_over(sent: Sent) -> object:
    return handover_actions.save_hand_over(
        sent.deal, by=sent.by, sections=sent.form.sections, receiver=sent.data["receiver"], if_version=sent.version
    )


def _go(is_go: bool) -> Callable[[Sent], object]:
    return lambda sent: packet_actions.hold_go_no_go(sent.deal, by=sent.by, is_go=is_go, **sent.data)


def _step(to: str) -> Callable[[Sent], object]:
    return lambda sent: onboarding_actions.move_onboarding_step(sent.deal, by=sent.by, step=sent.row, to=to)


P, M, T, S, R, G, H = (
    "close_packet", "close_markups", "close_terms", "close_summary", "close_recap", "close_signing", "close_handover"
)  # fmt: skip
A, MA, RA, HA, OA = packet_actions, markup_actions, recap_actions, handover_actions, onboarding_actions
SAVE, ADD, SAVED = _("Save"), _("Add"), _("Saved.")

COMMANDS: dict[str, Command] = {
    # Packet and lanes
    "packet_start": Command(
        forms.PacketForm, P, lambda s: A.start_packet(s.deal, by=s.by, **s.data), _("The next version is in work."),
        _("Start the version"),
    ),
    "packet_send": Command(
        forms.SendPacketForm, P, lambda s: A.send_packet(s.deal, by=s.by, **s.data),
        _("On record as sent; every lane is asked."), _("Record as sent"),
    ),
    "paper": Command(forms.PaperForm, P, _paper, SAVED, SAVE, Paper),
    "lane": Command(forms.LaneForm, P, _lane, SAVED, SAVE),
    "question": Command(
        forms.QuestionForm, P, lambda s: A.ask_question(s.deal, by=s.by, **s.data), _("The question has its day."), ADD
    ),
    "approval": Command(
        forms.ApprovalForm, P, lambda s: A.answer_ask(s.deal, by=s.by, ask=s.row, if_version=s.version, **s.data),
        SAVED, SAVE, LaneAsk,
    ),
    "answer": Command(
        forms.AnswerForm, P,
        lambda s: A.answer_ask(s.deal, by=s.by, ask=s.row, outcome="answered", if_version=s.version, **s.data),
        SAVED, SAVE, LaneAsk,
    ),
    "ask_reopen": Command(
        Nothing, P, lambda s: A.reopen_ask(s.deal, by=s.by, ask=s.row, if_version=s.version), _("Open again."),
        _("Take back"), LaneAsk,
    ),
    # Mark-ups
    "markup_add": Command(
        forms.MarkUpForm, M, lambda s: MA.add_markup(s.deal, by=s.by, **s.data), _("It is in the log."), ADD
    ),
    "markup": Command(forms.MarkUpAnswerForm, M, _markup, SAVED, SAVE, MarkUp),
    "markup_reopen": Command(
        Nothing, M, lambda s: MA.reopen_markup(s.deal, by=s.by, markup=s.row), _("Open again."), _("Reopen"),
        MarkUp,
    ),
    # In writing
    "terms": Command(writing.SummaryForm, T, _terms, SAVED, _("Save as the next version"), is_for_all=False),
    "brief": Command(writing.BriefForm, S, _brief, SAVED, _("Save as the next version"), is_for_all=False),
    "risk": Command(writing.RiskForm, R, lambda s: RA.save_risk(s.deal, by=s.by, **s.data), SAVED, ADD),
    "risk_edit": Command(
        writing.RiskForm, R, lambda s: RA.save_risk(s.deal, by=s.by, risk=s.row, if_version=s.version, **s.data), SAVED,
        SAVE, Risk,
    ),
    "risk_close": Command(
        Nothing, R, lambda s: RA.close_risk(s.deal, by=s.by, risk=s.row), _("Closed."), _("Over"), Risk
    ),
    "undertaking": Command(
        writing.UndertakingForm, R, lambda s: RA.add_undertaking(s.deal, by=s.by, **s.data), SAVED, ADD,
        is_for_all=False,
    ),
    "undertaking_done": Command(
        Nothing, R,
        lambda s: RA.finish_undertaking(s.deal, by=s.by, undertaking=s.row, if_version=s.version), SAVED, _("Done"),
        Undertaking, is_for_all=False,
    ),
    "recap": Command(
        writing.RecapForm, R, lambda s: RA.write_recap(s.deal, by=s.by, **s.data),
        _("Written. It has not gone out yet."), _("Write it"), is_for_all=False,
    ),
    "recap_sent": Command(
        writing.RecapSentForm, R, lambda s: RA.mark_recap_sent(s.deal, by=s.by, **s.data),
        _("The recap is on record as sent."), _("Record as sent"), is_for_all=False,
    ),
    "recap_answer": Command(
        writing.RecapAnswerForm, R, lambda s: RA.answer_recap(s.deal, by=s.by, role=s.key, **s.data), SAVED, SAVE,
        is_for_all=False,
    ),
    # Go and signature
    "frame": Command(
        forms.FrameForm, G, lambda s: A.save_frame(s.deal, by=s.by, if_version=s.version, **s.data), SAVED, SAVE
    ),
    "signature": Command(forms.SignatureForm, G, lambda s: A.add_signature(s.deal, by=s.by, **s.data), SAVED, ADD),
    "signature_remove": Command(
        Nothing, G, lambda s: A.remove_signature(s.deal, by=s.by, step=s.row), _("Removed."), _("Remove"),
        SigningStep,
    ),
    "signed": Command(
        forms.SignedForm, G, lambda s: A.sign(s.deal, by=s.by, step=s.row, **s.data), _("The signature is on record."),
        _("Record the signature"), SigningStep,
    ),
    "go": Command(forms.GoForm, G, _go(True), _("Go is on record."), _("Go")),
    "no_go": Command(forms.GoForm, G, _go(False), _("No-go is on record, with what was in the way."), _("No-go")),
    # Blockers
    "blocker": Command(forms.BlockerForm, "close", lambda s: HA.save_blocker(s.deal, by=s.by, **s.data), SAVED, ADD),
    "blocker_edit": Command(
        forms.BlockerForm, "close",
        lambda s: HA.save_blocker(s.deal, by=s.by, blocker=s.row, if_version=s.version, **s.data), SAVED, SAVE, Blocker,
    ),
    "blocker_clear": Command(
        Nothing, "close", lambda s: HA.clear_blocker(s.deal, by=s.by, blocker=s.row, if_version=s.version),
        SAVED, _("Cleared"), Blocker,
    ),
    "blocker_back": Command(
        Nothing, "close", lambda s: HA.clear_blocker(s.deal, by=s.by, blocker=s.row, if_version=s.version),
        _("It blocks again."), _("Still there"), Blocker,
    ),
    # Hand-over
    "handover_start": Command(
        Nothing, H, lambda s: HA.start_hand_over(s.deal, by=s.by), _("Drafted from what is on record."),
        _("Start the hand-over"),
    ),
    "handover": Command(forms.HandOverForm, H, _hand_over, SAVED, SAVE),
    "handover_offer": Command(
        Nothing, H, lambda s: HA.offer_hand_over(s.deal, by=s.by), _("Delivery is asked."),
        _("Hand it to delivery"),
    ),
    "handover_accept": Command(
        Nothing, H, lambda s: HA.answer_hand_over(s.deal, by=s.by, is_accepted=True), _("Accepted."), _("Accept")
    ),
    "handover_return": Command(
        forms.ReturnForm, H, lambda s: HA.answer_hand_over(s.deal, by=s.by, is_accepted=False, **s.data),
        _("Returned with your reasons."), _("Return it"),
    ),
    "onboarding": Command(
        forms.OnboardingForm, H, lambda s: OA.prepare_onboarding(s.deal, by=s.by, **s.data),
        _("The onboarding is prepared."), _("Prepare the onboarding"),
    ),
    "step_add": Command(
        forms.OnboardingStepForm, H, lambda s: OA.save_onboarding_step(s.deal, by=s.by, **s.data), SAVED, ADD
    ),
    "step": Command(
        forms.OnboardingStepForm, H,
        lambda s: OA.save_onboarding_step(s.deal, by=s.by, step=s.row, if_version=s.version, **s.data), SAVED, SAVE,
        OnboardingStep,
    ),
    "step_start": Command(Nothing, H, _step("started"), _("Started."), _("Start"), OnboardingStep),
    "step_done": Command(Nothing, H, _step("done"), _("Done."), _("Done"), OnboardingStep),
    "step_open": Command(Nothing, H, _step("open"), _("Open again."), _("Take back"), OnboardingStep),
    "step_allow": Command(
        forms.EarlyStartForm, H, lambda s: OA.allow_early_start(s.deal, by=s.by, step=s.row, **s.data),
        _("It may start before the signature; the managers are told."), _("Let it start early"), OnboardingStep,
        is_for_all=False,
    ),
}  # fmt: skip

WITH_SIGNATURE = frozenset(name for name, command in COMMANDS.items() if command.page in (P, M, T, S)) | {
    "recap", "recap_sent", "signature", "signature_remove", "signed", "go", "no_go",
}  # fmt: skip
"""What leads to the signature and ends with it."""
