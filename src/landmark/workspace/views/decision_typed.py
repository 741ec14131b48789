"""What was typed into a form of the tab Decision, as values.

Answers: words, days, people and files of a sent form, or one kind sentence. Does not answer: what is done with them
(``decision_acts``).
"""

from datetime import date
from typing import BinaryIO, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.deals.models import Person
from landmark.deals.policies import Refused
from landmark.ui import days
from landmark.ui.numbers import read_count
from landmark.ui.uploads import EvidenceFileField
from landmark.workspace.presenters.decision import DecisionPage


def read_text(data: QueryDict, name: str, limit: int = 1000) -> str:
    return data.get(name, "").replace("\0", "").strip()[:limit]


def read_day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return days.read_day(text)
    except ValueError as error:
        raise Refused(_("Write the day as year-month-day, for example 2026-03-31.")) from error


def read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def read_ids(data: QueryDict, name: str) -> list[UUID]:
    return [found for text in data.getlist(name) if (found := read_id(text)) is not None]


def read_number(text: str) -> int:
    return read_count(text) or 0


def read_person(page: DecisionPage, data: QueryDict, name: str = "person") -> Person | None:
    found = read_id(data.get(name, ""))
    return next((row.person for row in page.stakeholders if row.person_id == found), None)


def read_file(page: DecisionPage) -> BinaryIO | None:
    try:
        return cast("BinaryIO | None", EvidenceFileField(required=False).clean(page.request.FILES.get("file")))
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def read_version(data: QueryDict) -> int | None:
    return read_count(data.get("version", ""))
