"""What was typed in a form that is read by hand, as values.

Answers: words, days and ids of a sent form, or one kind sentence. Does not answer: what is done with them (the views),
forms with fields of their own (``forms``).
"""

from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.deals.policies import Refused
from landmark.ui import days

Row = TypeVar("Row", bound=Model)


def read_text(data: QueryDict, name: str, limit: int | None = None) -> str:
    return data.get(name, "").replace("\0", "").strip()[:limit]


def read_day(data: QueryDict, name: str) -> date | None:
    text = read_text(data, name)
    try:
        return days.read_day(text) if text else None
    except ValueError as error:
        raise Refused(_("Please write the day as year-month-day, for example 2026-03-31.")) from error


def as_id(text: str) -> UUID | None:
    """None for none, and for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        return None


def find_named(rows: "QuerySet[Row, Row]", text: str) -> Row | None:
    """The one of these rows whose id was sent."""
    pk = as_id(text)
    return rows.filter(pk=pk).first() if pk else None


def read_ids(data: QueryDict, name: str) -> list[UUID]:
    return [found for text in data.getlist(name) if (found := as_id(text)) is not None]
