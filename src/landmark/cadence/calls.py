"""What people said about a period, week by week, and what came of it.

Answers: which call counts for each person, team and the organisation in a week; every version given; who has not given
one; past calls beside the bookings that followed, for the report card. Does not answer: what the model says (``book``),
who may give which call (``call_actions``).

Of several numbers for the same scope, kind and week the last one counts. All of them stay.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from landmark.cadence.book import ZERO
from landmark.cadence.booked import Booking, read_bookings
from landmark.cadence.deadlines import Week
from landmark.cadence.models.calls import CallEntry, CallKind, Quota, Scope
from landmark.cadence.models.freezes import FrozenNumber
from landmark.cadence.rates import read_rates
from landmark.cadence.seats import Seat
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.orgs.roles import RIGHTS, Right, Role
from landmark.outlook.periods import Period

Key = tuple[str, str, UUID]
MODEL = "model"
NUMBERS = (MODEL, CallKind.REPRESENTATIVE.value, CallKind.MANAGER.value, CallKind.COMMIT.value)
"""The four numbers, in the order they are shown."""


def read_entries(org: Organisation, weeks: Iterable[Week]) -> list[CallEntry]:
    """Every version given for these weeks by the moment one looks, oldest first."""
    wanted = {week.deadline.at: week.moment for week in weeks}
    if not wanted:
        return []
    rows = CallEntry.objects.filter(org=org, deadline_at__in=wanted, submitted_at__lte=max(wanted.values()))
    return list(rows.order_by("deadline_at", "submitted_at", "version"))


def newest(entries: Iterable[CallEntry], deadline_at: datetime) -> dict[Key, CallEntry]:
    """The number that counts for each (kind, scope, id) of one week."""
    found: dict[Key, CallEntry] = {}
    for entry in entries:
        if entry.deadline_at == deadline_at:
            held = found.get((entry.kind, entry.scope, entry.scope_id))
            if held is None or entry.version > held.version:
                found[entry.kind, entry.scope, entry.scope_id] = entry
    return found


@dataclass(frozen=True, slots=True)
class SumOfCalls:
    """``amount`` of those given; None when none is. ``missing``: who was expected to give one and has not."""

    amount: Decimal | None
    missing: int


def sum_calls(current: Mapping[Key, CallEntry], kind: str, scope: str, ids: Sequence[UUID]) -> SumOfCalls:
    given = [entry.amount for one in ids if (entry := current.get((kind, scope, one))) is not None]
    return SumOfCalls(sum(given, ZERO) if given else None, len(ids) - len(given))


def expected_callers(seats: Mapping[UUID, Seat], owners: set[UUID]) -> list[Seat]:
    """Who owes a call: whoever may give one and owns an open deal, and each representative with a log-in."""
    return [
        seat
        for seat in seats.values()
        if seat.is_active
        and Right.CALL in RIGHTS[seat.role]
        and (seat.id in owners or (seat.role == Role.REPRESENTATIVE and seat.has_login))
    ]


def missing_callers(callers: Iterable[Seat], current: Mapping[Key, CallEntry]) -> list[Seat]:
    """Those without an own call in the week."""
    return [seat for seat in callers if (CallKind.REPRESENTATIVE.value, Scope.MEMBER.value, seat.id) not in current]


def read_quotas(org: Organisation, as_of: AsOf, period: Period) -> dict[tuple[str, UUID], Quota]:
    """The newest quota of each scope for a period as known by the as-of moment; one that was taken back is left out."""
    rows = Quota.objects.filter(org=org, starts_on=period.starts_on, set_at__lte=as_of.known_by)
    found = {(row.scope, row.scope_id): row for row in rows.order_by("version")}
    return {key: row for key, row in found.items() if row.amount is not None and row.ends_on == period.ends_on}


@dataclass(frozen=True, slots=True)
class GradedCall:
    """One frozen number and what was booked in its scope and period since.

    ``kind``: model, representative, manager or commit. ``actual`` counts bookings known by the day asked for; it is
    final once ``is_final``, when the period is over. A sum of calls counts the bookings of those who had called, so
    that a call which never came in makes nobody else's look too low. ``won``: booked already at the deadline.
    """

    deadline_at: datetime
    starts_on: date
    ends_on: date
    kind: str
    scope: str
    scope_id: UUID
    scope_name: str
    currency: str
    amount: Decimal
    won: Decimal
    actual: Decimal
    is_final: bool

    @property
    def error(self) -> Decimal:
        """Positive: the call was too high."""
        return self.amount - self.actual


def read_graded_calls(org: Organisation, as_of: AsOf, *, only_final: bool = True) -> list[GradedCall]:
    """Every frozen number with the bookings that followed, oldest week first, as known by the as-of moment."""
    rows = FrozenNumber.objects.filter(
        freeze__org=org, freeze__sealed_at__isnull=False, freeze__deadline_at__lte=as_of.known_by
    )
    if only_final:
        rows = rows.filter(freeze__ends_on__lt=as_of.on)
    rates, members = read_rates(org, as_of), _members_by_team(org)
    bookings: dict[tuple[date, date], list[Booking]] = {}
    graded = []
    held = list(rows.select_related("freeze").order_by("freeze__deadline_at", "scope", "scope_name"))
    heard = _find_heard(held, members)
    for row in held:
        freeze = row.freeze
        key = (freeze.starts_on, freeze.ends_on)
        if key not in bookings:
            bookings[key] = read_bookings(org, as_of, *key, rates)
        graded += [
            GradedCall(
                deadline_at=freeze.deadline_at, starts_on=key[0], ends_on=key[1], kind=kind, scope=row.scope,
                scope_id=row.scope_id, scope_name=row.scope_name, currency=freeze.currency, amount=amount,
                won=row.won, actual=_booked_by(row, kind, bookings[key], members, heard),
                is_final=freeze.ends_on < as_of.on,
            )
            for kind in NUMBERS
            if (amount := getattr(row, kind)) is not None
        ]  # fmt: skip
    return graded


Heard = Mapping[tuple[UUID, str], set[UUID]]
"""(freeze, kind) → whose bookings a sum of that kind speaks of: the people who called, or whose manager did."""


def _find_heard(rows: Iterable[FrozenNumber], members: Mapping[UUID | None, set[UUID]]) -> Heard:
    found: dict[tuple[UUID, str], set[UUID]] = {}
    for row in rows:
        if row.scope == Scope.MEMBER and row.representative is not None:
            found.setdefault((row.freeze_id, CallKind.REPRESENTATIVE), set()).add(row.scope_id)
        if row.scope == Scope.TEAM and row.manager is not None:
            found.setdefault((row.freeze_id, CallKind.MANAGER), set()).update(members.get(row.scope_id, ()))
    return found


def _booked_by(
    row: FrozenNumber, kind: str, bookings: list[Booking], members: Mapping[UUID | None, set[UUID]], heard: Heard
) -> Decimal:
    held = bookings
    if row.scope == Scope.MEMBER:
        held = [one for one in bookings if one.owner_id == row.scope_id]
    elif row.scope == Scope.TEAM:
        held = [one for one in bookings if one.owner_id in members.get(row.scope_id, set())]
    is_sum = (kind == CallKind.REPRESENTATIVE and row.scope != Scope.MEMBER) or (
        kind == CallKind.MANAGER and row.scope == Scope.ORG
    )
    if is_sum:
        held = [one for one in held if one.owner_id in heard.get((row.freeze_id, kind), set())]
    return sum((one.converted for one in held if one.converted is not None), ZERO)


def _members_by_team(org: Organisation) -> dict[UUID | None, set[UUID]]:
    found: dict[UUID | None, set[UUID]] = {}
    for member_id, team_id in org.members.values_list("id", "team_id"):
        found.setdefault(team_id, set()).add(member_id)
    return found
