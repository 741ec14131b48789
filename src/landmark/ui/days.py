"""Days as people type them.

Answers: which day was meant, within the years that calendars know. Does not answer: whether it may be that day (the
actions say), how it is shown (``formats``).
"""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from landmark.engines.workdays import FIRST_YEAR, LAST_YEAR


def read_day(text: str) -> date:
    """The day meant; raises ``ValueError`` where it cannot be told, or where counting from it would leave time."""
    day = date.fromisoformat(text.strip())
    if not is_countable(day):
        raise ValueError(f"not a day to count with: {text[:40]!r}")
    return day


def is_countable(day: date) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


class DayField(forms.DateField):
    """A day in a form; a year such as 0001 or 9999 is a slip of the keyboard."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not is_countable(day):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day
