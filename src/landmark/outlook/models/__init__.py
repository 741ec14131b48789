"""The tables of the outlook, by what they are about."""

from landmark.outlook.models.fits import DealForecast, FitRun, FittedModel, StageAge

__all__ = ["DealForecast", "FitRun", "FittedModel", "StageAge"]
