"""Forms of the last mile in a page: as typed when refused, else from what is there.

Answers: which form stands where. Does not answer: what it does (``close_commands``).
"""

from typing import Any

from django import template
from django.db.models import Model
from django.forms.models import model_to_dict
from django.template import Context
from django.urls import reverse

from landmark.closing.held import draft_brief
from landmark.ui.formats import format_distance
from landmark.workspace.close_commands import COMMANDS, WITH_SIGNATURE
from landmark.workspace.presenters.close import ClosePage

register = template.Library()


@register.inclusion_tag("workspace/close/form.html", takes_context=True)
def close_form(
    context: Context, what: str, row: Any = None, title: str = "", css: str = "", **initial: Any
) -> dict[str, Any]:
    """A form. With ``title`` it is folded under that word. ``row``: a record, or the key of a lane or role."""
    return _make(context, what, row, title, css, initial)


@register.inclusion_tag("workspace/close/button.html", takes_context=True)
def close_button(context: Context, what: str, row: Any = None, css: str = "little", name: str = "") -> dict[str, Any]:
    """A form of one button. ``name``: what it is about, for those who hear the page."""
    return _make(context, what, row, "", css, {}) | {"name": name}


def _make(context: Context, what: str, row: Any, title: str, css: str, initial: dict[str, Any]) -> dict[str, Any]:
    page: ClosePage = context["page"]
    command, held = COMMANDS[what], row if isinstance(row, Model) else None
    key = str(held.pk) if held is not None and command.model else str(row or "") if held is None else ""
    failed = page.failed if page.failed and page.failed[:2] == (what, key) else None
    values = ({} if held is None else model_to_dict(held)) | initial
    form = failed[2] if failed else command.form(
        room=page, row=held, initial=values, auto_id=f"{what}-{key}-%s" if key else f"{what}-%s"
    )  # fmt: skip
    return {
        "form": form, "what": what, "key": key, "version": getattr(held, "version", ""), "title": title, "css": css,
        "button": command.button, "is_open": failed is not None, "request": context["request"], "page": page,
        "url": reverse("workspace:close_do", kwargs={"slug": page.request.org.slug, "pk": page.deal.id, "what": what}),
        "is_allowed": failed is not None or _is_offered(page, what),
        "has_file": form.is_multipart(), "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


def _is_offered(page: ClosePage, what: str) -> bool:
    """A form that was refused stands there again all the same: the deal may have ended while somebody typed."""
    can = page.can_work if COMMANDS[what].is_for_all else page.can_edit
    return can and not (page.deal.is_closed and what in WITH_SIGNATURE)


@register.filter
def stop_url(name: str) -> str:
    return f"workspace:{name}"


@register.simple_tag(takes_context=True)
def said(context: Context, word: str, key: str) -> str:
    """A word of the playbook in the reader's language: ``{% said 'lane' lane.key %}``."""
    page: ClosePage = context["page"]
    return page.say(word, key)


@register.filter
def contains(items: Any, item: Any) -> bool:
    return item in items


@register.filter
def due_words(day: Any, on: Any) -> str:
    """How far a due day lies from the day looked at."""
    return format_distance((day - on).days) if day else ""


@register.inclusion_tag("workspace/close/form.html", takes_context=True)
def close_terms_form(context: Context) -> dict[str, Any]:
    """The commercial summary's form, from the version that counts."""
    summary = context["page"].summary
    if summary is None:
        return _make(context, "terms", None, "", "", {"seen": 0})
    values = model_to_dict(summary) | {"seen": summary.number, "lines": list(summary.lines.all())}
    return _make(context, "terms", None, "", "", values)


@register.inclusion_tag("workspace/close/form.html", takes_context=True)
def close_brief_form(context: Context) -> dict[str, Any]:
    """The executive summary's form: the newest version, else a first draft from what is on record."""
    page: ClosePage = context["page"]
    row = page.brief_row
    held = row.sections if row else draft_brief(page.deal, page.as_of)
    values: dict[str, Any] = {key: "\n".join(lines) for key, lines in held.items()}
    return _make(context, "brief", None, "", "", values | {"seen": row.number if row else 0})
