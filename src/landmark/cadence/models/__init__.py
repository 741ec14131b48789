"""The tables of the weekly cadence, by what they are about."""

from landmark.cadence.models.calls import CallCalendar, CallEntry, CallKind, DealCategory, Quota, Scope
from landmark.cadence.models.freezes import FrozenDeal, FrozenNumber, WeekFreeze
from landmark.cadence.models.rates import CurrencyRate
from landmark.cadence.models.targets import TargetPlan

__all__ = [
    "CallCalendar",
    "CallEntry",
    "CallKind",
    "CurrencyRate",
    "DealCategory",
    "FrozenDeal",
    "FrozenNumber",
    "Quota",
    "Scope",
    "TargetPlan",
    "WeekFreeze",
]
