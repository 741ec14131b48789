"""Stage percentages held still, the monthly checks of them, and flags that somebody explained.

Answers: which percentages are held, since when, by whom, and what each check found. Does not answer: what the
percentages are (``outlook.funnel``).
"""

import uuid

from django.db import models
from django.db.models import Q

from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation


class StageFreeze(models.Model):
    """Stage percentages held still from a day until another; ended early when somebody lifts it.

    ``percents``: stage → the percentage in use (a share, as text), exact to what people saw when they froze it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="stage_freezes")
    starts_on = models.DateField()
    until_on = models.DateField()
    percents = models.JSONField()
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=models.F("starts_on")), name="freeze_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.until_on}"


class DriftCheck(models.Model):
    """One monthly check of frozen percentages against newly measured ones; ``findings`` are the stages that strayed."""

    id = models.BigAutoField(primary_key=True)
    freeze = models.ForeignKey(StageFreeze, on_delete=models.CASCADE, related_name="checks")
    checked_on = models.DateField()
    findings = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-checked_on"]
        constraints = [models.UniqueConstraint(fields=["freeze", "checked_on"], name="drift_checked_once_a_day")]

    def __str__(self) -> str:
        return str(self.checked_on)


class FlagNote(models.Model):
    """Why a flagged deal stays where it is: the flag rests until ``until_on``, then asks again."""

    class Kind(models.TextChoices):
        AGEING = "ageing"
        STALLED = "stalled"
        DATE = "date"

    id = models.BigAutoField(primary_key=True)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="flag_notes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    note = models.CharField(max_length=300)
    made_on = models.DateField()
    until_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["deal", "kind", "until_on"], name="flag_note_of_deal")]

    def __str__(self) -> str:
        return self.note
