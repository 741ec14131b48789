"""What the model cannot know, derived from the data it was given.

Answers: which gaps a history has, as codes with figures; a screen puts them into words. Does not answer: how good the
forecast is (``evaluate``) or how a gap is filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from landmark.forecast.arrivals import RECENT_DAYS, amounts_on
from landmark.forecast.duplicates import find_twins
from landmark.forecast.history import OPEN, WON, History
from landmark.forecast.leaks import Leak

YEAR_DAYS, TWO_YEARS = 365, 730
FEW_PRICED = 0.5
FEW_CLOSED, FEW_OF_A_KIND = 200, 30
SAME_MOMENT = 1 / 1440
CHECKED = "checked"
"""Stored beside the gaps: how many attributes were looked at for giving the outcome away; 0 while too few have closed.
"""
_STAGE = "stage:"


@dataclass(frozen=True)
class Unknown:
    """One gap: ``code`` says which, ``count`` how many it concerns, ``day`` (days since 1970) since when, ``names``."""

    code: str
    count: int = 0
    day: float | None = None
    names: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "count": self.count, "day": self.day, "names": list(self.names)}


def find_unknowns(history: History, left_out: Sequence[Leak] = ()) -> tuple[Unknown, ...]:
    """Gaps of a cut history (see ``known.as_known``), the gravest first. An empty history has one: no deals.

    ``left_out``: the attributes that the fitted model itself left out (``Fitted.left_out``).
    """
    if history.deal_ids.size == 0:
        return (Unknown("no_deals"),)
    found = (
        _few_closed(history),
        _no_milestones(history),
        _no_stage_moves(history),
        _known_since(history),
        _short(history),
        _left_out(left_out),
        _unpriced(history),
        _no_arrivals(history),
        _no_changes(history),
        _no_times(history),
        _twins(history),
    )
    return tuple(one for one in found if one is not None)


def _few_closed(history: History) -> Unknown | None:
    won, closed = int(np.sum(history.outcome == WON)), int(np.sum(history.outcome != OPEN))
    few = closed < FEW_CLOSED or min(won, closed - won) < FEW_OF_A_KIND
    return Unknown("few_closed", closed) if few else None


def _no_milestones(history: History) -> Unknown | None:
    return None if history.event_code.size else Unknown("no_milestones")


def _no_stage_moves(history: History) -> Unknown | None:
    """Only where milestones are known: stages are then missing, not everything."""
    has_stage = any(name.startswith(_STAGE) for name in history.milestones)
    return Unknown("no_stage_moves") if history.event_code.size and not has_stage else None


def _known_since(history: History) -> Unknown | None:
    late = history.known_from > history.opened
    return Unknown("known_since", int(late.sum()), float(history.known_from[late].min())) if late.any() else None


def _short(history: History) -> Unknown | None:
    """Seasons: one turn of the year is not seen twice within two years."""
    first = float(np.nanmin(history.opened))
    span = history.complete_to - first
    return Unknown("short", int(span), first) if span < TWO_YEARS else None


def _left_out(leaks: Sequence[Leak]) -> Unknown | None:
    names = tuple(leak.attribute for leak in leaks)
    return Unknown("left_out", len(names), None, names) if names else None


def _unpriced(history: History) -> Unknown | None:
    is_open = history.outcome == OPEN
    missing = int(np.sum(np.isnan(amounts_on(history, history.complete_to)[is_open])))
    return Unknown("unpriced", missing) if missing else None


def _no_arrivals(history: History) -> Unknown | None:
    last = float(np.nanmax(history.opened))
    return Unknown("no_arrivals", 0, last) if history.complete_to - last > RECENT_DAYS else None


def _no_changes(history: History) -> Unknown | None:
    return None if history.change_at.size else Unknown("no_changes")


def _no_times(history: History) -> Unknown | None:
    """Nearly every fact known in the moment it happened: the source does not tell when it was written down."""
    if not history.event_at.size:
        return None
    at_once = float(np.mean(np.abs(history.event_known - history.event_at) < SAME_MOMENT))
    return Unknown("no_known_times") if at_once > 0.99 else None


def _twins(history: History) -> Unknown | None:
    twins = len(find_twins(history))
    return Unknown("twins", twins) if twins else None
