"""Django's handle on this folder: after every migration the triggers are put back and looked for."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "landmark.ledger"
    label = "ledger"

    def ready(self) -> None:
        from landmark.ledger.checks import find_missing_triggers
        from landmark.ledger.guards import GUARDS
        from landmark.ledger.triggers import protect_after_migrate, register

        register(*GUARDS)
        # One receiver is enough: every app has migrated before the first of these signals is sent.
        post_migrate.connect(protect_after_migrate, sender=self, dispatch_uid="ledger.triggers")
        checks.register(find_missing_triggers, checks.Tags.database)
