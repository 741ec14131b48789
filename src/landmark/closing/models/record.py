"""What every row of the last mile carries: its deal, who made it when, and a version for two people at once.

Answers: the shared columns. Does not answer: what a row says (``packet``, ``markups``, ``recap``, ``handover``).
"""

import uuid

from django.db import models

from landmark.deals.models import Deal
from landmark.orgs.models import Member


class Record(models.Model):
    """``made_at`` is our clock: as known on a day means made by its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
