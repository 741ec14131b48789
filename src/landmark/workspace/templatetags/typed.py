"""What a person typed, kept in the fields of a form that was refused.

Answers: the value a field shows: what was typed, else what is on record. Does not answer: whether it is readable.
"""

from django import template
from django.http import QueryDict
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def typed(context: Context, name: str, held: object = "") -> str:
    """``{% typed 'note' row.note %}``"""
    data: QueryDict | None = context.get("typed")
    if data is not None and name in data:
        return str(data.get(name))
    if data is not None or held is None:
        return ""
    return held.isoformat() if hasattr(held, "isoformat") else str(held)


@register.simple_tag(takes_context=True)
def is_ticked(context: Context, name: str, value: object, held: object = False) -> bool:
    """``{% is_ticked 'tactics' key is_on as on %}``: one of the sent values, else what is on record."""
    data: QueryDict | None = context.get("typed")
    return str(value) in data.getlist(name) if data is not None else bool(held)
