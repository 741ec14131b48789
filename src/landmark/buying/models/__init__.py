"""Tables about who buys and how: people, decision process, discovery, qualification."""

from landmark.buying.models.commitment import CommitmentMeeting, CommitmentSeat, Outcome
from landmark.buying.models.competition import (
    Alternative,
    BuyerCriteria,
    CompetitionAnswer,
    Grade,
    SwitchingBarrier,
)
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
from landmark.buying.models.qualification import (
    GateDecision,
    ItemState,
    ProcurementItem,
    PurchaseType,
    ReturnKind,
    ReturnWatch,
    Score,
)
from landmark.buying.models.requirements import Agreement, Assumption, Criterion, Requirement, SignOff

__all__ = [
    "Agreement",
    "Alternative",
    "AskedQuestion",
    "Assumption",
    "BuyerCriteria",
    "CallNote",
    "CommitmentMeeting",
    "CommitmentSeat",
    "CompetitionAnswer",
    "Criterion",
    "DecisionPart",
    "DecisionProcess",
    "Fact",
    "GateDecision",
    "Grade",
    "Hypothesis",
    "HypothesisState",
    "ImpactConfirmation",
    "ImpactLine",
    "ImpactSummary",
    "ItemState",
    "Mechanism",
    "Outcome",
    "PreCallCheck",
    "ProcessConfirmation",
    "ProcessStep",
    "ProcurementItem",
    "PurchaseType",
    "Requirement",
    "ResearchSheet",
    "ReturnKind",
    "ReturnWatch",
    "Score",
    "SignOff",
    "StakeholderState",
    "SwitchingBarrier",
]
