"""Where each of the buyer's people stands, version by version.

Answers: what was known of a person's part, weight, needs and our way with them, at any moment. Does not answer: who
the person is (``deals.Person``), what follows from it (``engines.relationships``). All of it is for the team alone.
"""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal, Stakeholder
from landmark.playbook.relationships import TOP_LEVEL

LEVELS = [MinValueValidator(1), MaxValueValidator(TOP_LEVEL)]


class DecisionPart(models.TextChoices):
    """Signing and deciding are often two people."""

    NONE = "", _("neither decides nor signs")
    DECIDES = "decides", _("decides")
    SIGNS = "signs", _("signs")
    BOTH = "both", _("decides and signs")


class StakeholderState(models.Model):
    """One version of what we know; the newest counts, none is changed. An undo is a version of its own.

    ``card`` repeats roles, stance, met_on, benefit and plan of the stakeholder's row, so that a past day can be read.
    ``depth``: scale → {points, seen}; ``minimum``: need → the day it was given.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stakeholder_states")
    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="states")
    version = models.PositiveIntegerField()
    known_at = models.DateTimeField()
    author_name = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=40)
    card = models.JSONField(default=dict)
    influence = models.PositiveSmallIntegerField(_("influence"), null=True, blank=True, validators=LEVELS)
    interest = models.PositiveSmallIntegerField(_("interest"), null=True, blank=True, validators=LEVELS)
    decision_part = models.CharField(_("deciding and signing"), max_length=8, choices=DecisionPart.choices, blank=True)
    cares_about = models.CharField(_("what they care about"), max_length=500, blank=True)
    needs = models.CharField(_("what they need from us"), max_length=500, blank=True)
    cost_of_waiting = models.CharField(_("what standing still costs them"), max_length=500, blank=True)
    step_text = models.CharField(_("our next step with them"), max_length=300, blank=True)
    step_owner = models.CharField(_("who of us"), max_length=200, blank=True)
    step_on = models.DateField(_("by when"), null=True, blank=True)
    depth = models.JSONField(default=dict, blank=True)
    minimum = models.JSONField(default=dict, blank=True)
    blocks = models.CharField(_("what they block"), max_length=300, blank=True)
    unblocker = models.ForeignKey(Stakeholder, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    unblock_evidence = models.CharField(_("with which evidence"), max_length=300, blank=True)
    undoes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["known_at", "version"]
        indexes = [models.Index(fields=["deal", "known_at"])]
        constraints = [
            models.UniqueConstraint(fields=["stakeholder", "version"], name="stakeholder_state_version_once"),
            models.CheckConstraint(
                condition=(Q(influence__isnull=True) | Q(influence__range=(1, TOP_LEVEL)))
                & (Q(interest__isnull=True) | Q(interest__range=(1, TOP_LEVEL))),
                name="stakeholder_state_levels",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stakeholder_id} v{self.version}"


class AskedQuestion(models.Model):
    """Something a person asked us. The same question twice shows a gap in our explanation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="asked_questions")
    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(_("what they asked"), max_length=300)
    asked_on = models.DateField(_("asked on"))
    known_at = models.DateTimeField()
    author_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["asked_on", "known_at"]

    def __str__(self) -> str:
        return self.text
