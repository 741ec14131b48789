"""What rows of the last mile have in common when they are written.

Answers: what a new row carries, how its next version is saved, its number, whether a day may be told. Does not answer:
who may change it (``policies``), what changes (the actions).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.closing.models.record import Record
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, check_version
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member

Row = TypeVar("Row", bound=Record)


def fresh(by: Member) -> dict[str, Any]:
    """What a new row carries beside its words."""
    return {"made_at": timezone.now(), "made_by": by}


def today(deal: Deal) -> date:
    return latest(deal.org).on


def take(deal: Deal, row: Row, if_version: int | None = None) -> Row:
    """The row as it stands now, on the locked deal; refused when somebody changed it or took it out a moment ago."""
    found = type(row)._default_manager.filter(deal=deal, pk=row.pk).first()
    if found is None:
        raise Refused(_("Somebody took this out meanwhile. Look at the page again."))
    check_version(found.version, if_version, current=found)
    return found


def save_changes(row: Record, values: Mapping[str, Any]) -> None:
    """Write what changed as the row's next version."""
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.version += 1
    row.save()


def next_number(model: type[Record], deal: Deal) -> int:
    found = model._default_manager.filter(deal=deal).aggregate(top=Max("number"))["top"]
    return (found or 0) + 1


def check_day(day: date | None, deal: Deal, sentence: str) -> date:
    """The day something happened, today when nobody named one; it cannot lie ahead."""
    latest_day = today(deal)
    if day is not None and day > latest_day:
        raise Refused(sentence)
    return day or latest_day
