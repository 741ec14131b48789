"""The four numbers of a period side by side, and the quota they are measured by.

Answers: the model's number, the sum of own calls, of managers' calls, the commit; each with who said it and when, or
how many have not; coverage of what is still missing to the quota. Does not answer: which call counts
(``cadence.calls``), how the model's number comes about (``outlook.summary``). None of the four is made from another.
All are of the whole organisation in its own currency: where deals are in others, they count at their rates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.cadence.book import Book
from landmark.cadence.calls import Key, expected_callers, newest, read_entries, read_quotas, sum_calls
from landmark.cadence.deadlines import Week, read_week
from landmark.cadence.in_one_currency import has_every_rate
from landmark.cadence.models.calls import CallEntry, CallKind, Scope
from landmark.cadence.rates import read_rates
from landmark.cadence.seats import read_seats
from landmark.cadence.target_plans import read_aimed, read_published
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period
from landmark.outlook.ranges import Draws
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
    """What the period is measured by: the company's quota, else its published target (``is_target``).

    ``coverage``: open pipeline aimed at the period over what is still missing; None once nothing is.
    """

    is_target: bool
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


def read_four_numbers(org: Organisation, as_of: AsOf, summary: PeriodSummary, mixed: Book | None) -> FourNumbers:
    """Of the week under way on the day. ``mixed``: the period's book where it is in several currencies."""
    week = read_week(org, as_of)
    is_period_called = week.period.key == summary.period.key
    entries = newest(read_entries(org, [week]), week.deadline.at) if is_period_called else {}
    outcome = read_outcome(summary, mixed)
    return FourNumbers(
        numbers=(_model(outcome), *(_said(org, summary, entries) if is_period_called else _unasked())),
        quota=_read_quota(org, as_of, summary.period, outcome),
        currency=org.currency,
        week=week,
        is_period_called=is_period_called,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole organisation in its own currency, as on the page of calls."""

    won: Decimal
    model: Decimal | None
    draws: Draws | None
    note: str


def read_outcome(summary: PeriodSummary, mixed: Book | None) -> Outcome:
    """Of the summary where everything is in one currency; else of the book, which holds the rates."""
    main = summary.main
    if mixed is None:
        model = main.range.expected if main.range else None
        return Outcome(main.total.won, model, main.draws, _("won and expected"))
    sums = mixed.sums_of(None)
    is_whole, left_out = has_every_rate(mixed), _("won and expected, currencies without a rate left out")
    note = _("won and expected, all currencies at their rates") if is_whole else left_out
    return Outcome(sums.won, sums.model, mixed.draws, note)


def _model(outcome: Outcome) -> Number:
    """The mean of all outcomes: won, expected of open deals, and what deals not yet opened may bring."""
    if outcome.model is None:
        return Number("model", _("Model"), None, _("no forecast yet"))
    return Number("model", _("Model"), outcome.model, outcome.note)


def _unasked() -> tuple[Number, ...]:
    labels = (("representative", _("Own calls")), ("manager", _("Managers' calls")), ("commit", _("Commit")))
    return tuple(Number(key, label, None, _("not asked this week")) for key, label in labels)


def _said(org: Organisation, summary: PeriodSummary, current: Mapping[Key, CallEntry]) -> tuple[Number, ...]:
    seats = read_seats(org)
    rows = [group for part in (summary.main, *summary.others) for group in part.by_owner if group.key]
    owners = {UUID(group.key) for group in rows if group.sums.open_count}
    owing = {seat.id for seat in expected_callers(seats, owners)}
    gave = {one for kind, scope, one in current if (kind, scope) == (CallKind.REPRESENTATIVE, Scope.MEMBER)}
    people = sum_calls(current, CallKind.REPRESENTATIVE, Scope.MEMBER, sorted(owing | gave, key=str))
    sellers = owing | {UUID(group.key) for group in rows}
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


def _read_quota(org: Organisation, as_of: AsOf, period: Period, outcome: Outcome) -> QuotaView | None:
    """The organisation's own quota, else its published target; the sum of its teams' quotas is not guessed."""
    found = read_quotas(org, as_of, period).get((Scope.ORG, org.id))
    amount = found.amount if found and found.currency == org.currency else None
    is_target = not amount
    if is_target and not period.is_month:
        plan = read_published(org, period, as_of)
        amount = plan.amount if plan else None
    if not amount:
        return None
    aimed = read_aimed(org, as_of, period.ends_on, read_rates(org, as_of)).amount
    missing = max(amount - outcome.won, Decimal(0))
    return QuotaView(
        is_target=is_target,
        amount=amount,
        won_share=float(outcome.won / amount),
        missing=missing,
        aimed=aimed,
        coverage=float(aimed / missing) if missing else None,
        chance=outcome.draws.chance_to_reach(amount) if outcome.draws else None,
    )
