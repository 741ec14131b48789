"""When the weekly calls close.

Answers: the next deadline after a moment, all deadlines between two moments, and the fiscal quarter a week's calls
are about. Does not answer: who may change the rule (``setting_actions``).

An organisation that has set nothing closes its week on Monday at 12:00 UTC. A rule says weekday, hour and time zone;
the hour is the local one, in summer as in winter. A week's calls are about the fiscal quarter that holds its deadline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from landmark.cadence.models.calls import CallCalendar
from landmark.orgs.as_of import AsOf, stamp
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period, period_containing

WEEK = timedelta(days=7)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """``weekday`` 0 is Monday. Counts for deadlines after ``valid_from``."""

    weekday: int = 0
    hour: int = 12
    time_zone: str = "UTC"
    valid_from: datetime = BEGINNING

    def next_after(self, moment: datetime) -> "Deadline":
        zone = ZoneInfo(self.time_zone)
        local = moment.astimezone(zone).date()
        day = local + timedelta(days=(self.weekday - local.weekday()) % 7)
        found = self._on(day, zone)
        return found if found.at > moment else self._on(day + WEEK, zone)

    def _on(self, day: date, zone: ZoneInfo) -> "Deadline":
        return Deadline(datetime.combine(day, time(self.hour), zone).astimezone(UTC), day, self.hour, self.time_zone)


@dataclass(frozen=True, slots=True)
class Deadline:
    """``at`` is the moment; ``on`` and ``hour`` are what the clock on the wall says then."""

    at: datetime
    on: date
    hour: int
    time_zone: str

    @property
    def key(self) -> str:
        """What a link carries: the local day."""
        return self.on.isoformat()


def read_rules(org: Organisation) -> list[Rule]:
    """The rules an organisation has had, oldest first; the default stands before the first."""
    rows = CallCalendar.objects.filter(org=org).order_by("valid_from", "version")
    return [Rule(), *(Rule(row.weekday, row.hour, row.time_zone, row.valid_from) for row in rows)]


def next_deadline(rules: Sequence[Rule], after: datetime) -> Deadline:
    """The first deadline later than the moment. A rule ends with the deadline at which the next one begins."""
    for rule, following in zip(rules[:-1], rules[1:], strict=True):
        found = rule.next_after(max(after, rule.valid_from))
        if found.at <= following.valid_from:
            return found
    return rules[-1].next_after(max(after, rules[-1].valid_from))


def list_deadlines(rules: Sequence[Rule], after: datetime, until: datetime) -> Iterator[Deadline]:
    """Deadlines later than one moment and not later than another, oldest first."""
    found = next_deadline(rules, after)
    while found.at <= until:
        yield found
        found = next_deadline(rules, found.at)


def last_deadline(rules: Sequence[Rule], until: datetime) -> Deadline:
    """The newest deadline that is not later than the moment. Two never lie further apart than two weeks."""
    return list(list_deadlines(rules, until - 2 * WEEK, until))[-1]


@dataclass(frozen=True, slots=True)
class Week:
    """The week that closes at ``deadline``, with the period its calls are about; ``moment`` is when one looks."""

    org: Organisation
    deadline: Deadline
    period: Period
    moment: datetime

    @property
    def is_closed(self) -> bool:
        return self.deadline.at <= self.moment


def make_week(org: Organisation, deadline: Deadline, moment: datetime) -> Week:
    return Week(org, deadline, period_containing(org, deadline.on), moment)


def find_moment_of(org: Organisation, as_of: AsOf, now: datetime | None = None) -> datetime:
    """The organisation's own time: now on its latest day, the end of the day on an earlier one."""
    return stamp(org, now) if as_of.is_latest else as_of.known_by


def open_week(org: Organisation, moment: datetime, rules: Sequence[Rule] | None = None) -> Week:
    """The week under way at a moment."""
    return make_week(org, next_deadline(rules or read_rules(org), moment), moment)


def previous_week(week: Week, rules: Sequence[Rule]) -> Week:
    return make_week(week.org, last_deadline(rules, week.deadline.at - timedelta(microseconds=1)), week.moment)


def read_week(org: Organisation, as_of: AsOf, text: str | None = None, now: datetime | None = None) -> Week:
    """The week a link names by its deadline's day, if it is under way or past; else the one under way."""
    moment, rules = find_moment_of(org, as_of, now), read_rules(org)
    here = open_week(org, moment, rules)
    try:
        wanted = date.fromisoformat(text or "")
    except ValueError:
        return here
    if not date(2000, 2, 1) < wanted < here.deadline.on:
        return here
    around = datetime.combine(wanted, time.min, UTC)
    found = list_deadlines(rules, around - timedelta(days=2), around + timedelta(days=3))
    return next((make_week(org, one, moment) for one in found if one.on == wanted), here)
