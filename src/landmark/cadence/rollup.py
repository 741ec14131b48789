"""The roll-up of a week: person → team → organisation, four numbers each, kept apart.

Answers: for every scope the model's number, own calls, the manager's call, the commit, quota and P(reaching it), who
has not given a call. Does not answer: who may give one (``call_actions``), how it is shown
(``workspace.presenters.calls``).

A team's own-call number is the sum of its people's calls, with how many are missing: a missing one counts as nothing
and is said, never guessed. The organisation's manager number is the sum of its teams' calls in the same way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from landmark.cadence.book import Book, ScopeSums, Spread
from landmark.cadence.calls import Key, expected_callers, missing_callers, newest, read_entries, read_quotas, sum_calls
from landmark.cadence.deadlines import Week
from landmark.cadence.models.calls import CallEntry, CallKind, Quota, Scope
from landmark.cadence.seats import Seat

REPRESENTATIVE, MANAGER, COMMIT = (kind.value for kind in CallKind)
MEMBER, TEAM, ORG = (scope.value for scope in Scope)


@dataclass(frozen=True, slots=True)
class Row:
    """One scope of the roll-up. ``entries``: the submissions its own numbers come from, by kind.

    ``missing``: of the calls that ``representative`` sums (teams, organisation), how many are not in; for a person 1
    when the call is expected and not in. ``owners``: whose deals the scope holds; None means all.
    """

    scope: str
    id: UUID
    name: str
    team_id: UUID | None
    sums: ScopeSums
    spread: Spread | None
    representative: Decimal | None
    manager: Decimal | None
    commit: Decimal | None
    entries: Mapping[str, CallEntry]
    missing: int
    managers_missing: int = 0
    quota: Quota | None = None
    p_quota: float | None = None
    is_expected: bool = False
    owners: frozenset[UUID | None] | None = field(default=None, repr=False)

    @property
    def attainment(self) -> float | None:
        """Won so far, as a share of the quota."""
        if self.quota is None or not self.quota.amount:
            return None
        return float(self.sums.won / self.quota.amount)


@dataclass(frozen=True)
class RollUp:
    """``people`` in order of their teams; ``rows`` has people, teams and the organisation."""

    week: Week
    org: Row
    teams: tuple[Row, ...]
    people: tuple[Row, ...]
    callers: tuple[Seat, ...]
    missing: tuple[Seat, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.people, *self.teams, self.org)

    def people_of(self, team_id: UUID | None) -> list[Row]:
        return [row for row in self.people if row.team_id == team_id]

    def person(self, member_id: UUID) -> Row | None:
        return next((row for row in self.people if row.id == member_id), None)


def read_roll_up(book: Book, week: Week) -> RollUp:
    """The week's four numbers for everybody who owns a deal, has a booking, gave a call or is expected to.

    Of another period than the week's calls are about, the book's own numbers alone: nobody calls it, so nobody owes it.
    """
    is_called = book.period.key == week.period.key
    current = newest(read_entries(book.org, [week]), week.deadline.at) if is_called else {}
    maker = _Maker(book, current, read_quotas(book.org, book.as_of, book.period))
    owners = {line.owner_id for line in book.lines if line.owner_id}
    callers = expected_callers(book.seats, owners) if is_called else []
    missing = missing_callers(callers, current)
    shown = _shown_people(book, current, maker.quotas, owners, callers)
    people = [maker.person(seat, callers) for seat in shown]
    teams = {seat.team_id: seat.team for seat in shown if seat.team_id}
    named = sorted(teams.items(), key=lambda item: (item[1], str(item[0])))
    team_rows = [maker.team(team_id, name, callers) for team_id, name in named if team_id]
    return RollUp(
        week=week,
        org=maker.org(callers, [row.id for row in team_rows]),
        teams=tuple(team_rows),
        people=tuple(people),
        callers=tuple(callers),
        missing=tuple(missing),
    )


def _shown_people(
    book: Book,
    current: Mapping[Key, CallEntry],
    quotas: Mapping[tuple[str, UUID], Quota],
    owners: set[UUID],
    callers: list[Seat],
) -> list[Seat]:
    wanted = owners | {seat.id for seat in callers} | {one.owner_id for one in book.bookings if one.owner_id}
    wanted |= {owner for owner, worth in book.unseen.items() if owner and worth}
    wanted |= {scope_id for _kind, scope, scope_id in current if scope == MEMBER}
    wanted |= {scope_id for scope, scope_id in quotas if scope == MEMBER}
    found = [seat for seat in book.seats.values() if seat.id in wanted]
    return sorted(found, key=lambda seat: (seat.team == "", seat.team, seat.name, str(seat.id)))


@dataclass(frozen=True)
class _Maker:
    book: Book
    current: Mapping[Key, CallEntry]
    quotas: Mapping[tuple[str, UUID], Quota]

    def person(self, seat: Seat, callers: Collection[Seat]) -> Row:
        entries = self._entries(MEMBER, seat.id)
        is_expected = any(one.id == seat.id for one in callers)
        return self._row(
            MEMBER, seat.id, seat.name, seat.team_id, frozenset({seat.id}), entries,
            representative=_amount(entries.get(REPRESENTATIVE)), manager=_amount(entries.get(MANAGER)),
            missing=int(is_expected and REPRESENTATIVE not in entries), is_expected=is_expected,
        )  # fmt: skip

    def team(self, team_id: UUID, name: str, callers: Collection[Seat]) -> Row:
        entries = self._entries(TEAM, team_id)
        people = {seat.id for seat in self.book.seats.values() if seat.team_id == team_id}
        given = sum_calls(self.current, REPRESENTATIVE, MEMBER, self._givers(callers, people))
        return self._row(
            TEAM, team_id, name, team_id, frozenset(people), entries, representative=given.amount,
            manager=_amount(entries.get(MANAGER)), missing=given.missing,
        )  # fmt: skip

    def org(self, callers: Collection[Seat], teams: list[UUID]) -> Row:
        org = self.book.org
        given = sum_calls(self.current, REPRESENTATIVE, MEMBER, self._givers(callers, set(self.book.seats)))
        of_teams = sum_calls(self.current, MANAGER, TEAM, teams)
        return self._row(
            ORG, org.id, org.name, None, None, self._entries(ORG, org.id), representative=given.amount,
            manager=of_teams.amount, missing=given.missing, managers_missing=of_teams.missing,
        )  # fmt: skip

    def _givers(self, callers: Collection[Seat], people: set[UUID]) -> list[UUID]:
        """Everybody among these who owes a call or gave one all the same."""
        owing = {seat.id for seat in callers}
        gave = {one for kind, scope, one in self.current if (kind, scope) == (REPRESENTATIVE, MEMBER)}
        return sorted((owing | gave) & people, key=str)

    def _entries(self, scope: str, scope_id: UUID) -> dict[str, CallEntry]:
        found = ((kind, self.current.get((kind, scope, scope_id))) for kind in (REPRESENTATIVE, MANAGER, COMMIT))
        return {kind: entry for kind, entry in found if entry is not None}

    def _row(
        self,
        scope: str,
        scope_id: UUID,
        name: str,
        team_id: UUID | None,
        owners: frozenset[UUID | None] | None,
        entries: dict[str, CallEntry],
        *,
        representative: Decimal | None,
        manager: Decimal | None,
        missing: int,
        managers_missing: int = 0,
        is_expected: bool = False,
    ) -> Row:
        quota = self.quotas.get((scope, scope_id))
        return Row(
            scope=scope, id=scope_id, name=name, team_id=team_id, sums=self.book.sums_of(owners),
            spread=self.book.spread_of(owners), representative=representative, manager=manager,
            commit=_amount(entries.get(COMMIT)), entries=entries, missing=missing, managers_missing=managers_missing,
            quota=quota, p_quota=self.book.chance_of(quota.amount, owners) if quota and quota.amount else None,
            is_expected=is_expected, owners=owners,
        )  # fmt: skip


def _amount(entry: CallEntry | None) -> Decimal | None:
    return entry.amount if entry else None
