"""Django's handle on this folder."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "landmark.orgs"
    label = "orgs"

    def ready(self) -> None:
        from landmark.orgs import checks  # noqa: F401 - registers them
