"""Django's handle on this folder: the database's own rules about deals are registered here."""

from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "landmark.deals"
    label = "deals"

    def ready(self) -> None:
        from landmark.deals.triggers import TRIGGERS
        from landmark.ledger.triggers import register

        register(*TRIGGERS)
