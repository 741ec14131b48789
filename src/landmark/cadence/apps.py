"""Django's handle on this folder: the database's own rules about calls and freezes are registered here."""

from django.apps import AppConfig


class CadenceConfig(AppConfig):
    name = "landmark.cadence"
    label = "cadence"

    def ready(self) -> None:
        from landmark.cadence.triggers import TRIGGERS
        from landmark.ledger.triggers import register

        register(*TRIGGERS)
