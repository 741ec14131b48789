"""The four numbers of a period side by side, and the quota they are measured by.

Answers: the model's number, the sum of own calls, of managers' calls, the commit; each with who said it and when, or
how many have not; coverage of what is still missing to the quota. Does not answer: which call counts
(``cadence.calls``), how the model's number comes about (``outlook.summary``). None of the four is made from another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.cadence.calls import Key, expected_callers, newest, read_entries, read_quotas, sum_calls
from landmark.cadence.deadlines import Week, read_week
from landmark.cadence.models.calls import CallEntry, CallKind, Scope
from landmark.cadence.seats import read_seats
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.summary import PeriodSummary


@dataclass(frozen=True, slots=True)
class Number:
    """``amount`` None: nobody has said it. ``note``: who, when, or how many are missing."""

    key: str
    label: str
    amount: Decimal | None
    note: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuotaView:
    """``coverage``: open pipeline aimed at the period over what is still missing; None once nothing is."""

    amount: Decimal
    won_share: float
    missing: Decimal
    aimed: Decimal
    coverage: float | None
    chance: float | None


@dataclass(frozen=True, slots=True)
class FourNumbers:
    """``is_called``: somebody has given a number. ``is_period_called``: calls of this week are about this period."""

    numbers: tuple[Number, ...]
    quota: QuotaView | None
    currency: str
    week: Week
    is_period_called: bool

    @property
    def is_called(self) -> bool:
        return any(number.amount is not None for number in self.numbers[1:])


def read_four_numbers(org: Organisation, as_of: AsOf, summary: PeriodSummary, aimed: Decimal) -> FourNumbers:
    """Of the week under way on the day; ``aimed``: the open pipeline with a target date in the period."""
    week = read_week(org, as_of)
    is_period_called = week.period.key == summary.period.key
    entries = newest(read_entries(org, [week]), week.deadline.at) if is_period_called else {}
    return FourNumbers(
        numbers=(_model(summary), *_said(org, summary, entries)),
        quota=_read_quota(org, as_of, summary, aimed),
        currency=org.currency,
        week=week,
        is_period_called=is_period_called,
    )


def _model(summary: PeriodSummary) -> Number:
    """The mean of all outcomes: won, expected of open deals, and what deals not yet opened may bring."""
    spread = summary.main.range
    amount = spread.expected if spread else None
    return Number("model", _("Model"), amount, _("won and expected") if spread else _("no forecast yet"))


def _said(org: Organisation, summary: PeriodSummary, current: Mapping[Key, CallEntry]) -> tuple[Number, ...]:
    seats = read_seats(org)
    owners = {UUID(group.key) for group in summary.main.by_owner if group.key and group.sums.open_count}
    owing = {seat.id for seat in expected_callers(seats, owners)}
    gave = {one for kind, scope, one in current if (kind, scope) == (CallKind.REPRESENTATIVE, Scope.MEMBER)}
    people = sum_calls(current, CallKind.REPRESENTATIVE, Scope.MEMBER, sorted(owing | gave, key=str))
    sellers = owing | {UUID(group.key) for group in summary.main.by_owner if group.key}
    teams = sorted({seat.team_id for seat in seats.values() if seat.id in sellers and seat.team_id}, key=str)
    managed = sum_calls(current, CallKind.MANAGER, Scope.TEAM, teams)
    commit = current.get((CallKind.COMMIT, Scope.ORG, org.id))
    return (
        Number("representative", _("Own calls"), people.amount, _count_in(len(owing | gave), people.missing)),
        Number("manager", _("Managers' calls"), managed.amount, _count_teams(len(teams), managed.missing)),
        Number(
            "commit", _("Commit"), commit.amount if commit else None, commit.author_name if commit else _("not given"),
            commit.submitted_at if commit else None,
        ),
    )  # fmt: skip


def _count_in(whole: int, missing: int) -> str:
    if not whole:
        return _("nobody is asked yet")
    words = ngettext("%(given)d of %(n)d person", "%(given)d of %(n)d people", whole)
    return words % {"given": whole - missing, "n": whole}


def _count_teams(whole: int, missing: int) -> str:
    if not whole:
        return _("no team yet")
    return ngettext("%(given)d of %(n)d team", "%(given)d of %(n)d teams", whole) % {
        "given": whole - missing,
        "n": whole,
    }


def _read_quota(org: Organisation, as_of: AsOf, summary: PeriodSummary, aimed: Decimal) -> QuotaView | None:
    """The organisation's own quota; without one the sum of its teams' quotas is not guessed."""
    found = read_quotas(org, as_of, summary.period).get((Scope.ORG, org.id))
    if found is None or not found.amount or found.currency != summary.main.currency:
        return None
    won, draws = summary.main.total.won, summary.main.draws
    missing = max(found.amount - won, Decimal(0))
    return QuotaView(
        amount=found.amount,
        won_share=float(won / found.amount),
        missing=missing,
        aimed=aimed,
        coverage=float(aimed / missing) if missing else None,
        chance=draws.chance_to_reach(found.amount) if draws else None,
    )
