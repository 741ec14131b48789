"""What the engines are told about a deal: frozen inputs, no clock, no database.

Answers: which facts may decide a gate or a score. Does not answer: where they are stored (``deals.snapshots``).
Every date here is a calendar day; "known on" is what an as-of view filters by, before facts are built.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landmark.playbook.schema import Strength


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """One proved (or claimed) fact: a milestone reached or another evidence key of the playbook."""

    id: str
    key: str
    occurred_on: date
    strength: Strength
    author: str = ""
    title: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class StakeholderFact:
    """One person of the buying side. ``roles`` and ``stance`` are keys of the playbook."""

    name: str
    roles: frozenset[str] = frozenset()
    stance: str = "neutral"
    met_on: date | None = None
    personal_benefit: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """A missing check taken on a dated promise; it counts up to and including ``due_on``."""

    gate: str
    check: str
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class OverrideFact:
    """A gate opened by a person, with a reason; it counts up to and including ``expires_on``."""

    gate: str
    reason: str
    expires_on: date
    author: str = ""


@dataclass(frozen=True, slots=True)
class NextStepFact:
    """What happens next, who owns it, by when."""

    text: str
    owner: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class DealFacts:
    """Everything the engines may know about one deal at the as-of day.

    ``passed_gates`` maps a gate's key to the day it was passed: a passed gate stays passed.
    ``verified`` is false for a stage that only an import reported (its earlier gates are *debt*).
    ``left_stage`` is the open stage a paused or lost deal came from: it may return there, and no further, without
    passing the doors in between; left out, it counts as the first stage.
    """

    deal_id: str
    stage: str
    opened_on: date
    stage_entered_on: date
    amount: Decimal | None = None
    currency: str = ""
    target_on: date | None = None
    first_target_on: date | None = None
    target_pushes: int = 0
    verified: bool = True
    left_stage: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[EvidenceFact, ...] = ()
    stakeholders: tuple[StakeholderFact, ...] = ()
    promises: tuple[PromiseFact, ...] = ()
    overrides: tuple[OverrideFact, ...] = ()
    passed_gates: Mapping[str, date] = field(default_factory=dict)
    next_step: NextStepFact | None = None
