"""Django's handle on this folder: the database's own rules about calls and freezes are registered here."""

from django.apps import AppConfig


class OutlookConfig(AppConfig):
    name = "landmark.outlook"
    label = "outlook"

    def ready(self) -> None:
        from landmark.ledger.triggers import register
        from landmark.outlook.triggers import TRIGGERS

        register(*TRIGGERS)
