"""The stored reasons of a forecast, read back.

Answers: similar deals, the next milestones, why the number changed and how the score went, for one deal. Does not
answer: how they were found (``explaining``), in which words they are told (a screen).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.curves import at_day
from landmark.outlook.models import DealForecast

MOST_PAST = 12


@dataclass(frozen=True, slots=True)
class SimilarDeals:
    """Of ``count`` similar deals ``won`` were won within as many days; ``low`` … ``high``: the band, 80 %."""

    count: int
    won: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NextMilestone:
    """P(won) had it been reached on the day, and what became of deals that had it at this point."""

    key: str
    p: float
    count: int
    won: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ChangeCause:
    """``kind``: record, time, evidence, edit or refit. ``key``: the milestone or field, if any."""

    kind: str
    key: str
    effect: float


@dataclass(frozen=True, slots=True)
class Change:
    """The causes sum to ``after`` − ``before``. ``against``: last, day and week, the roles of the earlier forecast."""

    against: tuple[str, ...]
    since: date
    before: float
    after: float
    causes: tuple[ChangeCause, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """``unseen``: milestones that come next too, of which nothing can be said: too few past deals had them."""

    similar: SimilarDeals | None
    steps: tuple[NextMilestone, ...]
    changes: tuple[Change, ...]
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastScore:
    """What one stored forecast said of the deal: P(won by ``by``), and what led there from the one before."""

    as_of: date
    by: date
    p_won: float
    change: Change | None


def read_reasons(stored: Mapping[str, Any]) -> Reasons | None:
    """None for a forecast from before reasons were kept."""
    if not stored:
        return None
    return Reasons(
        similar=read_similar(stored.get("similar")),
        steps=tuple(NextMilestone(*step) for step in stored.get("steps", ())),
        changes=tuple(_read_change(change) for change in stored.get("changes", ())),
        unseen=tuple(stored.get("unseen", ())),
    )


def read_similar(stored: Sequence[float] | None) -> SimilarDeals | None:
    return SimilarDeals(int(stored[0]), int(stored[1]), stored[2], stored[3]) if stored else None


def _read_change(change: Mapping[str, Any]) -> Change:
    return Change(
        against=tuple(change["against"]),
        since=date.fromisoformat(change["since"]),
        before=change["from"],
        after=change["to"],
        causes=tuple(ChangeCause(*cause) for cause in change["causes"]),
    )


def read_past_scores(org: Organisation, deal_id: UUID, asked: AsOf) -> list[PastScore]:
    """What stored forecasts on or before the day said of a deal, newest first, one a day. One query."""
    rows = DealForecast.objects.filter(deal=deal_id, model__org=org, model__is_ready=True, model__as_of__lte=asked.on)
    rows = rows.order_by("-model__as_of", "-model__created_at")
    fields = ("model__as_of", "won", "contributions__by", "explanation__changes")
    found: dict[date, PastScore] = {}
    for as_of, won, by, changes in rows.values_list(*fields)[:MOST_PAST]:
        if by and as_of not in found:
            day = date.fromisoformat(by)
            before = next((_read_change(one) for one in changes or () if "day" in one["against"]), None)
            found[as_of] = PastScore(as_of, day, at_day(bytes(won), (day - as_of).days), before)
    return list(found.values())
