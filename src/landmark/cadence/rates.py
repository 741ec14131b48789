"""Amounts in the organisation's currency, by dated rates.

Answers: which rate counts on a day as known by a moment, and what an amount is worth then. Does not answer: who may
enter a rate (``rate_actions``). Without a rate there is no answer: the amount is then counted apart, in its own
currency.

A rate of day D counts from D until the next one. Of two rates for the same day, the later version counts, from the
moment it is known: a forecast looked at again as of an earlier day uses the rates it used then.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from landmark.cadence.models.rates import CurrencyRate
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation

CENT = Decimal("0.01")
OLD_AFTER_DAYS = 35
"""A rate older than this is still used, and pointed out."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``rate`` units of the organisation's currency for one unit of ``currency``, from ``day`` on."""

    currency: str
    day: date
    rate: Decimal

    def is_old(self, on: date) -> bool:
        return (on - self.day).days > OLD_AFTER_DAYS


@dataclass(frozen=True)
class Rates:
    """Rates into ``base`` as known by a moment; each currency's in order of days."""

    base: str
    by_currency: dict[str, tuple[Rate, ...]] = field(default_factory=dict)

    def find(self, currency: str, on: date) -> Rate | None:
        """The newest rate of ``on`` or before; the base itself is worth 1."""
        if currency == self.base:
            return Rate(currency, on, Decimal(1))
        held = self.by_currency.get(currency, ())
        place = bisect_right(held, on, key=lambda rate: rate.day)
        return held[place - 1] if place else None

    def used(self, currencies: Iterable[str], on: date) -> tuple[Rate, ...]:
        """The rate of each of these currencies that counts on the day, for showing them with their dates."""
        wanted = sorted({code for code in currencies if code and code != self.base})
        return tuple(rate for code in wanted if (rate := self.find(code, on)) is not None)


def convert(amount: Decimal, currency: str, on: date, rates: Rates) -> Decimal | None:
    """``amount`` in the organisation's currency, to the cent (half to even); None without a rate. "" is the base."""
    if not currency or currency == rates.base:
        return amount
    rate = rates.find(currency, on)
    return None if rate is None else (amount * rate.rate).quantize(CENT, ROUND_HALF_EVEN)


def read_rates(org: Organisation, as_of: AsOf) -> Rates:
    """What was known of rates by the as-of moment, in one query."""
    rows = CurrencyRate.objects.filter(org=org, base=org.currency, known_at__lte=as_of.known_by)
    newest: dict[tuple[str, date], Rate] = {}
    for row in rows.order_by("currency", "day", "version"):
        newest[row.currency, row.day] = Rate(row.currency, row.day, row.rate)
    by_currency: dict[str, list[Rate]] = {}
    for rate in newest.values():
        by_currency.setdefault(rate.currency, []).append(rate)
    return Rates(org.currency, {code: tuple(held) for code, held in by_currency.items()})
