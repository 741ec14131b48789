"""What the settings of the calls and the quota page show.

Answers: today's rules, rates and quotas with their authors. Does not answer: who may change them (the actions say).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from uuid import UUID

from babel.dates import get_day_names, get_month_names
from django.utils.translation import gettext as _

from landmark.cadence.book import Book, read_book
from landmark.cadence.call_actions import can_lead
from landmark.cadence.calls import read_quotas
from landmark.cadence.deadlines import Deadline, Rule, find_moment_of, next_deadline, read_rules
from landmark.cadence.models import CurrencyRate, Quota
from landmark.cadence.rollup import MEMBER, ORG, TEAM
from landmark.cadence.seats import Seat
from landmark.deals.models import Deal
from landmark.engines.workdays import list_countries
from landmark.orgs.roles import Role
from landmark.outlook.periods import Period, read_quarter
from landmark.ui.formats import current_locale, name_country
from landmark.ui.numbers import read_amount
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.board import PeriodChoice, list_periods
from landmark.workspace.presenters.call_weeks import say_deadline

RATES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """``rule`` is the newest one; ``countries`` as code and name, ``country`` the code of the one that is set;
    ``needed``: currencies of open deals that have no rate yet."""

    rule: Rule
    deadline: str
    weekdays: list[tuple[int, str]]
    hours: list[int]
    months: list[tuple[int, str]]
    countries: list[tuple[str, str]]
    country: str
    rates: list[CurrencyRate]
    rate_count: int
    needed: list[str]


def read_settings(request: MemberRequest) -> SettingsPage:
    org, locale = request.org, current_locale()
    rules = read_rules(org)
    rows = CurrencyRate.objects.filter(org=org, base=org.currency, known_at__lte=request.as_of.known_by)
    known = set(rows.order_by().values_list("currency", flat=True).distinct())
    open_deals = Deal.objects.of(org).open().exclude(currency="").order_by()
    used = set(open_deals.values_list("currency", flat=True).distinct())
    names, months = get_day_names("wide", locale=locale), get_month_names("wide", locale=locale)
    under_way: Deadline = next_deadline(rules, find_moment_of(org, request.as_of))
    return SettingsPage(
        rule=rules[-1],
        deadline=say_deadline(under_way),
        weekdays=[(day, names[day]) for day in range(7)],
        hours=list(range(24)),
        months=[(month, months[month]) for month in range(1, 13)],
        countries=_list_countries(org.country.upper()),
        country=org.country.upper(),
        rates=list(rows.order_by("-day", "currency", "-version")[:RATES_SHOWN]),
        rate_count=rows.count(),
        needed=sorted(used - known - {org.currency}),
    )


def _list_countries(held: str) -> list[tuple[str, str]]:
    """By name, in the reader's language. A second code for a country has no name and is listed only where it is set."""
    named = ((code, name_country(code)) for code in list_countries())
    listed = [(code, name) for code, name in named if name != code or code == held]
    return [("", _("Weekends only")), *sorted(listed, key=itemgetter(1))]


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One person, team or the organisation. ``was`` is what the form sends back to say what the person saw.

    ``typed``: what was sent and is not written; None where nothing was.
    """

    scope: str
    id: UUID
    name: str
    quota: Quota | None
    version: int
    won: Decimal
    p_quota: float | None
    is_editable: bool
    typed: str | None = None

    @property
    def key(self) -> str:
        return f"{self.scope}-{self.id}"

    @property
    def value(self) -> str:
        return self.stored if self.typed is None else self.typed

    @property
    def stored(self) -> str:
        return f"{self.quota.amount.normalize():f}" if self.quota and self.quota.amount is not None else ""

    @property
    def was(self) -> str:
        return f"{self.version}:{self.stored}"

    @property
    def is_other(self) -> bool:
        """Whether what stands differs from what was typed, so that both have to be seen."""
        return self.typed is not None and self.quota is not None and self.typed.strip() != self.stored

    @property
    def is_unread(self) -> bool:
        """Whether what was typed is no amount."""
        if not self.typed or not self.typed.strip():
            return False
        try:
            return read_amount(self.typed) <= 0
        except ValueError:
            return True

    @property
    def attainment(self) -> float | None:
        return float(self.won / self.quota.amount) if self.quota and self.quota.amount else None


@dataclass(frozen=True, slots=True)
class QuotaPage:
    period: Period
    choices: list[PeriodChoice]
    lines: list[QuotaLine]

    @property
    def is_editable(self) -> bool:
        return any(line.is_editable for line in self.lines)


def read_quota_page(
    request: MemberRequest, period: Period | None = None, typed: Mapping[str, str] | None = None
) -> QuotaPage:
    """Teams with their people, then who has no team, the organisation last. ``typed``: what was sent, by line."""
    period = period or read_quarter(request.org, request.GET.get("period"), request.as_of.on)
    book = read_book(request.org, request.as_of, period)
    maker = _Maker(request, book, period, typed or {})
    teams = sorted({(seat.team, seat.team_id) for seat in book.seats.values() if seat.team_id}, key=str)
    lines: list[QuotaLine] = []
    for name, team_id in teams:
        people = {seat.id for seat in book.seats.values() if seat.team_id == team_id}
        if team_id is not None:
            lines.append(maker.line(TEAM, team_id, name, people, team_id))
        lines += maker.people_of(team_id)
    lines += maker.people_of(None)
    lines.append(maker.line(ORG, request.org.id, _("Organisation"), None, None))
    return QuotaPage(period, list_periods(request, period, with_months=False), lines)


class _Maker:
    def __init__(self, request: MemberRequest, book: Book, period: Period, typed: Mapping[str, str]) -> None:
        self.request, self.book, self.typed = request, book, typed
        self.quotas = read_quotas(request.org, request.as_of, period)
        rows = Quota.objects.filter(org=request.org, starts_on=period.starts_on).order_by("version")
        self.versions = {(row.scope, row.scope_id): row.version for row in rows}

    def people_of(self, team_id: UUID | None) -> list[QuotaLine]:
        """Representatives, and whoever else has deals of their own or a quota already."""
        return [
            self.line(MEMBER, seat.id, seat.name, {seat.id}, seat.team_id)
            for seat in self.book.seats.values()
            if seat.team_id == team_id and seat.is_active and self._sells(seat)
        ]

    def _sells(self, seat: Seat) -> bool:
        if seat.role == Role.REPRESENTATIVE or (MEMBER, seat.id) in self.quotas:
            return True
        return bool(self.book.lines_of([seat.id]) or self.book.bookings_of([seat.id]))

    def line(self, scope: str, scope_id: UUID, name: str, owners: set[UUID] | None, team_id: UUID | None) -> QuotaLine:
        quota = self.quotas.get((scope, scope_id))
        chance = self.book.chance_of(quota.amount, owners) if quota and quota.amount else None
        return QuotaLine(
            scope=scope, id=scope_id, name=name, quota=quota, version=self.versions.get((scope, scope_id), 0),
            won=self.book.sums_of(owners).won, p_quota=chance, is_editable=self._may(scope, team_id),
            typed=self.typed.get(f"{scope}-{scope_id}"),
        )  # fmt: skip

    def _may(self, scope: str, team_id: UUID | None) -> bool:
        if not self.request.as_of.is_latest:
            return False
        return (
            self.request.member.role == Role.ADMINISTRATOR if scope == ORG else can_lead(self.request.member, team_id)
        )
