"""The tables of the outlook, by what they are about."""

from landmark.outlook.models.fits import DealForecast, FitRun, FittedModel, StageAge
from landmark.outlook.models.stage_freezes import DriftCheck, FlagNote, StageFreeze

__all__ = ["DealForecast", "DriftCheck", "FitRun", "FittedModel", "FlagNote", "StageAge", "StageFreeze"]
