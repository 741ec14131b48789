"""Django's handle on this folder."""

from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "landmark.deals"
    label = "deals"
