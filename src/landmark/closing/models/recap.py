"""What is said in writing before the signature: executive summaries, risks, undertakings, the recap and its answers.

Answers: what was written in which version, who owes a confirmation and gave it. Does not answer: whether a line is
concrete (``engines.brief``), how it looks on paper (``documents``).
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.closing.models.record import Record
from landmark.deals.models import Stakeholder


class ExecutiveSummary(Record):
    """One version: lines by section, decision first. A new save is a new version."""

    number = models.PositiveSmallIntegerField()
    sections = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "executive summaries"
        ordering = ["deal", "number"]
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="executive_summary_number_once")]

    def __str__(self) -> str:
        return f"v{self.number}"


class Risk(Record):
    """Something that could delay signature or start, with what is done about it. One list, used everywhere."""

    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("risk"), max_length=300)
    mitigation = models.CharField(_("what is done about it"), max_length=500, blank=True)
    owner = models.CharField(_("who"), max_length=200, blank=True)
    closed_on = models.DateField(null=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.text


class Undertaking(Record):
    """What one person of the buyer's side said they will do next, and by when."""

    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.CharField(_("what they do"), max_length=300)
    due_on = models.DateField(_("by when"))
    done_on = models.DateField(null=True)

    class Meta:
        ordering = ["due_on", "made_at"]

    def __str__(self) -> str:
        return self.text


class Recap(Record):
    """One recap; once it is sent its words stay.

    ``plan`` and ``commitments`` are the lines as written; the prices are the summary's.
    """

    number = models.PositiveSmallIntegerField()
    decision = models.TextField(_("what is being signed"), max_length=2000)
    summary_number = models.PositiveSmallIntegerField()
    plan = models.JSONField(default=list)
    commitments = models.JSONField(default=list)
    risks = models.JSONField(default=list)
    sent_on = models.DateField(null=True)
    sent_to = models.JSONField(default=list)

    class Meta:
        ordering = ["deal", "number"]
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="recap_number_once")]

    def __str__(self) -> str:
        return f"v{self.number}"


class RecapAnswer(Record):
    """What one of those who owe a confirmation answered. Only the word asked for confirms."""

    recap = models.ForeignKey(Recap, on_delete=models.CASCADE, related_name="answers")
    role = models.CharField(max_length=60)
    stakeholder = models.ForeignKey(Stakeholder, on_delete=models.SET_NULL, null=True, related_name="+")
    words = models.CharField(_("what they wrote"), max_length=500)
    is_confirmed = models.BooleanField()
    answered_on = models.DateField()
    attachment_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["answered_on", "made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["recap", "role"], condition=Q(is_confirmed=True), name="recap_confirmed_once_a_role"
            )
        ]

    def __str__(self) -> str:
        return self.words
