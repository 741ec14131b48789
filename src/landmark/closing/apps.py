"""Django's handle on this folder: from the trial close to the signed contract and the hand-over."""

from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "landmark.closing"
    label = "closing"
