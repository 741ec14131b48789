"""The meeting in which the buyer's key players commit to a proper evaluation, or refuse.

Answers: what was prepared, who came, what was agreed or refused and when in the deal. Does not answer: whether it is
well prepared (``engines.commitment``), which gate it opens (the evidence recorded with it).
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal, Stakeholder


class Outcome(models.TextChoices):
    PLANNED = "planned", _("planned")
    GIVEN = "given", _("commitment given")
    REFUSED = "refused", _("commitment refused")
    ADJOURNED = "adjourned", _("adjourned")


class CommitmentMeeting(models.Model):
    """One meeting; the newest counts. ``steps``: [{text, owner, on}], our draft of the evaluation, then as agreed.

    ``month``: of the deal, in which the answer came; ``cost_saved``: what stopping then kept from being spent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="commitment_meetings")
    number = models.PositiveSmallIntegerField()
    planned_on = models.DateField(_("day of the meeting"), null=True, blank=True)
    steps = models.JSONField(default=list, blank=True)
    decide_by = models.DateField(_("decision by"), null=True, blank=True)
    evaluation_cost = models.DecimalField(
        _("what evaluating costs them"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    standing_cost = models.DecimalField(
        _("what a month of standing still costs them"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.PLANNED)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    benefit = models.CharField(_("the benefit they see"), max_length=500, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    reason_text = models.CharField(_("in their words"), max_length=500, blank=True)
    month = models.PositiveSmallIntegerField(null=True, blank=True)
    cost_saved = models.DecimalField(_("cost saved"), max_digits=14, decimal_places=2, null=True, blank=True)
    evidence_ids = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    known_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    author_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="commitment_meeting_number_once"),
            models.CheckConstraint(
                condition=Q(outcome="planned", answered_at__isnull=True)
                | (~Q(outcome="planned") & Q(answered_at__isnull=False, held_on__isnull=False)),
                name="commitment_answered_when_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id} #{self.number}: {self.outcome}"


class CommitmentSeat(models.Model):
    """Somebody who should be there. ``agrees``: to the steps and the time frame."""

    id = models.BigAutoField(primary_key=True)
    meeting = models.ForeignKey(CommitmentMeeting, on_delete=models.CASCADE, related_name="seats")
    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.CASCADE, related_name="commitment_seats")
    is_needed = models.BooleanField(default=True)
    came = models.BooleanField(default=False)
    agrees = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "stakeholder"], name="commitment_seat_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.stakeholder_id}"
