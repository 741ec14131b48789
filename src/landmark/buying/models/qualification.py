"""What was judged of a deal and by whom: points on rubrics, how they buy, decisions at gates, when to come back.

Answers: who confirmed which points on which observation, at any moment. Does not answer: what they add up to or lead to
(``engines.rubrics``). Rows are kept version by version (``kept``).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.buying.models.kept import Kept


class ItemState(models.TextChoices):
    """How far one line of the purchasing check list is."""

    UNKNOWN = "unknown", _("not known yet")
    KNOWN = "known", _("known")
    RUNNING = "running", _("running")
    DONE = "done", _("done")


class ReturnKind(models.TextChoices):
    """What brings a deal back."""

    DATE = "date", _("a day")
    EVENT = "event", _("an event")
    RIVAL_RENEWAL = "rival_renewal", _("the end of a rival's contract")


class Score(Kept):
    """Points confirmed by a person. ``proposed`` is what the facts spoke for at that moment."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("rubric", "dimension")

    rubric = models.CharField(max_length=60)
    dimension = models.CharField(max_length=60)
    points = models.PositiveSmallIntegerField(_("points"))
    proposed = models.PositiveSmallIntegerField(null=True)
    observation = models.CharField(_("what was observed"), max_length=300, blank=True)
    evidence_id = models.UUIDField(null=True)
    due_on = models.DateField(_("promised until"), null=True, blank=True)

    class Meta(Kept.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "rubric", "dimension"], condition=Q(ended_at__isnull=True), name="score_one_current"
            ),
            models.CheckConstraint(
                condition=Q(points=0) | ~Q(observation="") | Q(evidence_id__isnull=False), name="points_have_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rubric}.{self.dimension}: {self.points}"


class PurchaseType(Kept):
    """What kind of purchase it is for them."""

    purchase_type = models.CharField(_("kind of purchase"), max_length=60)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.purchase_type


class ProcurementItem(Kept):
    """One line of the purchasing check list."""

    IDENTITY: ClassVar[tuple[str, ...]] = ("key",)

    key = models.CharField(max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=ItemState.choices, default=ItemState.UNKNOWN)
    days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    owner = models.CharField(_("who does it there"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.key}: {self.state}"


class GateDecision(Kept):
    """What a person decided at a gate: one way on and one sentence."""

    gate = models.CharField(max_length=60)
    way = models.CharField(max_length=60)
    sentence = models.CharField(_("what happens next"), max_length=300)
    owner = models.CharField(_("who does it"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)

    class Meta(Kept.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.sentence


class ReturnWatch(Kept):
    """A deal we left on purpose, and what brings it back. ``evidence_key``: the event is this evidence arriving."""

    kind = models.CharField(max_length=20, choices=ReturnKind.choices)
    reason = models.CharField(_("why we stop for now"), max_length=300)
    on = models.DateField(_("come back on"), null=True, blank=True)
    event = models.CharField(_("what would bring it back"), max_length=300, blank=True)
    evidence_key = models.CharField(max_length=60, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_why = models.CharField(max_length=300, blank=True)

    class Meta(Kept.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(condition=Q(on__isnull=False) | ~Q(event=""), name="return_has_a_trigger"),
            models.UniqueConstraint(
                fields=["deal"], condition=Q(ended_at__isnull=True, returned_at__isnull=True), name="one_open_return"
            ),
        ]

    def __str__(self) -> str:
        return self.event or str(self.on)
