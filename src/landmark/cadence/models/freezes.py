"""What stood at a weekly deadline, kept for good: every open deal and the four numbers of every scope.

Answers: the state a call was made on. Does not answer: how it is put together (``cadence.freezing``). A freeze is
written in small transactions and then sealed; readers see sealed ones only, and a sealed one never changes (triggers).
"""

import uuid

from django.db import models

from landmark.cadence.models.calls import Scope
from landmark.orgs.models import Organisation


class WeekFreeze(models.Model):
    """One deadline of an organisation. ``digest`` is a hash of all its rows: built again, it comes out the same.

    ``model_as_of``: the forecast used knew everything up to the end of that day, the last whole one (UTC) before the
    deadline. ``rates``: what one unit of each currency was worth, and of which day that figure is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="week_freezes")
    deadline_at = models.DateTimeField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    currency = models.CharField(max_length=3)
    model_id = models.UUIDField(null=True)
    model_as_of = models.DateField(null=True)
    model_version = models.CharField(max_length=40, blank=True)
    model_hash = models.CharField(max_length=64, blank=True)
    rates = models.JSONField(default=dict)
    deal_count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    via = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-deadline_at"]
        constraints = [models.UniqueConstraint(fields=["org", "deadline_at"], name="one_freeze_a_deadline")]

    def __str__(self) -> str:
        return f"{self.deadline_at:%Y-%m-%d %H:%M}"


class FrozenDeal(models.Model):
    """One deal that was open at the deadline. ``converted`` is its amount in the organisation's currency, if it had a
    rate; ``p_won`` the model's P(won in the period)."""

    id = models.BigAutoField(primary_key=True)
    freeze = models.ForeignKey(WeekFreeze, on_delete=models.CASCADE, related_name="deals")
    org_id = models.UUIDField()
    deal_id = models.UUIDField()
    name = models.CharField(max_length=255)
    owner_id = models.UUIDField(null=True)
    owner_name = models.CharField(max_length=200, blank=True)
    team_id = models.UUIDField(null=True)
    stage = models.CharField(max_length=40)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    converted = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    target_on = models.DateField(null=True)
    category = models.CharField(max_length=12, blank=True)
    suggested = models.CharField(max_length=12, blank=True)
    p_won = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["freeze", "deal_id"], name="frozen_deal_once")]

    def __str__(self) -> str:
        return self.name


class FrozenNumber(models.Model):
    """The four numbers of one scope, kept apart, with the entries people's numbers come from.

    For a team or the organisation ``representative`` is the sum of its people's own calls, ``missing`` of which were
    not given; for the organisation ``manager`` is the sum of its teams' calls.
    """

    id = models.BigAutoField(primary_key=True)
    freeze = models.ForeignKey(WeekFreeze, on_delete=models.CASCADE, related_name="numbers")
    org_id = models.UUIDField()
    scope = models.CharField(max_length=8, choices=Scope.choices)
    scope_id = models.UUIDField()
    scope_name = models.CharField(max_length=200)
    team_id = models.UUIDField(null=True)
    won = models.DecimalField(max_digits=18, decimal_places=2)
    model = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    model_low = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    model_high = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    representative = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    manager = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    commit = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    entries = models.JSONField(default=dict)
    missing = models.PositiveIntegerField(default=0)
    quota = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    p_quota = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["freeze", "scope", "scope_id"], name="frozen_number_once")]

    def __str__(self) -> str:
        return f"{self.scope_name}: {self.model}"
