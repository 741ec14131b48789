"""Asking for a stored forecast; a page never fits a model.

Answers: what the model said of a deal, by any day, from the latest forecast on or before the day asked for.
Does not answer: how it was made (``actions``), what it sums up to (``summary``).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from landmark.deals.models import StageMove
from landmark.forecast.closing import WinDays, find_win_days
from landmark.ledger.models import Evidence, FieldChange
from landmark.orgs.as_of import AsOf, on_day
from landmark.orgs.models import Organisation
from landmark.outlook.curves import DAYS, at_day, unpack_curve
from landmark.outlook.levels import say_reason
from landmark.outlook.models import DealForecast, FitRun, FittedModel, StageAge
from landmark.outlook.reasons import Reasons, SimilarDeals, read_reasons, read_similar
from landmark.playbook.schema import Playbook

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Contribution:
    """How far one group of facts moves P(won), in probability: the parts and ``Contributions.base`` add up to it.

    ``key``: ``milestone:<key>``, ``attribute:<name>``, or age, idle, pace, path, stage_age, cohort, target, calendar,
    other.
    """

    key: str
    effect: float


@dataclass(frozen=True, slots=True)
class Contributions:
    """Why P(won by ``by``) is what it is. An association, not a cause."""

    by: date
    base: float
    p_won: float
    parts: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One day of a deal's curve; the three add up to 1."""

    day: date
    won: float
    open: float
    lost: float


@dataclass(frozen=True, slots=True)
class DealOutlook:
    """What the model says of one deal that was open on ``asked_on``.

    When the stored forecast is older than the day asked for, its curve is conditioned on the deal being open still.
    ``is_stale``: something about the deal was recorded after the model had read it. ``alerts``: kinds that stood then.
    ``similar``: what became of deals like it, by ``similar_by``.
    """

    deal_id: UUID
    as_of: date
    asked_on: date
    won: bytes = field(repr=False)
    lost: bytes = field(repr=False)
    stage_percent: float | None
    contributions: Contributions | None
    is_stale: bool = False
    reasons: Reasons | None = None
    alerts: tuple[str, ...] = ()
    similar: SimilarDeals | None = None
    similar_by: date | None = None

    def p_won_by(self, day: date) -> float:
        """P(won by the end of ``day``); 0 for the day asked for and before."""
        return self._given_open(self.won, day)

    def p_lost_by(self, day: date) -> float:
        return self._given_open(self.lost, day)

    def p_open_at(self, day: date) -> float:
        return max(0.0, 1.0 - self.p_won_by(day) - self.p_lost_by(day))

    def score(self, day: date) -> int:
        """100 × P(won by the end of ``day``), as a whole number."""
        return round(100 * self.p_won_by(day))

    def curve(self, days: int = DAYS) -> list[CurvePoint]:
        """Day by day from the day asked for (won 0, open 1) on; at most a year ahead of the forecast."""
        last = min(days, DAYS - (self.asked_on - self.as_of).days)
        points = []
        for ahead in range(last + 1):
            day = self.asked_on + timedelta(days=ahead)
            won, lost = self.p_won_by(day), self.p_lost_by(day)
            points.append(CurvePoint(day, won, max(0.0, 1.0 - won - lost), lost))
        return points

    def win_days(self) -> WinDays | None:
        """When it closes if it is won, in days after the day asked for; None when the curve holds no win ahead."""
        passed = (self.asked_on - self.as_of).days
        curve = unpack_curve(self.won)
        behind = curve[passed - 1] if 0 < passed <= DAYS else 0.0
        return find_win_days(np.maximum(curve[max(passed, 0) :] - behind, 0.0))

    def _given_open(self, packed: bytes, day: date) -> float:
        passed = (self.asked_on - self.as_of).days
        ahead = (day - self.as_of).days
        if ahead <= passed:
            return 0.0
        if passed <= 0:
            return at_day(packed, ahead)
        still_open = 1.0 - at_day(self.won, passed) - at_day(self.lost, passed)
        if still_open < 1e-4:  # the model thought it closed by now: it knows nothing of what follows
            return at_day(packed, ahead)
        return min(1.0, (at_day(packed, ahead) - at_day(packed, passed)) / still_open)


@dataclass(frozen=True)
class OrgForecast:
    """A stored forecast of an organisation, as asked for on a day."""

    org: Organisation
    model: FittedModel
    asked: AsOf

    @property
    def as_of(self) -> date:
        return self.model.as_of

    @property
    def is_exact(self) -> bool:
        return self.model.as_of == self.asked.on

    @property
    def level(self) -> str:
        return self.model.level

    @property
    def reason(self) -> str:
        return say_reason(self.model.reason)

    def deal(self, deal_id: UUID) -> DealOutlook | None:
        return self.for_deals([deal_id]).get(deal_id)

    def for_deals(self, ids: Iterable[UUID]) -> dict[UUID, DealOutlook]:
        """The outlook of each deal that has a forecast, in one query per 500 deals."""
        wanted = list(ids)
        found: dict[UUID, DealOutlook] = {}
        for start in range(0, len(wanted), CHUNK):
            rows = self._rows().filter(deal__in=wanted[start : start + CHUNK])
            found |= {row.deal_id: self._outlook(row) for row in rows}
        return found

    def all_deals(self, *, with_similar: bool = False) -> dict[UUID, DealOutlook]:
        """Every deal of the forecast, without the question of staleness: for sums over an organisation and for lists,
        which want ``similar`` as well. One query; the day it speaks of is the same for all deals of a forecast."""
        rows = self.model.forecasts.defer("contributions", "explanation").order_by()
        if with_similar:
            days = self.model.forecasts.filter(contributions__has_key="by").order_by().values("contributions__by")
            rows = rows.annotate(similar=F("explanation__similar"), similar_by=Subquery(days[:1]))
        return {row.deal_id: self._outlook(row, with_parts=False) for row in rows.iterator(2_000)}

    def stage_age(self, stage: str) -> StageAge | None:
        """How long deals stay in this stage."""
        return self._stage_ages.get(stage)

    @cached_property
    def _stage_ages(self) -> dict[str, StageAge]:
        return {row.stage: row for row in self.model.stage_ages.all()}

    def _rows(self) -> "QuerySet[DealForecast]":
        """With the question whether anything came after: known by the day asked for, recorded after the fit read."""
        later = Q(recorded_at__gt=self.model.read_at, known_at__lte=self.asked.known_by)
        about = (
            Exists(Evidence.objects.filter(later, deal_id=OuterRef("deal_id")))
            | Exists(FieldChange.objects.filter(later, deal_id=OuterRef("deal_id")))
            | Exists(StageMove.objects.filter(later, deal_id=OuterRef("deal_id")))
        )
        return self.model.forecasts.annotate(has_news=about).order_by()

    def _outlook(self, row: DealForecast, *, with_parts: bool = True) -> DealOutlook:
        return DealOutlook(
            deal_id=row.deal_id,
            as_of=self.model.as_of,
            asked_on=self.asked.on,
            won=bytes(row.won),
            lost=bytes(row.lost),
            stage_percent=row.stage_percent,
            contributions=_read_contributions(row.contributions) if with_parts else None,
            is_stale=bool(getattr(row, "has_news", False)),
            reasons=read_reasons(row.explanation) if with_parts else None,
            alerts=tuple(row.alerts.split(",")) if row.alerts else (),
            similar=read_similar(getattr(row, "similar", None)),
            similar_by=date.fromisoformat(by) if (by := getattr(row, "similar_by", None)) else None,
        )


def _read_contributions(stored: dict[str, Any]) -> Contributions | None:
    if not stored:
        return None
    return Contributions(
        by=date.fromisoformat(stored["by"]),
        base=stored["base"],
        p_won=stored["p_won"],
        parts=tuple(Contribution(key, effect) for key, effect in stored["parts"]),
    )


def read_forecast(org: Organisation, on: date | AsOf) -> OrgForecast | None:
    """The latest whole forecast on or before the day; None when there is none yet."""
    asked = on if isinstance(on, AsOf) else on_day(org, on)
    ready = FittedModel.objects.filter(org=org, is_ready=True, as_of__lte=asked.on)
    model = ready.defer("parameters", "report", "separation").order_by("-as_of", "-created_at").first()
    return None if model is None else OrgForecast(org, model, asked)


def last_run(org: Organisation) -> FitRun | None:
    """The newest run of the fit job, so that a page can show its progress or why it failed."""
    return FitRun.objects.filter(org=org).order_by("-created_at").first()


def find_usual_days(playbook: Playbook, forecast: OrgForecast | None, stage: str) -> int | None:
    """The stage's 75th percentile: the organisation's own, else the playbook's."""
    own = forecast.stage_age(stage) if forecast else None
    if own is not None:
        return round(own.p75_days)
    return playbook.stage(stage).p75_days if stage in {item.key for item in playbook.stages} else None
