"""The weekly review of deals: which of them the meeting has to talk about, and why.

Answers: moved, blocked, overdue, nobody's, no decider known. Does not answer: what the meeting decides.
"""

from dataclasses import dataclass
from datetime import date, timedelta

FLAGS = ("moved", "blocked", "overdue", "no_owner", "no_decider")
LOOK_BACK_DAYS = 7


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """``needs_decider``: the deal stands where somebody who decides should be known. ``late_count``: promises and
    blockers past their day. ``undecided``: open mark-ups nobody is named for."""

    moved_on: date | None = None
    blockers: int = 0
    missing_inputs: int = 0
    step_due_on: date | None = None
    step_owner: str = ""
    has_step: bool = False
    late_count: int = 0
    owner: str = ""
    needs_decider: bool = False
    deciders: int = 0
    undecided: int = 0


def review_deal(facts: ReviewFacts, on: date, look_back_days: int = LOOK_BACK_DAYS) -> tuple[str, ...]:
    """The deal's flags, in the order of the agenda; none means it may be passed over."""
    since = on - timedelta(days=look_back_days)
    is_late = facts.has_step and facts.step_due_on is not None and facts.step_due_on < on
    found = {
        "moved": facts.moved_on is not None and since < facts.moved_on <= on,
        "blocked": facts.blockers > 0 or facts.missing_inputs > 0,
        "overdue": is_late or facts.late_count > 0,
        "no_owner": not facts.owner.strip() or (facts.has_step and not facts.step_owner.strip()),
        "no_decider": facts.undecided > 0 or (facts.needs_decider and facts.deciders == 0),
    }
    return tuple(flag for flag in FLAGS if found[flag])
