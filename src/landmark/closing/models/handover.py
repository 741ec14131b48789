"""Blockers of a deal, its hand-over to delivery, and the onboarding it prepares.

Answers: what blocks the deal and who clears it, what delivery was given and said, which steps may run. Does not
answer: whether a step may start (``engines.last_mile``).
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.closing.models.decision import Decision
from landmark.closing.models.packet import Side
from landmark.closing.models.record import Record
from landmark.orgs.models import Member


class HandOverState(models.TextChoices):
    DRAFT = "draft", _("in work")
    OFFERED = "offered", _("with delivery")
    ACCEPTED = "accepted", _("accepted")
    RETURNED = "returned", _("returned")


class Blocker(Record):
    """One thing that blocks the deal, of a kind from the playbook's list, with who clears it by when."""

    kind = models.CharField(_("kind"), max_length=60)
    text = models.CharField(_("what exactly"), max_length=300)
    owner = models.CharField(_("who clears it"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    raised_on = models.DateField()
    cleared_on = models.DateField(null=True)

    class Meta:
        ordering = ["due_on", "made_at"]
        indexes = [models.Index(fields=["deal", "cleared_on"])]

    def __str__(self) -> str:
        return self.text


class HandOver(Record):
    """One version of the hand-over. A returned one stays as it was; the answer to it is the next version."""

    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=HandOverState.choices, default=HandOverState.DRAFT)
    sections = models.JSONField(default=dict)
    receiver = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    offered_on = models.DateField(null=True)
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    reasons = models.TextField(_("reasons"), max_length=2000, blank=True)

    class Meta:
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="hand_over_number_once"),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(reasons=""), name="hand_over_returned_why"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class OnboardingStep(Record):
    """A step that puts the yes to work: agreed in the decision (``decision``), or prepared from the playbook.

    One that costs money starts after the signature or with a person's leave.
    """

    decision = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True, blank=True, related_name="agreed")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("step"), max_length=300)
    side = models.CharField(_("side"), max_length=8, choices=Side.choices, default=Side.SELLER)
    owner = models.CharField(_("who"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    costs_money = models.BooleanField(_("costs money"), default=False)
    started_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    override_reason = models.CharField(_("reason to start early"), max_length=500, blank=True)
    override_until = models.DateField(null=True)
    override_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["due_on", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(override_reason="", override_until__isnull=True)
                | (~Q(override_reason="") & Q(override_until__isnull=False)),
                name="onboarding_override_has_reason_and_end",
            )
        ]

    def __str__(self) -> str:
        return self.text
