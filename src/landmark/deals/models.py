"""Deals, the accounts and people they are with, and how each deal moved.

Answers: what is true of a deal now, and which moves brought it here. Does not answer: the history of its fields and
evidence (``ledger``), whether a move is allowed (``engines.gates``), how likely it is to close (``outlook``).
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.querysets import DealQuerySet
from landmark.orgs.models import Member, Organisation


class Account(models.Model):
    """A company that buys, or may."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="accounts")
    name = models.CharField(_("name"), max_length=255)
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "source", "external_id"], condition=~Q(external_id=""), name="account_external_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody on the buyer's side."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="people")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="people")
    name = models.CharField(_("name"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name


class Deal(models.Model):
    """One opportunity. ``stage`` changes only together with ``last_move_id``: a database trigger checks it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="deals")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="deals")
    owner = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="deals")
    name = models.CharField(_("name"), max_length=255)
    source = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    source_stage = models.CharField(_("stage in the source"), max_length=120, blank=True)
    stage = models.CharField(_("stage"), max_length=40)
    is_verified = models.BooleanField(_("stage proved here"), default=True)
    last_move_id = models.UUIDField()
    stage_entered_at = models.DateTimeField()
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    deal_type = models.CharField(_("type"), max_length=60, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    is_opened_exact = models.BooleanField(default=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    target_on = models.DateField(_("target date"), null=True, blank=True)
    first_target_on = models.DateField(_("first agreed date"), null=True, blank=True)
    history_known_from = models.DateTimeField(null=True, blank=True)
    playbook = models.CharField(max_length=60, default="landmark/2026.1")
    edited_fields = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[DealQuerySet] = DealQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [models.Index(fields=["org", "stage"]), models.Index(fields=["org", "closed_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "source", "external_id"], condition=~Q(external_id=""), name="deal_external_once"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["won", "lost"], closed_at__isnull=False)
                | (~Q(stage__in=["won", "lost"]) & Q(closed_at__isnull=True)),
                name="deal_closed_exactly_when_won_or_lost",
                violation_error_message=_("A won or lost deal has a closing time, an open one has none."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="deal_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="deal_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class DealAttribute(models.Model):
    """A soft fact of a deal, by the playbook's key or the source's own column name."""

    id = models.BigAutoField(primary_key=True)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="attributes")
    key = models.CharField(max_length=120)
    value = models.CharField(max_length=500, blank=True)
    is_edited = models.BooleanField(default=False)
    # False for a column that an import keeps and shows, but that may have been filled only after the outcome was known.
    feeds_forecast = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "key"], name="attribute_once_per_deal")]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


class Stakeholder(models.Model):
    """A person's part in one deal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stakeholders")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="stakes")
    roles = models.JSONField(_("roles"), default=list, blank=True)
    stance = models.CharField(_("stance"), max_length=40, default="neutral")
    met_on = models.DateField(_("met on"), null=True, blank=True)
    personal_benefit = models.CharField(_("what is in it for them"), max_length=500, blank=True)
    plan = models.CharField(_("our plan with them"), max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "person"], name="stakeholder_once_per_deal")]

    def __str__(self) -> str:
        return self.person.name


class NextStep(models.Model):
    """What happens next on a deal: at most one is open at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="next_steps")
    text = models.CharField(_("next step"), max_length=300)
    owner = models.CharField(_("who"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal"], condition=Q(done_at__isnull=True), name="one_open_next_step")
        ]

    def __str__(self) -> str:
        return self.text


class StageMove(models.Model):
    """One change of stage. Append-only by trigger; written only by ``actions.moves`` and the importer.

    ``direction``: opened, one of the engine's (forward, back, win, lose, pause, resume), or reported (an import says
    so: no gate was passed).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="moves")
    from_stage = models.CharField(max_length=40, blank=True)
    to_stage = models.CharField(max_length=40)
    direction = models.CharField(max_length=12)
    occurred_at = models.DateTimeField()
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    # No constraint and nothing to do when the member goes: a move stays as it was written.
    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    author = models.CharField(max_length=200, blank=True)
    via = models.CharField(max_length=20)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    reopen_on = models.DateField(_("look again on"), null=True, blank=True)
    reopen_when = models.CharField(_("what would reopen it"), max_length=300, blank=True)
    gates = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = [models.Index(fields=["deal", "occurred_at"])]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"


class GatePass(models.Model):
    """A gate that was passed stays passed. ``how``: evidence, promise, override."""

    id = models.BigAutoField(primary_key=True)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="gate_passes")
    gate = models.CharField(max_length=60)
    passed_on = models.DateField()
    how = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "gate", "how", "passed_on"], name="gate_pass_once")]

    def __str__(self) -> str:
        return f"{self.gate} ({self.how})"


class Promise(models.Model):
    """A missing check taken on a dated promise; it falls due by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="promises")
    gate = models.CharField(max_length=60)
    check_key = models.CharField(max_length=60)
    text = models.CharField(_("promise"), max_length=300)
    due_on = models.DateField(_("due"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.text


class Override(models.Model):
    """A gate opened by a person, with a reason and an end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="overrides")
    gate = models.CharField(max_length=60)
    reason = models.CharField(_("reason"), max_length=500)
    expires_on = models.DateField(_("ends on"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.reason


class GateState(models.Model):
    """Derived: what stands between a deal and its next stage, kept so that a board calls no engine.

    ``valid_until``: evidence expires without a write, so after this day the row is stale even if nothing was edited.
    """

    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, primary_key=True, related_name="gate_state")
    next_stage = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=12)
    missing = models.JSONField(default=list)
    missing_count = models.PositiveSmallIntegerField(default=0)
    debt_count = models.PositiveSmallIntegerField(default=0)
    evidence_percent = models.PositiveSmallIntegerField(default=0)
    input_hash = models.CharField(max_length=64)
    evaluated_on = models.DateField()
    valid_until = models.DateField(null=True)

    def __str__(self) -> str:
        return self.status
