"""Django's handle on this folder: who buys and how: people, decision process, discovery, qualification."""

from django.apps import AppConfig


class BuyingConfig(AppConfig):
    name = "landmark.buying"
    label = "buying"
