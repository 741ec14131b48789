"""What a changed definition would do to the deals that are open now. Nothing is changed by asking.

Answers: for another stage percentage, another usual age, or one more proof to leave a stage: which open deals it
touches, and how far the weighted value moves. Does not answer: whether the change is wise, or how it is published (a
new version of the playbook).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["reweighed", "flagged", "released", "held", "sent_back"]


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """What a definition can touch. ``evidence``: key → strength of the strongest proof that is still fresh."""

    id: str
    stage: str
    amount: Decimal
    currency: str
    age_days: int
    evidence: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PercentChange:
    """The stage's percentage becomes ``percent``."""

    stage: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AgeChange:
    """A deal counts as old for the stage after ``days``."""

    stage: str
    days: int


@dataclass(frozen=True, slots=True)
class NeedChange:
    """Leaving the stage asks for one more proof, this strong at least."""

    stage: str
    evidence: str
    strength: int


Change = PercentChange | AgeChange | NeedChange


@dataclass(frozen=True, slots=True)
class Effect:
    """One touched deal: its weighted value before and after, and the stage it would stand in."""

    deal_id: str
    kind: Kind
    stage: str
    to_stage: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Definitions:
    """What holds today: the path in order, percentages, and the age above which a deal is old."""

    path: Sequence[str]
    percents: Mapping[str, Decimal]
    limits: Mapping[str, int | None]


def simulate(deals: Iterable[OpenDeal], today: Definitions, change: Change) -> tuple[Effect, ...]:
    """Every open deal the change touches, in the order given. Deals off the path (paused) are not touched."""
    on_path = (deal for deal in deals if deal.stage in today.percents)
    found = (_touch(deal, today, change) for deal in on_path)
    return tuple(effect for effect in found if effect is not None)


def _touch(deal: OpenDeal, today: Definitions, change: Change) -> Effect | None:
    if isinstance(change, NeedChange):
        return _ask(deal, today, change)
    if deal.stage != change.stage:
        return None
    if isinstance(change, PercentChange):
        return _effect(deal, today, "reweighed", deal.stage, change.percent)
    limit = today.limits.get(change.stage)
    was_old, is_old = limit is not None and deal.age_days > limit, deal.age_days > change.days
    if was_old == is_old:
        return None
    return _effect(deal, today, "flagged" if is_old else "released", deal.stage, today.percents[deal.stage])


def _ask(deal: OpenDeal, today: Definitions, change: NeedChange) -> Effect | None:
    """A deal in the stage that lacks the proof is held there; one beyond it would have to be proved again from there,
    so its value is what that stage's percentage gives."""
    if deal.evidence.get(change.evidence, 0) >= change.strength:
        return None
    here, door = today.path.index(deal.stage), today.path.index(change.stage)
    if here < door:
        return None
    kind: Kind = "held" if here == door else "sent_back"
    return _effect(deal, today, kind, change.stage, today.percents[change.stage])


def _effect(deal: OpenDeal, today: Definitions, kind: Kind, to_stage: str, percent: Decimal) -> Effect:
    before = deal.amount * today.percents[deal.stage]
    return Effect(deal.id, kind, deal.stage, to_stage, deal.currency, before, deal.amount * percent)


def sum_effects(effects: Iterable[Effect]) -> dict[str, tuple[Decimal, Decimal]]:
    """Weighted value before and after, by currency."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for effect in effects:
        before, after = sums.get(effect.currency, (Decimal(0), Decimal(0)))
        sums[effect.currency] = (before + effect.before, after + effect.after)
    return sums
