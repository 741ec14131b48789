"""What templates of both front ends share: icons, numbers, days, form fields.

Answers: how a small part looks. Does not answer: which parts a page has.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from landmark.ui import formats
from landmark.ui.icons import ICONS

register = template.Library()


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """One of our drawings; decorative unless it has a title."""
    if title:
        return format_html(
            '<svg class="icon" viewBox="0 0 16 16" role="img" aria-label="{}"><path d="{}"/></svg>', title, ICONS[name]
        )
    return format_html('<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


@register.simple_tag
def money(amount: Decimal | float | None, currency: str, short: bool = False) -> str:
    return formats.format_money(amount, currency, short=short)


@register.filter
def percent(share: float | None, digits: int = 0) -> str:
    return formats.format_percent(share, digits)


@register.filter
def chance(p: float | None) -> str:
    return formats.format_chance(p)


@register.filter
def count(value: int | float | None) -> str:
    return formats.format_count(value)


@register.filter
def number(value: float | None, digits: int = 1) -> str:
    return formats.format_number(value, digits)


@register.filter
def day(value: date | datetime | None, year_of: date | None = None) -> str:
    return formats.format_day(value, year_of=year_of)


@register.filter
def weekday(value: date | None, year_of: date | None = None) -> str:
    return formats.format_weekday(value, year_of=year_of)


@register.filter
def moment(value: datetime | None, year_of: date | None = None) -> str:
    return formats.format_moment(value, year_of=year_of)


@register.filter
def rate(value: Decimal) -> str:
    return formats.format_rate(value)


@register.filter
def initials(name: str) -> str:
    return formats.find_initials(name)


@register.filter
def avatar_class(name: str) -> str:
    """One of six quiet tints, the same for the same name everywhere."""
    return f"tint-{sum(name.encode()) % 6}"


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, hint: str = "", css: str = "") -> dict[str, Any]:
    """A labelled form field with its help and errors tied to it for screen readers."""
    widget = bound.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        kind = "group"
    else:
        kind = "check" if isinstance(widget, CheckboxInput) else "plain"
    return {"field": bound, "hint": hint or bound.help_text, "kind": kind, "css": css}


@register.inclusion_tag("ui/score.html")
def score_ring(score: int | None, label: str = "", size: str = "small") -> dict[str, Any]:
    """A score from 0 to 100 as a ring with its number; ``label`` is the sentence behind it."""
    return {"score": score, "label": label, "size": size, "arc": 0 if score is None else score}
