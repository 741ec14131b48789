"""Import runs: what was brought, what was found, what was done with it.

Answers: the state and result of an import. Does not answer: how files are read (the format modules).
"""

import uuid

from django.db import models

from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation


class ImportRun(models.Model):
    """One import: uploaded → checked (dry run) → queued → applying → applied; or failed, or discarded.

    ``files`` holds for each file the name its owner gave it and ours. ``counts`` is what the dry run or the import
    found (``preview.report``), ``problems`` the first rows worth looking at. How far a run is stands in ``phase`` and
    ``percent``, except while it applies: one long transaction holds the database then, and a file (``progress``) says.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="import_runs")
    member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=12, default="uploaded")
    files = models.JSONField(default=list)
    is_strict = models.BooleanField(default=False)
    made_org = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=40, blank=True)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    phase = models.CharField(max_length=120, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    rejects = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    was_same = False
    """Set, and not stored, on a run that is handed back because the same files were applied by it before."""

    def __str__(self) -> str:
        return f"{self.source} {self.status}"


class Difference(models.Model):
    """The file says one thing, people here said another: a person settles it. ``at`` is when the source says so."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="differences")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="differences")
    field = models.CharField(max_length=120)
    ours = models.CharField(max_length=500, blank=True)
    theirs = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    kept = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "field"], condition=models.Q(settled_at__isnull=True), name="one_open_difference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.ours} / {self.theirs}"
