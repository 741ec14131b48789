"""Django's handle on this folder: the plan that seller and buyer share."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "landmark.plans"
    label = "plans"
