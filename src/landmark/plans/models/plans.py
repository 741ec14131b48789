"""The plan that both sides share: its actions, who has which part in them, what waits for what, who confirmed it.

Answers: what is agreed by now. Does not answer: dates that follow from it (``engines.schedule``), who may change it
(``plan_actions``), what was agreed on an earlier day: rows keep their latest words; every change is in the ledger.
"""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal, Person
from landmark.orgs.models import Member


class Anchor(models.TextChoices):
    """The day a plan hangs on."""

    DECISION = "decision", _("decision")
    GO_LIVE = "go_live", _("go-live")
    SIGNATURE = "signature", _("signature")
    KICKOFF = "kickoff", _("kick-off")


class Side(models.TextChoices):
    OURS = "ours", _("our side")
    THEIRS = "theirs", _("the buyer")


class NeedState(models.TextChoices):
    """What became of an input the other side has to give."""

    ASKED = "asked", _("asked for")
    PROMISED = "promised", _("promised")
    RECEIVED = "received", _("received")
    REFUSED = "refused", _("cannot be promised")


class Plan(models.Model):
    """One list of actions around one day. ``edition`` grows when something agreed changes, ``version`` with any edit.

    ``outcome``: what changes for the buyer; in the close week, what closed means for this deal.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="plans")
    template = models.CharField(max_length=40)
    anchor = models.CharField(_("counted back from"), max_length=12, choices=Anchor.choices)
    anchor_on = models.DateField(_("day"))
    starts_on = models.DateField(_("work starts on"))
    buyer_country = models.CharField(_("buyer's country"), max_length=2, blank=True)
    outcome = models.TextField(_("outcome"), max_length=1000, blank=True)
    requirements = models.TextField(_("what must be true for it"), max_length=1000, blank=True)
    check_in_weekday = models.PositiveSmallIntegerField(_("weekly check-in"), null=True, blank=True)
    edition = models.PositiveIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField()
    edited_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "template"], name="plan_once_per_deal"),
            models.CheckConstraint(
                condition=Q(check_in_weekday__isnull=True) | Q(check_in_weekday__lte=4), name="plan_check_in_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.anchor_on}"


class PlanAction(models.Model):
    """One thing to be done. Its accountable person is the owner on the ``accountable`` side: always exactly one.

    ``is_placed``: its day hangs on the anchor (three working days before signature), counting leaves it there.
    ``ended_on``: the day it was done, or dropped when there is a ``drop_reason``; who did it is in the ledger.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="actions")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=40, blank=True)
    phase = models.CharField(_("phase"), max_length=40, blank=True)
    milestone = models.CharField(_("kind of milestone"), max_length=12, blank=True)
    text = models.CharField(_("what is done"), max_length=300)
    deliverable = models.CharField(_("what there is afterwards"), max_length=300, blank=True)
    needs = models.CharField(_("needed from the other side"), max_length=300, blank=True)
    needs_state = models.CharField(max_length=10, choices=NeedState.choices, blank=True)
    decision = models.CharField(_("what is decided"), max_length=300, blank=True)
    acceptance = models.CharField(_("done when"), max_length=300, blank=True)
    risks = models.TextField(_("two risks and what is done about them"), max_length=600, blank=True)
    our_owner = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="plan_actions")
    their_owner = models.ForeignKey(
        Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="plan_actions"
    )
    accountable = models.CharField(_("accountable"), max_length=6, choices=Side.choices, default=Side.OURS)
    days = models.PositiveSmallIntegerField(_("working days"), default=1)
    due_on = models.DateField(_("due"), null=True, blank=True)
    is_placed = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True)
    drop_reason = models.CharField(max_length=300, blank=True)
    escalated_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_at = models.DateTimeField()
    edited_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["plan", "position"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(drop_reason="") | Q(ended_on__isnull=False), name="action_dropped_on_a_day"
            ),
            models.CheckConstraint(condition=Q(accountable__in=["ours", "theirs"]), name="action_one_accountable"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def done_on(self) -> date | None:
        return None if self.drop_reason else self.ended_on

    @property
    def dropped_on(self) -> date | None:
        return self.ended_on if self.drop_reason else None


class ActionLink(models.Model):
    """``action`` waits for ``before``. Circles are refused by the action that writes them."""

    id = models.BigAutoField(primary_key=True)
    action = models.ForeignKey(PlanAction, on_delete=models.CASCADE, related_name="waits")
    before = models.ForeignKey(PlanAction, on_delete=models.CASCADE, related_name="waited_for")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "before"], name="link_once_between_actions"),
            models.CheckConstraint(condition=~Q(action=F("before")), name="action_never_waits_for_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.action_id}"


class Part(models.TextChoices):
    CONSULTED = "consulted", _("consulted")
    INFORMED = "informed", _("informed")


class ActionParty(models.Model):
    """Somebody beside the owners who is asked before, or told after. One of ``member`` and ``person`` is set."""

    id = models.BigAutoField(primary_key=True)
    action = models.ForeignKey(PlanAction, on_delete=models.CASCADE, related_name="parties")
    part = models.CharField(max_length=10, choices=Part.choices)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "action parties"
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False, person__isnull=True) | Q(member__isnull=True, person__isnull=False),
                name="action_party_is_one_person",
            ),
            models.UniqueConstraint(fields=["action", "member"], name="action_member_once"),
            models.UniqueConstraint(fields=["action", "person"], name="action_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.member_id or self.person_id}"


class PlanConfirmation(models.Model):
    """The buyer's word on one edition. ``parts``: outcomes, requirements, owners, dates; ``restated``: they could say
    the plan in their own words. ``evidence_id``: the ledger row with the mail behind it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="confirmations")
    edition = models.PositiveIntegerField()
    confirmed_on = models.DateField()
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    parts = models.JSONField(default=list)
    restated = models.BooleanField(default=False)
    evidence_id = models.UUIDField(null=True)
    attachment_sha256 = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-recorded_at"]

    def __str__(self) -> str:
        return f"{self.confirmed_on} ({self.edition})"
