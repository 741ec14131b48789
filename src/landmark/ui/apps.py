"""Django's handle on this folder."""

from django.apps import AppConfig


class UIConfig(AppConfig):
    name = "landmark.ui"
    label = "ui"
