"""What changed between two days: the page and its file.

Answers: the page. Does not answer: any number on it (``cadence.changes``, ``engines.waterfall``).
"""

import csv
from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from landmark.playbook.schema import Playbook
from landmark.ui.sheets import guard_cell
from landmark.workspace.access import MemberRequest, member_view
from landmark.workspace.presenters.change_rows import ChangeRow
from landmark.workspace.presenters.changes import build_changes, find_changes, list_all_rows


@require_safe
@member_view()
def show_changes(request: MemberRequest) -> HttpResponse:
    page = build_changes(request.org, request.as_of, request.GET.dict(), get_language() or "en")
    is_part = request.htmx and request.htmx.target == "changes"
    return render(request, "workspace/changes/body.html" if is_part else "workspace/changes.html", {"page": page})


@require_safe
@member_view()
def download_changes(request: MemberRequest) -> StreamingHttpResponse:
    """Every deal under every bar with what is behind it, for a spreadsheet; amounts with their sign, exact."""
    lang = get_language() or "en"
    found = find_changes(request.org, request.as_of, request.GET.dict())
    rows = list_all_rows(found, lang)
    lines = _write(rows, found.scope.currency, found.playbook, lang)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"changes-{found.query.start.on}-{found.query.end.on}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _write(rows: Iterator[ChangeRow], currency: str, playbook: Playbook, lang: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([
        _("Change"), _("Amount"), _("Currency"), _("Account"), _("Deal"), _("Owner"), _("Stage before"),
        _("Stage now"), _("Value before"), _("Value now"), _("Target date before"), _("Target date now"), _("What"),
        _("Who"), _("When"), _("Evidence"), _("Whose word"),
    ])  # fmt: skip
    for row in rows:
        yield writer.writerow([guard_cell(cell) for cell in _cells(row, currency, playbook, lang)])


def _cells(row: ChangeRow, currency: str, playbook: Playbook, lang: str) -> tuple[object, ...]:
    before, after, cause, evidence = row.before, row.after, row.cause, row.evidence
    return (
        row.label, row.amount, currency, row.account, row.name, row.owner,
        playbook.label("stage", before.stage, lang) if before else "",
        playbook.label("stage", after.stage, lang) if after else "",
        before.amount if before else "", after.amount if after else "",
        before.target_on if before else "", after.target_on if after else "",
        cause.words if cause else "", cause.author if cause else "", cause.at.date() if cause else "",
        evidence.words if evidence else "", evidence.author if evidence else "",
    )  # fmt: skip
