"""Django's handle on this folder."""

from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "landmark.workspace"
    label = "workspace"
