"""What the buyer needs and how success will be judged, and their yes to both.

Answers: requirements and criteria with their links, assumptions, the agreement's own rules, sign-offs. Does not answer:
what is missing for a sign-off (``engines.requirements``). A sign-off keeps its own copy of everything as it was signed;
requirements and criteria themselves keep their latest words.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal


class Agreement(models.Model):
    """What holds the requirements together: which work they must cover, and how changes are made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="agreement")
    workflows = models.JSONField(_("main workflows"), default=list, blank=True)
    change_rule = models.TextField(_("how changes are made"), max_length=1000, blank=True)
    has_no_assumptions = models.BooleanField(_("nothing is assumed"), default=False)
    read_by = models.CharField(_("who read it with fresh eyes"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"agreement for {self.deal_id}"


class Requirement(models.Model):
    """A capability, constraint or deliverable the solution must provide. ``reopened_why`` while it waits for a look."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="requirements")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(_("requirement"), max_length=300)
    affected = models.CharField(_("who or what is affected"), max_length=200, blank=True)
    priority = models.CharField(_("priority"), max_length=60, blank=True)
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    dependency = models.CharField(_("depends on"), max_length=300, blank=True)
    dependency_owner = models.CharField(_("who sees to that"), max_length=200, blank=True)
    acceptance = models.CharField(_("accepted on"), max_length=300, blank=True)
    reopened_why = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="requirement_number_once")]

    def __str__(self) -> str:
        return self.text


class Criterion(models.Model):
    """The observable standard that proves requirements were met."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="criteria")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(_("success means"), max_length=300)
    metric = models.CharField(_("what is measured"), max_length=200, blank=True)
    baseline = models.CharField(_("today"), max_length=120, blank=True)
    target = models.CharField(_("target"), max_length=120, blank=True)
    window = models.CharField(_("within"), max_length=120, blank=True)
    method = models.CharField(_("how it is measured"), max_length=300, blank=True)
    requirements = models.ManyToManyField(Requirement, related_name="criteria", blank=True)
    reopened_why = models.CharField(max_length=300, blank=True)
    evidence_id = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "criteria"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="criterion_number_once")]

    def __str__(self) -> str:
        return self.text


class Assumption(models.Model):
    """Something believed to be true and not yet proven."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="assumptions")
    text = models.CharField(_("we assume"), max_length=300)
    owner = models.CharField(_("who finds out"), max_length=200, blank=True)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.text


class SignOff(models.Model):
    """The buyer's yes to requirements and criteria. ``terms``: both as they were signed. A change ends it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="sign_offs")
    number = models.PositiveSmallIntegerField()
    signed_by = models.CharField(_("who agreed"), max_length=200)
    signed_on = models.DateField(_("when"))
    terms = models.JSONField()
    evidence_ids = models.JSONField(default=list)
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="sign_off_number_once"),
            models.UniqueConstraint(fields=["deal"], condition=Q(ended_at__isnull=True), name="one_sign_off_stands"),
        ]

    def __str__(self) -> str:
        return f"{self.signed_by}, {self.signed_on}"
