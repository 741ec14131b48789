"""Django's handle on this folder."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "landmark.connectors"
    label = "connectors"
