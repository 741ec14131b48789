"""What the buyer could do instead, judged on the buyer's own criteria, and what keeps them where they are.

Answers: the alternatives, criteria, grades, barriers and answers on record at any moment. Does not answer: whether to
compete (``engines.competition``). Rows are kept version by version (``kept``).
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.buying.models.kept import Kept


class BuyerCriteria(Kept):
    """By what they choose, in their order. ``proof_id``: the evidence this put on record."""

    texts = models.JSONField(_("criteria"), default=list)
    said_by = models.CharField(_("who said so"), max_length=200, blank=True)
    proof_id = models.UUIDField(null=True)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return ", ".join(self.texts)


class Alternative(Kept):
    """Another way to go for the buyer; ``line`` stays the same over its versions."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("line",)

    line = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=60)
    note = models.CharField(_("what we know"), max_length=300, blank=True)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name


class Grade(Kept):
    """How one way to go does on one criterion, 0 to 3; an empty ``alternative`` is our own offer."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("alternative", "criterion")

    alternative = models.CharField(max_length=36, blank=True)
    criterion = models.CharField(max_length=200)
    points = models.PositiveSmallIntegerField()

    class Meta(Kept.Meta):
        abstract = False
        constraints = [models.CheckConstraint(condition=Q(points__lte=3), name="grade_up_to_three")]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"


class SwitchingBarrier(Kept):
    """What makes them hesitate to change, and what we do about it."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("kind",)

    kind = models.CharField(max_length=60)
    note = models.CharField(_("what it is here"), max_length=300)
    is_main = models.BooleanField(_("one of the two that weigh most"), default=False)
    is_structural = models.BooleanField(_("cannot be lowered for now"), default=False)
    tactics = models.JSONField(_("what we do about it"), default=list, blank=True)
    owner = models.CharField(_("who"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.note


class CompetitionAnswer(Kept):
    """One of the answers to have before competing."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("key",)

    key = models.CharField(max_length=60)
    text = models.CharField(_("answer"), max_length=500)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.text
