"""Dated currency rates: what one unit of a currency is worth in the organisation's own, from a day on.

Answers: which rates were entered, by whom, and since when they are known. Does not answer: which one counts on a day
(``cadence.rates``). A rate stays as written: a correction is a further row for the same day.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from landmark.ledger.inputs import Source
from landmark.orgs.models import Organisation


class CurrencyRate(models.Model):
    """``rate`` units of ``base`` for one unit of ``currency``, on ``day`` and after it until the next one.

    ``known_at``: when it could first be used. An import may say that a rate was known on its own day; one typed in, or
    one that corrects another, is known from now.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    org = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="currency_rates")
    currency = models.CharField(_("currency"), max_length=3)
    base = models.CharField(max_length=3)
    day = models.DateField(_("day"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10)
    source = models.CharField(max_length=12, choices=Source.choices)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200, blank=True)
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["currency", "-day", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["org", "currency", "base", "day", "version"], name="rate_version_once"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_above_zero"),
            models.CheckConstraint(condition=~Q(currency=F("base")), name="rate_of_another_currency"),
            models.CheckConstraint(
                condition=Q(known_at__gte=F("recorded_at")) | Q(source=Source.IMPORT, version=1),
                name="rate_known_when_recorded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate} {self.base}"
