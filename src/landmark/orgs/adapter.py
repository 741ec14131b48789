"""Who may sign in: people are invited, and a demo's log-ins work in the demo only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

DEMO_DOMAIN = "demo.example"


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: object, **kwargs: object) -> object:
        email = str(getattr(user, "email", ""))
        if email.endswith(f"@{DEMO_DOMAIN}") and not settings.DEMO:
            raise PermissionDenied(_("Demo log-ins work only in the demo. Ask an administrator for one of your own."))
        return super().pre_login(request, user, **kwargs)
