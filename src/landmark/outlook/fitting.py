"""One fit, from the organisation's rows to everything a forecast stores.

Answers: the model, each open deal's curves and reasons, stage stays and the back-test. Does not answer: how it is
stored (``actions``). Writes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from landmark.orgs.models import Organisation
from landmark.outlook.stages import StageStay


class CannotFit(Exception):
    """There is nothing to forecast yet; the sentence says what to do first."""


@dataclass(frozen=True, slots=True)
class DealResult:
    """One open deal: packed curves and what moves them."""

    deal_id: str
    won: bytes
    lost: bytes
    stage_percent: float | None
    contributions: dict[str, Any]


@dataclass(frozen=True)
class FitResult:
    level: str
    reason: str
    playbook: str
    model_version: str
    input_hash: str
    parameters: dict[str, Any]
    report: dict[str, Any]
    stage_stays: tuple[StageStay, ...]
    deals: Iterator[DealResult] = field(repr=False)


def compute_fit(org: Organisation, on: date, tick: Callable[[str, int], None]) -> FitResult:
    raise NotImplementedError
