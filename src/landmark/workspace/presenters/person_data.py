"""What is held about a person, told so that an administrator can read it to them.

Answers: a stored row in words: names instead of keys, days as days. Does not answer: what is found
(``closing.person_data``); the export has the rows as they are.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Field, ForeignKey
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from landmark.closing.person_data import Trace
from landmark.deals.models import Deal, Person, Stakeholder
from landmark.orgs.models import Member
from landmark.ui.formats import format_day, format_moment, make_readable

NAMED = (Deal, Person, Stakeholder, Member)
FOR_MACHINES = {"external_id", "version", "position", "key", "line", "uid", "number"}


def tell_row(trace: Trace) -> list[tuple[str, str]]:
    """Name and words of each field that says something; a row that only names the person tells those words alone."""
    return list(_tell(trace))


def _tell(trace: Trace) -> Iterator[tuple[str, str]]:
    for field in trace.row._meta.concrete_fields:
        if field.primary_key or field.name in FOR_MACHINES or (not trace.is_theirs and field.name not in trace.fields):
            continue
        words = _words(trace.row, field)
        if words:
            yield capfirst(str(field.verbose_name)), words


def _words(row: Any, field: Field[Any, Any]) -> str:
    if isinstance(field, ForeignKey):
        found = getattr(row, field.name) if field.related_model in NAMED else None
        return str(found.person.name if isinstance(found, Stakeholder) else found.name) if found is not None else ""
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    return _plain(getattr(row, field.name))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(held)}" for key, held in value.items() if held not in (None, "", [], {}))
    if isinstance(value, list | tuple):
        return "; ".join(_plain(held) for held in value)
    words = "" if value is None else str(value)
    return make_readable(words) if "_" in words and " " not in words and "@" not in words else words
