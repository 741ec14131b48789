"""The pipeline as board, as table, as a file. Answers: the pages. Does not answer: what a row says (``presenters``)."""

import csv
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.ui.sheets import guard_cell
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.board import build_columns, build_headings, name_file, read_pipeline
from landmark.workspace.presenters.filters import change_query
from landmark.workspace.presenters.pipeline import DealRow, settle_gates

ROWS_PER_PAGE = 100


@require_safe
@member_view()
def show_board(request: MemberRequest) -> HttpResponse:
    request.session["org"] = request.org.slug
    pipeline = read_pipeline(request)
    columns = build_columns(pipeline, request)
    context = {"pipeline": pipeline, "columns": columns, "view": "board", **_shared(request)}
    return render(request, _template(request, "board"), context)


@require_safe
@member_view()
def show_table(request: MemberRequest) -> HttpResponse:
    pipeline = read_pipeline(request)
    page = Paginator(pipeline.rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "pipeline": pipeline,
        "page": page,
        "rows": settle_gates(list(page.object_list), request.org, request.as_of),
        "headings": build_headings(pipeline, request.GET),
        "view": "table",
        **_shared(request),
    }
    return render(request, _template(request, "table"), context)


def _shared(request: MemberRequest) -> dict[str, Any]:
    """What the head of both views needs: links that keep the filter, orders to choose, what this person may do."""
    can_open = has_right(request.member, Right.EDIT_OWN) or has_right(request.member, Right.EDIT_ALL)
    slug, query = request.org.slug, change_query(request.GET)
    return {
        "board_url": reverse("workspace:board", args=[slug]) + query,
        "table_url": reverse("workspace:table", args=[slug]) + query,
        "sorts": [
            ("expected", _("Expected value first")), ("amount", _("Largest first")),
            ("score", _("Highest score first")), ("step", _("Next step due first")),
            ("age", _("Longest in stage first")), ("alerts", _("Most alerts first")),
        ],
        "sample_url": find_sample_url(request),
        "can_open": can_open and request.as_of.is_latest,
        "can_import": has_right(request.member, Right.IMPORT),
    }  # fmt: skip


def find_sample_url(request: MemberRequest) -> str:
    """The board of the sample company, for somebody who is a member of it and looks at an empty one."""
    rows = Member.objects.filter(user=request.user, is_active=True, org__is_sample=True).exclude(org=request.org)
    sample = rows.select_related("org").first()
    return reverse("workspace:board", args=[sample.org.slug]) if sample else ""


def _template(request: MemberRequest, name: str) -> str:
    """htmx asks for the pipeline alone when a filter changes."""
    part = request.htmx and request.htmx.target == "pipeline"
    return f"workspace/parts/{name}.html" if part else f"workspace/{name}.html"


@require_safe
@member_view()
def download_table(request: MemberRequest) -> StreamingHttpResponse:
    """Every matching row, as the table shows it, for a spreadsheet."""
    pipeline = read_pipeline(request)
    rows = settle_gates(pipeline.rows, request.org, request.as_of)
    response = StreamingHttpResponse(_write_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name_file(request.as_of.on)}"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _write_csv(rows: list[DealRow]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([
        _("Account"), _("Deal"), _("Stage"), _("Value"), _("Currency"), _("Score"), _("Expected"), _("Next step"),
        _("Who"), _("By when"), _("Gate"), _("Days in stage"), _("Target date"), _("Pushes"), _("Owner"), _("Team"),
        _("Alerts"),
    ])  # fmt: skip
    for row in rows:
        cells = (
            row.account, row.name, row.stage_label, row.amount, row.currency, row.score, round(row.expected, 2),
            row.step.text, row.step.owner, row.step.due_on, row.gate.words, row.age.days, row.target_on, row.pushes,
            row.owner, row.team, " ".join(row.alert_words),
        )  # fmt: skip
        yield writer.writerow([guard_cell(cell) for cell in cells])
