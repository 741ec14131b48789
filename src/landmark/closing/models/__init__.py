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
    StepKind,
)
from landmark.closing.models.papers import IssuedPaper, Letter, LetterState

__all__ = [
    "Debrief",
    "Decision",
    "DecisionMeeting",
    "Invitee",
    "IssuedInvitation",
    "IssuedPaper",
    "Letter",
    "LetterState",
    "MeetingState",
    "Minutes",
    "Objection",
    "OfferPaper",
    "OfferPart",
    "Outcome",
    "Review",
    "RoadMapStep",
    "StepKind",
]
