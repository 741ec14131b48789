"""Tables about who buys and how: people, decision process, discovery, qualification."""

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
from landmark.buying.models.requirements import Agreement, Assumption, Criterion, Requirement, SignOff

__all__ = [
    "Agreement",
    "Assumption",
    "CallNote",
    "Criterion",
    "Fact",
    "Hypothesis",
    "HypothesisState",
    "ImpactConfirmation",
    "ImpactLine",
    "ImpactSummary",
    "PreCallCheck",
    "Requirement",
    "ResearchSheet",
    "SignOff",
]
