"""Calls, quotas, rates and freezes in Django's admin: to look at, not to change.

What people said goes through an action; what was frozen goes through nothing.
"""

from django.contrib import admin

from landmark.cadence.models import CallEntry, CurrencyRate, Quota, WeekFreeze
from landmark.deals.admin import LookOnly


@admin.register(CallEntry)
class CallEntryAdmin(LookOnly):
    list_display = ("deadline_at", "scope_name", "kind", "amount", "currency", "author_name", "submitted_at")
    list_filter = ("org", "kind")


@admin.register(WeekFreeze)
class WeekFreezeAdmin(LookOnly):
    list_display = ("deadline_at", "org", "deal_count", "sealed_at", "digest")
    list_filter = ("org",)


@admin.register(Quota)
class QuotaAdmin(LookOnly):
    list_display = ("starts_on", "scope_name", "amount", "currency", "author_name", "version")
    list_filter = ("org",)


@admin.register(CurrencyRate)
class CurrencyRateAdmin(LookOnly):
    list_display = ("currency", "day", "rate", "base", "source", "known_at")
    list_filter = ("org", "currency")
