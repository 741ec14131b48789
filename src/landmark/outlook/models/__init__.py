"""The tables of the outlook, by what they are about."""

from landmark.outlook.models.calls import CallCalendar, CallEntry, CallKind, DealCategory, Quota, Scope
from landmark.outlook.models.fits import DealForecast, FitRun, FittedModel, StageAge
from landmark.outlook.models.freezes import FrozenDeal, FrozenNumber, WeekFreeze
from landmark.outlook.models.rates import CurrencyRate
from landmark.outlook.models.targets import DriftCheck, FlagNote, StageFreeze, TargetPlan

__all__ = [
    "CallCalendar",
    "CallEntry",
    "CallKind",
    "CurrencyRate",
    "DealCategory",
    "DealForecast",
    "DriftCheck",
    "FitRun",
    "FittedModel",
    "FlagNote",
    "FrozenDeal",
    "FrozenNumber",
    "Quota",
    "Scope",
    "StageAge",
    "StageFreeze",
    "TargetPlan",
    "WeekFreeze",
]
