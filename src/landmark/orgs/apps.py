"""Django's handle on this folder."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "landmark.orgs"
    label = "orgs"
