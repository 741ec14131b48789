"""Amounts as people type them, in either way of writing: 84,000.50 and 84.000,50.

Answers: which number was meant. Does not answer: whether it may be that number (the actions say), how it is shown
(``formats``). Money has at most two decimals, so a single mark before exactly three digits parts the thousands.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

MOST_DIGITS = 9
SPACES = re.compile(r"[\s'’\u00a0\u202f]")
PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+")


def read_amount(text: str) -> Decimal:
    """The amount meant; raises ``ValueError`` where it cannot be told."""
    typed = SPACES.sub("", text)
    if "," in typed and "." in typed:
        mark = max(",.", key=typed.rfind)
        whole, _mark, cents = typed.rpartition(mark)
        whole = whole.replace("." if mark == "," else ",", "/")
        if "," in whole or "." in whole or not GROUPED.fullmatch(whole.replace("/", ".")):
            raise ValueError(f"not a number: {text[:40]!r}")
        return _plain(f"{whole.replace('/', '')}.{cents}", text)
    typed = typed.replace(",", ".")
    return _plain(typed.replace(".", "") if GROUPED.fullmatch(typed) else typed, text)


def read_share(text: str) -> Decimal:
    """A percentage, a rate, a factor: a comma is its decimal mark as much as a point is."""
    return _plain(SPACES.sub("", text).replace(",", "."), text)


def read_count(text: object) -> int | None:
    """A whole number of a hidden field or a small box; None where there is none, or one that no box can hold."""
    typed = str(text).strip()
    return int(typed) if typed.isdecimal() and len(typed) <= MOST_DIGITS else None


def _plain(digits: str, text: str) -> Decimal:
    if not PLAIN.fullmatch(digits):
        raise ValueError(f"not a number: {text[:40]!r}")
    try:
        return Decimal(digits)
    except InvalidOperation as error:
        raise ValueError(f"not a number: {text[:40]!r}") from error


class AmountField(forms.DecimalField):
    """Money in a form, with the thousands parted or not."""

    read = staticmethod(read_amount)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as DecimalField itself does
        if isinstance(value, str) and value.strip():
            try:
                value = self.read(value)
            except ValueError as error:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        return super().to_python(value)


class ShareField(AmountField):
    """A percentage or a factor."""

    read = staticmethod(read_share)
