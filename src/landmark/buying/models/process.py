"""How this buyer comes to a decision: what makes a yes, and who reviews what, in which order.

Answers: what was known of it at any moment, and what the buyer confirmed. Does not answer: how long it takes
(``engines.process``), who the people are (``people``). Answers and steps are kept version by version; none is changed.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal, Stakeholder


class Mechanism(models.TextChoices):
    """How approval is given."""

    UNKNOWN = "", _("not known yet")
    MEETING = "meeting", _("in a meeting")
    EMAIL = "email", _("by e-mail")
    ROUTING = "routing", _("signed off one after another")
    SYSTEM = "system", _("in their purchasing system")


class DecisionProcess(models.Model):
    """One version of the answers; the newest counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="decision_processes")
    version = models.PositiveIntegerField()
    known_at = models.DateTimeField()
    author_name = models.CharField(max_length=200, blank=True)
    mechanism = models.CharField(_("how approval is given"), max_length=10, choices=Mechanism.choices, blank=True)
    yes_when = models.CharField(_("what makes a yes"), max_length=500, blank=True)
    no_when = models.CharField(_("what makes a no"), max_length=500, blank=True)
    not_yet_when = models.CharField(_("what makes a not-yet"), max_length=500, blank=True)
    ready_when = models.CharField(_("what “ready to approve” means"), max_length=500, blank=True)
    last_purchase = models.CharField(_("their last similar purchase"), max_length=300, blank=True)

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["deal", "version"], name="decision_process_version_once")]

    def __str__(self) -> str:
        return f"{self.deal_id} v{self.version}"


class ProcessStep(models.Model):
    """One review on the way to approval. An edit ends this row (``ended_at``) and writes the next one of its ``line``.

    Steps with the same ``position`` run side by side. Days are working days: ``lead_days`` as the buyer plans,
    ``last_days`` as it took in their last similar purchase.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="process_steps")
    line = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveSmallIntegerField(_("place in the order"))
    title = models.CharField(_("what is reviewed"), max_length=200)
    role = models.CharField(_("who reviews"), max_length=60, blank=True)
    reviewer = models.ForeignKey(Stakeholder, on_delete=models.SET_NULL, null=True, blank=True, related_name="reviews")
    artefact = models.CharField(_("what they need to have"), max_length=300, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("working days they need"), null=True, blank=True)
    last_days = models.PositiveSmallIntegerField(_("working days it took last time"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    known_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    author_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position", "known_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "line"], condition=Q(ended_at__isnull=True), name="process_step_one_current"
            )
        ]

    def __str__(self) -> str:
        return self.title


class ProcessConfirmation(models.Model):
    """The recap as it went on record; ``digest`` says of which answers and steps, so that a later change shows.

    ``is_buyers``: the buyer said so; else it is our own documented understanding.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="process_confirmations")
    digest = models.CharField(max_length=64)
    recap = models.TextField(_("recap"))
    is_buyers = models.BooleanField()
    person = models.ForeignKey(Stakeholder, on_delete=models.SET_NULL, null=True, related_name="+")
    confirmed_on = models.DateField(_("confirmed on"))
    evidence_ids = models.JSONField(default=list)
    known_at = models.DateTimeField()
    author_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["known_at"]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.confirmed_on}"
