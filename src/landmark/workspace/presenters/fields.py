"""Values of a deal's fields as the record keeps them (texts), in words.

Answers: how an old and a new value are shown. Does not answer: what the field is called.
"""

from datetime import date
from decimal import Decimal, InvalidOperation

from landmark.ui.formats import format_day, format_money
from landmark.workspace.presenters.deal_types import name_deal_type


def show_value(field: str, text: str, on: date, currency: str = "") -> str:
    """A dash for none; what cannot be read stands as it is."""
    if not text:
        return "—"
    try:
        if field == "amount":
            return format_money(Decimal(text), currency)
        if field == "target_on":
            return format_day(date.fromisoformat(text), year_of=on)
    except (ValueError, InvalidOperation):
        return text
    return name_deal_type(text) if field == "deal_type" else text
