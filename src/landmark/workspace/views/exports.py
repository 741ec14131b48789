"""Files of what a page shows: a chart as PNG, its table as CSV, the week on one PDF page.

Answers: the file of a page as it stands, for the person who asks and the day they look at. Does not answer: what is on
the page: the page's own view is asked, so rights, filters and the as-of day hold here without being repeated.
"""

import csv
import io
import re
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from landmark.documents.pictures import Block, CannotDraw, Review, draw_png, set_review
from landmark.ui.chart_paint import paint
from landmark.ui.formats import format_day
from landmark.ui.sheets import guard_cell
from landmark.workspace.access import MemberRequest, MemberView, member_view
from landmark.workspace.extracts import Part, read_parts
from landmark.workspace.templatetags.workspace import link_to
from landmark.workspace.views.forecast import show_forecast

_BOX = re.compile(r'viewBox="([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)"')
_ROWS_ON_PAPER, _LINES_ON_PAPER = 12, 6


def files_of(page: MemberView) -> MemberView:
    """The view that answers a part of ``page`` as a file; it takes the page's own arguments and ``chart``, ``kind``."""

    @require_safe
    def export_chart(request: HttpRequest, chart: str, kind: str, **kwargs: Any) -> HttpResponseBase:
        response = page(request, **kwargs)
        if not (isinstance(response, HttpResponse) and response.status_code == HTTPStatus.OK):
            return response  # not signed in, not allowed, not a day: the page has said it
        part = next((part for part in read_parts(response.content.decode()) if part.name == chart), None)
        made = _make_file(part, kind) if part else None
        if made is None:
            raise Http404
        as_of = cast(MemberRequest, request).as_of.on
        content, content_type = made
        return _file(content, content_type, f"{kwargs['slug']}-{chart}-{as_of}.{kind}")

    return export_chart


def _make_file(part: Part, kind: str) -> tuple[bytes, str] | None:
    if kind == "csv":
        return _csv(part), "text/csv; charset=utf-8"
    return (_png(part), "image/png") if kind == "png" and part.svg else None


@require_safe
@member_view()
def export_review(request: MemberRequest) -> HttpResponse:
    """The overview's marked parts on one page, for the weekly review."""
    overview = cast(HttpResponse, show_forecast(cast(HttpRequest, request), slug=request.org.slug))
    parts = [part for part in read_parts(overview.content.decode()) if part.is_review]
    review = Review(
        title=_("Weekly forecast review"),
        subtitle=request.org.name,
        as_of=_("As known on %(day)s") % {"day": format_day(request.as_of.on)},
        made="Landmark",
        blocks=[_block(part) for part in parts],
        lang=get_language() or "en",
    )
    try:
        made = set_review(review)
    except CannotDraw as error:
        messages.error(request, str(error))
        return redirect(link_to(request, "workspace:forecast"))
    return _file(made, "application/pdf", f"{request.org.slug}-review-{request.as_of.on}.pdf")


def _png(part: Part) -> bytes:
    box = _BOX.search(part.svg)
    if box is None:
        raise Http404
    return draw_png(paint(part.svg), float(box.group(3)), float(box.group(4)))


def _csv(part: Part) -> bytes:
    """Exact figures, with the mark by which spreadsheets know the encoding."""
    out = io.StringIO()
    csv.writer(out).writerows([[guard_cell(cell.exact) for cell in row] for row in part.rows])
    return out.getvalue().encode("utf-8-sig")


def _block(part: Part) -> Block:
    """A drawing stands for its table; a table alone is printed, its first rows."""
    if part.svg:
        return Block(part.title, paint(part.svg), lines=part.lines[:_LINES_ON_PAPER])
    rows = [[cell.text for cell in row] for row in part.rows[: _ROWS_ON_PAPER + 1]]
    return Block(part.title, rows=rows, has_head=part.has_head)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)
