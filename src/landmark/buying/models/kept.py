"""Rows that are never changed: a new version ends the one before.

Answers: what was on record at any moment. Does not answer: who may write it (the actions).
"""

import uuid
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from landmark.deals.models import Deal
from landmark.orgs.as_of import AsOf

K = TypeVar("K", bound=models.Model)


class KeptQuerySet(models.QuerySet[K]):
    def as_known(self, as_of: AsOf) -> Self:
        """Rows that counted at the as-of moment."""
        known = self.filter(known_at__lte=as_of.known_by)
        return known.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=as_of.known_by))

    def current(self) -> Self:
        return self.filter(ended_at__isnull=True)


class Kept(models.Model):
    """``IDENTITY`` names the fields that say which thing this is a version of. ``entry`` groups what one person
    entered at once, so that it can be undone at once."""

    IDENTITY: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="%(class)s_rows")
    entry = models.UUIDField(default=uuid.uuid4)
    known_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    author_name = models.CharField(max_length=200, blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["known_at"]
