"""Bringing in a file: upload, look at what it would change, apply, see the board; and settling differences.

Answers: what each page shows and which action each button calls. Does not answer: how files are read or written
(``connectors``). Small uploads are looked at right away, larger ones by the worker while the page waits.
"""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from landmark.connectors.actions import REJECTS, ask_to_apply, check_run, discard_run, start_import
from landmark.connectors.differences import settle_difference
from landmark.connectors.models import Difference, ImportRun
from landmark.connectors.organisations import give_access, make_org, remove_sample
from landmark.connectors.parsed import StructuralError
from landmark.connectors.progress import folder_of
from landmark.connectors.tasks import check_import
from landmark.deals.policies import Refused
from landmark.orgs.models import Member, Organisation
from landmark.orgs.roles import Right
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.imports import describe_difference, describe_run

LOOKED_AT_ONCE_BYTES = 8_000_000
PER_PAGE = 50
SHOWN_RUNS = 10


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(right=Right.IMPORT)
def show_imports(request: MemberRequest) -> HttpResponse:
    """The form and the imports so far; a POST takes files in."""
    if request.method == "POST":
        return _take_files(request)
    return _render_form(request)


def _render_form(request: MemberRequest, sentence: str = "", status: int = 200) -> HttpResponse:
    context = {
        "sentence": sentence,
        "new_name": request.POST.get("new_name", ""),
        "target": request.POST.get("target", "new" if request.org.is_sample else "here"),
        "runs": ImportRun.objects.filter(org=request.org).exclude(status="discarded")[:SHOWN_RUNS],
        "differences": Difference.objects.filter(deal__org=request.org, settled_at=None).count(),
        "others": Member.objects.filter(user=request.user.pk, is_active=True).exclude(org=request.org).exists(),
    }
    return render(request, "workspace/imports/form.html", context, status=status)


def _take_files(request: MemberRequest) -> HttpResponse:
    """Store the files and look at them; a file that cannot be read is answered with one sentence on the same page."""
    is_new = request.POST.get("target") == "new"
    org, member = request.org, request.member
    try:
        if is_new:
            org, member = _make_own_org(request)
        uploads = [upload for upload in request.FILES.getlist("files") if upload]
        run = start_import(org, uploads, by=member, is_strict="strict" in request.POST, made_org=is_new)
    except (StructuralError, Refused) as error:
        if is_new and org != request.org:
            org.delete()
        return _render_form(request, str(error), status=422)
    if sum(file["size"] for file in run.files) > LOOKED_AT_ONCE_BYTES:
        check_import.enqueue(str(run.id))
    elif (run := check_run(run.id)).status == "failed":
        discard_run(run, by=member)
        return _render_form(request, run.error, status=422)
    return redirect("workspace:import_run", slug=org.slug, pk=run.id)


def _make_own_org(request: MemberRequest) -> tuple[Organisation, Member]:
    """A new organisation of the person's own; who brings the data administers it."""
    org = make_org(request.POST.get("new_name", ""))
    member = give_access(org, request.user)
    Member.objects.filter(id=member.id).update(name=request.member.name)
    return org, Member.objects.select_related("org").get(id=member.id)


@require_GET
@member_view(right=Right.IMPORT)
def show_run(request: MemberRequest, pk: UUID) -> HttpResponse:
    return render(request, "workspace/imports/run.html", describe_run(_find_run(request, pk)))


@require_GET
@member_view(right=Right.IMPORT)
def show_state(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The part of the page that changes while work goes on."""
    return render(request, "workspace/imports/state.html", describe_run(_find_run(request, pk)))


@require_POST
@member_view(right=Right.IMPORT)
def apply(request: MemberRequest, pk: UUID) -> HttpResponse:
    try:
        ask_to_apply(_find_run(request, pk), by=request.member)
    except Refused as error:
        messages.error(request, str(error))
    return redirect("workspace:import_run", slug=request.org.slug, pk=pk)


@require_POST
@member_view(right=Right.IMPORT)
def discard(request: MemberRequest, pk: UUID) -> HttpResponse:
    run = _find_run(request, pk)
    made_org = run.made_org
    try:
        discard_run(run, by=request.member)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("workspace:import_run", slug=request.org.slug, pk=pk)
    messages.success(request, _("The file was thrown away; nothing was changed."))
    if made_org and not Organisation.objects.filter(id=request.org.id).exists():
        return redirect("workspace:home")
    return redirect("workspace:imports", slug=request.org.slug)


@require_GET
@member_view(right=Right.IMPORT)
def download_rejects(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    path = folder_of(_find_run(request, pk).id) / REJECTS
    if not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), as_attachment=True, filename=REJECTS, content_type="text/csv")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@member_view(right=Right.IMPORT)
def list_differences(request: MemberRequest) -> HttpResponse:
    rows = Difference.objects.filter(deal__org=request.org, settled_at=None).select_related("deal", "run")
    page = Paginator(rows.order_by("deal__name", "deal_id", "field"), PER_PAGE).get_page(request.GET.get("page"))
    shown = [describe_difference(row) for row in page]
    return render(request, "workspace/imports/differences.html", {"page": page, "rows": shown})


@require_POST
@member_view(right=Right.IMPORT)
def settle(request: MemberRequest, pk: int) -> HttpResponse:
    rows = Difference.objects.select_related("deal", "deal__org")
    difference = get_object_or_404(rows, pk=pk, deal__org=request.org)
    keep = request.POST.get("keep", "")
    if keep not in {"ours", "theirs"}:
        return HttpResponse(status=400)
    try:
        settle_difference(difference, by=request.member, keep=keep)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Settled for %(deal)s.") % {"deal": difference.deal.name})
    return redirect("workspace:differences", slug=request.org.slug)


@require_POST
@member_view(right=Right.IMPORT)
def remove_sample_company(request: MemberRequest) -> HttpResponse:
    try:
        remove_sample(request.org, by=request.member)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("workspace:imports", slug=request.org.slug)
    messages.success(request, _("The sample company is gone."))
    return redirect("workspace:home")


def _find_run(request: MemberRequest, pk: UUID) -> ImportRun:
    return get_object_or_404(ImportRun.objects.select_related("org"), pk=pk, org=request.org)
