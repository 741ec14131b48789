"""Which day a screen counts from, and up to which instant facts are known.

Answers: the default day (last day of the imported data, else today) and what ``?as_of=`` means.
Does not answer: what was true on that day (``deals.snapshots``).

Two things belong to a day D: ages, expiries and promises count from it; facts count when known by its end (UTC).
On the *latest* day of an organisation everything written here since counts too, else nobody could see their own edits
to a pipeline whose export is some days old.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.ledger.queries import find_day_end
from landmark.orgs.models import Organisation
from landmark.ui.days import read_day


class BadAsOf(ValueError):
    """The day asked for cannot be read; the text says what to write."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """``known_by`` is the last moment that counts as known."""

    on: date
    known_by: datetime
    is_latest: bool
    is_today: bool

    @property
    def query(self) -> str:
        """What a link carries to keep the day: empty on the latest one."""
        return "" if self.is_latest else f"as_of={self.on.isoformat()}"


def current_day(org: Organisation, now: datetime | None = None) -> date:
    """The organisation's present: the last day its data is known, today when it is live."""
    return org.data_until or (now or timezone.now()).astimezone(UTC).date()


def latest(org: Organisation, now: datetime | None = None) -> AsOf:
    now = now or timezone.now()
    on = current_day(org, now)
    return AsOf(on=on, known_by=now, is_latest=True, is_today=on == now.astimezone(UTC).date())


def on_day(org: Organisation, on: date, now: datetime | None = None) -> AsOf:
    """A chosen day; the organisation's own present or later is its latest view."""
    now = now or timezone.now()
    if on >= current_day(org, now):
        return latest(org, now)
    return AsOf(on=on, known_by=find_day_end(on), is_latest=False, is_today=False)


def read_as_of(org: Organisation, text: str | None, now: datetime | None = None) -> AsOf:
    """Read ``?as_of=``; an empty one means the latest day."""
    if not text:
        return latest(org, now)
    try:
        on = read_day(text)
    except ValueError as error:
        raise BadAsOf(_("Please write the day as year-month-day, for example 2026-03-31.")) from error
    return on_day(org, on, now)


def stamp(org: Organisation, now: datetime | None = None) -> datetime:
    """When something done now happened in the organisation's own time: now, or on the last day of its data."""
    now = now or timezone.now()
    return min(now, find_day_end(current_day(org, now)))
