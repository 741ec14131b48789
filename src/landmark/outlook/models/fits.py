"""What the model said, when, on what grounds: fitted models, stored forecasts, running fits.

Answers: the forecast of a deal at an as-of day. Does not answer: how it is computed (``forecast``), how a page
asks for it (``reading``).

One rule for time: ``as_of`` is the day a screen shows, and the whole of it is known. The forecast therefore starts at
00:00 UTC of the next day, and day ``n`` of a curve is the end of ``as_of + n days``.
"""

import uuid

from django.db import models

from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation


class FittedModel(models.Model):
    """A fitted model as JSON, with the level of history it could use and its own back-test.

    ``is_ready`` turns true in one statement after all forecasts are written: readers see a whole model or none.
    ``read_at`` is our clock when the history was read: what changed a deal after it is not in its curve.
    ``separation``: which milestones tell won from lost, as ``separation.read_separation`` reads it.
    ``fitted_on``: the day whose fit speaks here, when this day was scored without fitting again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="fitted_models")
    as_of = models.DateField()
    fitted_on = models.DateField(null=True)
    is_ready = models.BooleanField(default=False)
    level = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    playbook = models.CharField(max_length=60)
    model_version = models.CharField(max_length=40)
    input_hash = models.CharField(max_length=64)
    parameters = models.JSONField()
    report = models.JSONField(default=dict)
    separation = models.JSONField(default=dict)
    read_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-as_of", "-created_at"]
        indexes = [models.Index(fields=["org", "is_ready", "as_of"])]

    def __str__(self) -> str:
        return f"{self.as_of} {self.level}"


class FitRun(models.Model):
    """One run of the background job that fits and stores a forecast; the page shows its progress.

    ``beat_at`` is the last sign of life: a running row that has been silent for long was left by a dead worker.
    ``is_rescoring``: a recent fit may speak again, so that a night costs seconds; without one the run fits.
    ``is_asked_again``: somebody asked for a fit while this one had read its data already, so another one follows.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="fit_runs")
    as_of = models.DateField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    phase = models.CharField(max_length=120, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    model = models.ForeignKey(FittedModel, on_delete=models.SET_NULL, null=True, related_name="runs")
    is_rescoring = models.BooleanField(default=False)
    is_asked_again = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "as_of"],
                condition=models.Q(status__in=["waiting", "running"]),
                name="one_live_fit_per_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.status}"

    @property
    def is_live(self) -> bool:
        return self.status in {self.Status.WAITING, self.Status.RUNNING}


class DealForecast(models.Model):
    """P(won) and P(lost) of one deal for each of the next 365 days, as 16-bit fixed point (``curves``).

    ``deal_version`` is the version of the deal that the curve belongs to. ``contributions``: what moves the probability
    at the end of the period, as ``reading.Contribution``. ``explanation``: similar deals, what would move it, when it
    closes if it is won, why it changed, as ``reasons.read_reasons`` reads it. ``alerts``: kinds of ``engines.alerts``
    that stood on the day, with commas, so that a list can count them.
    """

    id = models.BigAutoField(primary_key=True)
    model = models.ForeignKey(FittedModel, on_delete=models.CASCADE, related_name="forecasts")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="forecasts")
    won = models.BinaryField()
    lost = models.BinaryField()
    stage_percent = models.FloatField(null=True)
    contributions = models.JSONField(default=dict)
    explanation = models.JSONField(default=dict)
    alerts = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "deal"], name="forecast_once_per_model")]

    def __str__(self) -> str:
        return str(self.deal_id)


class StageAge(models.Model):
    """How long deals stayed in each stage: median and 75th percentile in days, with the number they rest on.

    ``count`` 0: the playbook's own figures, because too few stays are complete.
    """

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
