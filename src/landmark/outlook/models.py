"""What the model said, when, on what grounds: fitted models, stored forecasts, running fits.

Answers: the forecast of a deal at an as-of day. Does not answer: how it is computed (``forecast``).
"""

import uuid

from django.db import models

from landmark.deals.models import Deal
from landmark.orgs.models import Organisation


class FitRun(models.Model):
    """One run of the background job that fits and stores a forecast; the page shows its progress."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="fit_runs")
    as_of = models.DateField()
    status = models.CharField(max_length=12, default="waiting")  # waiting, running, done, failed
    phase = models.CharField(max_length=120, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.as_of} {self.status}"


class FittedModel(models.Model):
    """A fitted model as JSON, with the level of history it could use and its own back-test."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="fitted_models")
    as_of = models.DateField()
    level = models.CharField(max_length=12)
    reason = models.CharField(max_length=500)
    playbook = models.CharField(max_length=60)
    model_version = models.CharField(max_length=40)
    input_hash = models.CharField(max_length=64)
    parameters = models.JSONField()
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-as_of", "-created_at"]
        indexes = [models.Index(fields=["org", "as_of"])]

    def __str__(self) -> str:
        return f"{self.as_of} {self.level}"


class DealForecast(models.Model):
    """P(won) and P(lost) of one deal for each of the next 365 days, as 16-bit fixed point (``curves``)."""

    id = models.BigAutoField(primary_key=True)
    model = models.ForeignKey(FittedModel, on_delete=models.CASCADE, related_name="forecasts")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="forecasts")
    won = models.BinaryField()
    lost = models.BinaryField()
    stage_percent = models.FloatField(null=True)
    contributions = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "deal"], name="forecast_once_per_model")]

    def __str__(self) -> str:
        return str(self.deal_id)


class StageAge(models.Model):
    """How long deals stayed in each stage: median and 75th percentile in days, with the number they rest on."""

    id = models.BigAutoField(primary_key=True)
    model = models.ForeignKey(FittedModel, on_delete=models.CASCADE, related_name="stage_ages")
    stage = models.CharField(max_length=40)
    median_days = models.FloatField()
    p75_days = models.FloatField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "stage"], name="stage_age_once_per_model")]

    def __str__(self) -> str:
        return self.stage
