"""Trial closes: which question comes next, which gaps are open.

Answers: the state of each type, the next one to ask in the method's order (alignment, feasibility, commitment), what
an open gap lacks. Does not answer: whether the deal may move (``gates``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from landmark.playbook.rubrics import TrialCloseType

State = Literal["not_asked", "confirmed", "gap", "fixed"]


@dataclass(frozen=True, slots=True)
class TrialFact:
    """One asking. A gap is whole once it was clarified and has impact, smallest fix, owner and day."""

    kind: str
    asked_on: date
    is_confirmed: bool
    clarified: str = ""
    impact: str = ""
    fix: str = ""
    owner: str = ""
    due_on: date | None = None
    fixed_on: date | None = None


@dataclass(frozen=True, slots=True)
class TypeState:
    kind: str
    validates: str
    state: State


def lacks(trial: TrialFact) -> tuple[str, ...]:
    """What an open gap still lacks, in the order of the method; nothing for a confirmed one."""
    if trial.is_confirmed:
        return ()
    held = (
        ("clarified", trial.clarified.strip()), ("impact", trial.impact), ("fix", trial.fix.strip()),
        ("owner", trial.owner.strip()), ("due_on", trial.due_on),
    )  # fmt: skip
    return tuple(name for name, value in held if not value)


def is_late(trial: TrialFact, as_of: date) -> bool:
    return not trial.is_confirmed and trial.fixed_on is None and trial.due_on is not None and trial.due_on < as_of


def read_types(kinds: Sequence[TrialCloseType], trials: Iterable[TrialFact]) -> tuple[TypeState, ...]:
    """Each type by its last asking; a fixed gap is to be asked again before it counts as confirmed."""
    last: dict[str, TrialFact] = {}
    for trial in sorted(trials, key=lambda one: one.asked_on):
        last[trial.kind] = trial
    return tuple(TypeState(kind.key, kind.validates, _state(last.get(kind.key))) for kind in kinds)


def _state(trial: TrialFact | None) -> State:
    if trial is None:
        return "not_asked"
    if trial.is_confirmed:
        return "confirmed"
    return "gap" if trial.fixed_on is None else "fixed"


def next_type(states: Sequence[TypeState]) -> str:
    """The first type without a yes, "" when all have one."""
    return next((one.kind for one in states if one.state != "confirmed"), "")
