"""A few weeks of calls, categories and quotas for the sample company, dated within its data.

Answers: what a visitor finds on the Calls page. Does not answer: how real people call; these numbers are drawn with a
seed around what the deals add up to. For a sample alone: it writes what people said on past days, which no action does.
"""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from landmark.cadence.book import Book, OpenLine, read_book
from landmark.cadence.calls import expected_callers
from landmark.cadence.categories import FIELD, KIND, PAUSED
from landmark.cadence.deadlines import Week, last_deadline, list_deadlines, make_week, open_week, read_rules
from landmark.cadence.freezing import freeze_week
from landmark.cadence.models import CallEntry, DealCategory, Quota
from landmark.cadence.rollup import COMMIT, MANAGER, MEMBER, ORG, REPRESENTATIVE, TEAM
from landmark.cadence.seats import Seat
from landmark.engines.categories import CATEGORIES
from landmark.ledger.append import append_changes
from landmark.ledger.inputs import Actor, NewChange
from landmark.orgs.as_of import AsOf, stamp
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period, previous_period

SEED = 2026
WEEKS = 4
WEEKS_BEFORE = 3
"""The last weeks of the quarter that is over: with them calls stand on the report card from the first look on."""
LOOK_BACK = timedelta(weeks=20)
SHARE_WHERE_MANAGED = 0.85
"""Who has a manager is asked, and answers sooner."""
THOUSAND = Decimal(1000)
USUAL = {"commitment": 0, "commercial": 1, "solution": 2, "discovery": 2, "qualification": 3}
NOTES = ("", "", "Legal is through, signature to come.", "One deal slipped by a week.", "No change since last week.")


def make_sample_calls(org: Organisation, *, weeks: int = WEEKS, seed: int = SEED) -> int:
    """Calls, categories and frozen weeks up to the end of the sample's data; returns how many calls. Once only."""
    if not org.is_sample:
        raise ValueError("only a sample gets calls that nobody gave")
    if CallEntry.objects.filter(org=org).exists():
        return 0
    now, random = timezone.now(), Random(seed)  # noqa: S311 - a sample, no secret
    moment, rules = stamp(org, now), read_rules(org)
    last = last_deadline(rules, moment)
    past = [make_week(org, one, one.at) for one in list_deadlines(rules, last.at - LOOK_BACK, last.at)]
    over = previous_period(past[-1].period)
    before = [week for week in past[:-weeks] if week.period.key == over.key][-WEEKS_BEFORE:]
    count = 0
    for week in (*before, *past[-weeks:]):
        count += _say_week(week, now, random, share=1.0)
        freeze_week(org, week.deadline, now=now)
    return count + _say_week(open_week(org, moment, rules), now, random, share=0.6)


def _say_week(week: Week, now: datetime, random: Random, *, share: float) -> int:
    """One week's quotas, categories and calls. ``share``: how many people have given theirs."""
    org, at = week.org, min(week.deadline.at, week.moment)
    book = read_book(org, AsOf(at.date(), at, is_latest=False, is_today=False), week.period)
    with transaction.atomic():
        _set_quotas(book, week, now)
        _set_categories(book, at, random)
        own = _own_calls(book, week, at, now, random, share)
        entries = own + _calls_of_managers(book, week, at, now, random, own)
        if share == 1.0:
            entries += _commit(book, week, at, now, own)
        CallEntry.objects.bulk_create(entries)
    return len(entries)


def _aimed(book: Book, owners: set[UUID | None]) -> Decimal:
    """Open amounts aimed at the period."""
    lines = (line for line in book.lines_of(owners) if line.deal.target_on and line.deal.target_on in book.period)
    return sum((line.converted for line in lines if line.converted is not None and not line.is_paused), Decimal(0))


def _round(amount: Decimal) -> Decimal:
    return (amount / THOUSAND).to_integral_value() * THOUSAND


def _callers(book: Book) -> list[Seat]:
    return expected_callers(book.seats, {line.owner_id for line in book.lines if line.owner_id})


def _own_calls(book: Book, week: Week, at: datetime, now: datetime, random: Random, share: float) -> list[CallEntry]:
    entries = []
    managed = _managers(book)
    for seat in _callers(book):
        if random.random() > (max(share, SHARE_WHERE_MANAGED) if seat.team_id in managed else share):
            continue
        sums = book.sums_of({seat.id})
        amount = sums.won + _aimed(book, {seat.id}) * Decimal(str(round(random.uniform(0.3, 0.6), 2)))
        said_at = at - timedelta(minutes=random.randrange(60, 40 * 60))
        entries.append(
            _entry(week, REPRESENTATIVE, MEMBER, seat.id, seat.name, _round(amount), seat, said_at, now,
                   random.choice(NOTES))
        )  # fmt: skip
    return entries


def _calls_of_managers(
    book: Book, week: Week, at: datetime, now: datetime, random: Random, own: list[CallEntry]
) -> list[CallEntry]:
    """Once most of their people's are in: a little lower, those not in yet taken for as much as the others."""
    entries = []
    callers = _callers(book)
    for team_id, seat in _managers(book).items():
        team = {one.id for one in callers if one.team_id == team_id}
        said = [entry.amount for entry in own if entry.scope_id in team]
        factor = Decimal(str(round(random.uniform(0.85, 0.98), 2)))
        if len(said) * 3 > len(team) * 2:
            amount = _round(sum(said, Decimal(0)) * len(team) / len(said) * factor)
            said_at = at - timedelta(minutes=40)
            entries.append(_entry(week, MANAGER, TEAM, team_id, seat.team, amount, seat, said_at, now, ""))
    return entries


def _managers(book: Book) -> dict[UUID, Seat]:
    """One for each team."""
    return {seat.team_id: seat for seat in book.seats.values() if seat.role == "manager" and seat.team_id}


def _commit(book: Book, week: Week, at: datetime, now: datetime, own: list[CallEntry]) -> list[CallEntry]:
    """The organisation commits to less than its people call."""
    lead = next((one for one in book.seats.values() if one.role in ("executive", "administrator")), None)
    if lead is None or not own:
        return []
    total = sum((entry.amount for entry in own), Decimal(0)) * Decimal("0.85")
    org, said_at = week.org, at - timedelta(minutes=10)
    return [_entry(week, COMMIT, ORG, org.id, org.name, _round(total), lead, said_at, now, "")]


def _entry(
    week: Week,
    kind: str,
    scope: str,
    scope_id: UUID,
    name: str,
    amount: Decimal,
    by: Seat,
    said_at: datetime,
    now: datetime,
    note: str,
) -> CallEntry:
    return CallEntry(
        org=week.org, deadline_at=week.deadline.at, starts_on=week.period.starts_on, ends_on=week.period.ends_on,
        kind=kind, scope=scope, scope_id=scope_id, scope_name=name, amount=amount, currency=week.org.currency,
        note=note, author_id=by.id, author_name=by.name, submitted_at=said_at, recorded_at=now, version=1,
    )  # fmt: skip


def _set_quotas(book: Book, week: Week, now: datetime) -> None:
    """Once a period: a tenth above the quarter before, half of it one's own, half the average of all, so that neither a
    great quarter nor an empty one makes a quota by itself; at least 50,000."""
    org, period = week.org, week.period
    if Quota.objects.filter(org=org, starts_on=period.starts_on).exists():
        return
    before: Period = previous_period(period)
    past = read_book(org, book.as_of, before)
    boss = next((one for one in book.seats.values() if one.role in ("administrator", "manager")), None)
    at = datetime.combine(period.starts_on, time(8), UTC)
    if boss is None:
        return
    rows = []
    teams: dict[tuple[UUID, str], Decimal] = {}
    callers = _callers(book)
    won = {seat.id: past.sums_of({seat.id}).won for seat in callers}
    usual = sum(won.values(), Decimal(0)) / max(len(won), 1)
    for seat in callers:
        amount = max(_round((won[seat.id] + usual) / 2 * Decimal("1.1") / 10) * 10, Decimal(50_000))
        rows.append((MEMBER, seat.id, seat.name, amount))
        if seat.team_id:
            teams[seat.team_id, seat.team] = teams.get((seat.team_id, seat.team), Decimal(0)) + amount
    rows += [(TEAM, team_id, name, amount) for (team_id, name), amount in teams.items()]
    Quota.objects.bulk_create(
        Quota(
            org=org, starts_on=period.starts_on, ends_on=period.ends_on, scope=scope, scope_id=scope_id,
            scope_name=name, amount=amount, currency=org.currency, author_id=boss.id, author_name=boss.name,
            set_at=at, recorded_at=now, version=1,
        )
        for scope, scope_id, name, amount in rows
    )  # fmt: skip


def _set_categories(book: Book, at: datetime, random: Random) -> None:
    """Most deals get the category of their stage; some are a step more careful, one in eight moves later."""
    held = dict(DealCategory.objects.filter(org=book.org).values_list("deal_id", "category"))
    by_owner: dict[UUID, list[tuple[OpenLine, str]]] = {}
    for line in book.lines:
        chance = 0.8 if line.deal.id not in held else 0.12
        wanted = _choose(line, book.period, random)
        if line.owner_id and random.random() < chance and wanted != held.get(line.deal.id):
            by_owner.setdefault(line.owner_id, []).append((line, wanted))
    for owner_id, chosen in by_owner.items():
        _write_categories(book, owner_id, chosen, held, at - timedelta(minutes=random.randrange(60, 60 * 48)))


def _choose(line: OpenLine, period: Period, random: Random) -> str:
    is_aimed = line.deal.target_on is not None and line.deal.target_on in period
    if line.deal.stage == PAUSED or not is_aimed:
        return "omitted" if line.deal.stage == PAUSED or random.random() < 0.5 else "pipeline"
    return CATEGORIES[min(USUAL.get(line.deal.stage, 2) + (random.random() < 0.25), 3)]


def _write_categories(
    book: Book, owner_id: UUID, chosen: list[tuple[OpenLine, str]], held: dict[UUID, str], at: datetime
) -> None:
    name = book.seats[owner_id].name
    rows = [
        NewChange(
            object_kind=KIND, object_id=line.deal.id, field=FIELD, old=held.get(line.deal.id, ""), new=wanted,
            occurred_at=at, known_at=at, author=name,
        )
        for line, wanted in chosen
    ]  # fmt: skip
    append_changes(book.org.id, rows, by=Actor(id=owner_id, name=name), source="import")
    for line, wanted in chosen:
        version = 2 if line.deal.id in held else 1
        values = {"org": book.org, "category": wanted, "author_id": owner_id, "author_name": name, "set_at": at}
        DealCategory.objects.update_or_create(deal_id=line.deal.id, defaults={**values, "version": version})
