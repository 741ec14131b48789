"""What a member was told. Answers: their notices. Does not answer: who is told what (the actions do)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from landmark.orgs.models import Notice
from landmark.workspace.access import MemberRequest, member_view

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@member_view()
def list_notices(request: MemberRequest) -> HttpResponse:
    """The list; a POST marks all as read."""
    rows = Notice.objects.filter(member=request.member)
    if request.method == "POST":
        rows.filter(read_at__isnull=True).update(read_at=timezone.now())
        return redirect("workspace:notices", slug=request.org.slug)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "workspace/notices.html", {"page": page})
