"""Where a person lands. Answers: which organisation is theirs. Does not answer: what is on its pages."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from landmark.orgs.models import Member
from landmark.workspace.access import MemberRequest, member_view

YEAR_SECONDS = 365 * 24 * 3600


@login_required
def go_home(request: HttpRequest) -> HttpResponse:
    """The organisation last looked at, else the first: a real one before the sample."""
    rows = Member.objects.filter(user=request.user.pk, is_active=True).select_related("org")
    found = sorted(rows, key=lambda m: (m.org.slug != request.session.get("org"), m.org.is_sample, m.org.name))
    if not found:
        return render(request, "workspace/no_org.html")
    return redirect("workspace:board", slug=found[0].org.slug)


@member_view()
def go_to_board(request: MemberRequest) -> HttpResponse:
    return redirect("workspace:board", slug=request.org.slug)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and go back."""
    code = request.POST.get("language", "")
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=YEAR_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
        with translation.override(code):
            messages.success(request, _("Landmark now speaks English."))
    return response
