"""Tables about from the trial close to the signed contract and the hand-over."""

from landmark.closing.models.decision import (
    Debrief,
    Decision,
    DecisionMeeting,
    Invitee,
    IssuedInvitation,
    MeetingState,
    Minutes,
    Objection,
    OfferPaper,
    OfferPart,
    Outcome,
    Review,
    RoadMapStep,
)
from landmark.closing.models.handover import Blocker, HandOver, OnboardingStep
from landmark.closing.models.markups import MarkUp
from landmark.closing.models.packet import (
    CommercialSummary,
    GoNoGo,
    Lane,
    LaneAsk,
    Packet,
    Paper,
    SignatureFrame,
    SigningStep,
    SummaryLine,
)
from landmark.closing.models.papers import IssuedPaper, Letter, LetterState
from landmark.closing.models.recap import ExecutiveSummary, Recap, RecapAnswer, Risk, Undertaking
from landmark.closing.models.trials import TrialClose

__all__ = [
    "Blocker",
    "CommercialSummary",
    "Debrief",
    "Decision",
    "DecisionMeeting",
    "ExecutiveSummary",
    "GoNoGo",
    "HandOver",
    "Invitee",
    "IssuedInvitation",
    "IssuedPaper",
    "Lane",
    "LaneAsk",
    "Letter",
    "LetterState",
    "MarkUp",
    "MeetingState",
    "Minutes",
    "Objection",
    "OfferPaper",
    "OfferPart",
    "OnboardingStep",
    "Outcome",
    "Packet",
    "Paper",
    "Recap",
    "RecapAnswer",
    "Review",
    "Risk",
    "RoadMapStep",
    "SignatureFrame",
    "SigningStep",
    "SummaryLine",
    "Undertaking",
    "TrialClose",
]
