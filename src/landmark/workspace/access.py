"""Who may open a page of an organisation, and on which day it looks.

Answers: ``member_view`` lets a member with the right in, and hands the view its organisation, member and as-of day.
Does not answer: what the member may do to one deal (``deals.policies``).

No membership and a wrong organisation are the same answer, 404: a stranger learns nothing, not even that it exists.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django_htmx.middleware import HtmxDetails

from landmark.orgs.as_of import AsOf, BadAsOf, latest, read_as_of
from landmark.orgs.models import Member, Organisation, User
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right


class MemberRequest(HttpRequest):
    """A request inside an organisation. The names say what ``member_view`` has put there."""

    user: User
    org: Organisation
    member: Member
    as_of: AsOf
    htmx: HtmxDetails


MemberView = Callable[..., HttpResponseBase]


def member_view(right: Right = Right.SEE) -> Callable[[MemberView], MemberView]:
    """Guard a view whose address starts with an organisation's slug; the view receives no slug."""

    def decorate(view: MemberView) -> MemberView:
        @wraps(view)
        def guarded(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            inside = cast(MemberRequest, request)
            inside.member = find_member(request, slug)
            inside.org = inside.member.org
            inside.as_of = latest(inside.org)
            check_right(inside.member, right)
            try:
                inside.as_of = read_as_of(inside.org, request.GET.get("as_of"))
            except BadAsOf as error:
                return render(request, "workspace/bad_as_of.html", {"sentence": str(error)}, status=400)
            response = view(inside, **kwargs)
            patch_vary_headers(response, ["HX-Request"])
            return response

        return cast(MemberView, never_cache(cast(Any, guarded)))

    return decorate


def find_member(request: HttpRequest, slug: str) -> Member:
    rows = Member.objects.select_related("org", "user", "team")
    member = rows.filter(org__slug=slug, user=request.user.pk, is_active=True).first()
    if member is None:
        raise Http404
    return member


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """A part of a page cannot hold the sign-in form, so htmx is sent to the whole one."""
    answer = redirect_to_login(request.get_full_path())
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    return answer
