"""Pages with a sheet beside them: one address for the page and, by ``?do=``, for each of its forms.

Answers: which form is open and who may open it, the whole page or the sheet alone, where one goes after a form was
taken. Does not answer: what a form starts with or leads to (the views of each part).
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from landmark.workspace.access import MemberRequest


class SheetPage(Protocol):
    request: MemberRequest

    @property
    def can_edit(self) -> bool: ...


Page = TypeVar("Page", bound=SheetPage)
Sheets = Mapping[str, Callable[[Page], dict[str, Any]]]


def check_may_change(page: SheetPage) -> None:
    """Everybody else is told who can."""
    if not page.can_edit:
        raise PermissionDenied(_("On this deal you can read; its owner, a manager or sales operations can change it."))


def open_sheet(page: Page, sheets: Sheets[Page]) -> dict[str, Any]:
    """What the form asked for by ``?do=`` starts with; nothing when none is asked for."""
    asked = page.request.GET.get("do", "")
    if asked not in sheets:
        return {}
    check_may_change(page)
    return {"sheet": asked, **sheets[asked](page)}


def show_page(
    page: SheetPage, context: Mapping[str, Any], *, whole: str, sheet: str, status: int = 200
) -> HttpResponse:
    """The whole page, or its open sheet alone when htmx asks for it."""
    is_alone = bool(page.request.htmx) and page.request.htmx.target == "act" and "sheet" in context
    return render(page.request, sheet if is_alone else whole, {"page": page, **context}, status=status)


def go_on(request: MemberRequest, url: str) -> HttpResponse:
    """After a form was taken: to the page it changed, also out of the sheet."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
