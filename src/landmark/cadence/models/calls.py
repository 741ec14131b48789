"""What people say about a period, week by week: calls, commits, categories, quotas, and when the week closes.

Answers: who said which number when; every version is kept. Does not answer: what the model says (``summary``), what
stood at the deadline (``freezes``), which version counts (``cadence.calls``).

People and teams are plain ids with the name they had: those rows may go, what was said stays.
"""

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal
from landmark.engines.categories import CATEGORIES
from landmark.orgs.models import Organisation


class Scope(models.TextChoices):
    """Whom a number is about."""

    MEMBER = "member", _("Person")
    TEAM = "team", _("Team")
    ORG = "org", _("Organisation")


class CallKind(models.TextChoices):
    """Whose number it is. The model's is computed, so it is no kind of call."""

    REPRESENTATIVE = "representative", _("Own call")
    MANAGER = "manager", _("Manager's call")
    COMMIT = "commit", _("Commit")


class CallCalendar(models.Model):
    """When the week closes, from ``valid_from`` on; the newest row before a moment counts. Kept, never changed.

    A new rule starts at the deadline that was next when it was set: nobody moves a deadline that people work towards.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="call_calendars")
    weekday = models.PositiveSmallIntegerField(_("weekday"), validators=[MaxValueValidator(6)])
    hour = models.PositiveSmallIntegerField(_("hour"), validators=[MaxValueValidator(23)])
    time_zone = models.CharField(_("time zone"), max_length=60)
    valid_from = models.DateTimeField()
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField()

    class Meta:
        ordering = ["valid_from", "version"]
        constraints = [
            models.UniqueConstraint(fields=["org", "version"], name="call_calendar_version_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6, hour__lte=23), name="call_calendar_in_week"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.hour}:00 {self.time_zone}"


class CallEntry(models.Model):
    """One number somebody gave for a scope, a period and a week. A new number is a new version; none is changed.

    ``submitted_at`` is the organisation's own time, ``recorded_at`` our clock.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="call_entries")
    deadline_at = models.DateTimeField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    kind = models.CharField(max_length=16, choices=CallKind.choices)
    scope = models.CharField(max_length=8, choices=Scope.choices)
    scope_id = models.UUIDField()
    scope_name = models.CharField(max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    note = models.CharField(_("note"), max_length=500, blank=True)
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=200)
    submitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField()

    class Meta:
        ordering = ["-deadline_at", "-submitted_at", "-version"]
        indexes = [models.Index(fields=["org", "scope_id", "deadline_at"], name="calls_of_scope")]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "deadline_at", "kind", "scope", "scope_id", "version"], name="call_version_once"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="call_not_negative"),
            models.CheckConstraint(condition=Q(submitted_at__lte=F("deadline_at")), name="call_before_deadline"),
            models.CheckConstraint(condition=Q(submitted_at__lte=F("recorded_at")), name="call_not_from_the_future"),
            models.CheckConstraint(
                condition=~Q(kind="representative") | (Q(scope="member") & Q(author_id=F("scope_id"))),
                name="own_call_by_its_person",
            ),
            models.CheckConstraint(
                condition=~Q(kind="manager") | Q(scope__in=["member", "team"]), name="managers_call_below_org"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_name}: {self.amount} {self.currency}"


class DealCategory(models.Model):
    """The category a person gave an open deal, as it is now; its history is in the ledger (``cadence.categories``)."""

    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, primary_key=True, related_name="forecast_category")
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="deal_categories")
    category = models.CharField(_("category"), max_length=12)
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "deal categories"
        constraints = [
            models.CheckConstraint(condition=Q(category__in=CATEGORIES), name="category_is_one_of_four"),
        ]

    def __str__(self) -> str:
        return self.category


class Quota(models.Model):
    """What a person or team is asked to bring in a period. A new figure is a new version; none is changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="quotas")
    starts_on = models.DateField()
    ends_on = models.DateField()
    scope = models.CharField(max_length=8, choices=Scope.choices)
    scope_id = models.UUIDField()
    scope_name = models.CharField(max_length=200)
    amount = models.DecimalField(_("quota"), max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3)
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=200)
    set_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField()

    class Meta:
        ordering = ["starts_on", "scope", "scope_name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "starts_on", "scope", "scope_id", "version"], name="quota_version_once"
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="quota_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.scope_name}: {self.amount} {self.currency}"
