"""System checks: a demo must not be reachable from elsewhere, nor its log-ins live on in real use."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from landmark.orgs.adapter import DEMO_DOMAIN

LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


@register(Tags.security)
def check_demo_stays_local(**kwargs: Any) -> list[CheckMessage]:
    if not settings.DEMO or set(settings.ALLOWED_HOSTS) <= LOOPBACK:
        return []
    hint = "Unset LANDMARK_DEMO, or leave LANDMARK_HOSTS at its default."
    return [Error("The demo serves this machine only.", hint=hint, id="orgs.E001")]


@register(Tags.database)
def check_no_demo_users(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.DEMO or not databases:
        return []
    try:
        found = apps.get_model("orgs.User").objects.filter(email__endswith=f"@{DEMO_DOMAIN}").count()
    except DatabaseError:  # the tables are not there yet
        return []
    if not found:
        return []
    hint = "Delete them, or start with LANDMARK_DEMO=1 on this machine only."
    return [Error(f"{found} demo log-ins are in a database that is not a demo.", hint=hint, id="orgs.E002")]
