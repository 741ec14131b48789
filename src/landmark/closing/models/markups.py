"""The one mark-up log: every change somebody asked for in a contract, and where it stands.

Answers: clause, wish, our position, reasons of both sides, who decides, what it costs. Does not answer: whether the
contract may go to signature (``engines.last_mile``).
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.closing.models.record import Record
from landmark.engines.last_mile import MARKUP_STATES


class MarkUpState(models.TextChoices):
    OPEN = "open", _("open")
    COUNTERED = "countered", _("countered")
    NEEDS_REASONS = "needs_reasons", _("reasons asked for")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Impact(models.TextChoices):
    NONE = "none", _("none")
    SCOPE = "scope", _("scope")
    TIME = "time", _("time")
    PRICE = "price", _("price")
    LIABILITY = "liability", _("liability")


class MarkUp(Record):
    """``current`` is the text as it stands, ``requested`` what the buyer wants instead. ``rounds`` counts answers."""

    number = models.PositiveSmallIntegerField()
    paper = models.CharField(_("paper"), max_length=60, blank=True)
    clause = models.CharField(_("clause"), max_length=200)
    current = models.TextField(_("as it stands"), max_length=4000, blank=True)
    requested = models.TextField(_("what they ask for"), max_length=4000)
    their_reason = models.CharField(_("their reason"), max_length=1000, blank=True)
    pass_key = models.CharField(_("kind of change"), max_length=60)
    triage = models.CharField(_("how much it matters to us"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=MarkUpState.choices, default=MarkUpState.OPEN)
    position = models.TextField(_("our position"), max_length=4000, blank=True)
    rationale = models.CharField(_("our reason, in one sentence"), max_length=1000, blank=True)
    decider = models.CharField(_("who decides"), max_length=200, blank=True)
    impact_on = models.CharField(_("what it touches"), max_length=12, choices=Impact.choices, default=Impact.NONE)
    impact = models.CharField(_("what it means there"), max_length=500, blank=True)
    raised_on = models.DateField(_("raised on"))
    decided_on = models.DateField(null=True)
    rounds = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="markup_number_once"),
            models.CheckConstraint(condition=Q(state__in=MARKUP_STATES), name="markup_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "refused", "withdrawn"], decided_on__isnull=False)
                | (~Q(state__in=["accepted", "refused", "withdrawn"]) & Q(decided_on__isnull=True)),
                name="markup_settled_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.clause
