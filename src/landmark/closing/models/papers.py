"""Documents that were issued and mail that was sent: what exactly went out, to whom, when.

Answers: each issued version of a document with its bytes, each letter word for word. Does not answer: what a document
would say now (``closing.papers``).
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal
from landmark.engines.audience import Audience
from landmark.orgs.models import Member


class IssuedPaper(models.Model):
    """One version of one document as it was issued. ``digest`` tells whether a later content differs.

    ``person_ids``: of the buyer's people whose names stand in it, so that they can be found.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="issued_papers")
    kind = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    audience = models.CharField(max_length=8, choices=[(a.value, a.value) for a in Audience])
    digest = models.CharField(max_length=64)
    as_of = models.DateField()
    attachment_sha256 = models.CharField(max_length=64)
    person_ids = models.JSONField(default=list)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "kind", "version", "language"], name="paper_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class LetterState(models.TextChoices):
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent")


class Letter(models.Model):
    """One mail to the buyer, word for word. ``token``: made by the preview, so that a second click sends nothing.

    ``recipients``: [{"name", "email"}]; ``attachments``: [{"name", "type", "sha256"}], kept like files of evidence.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="letters")
    paper = models.ForeignKey(IssuedPaper, on_delete=models.SET_NULL, null=True, related_name="letters")
    kind = models.CharField(max_length=40)
    token = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.SENDING)
    problem = models.CharField(max_length=300, blank=True)
    recipients = models.JSONField(default=list)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), max_length=10_000)
    attachments = models.JSONField(default=list)
    message_id = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["deal", "created_at"], name="letter_of_deal")]

    def __str__(self) -> str:
        return self.subject
