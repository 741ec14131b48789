"""Makes one company: accounts, people, deals and two years of what happened to them.

Answers: who takes part. Does not answer: how deals move (``dynamics``). The same arguments give the same company.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from landmark.simulator import dynamics, words
from landmark.simulator.company import (
    LOST,
    MILESTONES,
    OPEN,
    Accounts,
    Company,
    Deals,
    Floats,
    Ints,
    Log,
    People,
)

DAYS = 730
EPOCH = date(1970, 1, 1)
SPARE, SPARE_DEALS, ATTEMPTS = 1.08, 80, 6
CLOSED_SHARE, OPEN_SHARE = 0.86, 0.139
"""About how many of all deals begun within two years are closed, and still open, at the end."""
LOSS_REASONS = ("Price", "Competitor", "Priority changed", "Not a fit")
INDUSTRY_PULL = np.array([0.15, 0.0, -0.1, -0.2, 0.1, 0.05, 0.35, 0.0, -0.35, 0.0])
SIZE_MEDIAN, SIZE_SPREAD = 420, 1.1


@dataclass(frozen=True)
class _Births:
    """Deals as they are born: whose they are, where they came from, and their traits."""

    account: Ints
    owner: Ints
    source: Ints
    existing: NDArray[np.bool_]
    traits: dynamics.Traits


def simulate(
    seed: int, end_on: date, closed: int = 1500, open_: int = 250, representatives: int = 12, teams: int = 3
) -> Company:
    """A company whose last known moment is 00:00 UTC of ``end_on``, with exactly so many closed and open deals."""
    rng = np.random.default_rng(seed)
    last = (end_on - EPOCH).days
    accounts = _make_accounts(rng, max(8, (closed + open_) * 2 // 5))
    people = _make_people(rng, len(accounts.name))
    skill = rng.normal(0, 1, representatives)
    born = int(SPARE * max(closed / CLOSED_SHARE, open_ / OPEN_SHARE)) + SPARE_DEALS
    for _ in range(ATTEMPTS):
        births = _make_births(rng, born, accounts, skill, last)
        world = dynamics.run(rng, births.traits, last - DAYS, DAYS)
        chosen = _choose(rng, world, closed, open_)
        if chosen is not None:
            break
        born = born * 5 // 4
    else:
        raise ValueError(f"two years cannot give {closed} closed and {open_} open deals; ask for a usual proportion")
    logs = {name: _keep(getattr(world, name).log(), chosen) for name in ("events", "stages", "amounts", "targets")}
    known = dynamics.known_times(rng, logs["events"].at)
    return Company(
        end_on=end_on,
        currency="EUR",
        representatives=_make_names(rng, representatives),
        team_of=np.arange(representatives) % teams,
        teams=[words.TEAMS[place % len(words.TEAMS)] + _ordinal(place, len(words.TEAMS)) for place in range(teams)],
        accounts=accounts,
        people=people,
        deals=_make_deals(rng, world, chosen, accounts, people, births, end_on),
        events=_written_by(Log(logs["events"].deal, logs["events"].at, known, logs["events"].what), last),
        stages=logs["stages"],
        amounts=logs["amounts"],
        targets=logs["targets"],
    )


def _ordinal(place: int, length: int) -> str:
    return f" {place // length + 1}" if place >= length else ""


def _make_names(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    firsts = rng.integers(0, len(words.FIRST_NAMES), count)
    lasts = rng.integers(0, len(words.LAST_NAMES), count)
    return [(words.FIRST_NAMES[first], words.LAST_NAMES[last]) for first, last in zip(firsts, lasts, strict=True)]


def _make_accounts(rng: np.random.Generator, count: int) -> Accounts:
    industries = list(words.COMPANY_SECOND)
    industry = rng.integers(0, len(industries), count)
    employees = np.maximum(20, np.round(SIZE_MEDIAN * np.exp(rng.normal(0, SIZE_SPREAD, count)))).astype(np.int64)
    revenue = np.round(employees * rng.uniform(90_000, 260_000, count) / 100_000).astype(np.int64) * 100_000
    year_end = rng.choice(np.arange(1, 13), count, p=_year_end_shares())
    funding = np.where(employees > 2500, 2, rng.choice(len(words.FUNDING), count, p=[0.45, 0.25, 0.15, 0.15]))
    return Accounts(
        name=_company_names(rng, industry, industries),
        industry=[industries[place] for place in industry],
        country=[words.COUNTRIES[place] for place in rng.integers(0, len(words.COUNTRIES), count)],
        employees=employees,
        revenue=revenue,
        funding=[words.FUNDING[place] for place in funding],
        fiscal_year_end=year_end,
        approval_month=(year_end - rng.integers(1, 4, count) - 1) % 12 + 1,
    )


def _year_end_shares() -> Floats:
    """Most years end in December, some in March, June or September."""
    shares = np.full(12, 0.01)
    shares[[2, 5, 8, 11]] = 0.18, 0.14, 0.1, 0.5
    return np.asarray(shares / shares.sum(), np.float64)


def _company_names(rng: np.random.Generator, industry: Ints, industries: list[str]) -> list[str]:
    """Different names for all; a number is added only when the lists run out."""
    seen: dict[str, int] = {}
    names = []
    firsts, seconds = rng.permutation(len(industry)), rng.integers(0, 5, len(industry))
    lasts = rng.integers(0, len(words.COMPANY_LAST), len(industry))
    for first, second, last, place in zip(firsts, seconds, lasts, industry, strict=True):
        stem = words.COMPANY_FIRST[first % len(words.COMPANY_FIRST)]
        name = f"{stem} {words.COMPANY_SECOND[industries[place]][second]} {words.COMPANY_LAST[last]}"
        seen[name] = count = seen.get(name, 0) + 1
        names.append(name if count == 1 else f"{name} {count}")
    return names


def _make_people(rng: np.random.Generator, accounts: int) -> People:
    """One person of every buying role at every account."""
    roles = list(words.BUYING_ROLES)
    role = [roles[place % len(roles)] for place in range(accounts * len(roles))]
    draws = rng.integers(0, 3, len(role))
    return People(
        name=_make_names(rng, len(role)),
        account=np.repeat(np.arange(accounts), len(roles)),
        role=role,
        title=[words.BUYING_ROLES[name][draw] for name, draw in zip(role, draws, strict=True)],
    )


def _make_births(rng: np.random.Generator, born: int, accounts: Accounts, skill: Floats, last: int) -> _Births:
    account = rng.integers(0, len(accounts.name), born)
    owner = rng.integers(0, len(skill), born)
    source = rng.choice(len(words.LEAD_SOURCES), born, p=[0.3, 0.15, 0.15, 0.1, 0.3])
    existing = rng.random(born) < 0.3
    return _Births(
        account, owner, source, existing, _make_traits(rng, accounts, account, skill[owner], source, existing, last)
    )


def _make_traits(
    rng: np.random.Generator,
    accounts: Accounts,
    account: Ints,
    skill: Floats,
    source: Ints,
    existing: NDArray[np.bool_],
    last: int,
) -> dynamics.Traits:
    count = len(account)
    industries = list(words.COMPANY_SECOND)
    industry = np.array([industries.index(name) for name in accounts.industry])[account]
    size = np.log(accounts.employees[account] / SIZE_MEDIAN)
    fit = rng.normal(0, 1, count)
    referred = (source == words.LEAD_SOURCES.index("Referral")) | (source == words.LEAD_SOURCES.index("Partner"))
    price = 26_000 * np.exp(0.55 * size + rng.normal(0, 0.55, count))
    return dynamics.Traits(
        opened=_openings(rng, count, last),
        fit=fit,
        speed=np.exp(0.12 * skill - 0.16 * size + 0.15 * existing + rng.normal(0, 0.25, count)),
        pull=INDUSTRY_PULL[industry] + 0.3 * existing + 0.25 * referred + 0.12 * skill - 0.1 * size,
        budget=accounts.approval_month[account],
        optimism=np.exp(rng.normal(0, 0.7, count)),
        inbound=source != words.LEAD_SOURCES.index("Outbound"),
        amount=np.maximum(1_000, np.round(price / 500) * 500),
    )


def _openings(rng: np.random.Generator, count: int, last: int) -> Floats:
    """Working hours of working days; fewer in summer and at the turn of the year, slowly more over time."""
    days = np.arange(last - DAYS, last)
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(int) % 12 + 1
    weight = np.where((days + 3) % 7 < 5, 1.0, 0.0) * np.linspace(0.9, 1.1, DAYS)
    for slow, pace in dynamics.SLOW_MONTHS.items():
        weight = np.where(month == slow, weight * pace, weight)
    day = rng.choice(days, count, p=weight / weight.sum())
    moment = day + 8 / 24 + rng.random(count) * 9 / 24
    return np.asarray(np.round(moment * 86_400) / 86_400, np.float64)


def _choose(rng: np.random.Generator, world: dynamics.World, closed: int, open_: int) -> Ints | None:
    """As many closed and open deals as asked for, in the order in which they were opened; None if there are too few."""
    ended, still = np.flatnonzero(world.status > OPEN), np.flatnonzero(world.status == OPEN)
    if len(ended) < closed or len(still) < open_:
        return None
    chosen = np.concatenate([rng.choice(ended, closed, replace=False), rng.choice(still, open_, replace=False)])
    order = np.lexsort((chosen, world.traits.opened[chosen]))
    return np.asarray(chosen[order], np.int64)


def _keep(log: Log, chosen: Ints) -> Log:
    """Rows of the chosen deals, renumbered."""
    place = np.full(max(int(log.deal.max(initial=0)), int(chosen.max(initial=0))) + 1, -1)
    place[chosen] = np.arange(len(chosen))
    deal = place[log.deal]
    kept = deal >= 0
    order = np.lexsort((log.at[kept], deal[kept]))
    return Log(deal[kept][order], log.at[kept][order], log.known[kept][order], log.what[kept][order])


def _written_by(log: Log, last: int) -> Log:
    """What was not written down by the end is not in any file yet."""
    kept = log.known < last
    return Log(log.deal[kept], log.at[kept], log.known[kept], log.what[kept])


def _make_deals(
    rng: np.random.Generator,
    world: dynamics.World,
    chosen: Ints,
    accounts: Accounts,
    people: People,
    births: _Births,
    end_on: date,
) -> Deals:
    account = births.account[chosen]
    products = rng.integers(0, len(words.PRODUCTS), len(chosen))
    reasons = rng.integers(0, len(LOSS_REASONS), len(chosen))
    status = world.status[chosen]
    undecided = world.no_decision[chosen]
    closed = np.round(world.closed[chosen] * 86_400) / 86_400
    return Deals(
        name=[f"{accounts.name[a]} – {words.PRODUCTS[p]}" for a, p in zip(account, products, strict=True)],
        account=account,
        owner=births.owner[chosen],
        opened=world.traits.opened[chosen],
        closed=closed,
        outcome=status,
        lead_source=[words.LEAD_SOURCES[place] for place in births.source[chosen]],
        deal_type=[words.DEAL_TYPES[int(flag)] for flag in births.existing[chosen]],
        next_step=_next_steps(rng, world, chosen, end_on),
        loss_reason=[
            ("No decision" if none else LOSS_REASONS[reason]) if state == LOST else ""
            for state, none, reason in zip(status, undecided, reasons, strict=True)
        ],
        people=_cast(rng, account),
    )


def _cast(rng: np.random.Generator, account: Ints) -> list[list[int]]:
    """Two to four of the account's people; any of them may be the primary contact."""
    roles = len(words.BUYING_ROLES)
    order = np.argsort(rng.random((len(account), roles)), axis=1)
    counts = rng.integers(2, roles + 1, len(account))
    return [(a * roles + row[:count]).tolist() for a, row, count in zip(account, order, counts, strict=True)]


def _next_steps(rng: np.random.Generator, world: dynamics.World, chosen: Ints, end_on: date) -> list[str]:
    """For most open deals, what brings the next milestone, with a day in the coming weeks."""
    steps = []
    blank, days = rng.random(len(chosen)) < 0.18, rng.integers(1, 15, len(chosen))
    for place, deal in enumerate(chosen):
        if world.status[deal] != OPEN or blank[place]:
            steps.append("")
            continue
        missing = next((name for name in MILESTONES[2:] if np.isnan(world.reached[deal, dynamics.M[name]])), "")
        due = date.fromordinal(end_on.toordinal() + int(days[place]))
        steps.append(f"{words.NEXT_STEPS.get(missing, words.SIGNING_STEP)} by {due.day} {due:%b %Y}")
    return steps
