"""The procurement packet, its approval lanes, the one commercial summary, and what the signature needs.

Answers: which papers in which version went out, who reviews them and by when they owe an answer, what is priced, who
signs in which order. Does not answer: what was changed in a clause (``markups``), whether it may go (``engines``).

A packet is one version of all papers; a new version takes the place of the one before. A commercial summary is kept in
every version it had; the highest number is the one that counts, everywhere.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.closing.models.record import Record
from landmark.deals.models import Stakeholder
from landmark.orgs.models import Member


class PaperState(models.TextChoices):
    MISSING = "missing", _("missing")
    DRAFT = "draft", _("in work")
    READY = "ready", _("ready")
    NOT_NEEDED = "not_needed", _("not needed")


class AskKind(models.TextChoices):
    APPROVAL = "approval", _("Approval of the packet")
    QUESTION = "question", _("Question")


class Outcome(models.TextChoices):
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")
    ANSWERED = "answered", _("answered")


class LineKind(models.TextChoices):
    PRICE = "price", _("Price")
    ONE_TIME = "one_time", _("One-time fee")
    OPTION = "option", _("Option, not in the total")
    PAYMENT = "payment", _("Payment")


class PurchaseOrder(models.TextChoices):
    UNKNOWN = "unknown", _("not known yet")
    NOT_NEEDED = "not_needed", _("not needed")
    NEEDED = "needed", _("needed, not here yet")
    RECEIVED = "received", _("here")


class Side(models.TextChoices):
    BUYER = "buyer", _("Buyer")
    SELLER = "seller", _("Us")


class Packet(Record):
    """One version of all papers. ``sent_on`` is empty while it is being put together."""

    number = models.PositiveSmallIntegerField()
    sent_on = models.DateField(null=True)
    sent_to = models.CharField(_("sent to"), max_length=200, blank=True)
    note = models.CharField(_("what changed"), max_length=500, blank=True)

    class Meta:
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="packet_number_once"),
            models.UniqueConstraint(fields=["deal"], condition=Q(sent_on__isnull=True), name="one_packet_in_work"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Paper(Record):
    """One paper of a packet. ``wording`` holds its clauses with figures, so that papers can be compared."""

    packet = models.ForeignKey(Packet, on_delete=models.CASCADE, related_name="papers")
    key = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=PaperState.choices, default=PaperState.MISSING)
    label = models.CharField(_("its own version"), max_length=60, blank=True)
    owner = models.CharField(_("who supplies it"), max_length=200, blank=True)
    wording = models.TextField(_("clauses with terms and figures"), max_length=20_000, blank=True)
    attachment_sha256 = models.CharField(max_length=64, blank=True)
    is_late_ask = models.BooleanField(_("asked for late"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["packet", "key"], name="paper_once_in_packet")]

    def __str__(self) -> str:
        return self.key


class Lane(Record):
    """A review of the packet: who runs it on our side, who answers on theirs, and in how many business days."""

    key = models.CharField(max_length=60)
    owner = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey(Stakeholder, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer_days = models.PositiveSmallIntegerField(_("answers within, business days"), default=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "key"], name="lane_once_per_deal"),
            models.CheckConstraint(condition=Q(answer_days__gte=1), name="lane_answers_in_days"),
        ]

    def __str__(self) -> str:
        return self.key


class LaneAsk(Record):
    """Something a lane is asked: to approve a version of the packet, or a question. ``due_on`` keeps the day owed."""

    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="asks")
    kind = models.CharField(max_length=10, choices=AskKind.choices)
    packet_number = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(_("question"), max_length=500, blank=True)
    owner = models.CharField(_("who answers"), max_length=200, blank=True)
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("due"))
    answered_on = models.DateField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)

    class Meta:
        ordering = ["asked_on", "made_at"]

    def __str__(self) -> str:
        return self.text or self.get_kind_display()


class CommercialSummary(Record):
    """What is priced and how changes are handled, as one version. Saved anew it is a new version; none is changed."""

    number = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3)
    term_months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    renewal = models.CharField(_("renewal"), max_length=500, blank=True)
    deliverables = models.TextField(_("included"), max_length=4000, blank=True)
    exclusions = models.TextField(_("not included"), max_length=4000, blank=True)
    assumptions = models.TextField(_("assumptions"), max_length=4000, blank=True)
    service_levels = models.TextField(_("service levels and support"), max_length=4000, blank=True)
    change_control = models.TextField(_("how changes are handled"), max_length=2000, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "commercial summaries"
        ordering = ["deal", "number"]
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="commercial_summary_number_once")]

    def __str__(self) -> str:
        return f"v{self.number}"


class SummaryLine(Record):
    """A price, a fee, an option or a payment of a commercial summary."""

    summary = models.ForeignKey(CommercialSummary, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=LineKind.choices)
    label = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label


class SignatureFrame(Record):
    """What has to be known before the signature, one row a deal; after it, what made it slip."""

    purchase_order = models.CharField(
        _("purchase order"), max_length=12, choices=PurchaseOrder.choices, default=PurchaseOrder.UNKNOWN
    )
    purchase_order_ref = models.CharField(_("its number"), max_length=80, blank=True)
    billing_starts_on = models.DateField(_("billing starts"), null=True, blank=True)
    effective_on = models.DateField(_("contract in force"), null=True, blank=True)
    service_on = models.DateField(_("service starts"), null=True, blank=True)
    kickoff_on = models.DateField(_("kick-off"), null=True, blank=True)
    method = models.CharField(_("how it is signed"), max_length=200, blank=True)
    sent_where = models.CharField(_("where signed papers go"), max_length=200, blank=True)
    stored_at = models.CharField(_("where the signed papers are kept"), max_length=300, blank=True)
    slip_cause = models.CharField(_("what made it slip"), max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal"], name="one_signature_frame")]

    def __str__(self) -> str:
        return self.purchase_order


class SigningStep(Record):
    """One signature, in its place; the same position may sign side by side."""

    position = models.PositiveSmallIntegerField(_("order"))
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    name = models.CharField(_("who signs"), max_length=200)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    signed_on = models.DateField(null=True)

    class Meta:
        ordering = ["position", "made_at"]

    def __str__(self) -> str:
        return self.name


class GoNoGo(Record):
    """One meeting that decided whether the contract goes to signature. ``hindrances``: what was in the way then."""

    number = models.PositiveSmallIntegerField()
    held_on = models.DateField()
    is_go = models.BooleanField()
    present = models.CharField(_("who was there"), max_length=500, blank=True)
    hindrances = models.JSONField(default=list)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "go/no-go meetings"
        ordering = ["deal", "number"]
        constraints = [models.UniqueConstraint(fields=["deal", "number"], name="go_no_go_number_once")]

    def __str__(self) -> str:
        return "go" if self.is_go else "no-go"
