"""What sales operations agree on: published targets, frozen stage percentages, explained flags.

Answers: which numbers a team has promised itself, in which version, by whom; which stage percentages are held still and
what each monthly check of them found. Does not answer: how a target follows from another (``engines.targets``), what
the percentages are (``outlook.funnel``), or what a representative calls (calls have a table of their own).
"""

import uuid

from django.db import models
from django.db.models import Q

from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation


class TargetPlan(models.Model):
    """The targets of one period. A draft can be changed; a published one is locked, and a newer one replaces it.

    ``rates``: conversions from state to state, each low and high (equal when one figure is meant), own or measured.
    ``definitions``: what counts as qualified, as booked, and when a stage is entered, by key. ``measures``: the lagging
    and the leading targets by key, with the figure to reach. ``shares``: roles and teams with weight and part.
    ``tests``: the three questions before publishing, each with its answer and reason.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        REPLACED = "replaced"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="target_plans")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    starts_on = models.DateField()
    ends_on = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    deal_size = models.DecimalField(max_digits=18, decimal_places=2)
    overall = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    rates = models.JSONField(default=list)
    definitions = models.JSONField(default=dict)
    measures = models.JSONField(default=dict)
    shares = models.JSONField(default=list)
    tests = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-starts_on", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["org", "starts_on", "number"], name="target_plan_number_once"),
            models.UniqueConstraint(
                fields=["org", "starts_on"], condition=Q(status="draft"), name="one_draft_of_targets_a_period"
            ),
            models.UniqueConstraint(
                fields=["org", "starts_on"], condition=Q(status="published"), name="one_published_target_a_period"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, deal_size__gt=0), name="target_amounts_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} #{self.number} {self.status}"


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
