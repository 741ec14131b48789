"""What is known before and after talking to the buyer: research, hypotheses, facts, impact, notes of calls.

Answers: what was put down, by whom, since when and until when. Does not answer: whether it is complete
(``engines.research``, ``engines.impact``), what a gate makes of it (evidence, in the ledger).

Facts, impact figures and confirmations are never overwritten: a changed one ends and another follows, so that a past
day can be shown. The research sheet and its hypotheses keep their latest words only.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal
from landmark.orgs.models import Member


class ResearchSheet(models.Model):
    """What we bring to the first talk. ``questions``: our own wording of a step of the talk, by the step's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="research")
    context = models.TextField(_("the company"), max_length=2000, blank=True)
    buying_unit = models.TextField(_("who cares most, and why"), max_length=2000, blank=True)
    systems = models.TextField(_("systems and how work flows"), max_length=2000, blank=True)
    constraints = models.TextField(_("what could stop it"), max_length=2000, blank=True)
    success_path = models.TextField(_("from today to success"), max_length=2000, blank=True)
    questions = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.CharField(max_length=200, blank=True)
    edited_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"research for {self.deal_id}"


class HypothesisState(models.TextChoices):
    OPEN = "open", _("to be tested")
    CONFIRMED = "confirmed", _("confirmed")
    REJECTED = "rejected", _("rejected")


class Hypothesis(models.Model):
    """A problem we expect, with what would prove it and what would disprove it. At most three at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="hypotheses")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("what we expect"), max_length=300)
    signal = models.CharField(_("what we saw"), max_length=300, blank=True)
    confirms = models.CharField(_("what would confirm it"), max_length=300, blank=True)
    rejects = models.CharField(_("what would disprove it"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=HypothesisState.choices, default=HypothesisState.OPEN)
    outcome = models.CharField(_("what we heard"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "hypotheses"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "position"], condition=Q(ended_at__isnull=True), name="hypothesis_place_once"
            ),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=3), name="hypotheses_at_most_three"),
        ]

    def __str__(self) -> str:
        return self.text


class PreCallCheck(models.Model):
    """Which questions somebody could answer from memory before a call. ``known``: keys of the playbook's questions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="pre_call_checks")
    known = models.JSONField(default=list)
    made_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return ", ".join(self.known)


class CallNote(models.Model):
    """One note after a call, as it was typed. ``made``: what was put on record from it, so that it can be undone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="call_notes")
    text = models.TextField(_("what was said"), max_length=10_000)
    held_on = models.DateField(_("when"))
    # No constraint and nothing to do when the member goes: the note stays as it was written.
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    made = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.text[:60]


class Fact(models.Model):
    """Something the buyer told us, under the step of the talk it answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="discovery_facts")
    step = models.CharField(max_length=60)
    text = models.CharField(_("what we heard"), max_length=500)
    said_by = models.CharField(_("who said it"), max_length=200, blank=True)
    learned_on = models.DateField(_("when"))
    note = models.ForeignKey(CallNote, on_delete=models.SET_NULL, null=True, related_name="facts")
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["learned_on", "created_at"]

    def __str__(self) -> str:
        return self.text


class ImpactLine(models.Model):
    """What the problem costs the buyer: one figure with its unit and period, or a proxy where nobody has the figure.

    ``unit``: hours, money (then with ``currency``) or count (then ``counted`` says of what).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="impact_lines")
    kind = models.CharField(_("kind"), max_length=10)
    amount = models.DecimalField(_("figure"), max_digits=16, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=10)
    currency = models.CharField(max_length=3, blank=True)
    counted = models.CharField(_("what is counted"), max_length=120, blank=True)
    period = models.CharField(_("per"), max_length=10)
    basis = models.CharField(_("how it is known"), max_length=300, blank=True)
    said_by = models.CharField(_("whose figure"), max_length=200, blank=True)
    is_proxy = models.BooleanField(_("stands in for a figure"), default=False)
    note = models.ForeignKey(CallNote, on_delete=models.SET_NULL, null=True, related_name="impact_lines")
    author = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="impact_above_nothing")]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit} per {self.period}"


class ImpactSummary(models.Model):
    """The parts of the one sentence; the figures in it come from the impact lines."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="impact_summary")
    issue = models.CharField(_("the issue"), max_length=200, blank=True)
    driver = models.CharField(_("what drives it"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.issue


class ImpactConfirmation(models.Model):
    """The buyer's yes to one sentence. It ends when what was confirmed changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="impact_confirmations")
    sentence = models.CharField(max_length=1000)
    confirmed_by = models.CharField(_("who confirmed it"), max_length=200)
    confirmed_on = models.DateField(_("when"))
    evidence_id = models.UUIDField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.sentence
