"""The weekly review of deals. Answers: one page, read only. Does not answer: what it shows (``presenters.review``)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.review import ReviewPage


@require_safe
@member_view()
def show_review(request: MemberRequest) -> HttpResponse:
    return render(request, "workspace/review.html", {"page": ReviewPage(request)})
