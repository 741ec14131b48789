"""Asking the ledger: which rows, as known when.

Answers: what was known of a deal or an object at a moment. Does not answer: what it means for a gate (``engines``).
Two readings of a date, by name: ``as_known(date)`` is 00:00 UTC of that date, as the forecast counts days;
``as_known_through(date)`` is the whole of that day, as a person reading a screen means it. ``as_known(datetime)`` is
that moment. What became known at the moment itself counts as known.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NoReturn, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef

from landmark.ledger.inputs import LedgerError

if TYPE_CHECKING:
    from landmark.ledger.models import AuditEvent, Evidence, FieldChange  # noqa: F401

R = TypeVar("R", bound=models.Model)


def find_moment(on: date | datetime) -> datetime:
    """The moment a day or time stands for: a date is 00:00 UTC."""
    if not isinstance(on, datetime):
        return datetime.combine(on, time.min, tzinfo=UTC)
    if on.tzinfo is None:
        raise LedgerError("Give the time with its time zone.")
    return on


def find_day_end(on: date) -> datetime:
    """The last moment of a day: what was known by then was known on that day."""
    return find_moment(on) + timedelta(days=1) - timedelta(microseconds=1)


class RowQuerySet(models.QuerySet[R]):
    """Questions every kind of row answers, and the writes none of them takes."""

    def for_org(self, org_id: UUID) -> Self:
        return self.filter(org_id=org_id)

    def for_deal(self, org_id: UUID, deal_id: UUID) -> Self:
        return self.filter(org_id=org_id, deal_id=deal_id)

    def with_text(self) -> Self:
        """Fetch the words (author, title, note) in the same query."""
        return self.select_related("payload")

    def in_chain_order(self) -> Self:
        return self.order_by("org_id", "seq", "position")

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise LedgerError("Ledger rows are only ever added, with landmark.ledger.append.")

    # Kinder than the trigger's message; the triggers and the chain are what protects the rows.
    update = delete = bulk_create = bulk_update = _refuse


class EvidenceQuerySet(RowQuerySet["Evidence"]):
    def as_known(self, at: date | datetime) -> Self:
        """Evidence that stood at a moment: known by then, and neither corrected nor taken back by then."""
        moment = find_moment(at)
        corrections = self.model._default_manager.filter(supersedes=OuterRef("pk"), known_at__lte=moment)
        return self.filter(~Exists(corrections), known_at__lte=moment, is_retracted=False)

    def as_known_through(self, on: date) -> Self:
        """Evidence that stood at the end of a day (UTC)."""
        return self.as_known(find_day_end(on))


class ChangeQuerySet(RowQuerySet["FieldChange"]):
    def for_object(self, org_id: UUID, object_kind: str, object_id: UUID) -> Self:
        return self.filter(org_id=org_id, object_kind=object_kind, object_id=object_id)

    def as_known(self, at: date | datetime) -> Self:
        return self.filter(known_at__lte=find_moment(at))

    def as_known_through(self, on: date) -> Self:
        return self.as_known(find_day_end(on))

    def values_at(self, at: date | datetime) -> dict[UUID, dict[str, str]]:
        """Each object's fields as they stood at a moment, by what was known then: ``{object id: {field: value}}``.

        The change that took effect last wins; of two at the same time, the one known later, then recorded later.
        """
        rows = self.as_known(at).filter(occurred_at__lte=find_moment(at)).with_text()
        values: dict[UUID, dict[str, str]] = {}
        for row in rows.order_by("occurred_at", "known_at", "seq", "position"):
            values.setdefault(row.object_id, {})[row.field] = row.new_value
        return values


class AuditQuerySet(RowQuerySet["AuditEvent"]):
    def about(self, org_id: UUID, object_kind: str, object_id: UUID) -> Self:
        return self.filter(org_id=org_id, object_kind=object_kind, object_id=object_id)
