"""Tables about who buys and how: people, decision process, discovery, qualification."""

from landmark.buying.models.commitment import CommitmentMeeting, CommitmentSeat, Outcome
from landmark.buying.models.discovery import (
    CallNote,
    Fact,
    Hypothesis,
    HypothesisState,
    ImpactConfirmation,
    ImpactLine,
    ImpactSummary,
    PreCallCheck,
    ResearchSheet,
)
from landmark.buying.models.people import AskedQuestion, DecisionPart, StakeholderState
from landmark.buying.models.process import DecisionProcess, Mechanism, ProcessConfirmation, ProcessStep
from landmark.buying.models.requirements import Agreement, Assumption, Criterion, Requirement, SignOff

__all__ = [
    "Agreement",
    "AskedQuestion",
    "Assumption",
    "CallNote",
    "CommitmentMeeting",
    "CommitmentSeat",
    "Criterion",
    "DecisionPart",
    "DecisionProcess",
    "Fact",
    "Hypothesis",
    "HypothesisState",
    "ImpactConfirmation",
    "ImpactLine",
    "ImpactSummary",
    "Mechanism",
    "Outcome",
    "PreCallCheck",
    "ProcessConfirmation",
    "ProcessStep",
    "Requirement",
    "ResearchSheet",
    "SignOff",
    "StakeholderState",
]
