"""Django's handle on this folder."""

from django.apps import AppConfig


class OutlookConfig(AppConfig):
    name = "landmark.outlook"
    label = "outlook"
