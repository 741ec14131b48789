"""Published targets: which numbers a team has promised itself, in which version, by whom.

Does not answer: how a target follows from another (``engines.targets``), or what a representative calls (``calls``).
"""

import uuid

from django.db import models
from django.db.models import Q

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
