"""The forecast's input: deals, dated milestones and dated changes, in columns.

Answers: what happened, and when it became known. Does not answer: how a file is read (``connectors``) or
how rows are stored. All times are float64 days since 1970-01-01 00:00 UTC; a missing time is NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Texts = NDArray[np.object_]

OPEN, WON, LOST = 0, 1, 2


@dataclass(frozen=True)
class Season:
    """``country``: ISO code such as IT, or nothing · ``fiscal_month``: the month (1–12) a fiscal year starts in ·
    ``pace``, ``weekdays``, ``fortnights``, ``month_days``: what ``habits`` learned of it, each nothing where nothing is
    known."""

    country: str = ""
    fiscal_month: int = 1
    pace: tuple[float, ...] = ()
    weekdays: tuple[tuple[float, ...], ...] = ()
    fortnights: tuple[tuple[float, ...], ...] = ()
    month_days: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True)
class History:
    """n deals, m events, c changes.

    deal_ids (n) text · opened (n) · closed (n, NaN while open) · outcome (n, OPEN/WON/LOST) · known_from (n, NaN when
    the whole history is known) · event_deal (m, index into deals) · event_at (m) · event_known (m) · event_code (m,
    index into milestones) · attributes: name → (n) text or None as known at opening ·
    change_* (c): from ``change_at`` on, attribute ``change_field`` of deal ``change_deal`` has ``change_value``.
    ``amount`` and ``target_on`` are attributes like any other (names ``amount`` and ``target_on``).
    strength (m) of evidence, more is stronger · event_expires (m, NaN when never): from that day on it no longer counts
    · season: country and fiscal year of the organisation.
    """

    deal_ids: Texts
    opened: Floats
    closed: Floats
    outcome: NDArray[np.int8]
    known_from: Floats
    event_deal: Ints
    event_at: Floats
    event_known: Floats
    event_code: Ints
    milestones: tuple[str, ...]
    attributes: Mapping[str, Texts] = field(default_factory=dict)
    change_deal: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    change_at: Floats = field(default_factory=lambda: np.zeros(0))
    change_field: Texts = field(default_factory=lambda: np.zeros(0, object))
    change_value: Texts = field(default_factory=lambda: np.zeros(0, object))
    strength: Ints | None = None
    complete_to: float = float("nan")
    event_expires: Floats | None = None
    season: Season = field(default_factory=Season)
