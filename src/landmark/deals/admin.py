"""Deals in Django's admin: to look at, not to change.

Every change goes through an action, which asks the gate and writes the ledger; the admin has no door of its own.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from landmark.deals.models import Account, Deal, Person, StageMove


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Deal)
class DealAdmin(LookOnly):
    list_display = ("name", "org", "stage", "amount", "owner", "closed_at")
    list_filter = ("org", "stage")
    search_fields = ("name", "external_id")


@admin.register(StageMove)
class StageMoveAdmin(LookOnly):
    list_display = ("deal", "from_stage", "to_stage", "direction", "occurred_at", "author")


admin.site.register(Account, LookOnly)
admin.site.register(Person, LookOnly)
