"""What a person hands to an action, beside plain values.

Answers: the shape of a next step, a promise, an override. Does not answer: whether they are good enough (``policies``).
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NextStepInput:
    text: str
    owner: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class PromiseInput:
    """ "We take this check on a promise, due that day.\""""

    gate: str
    check: str
    text: str
    due_on: date


@dataclass(frozen=True, slots=True)
class OverrideInput:
    """ "Open this gate all the same, for this reason, until that day.\""""

    gate: str
    reason: str
    expires_on: date
