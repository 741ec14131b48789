"""Made-up teams that sell in odd ways, one oddity each: what does the forecast make of a market nobody tuned it for?

Answers: the deal logs of such teams, the same for the same seed. Does not answer: how common such teams are, or how a
real one sells. Every team is one function that lives through one deal from its opening; the frame draws the openings,
cuts the log at its last day and has it read like anybody's files. Times are days since 1970; a deal that is never
closed closes at infinity. The first paragraph of a team's docstring stands on the page.
"""

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.accuracy.logs import Log
from scipy.special import expit

from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.connectors.parsed import Parsed
from landmark.connectors.values import parse_day

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = math.inf
NOON = 0.5
CITY_EFFECTS = np.random.default_rng(250).normal(0.0, 1.2, 250)
ACCOUNT_EFFECTS = np.random.default_rng(150).normal(0.0, 1.5, 150)
SLUMP_ON, FLIP_ON, FIRST_BATCH_ON = parse_day("2025-07-15"), parse_day("2025-04-01"), parse_day("2024-01-05")

Random = np.random.Generator
Steps = list[tuple[float, str]]


@dataclass(frozen=True)
class Deal:
    """One deal as it will have been in the end; steps at or after the closing never happened."""

    closed: float
    won: bool
    steps: Steps
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Team:
    """How one deal goes, and what is measured. ``seeds`` logs of so many ``deals`` each count together."""

    live: Callable[[Random, float], Deal]
    deals: int
    first: str
    last: str
    days: tuple[str, ...]
    horizons: tuple[int, ...]
    seeds: int

    @property
    def oddity(self) -> str:
        return " ".join((self.live.__doc__ or "").split("\n\n")[0].split())


TEAMS: dict[str, Team] = {}
"""By name, in the order of the page."""

AUTUMN = ("2025-09-08", "2025-10-20", "2025-12-01")
Live = Callable[[Random, float], Deal]


def team(
    deals: int,
    *horizons: int,
    first: str = "2024-06-01",
    last: str = "2026-02-01",
    days: tuple[str, ...] = AUTUMN,
    seeds: int = 1,
) -> Callable[[Live], Live]:
    """Enter the function as a team, named as it is."""

    def enter(live: Live) -> Live:
        TEAMS[live.__name__.replace("_", " ")] = Team(live, deals, first, last, days, horizons, seeds)
        return live

    return enter


def files_of(name: str, seed: int, deals: int | None = None) -> Parsed:
    """One team's log, written as files and read like anybody's; with fewer ``deals`` for a quick look."""
    odd, random = TEAMS[name], np.random.default_rng(seed)
    first, last = parse_day(odd.first), parse_day(odd.last)
    opened = random.uniform(first, last, deals or odd.deals).tolist()
    lived = [(one, odd.live(random, one)) for one in opened]
    with TemporaryDirectory() as folder:
        return read_event_log(*_write(lived, last, Path(folder)))


def logs_of(name: str) -> list[Log]:
    odd = TEAMS[name]
    days = tuple(parse_day(day) for day in odd.days)
    return [
        Log(f"odd {name} {seed}", parsed_to_history(files_of(name, seed)), days, odd.horizons)
        for seed in range(odd.seeds)
    ]


def _write(lived: Sequence[tuple[float, Deal]], last: float, folder: Path) -> tuple[Path, Path]:
    names = list(lived[0][1].fields)
    deals: list[Iterable[object]] = [("deal_id", "opened_at", "closed_at", "outcome", *names)]
    events: list[Iterable[object]] = [("deal_id", "at", "milestone")]
    for number, (opened, deal) in enumerate(lived):
        key = f"D{number:05d}"
        ended = (_moment(deal.closed), "won" if deal.won else "lost") if deal.closed < last else ("", "")
        deals.append((key, _moment(opened), *ended, *deal.fields.values()))
        events += [(key, _moment(at), name) for at, name in deal.steps if at < min(deal.closed, last)]
    return _write_rows(folder / "deals.csv", deals), _write_rows(folder / "events.csv", events)


def _write_rows(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _moment(at: float) -> str:
    return (EPOCH + timedelta(seconds=round(at * 86_400))).isoformat()


# What the teams are made of


def walk(random: Random, at: float, names: Iterable[str], days: float, skipped: float = 0.0) -> tuple[Steps, float]:
    """Steps one after the other, ``days`` apart on average, some left out; and when the last of them was due."""
    steps: Steps = []
    for name in names:
        at += random.gamma(1.5, days / 1.5)
        if random.random() >= skipped:
            steps.append((at, name))
    return steps, at


SALE = ("call", "demo", "offer", "contract")


def sell(random: Random, opened: float, chance: float, days: float, names: Sequence[str] = SALE) -> Deal:
    """An ordinary sale: won deals take every step, lost ones stop somewhere; closed later on a working day."""
    won = bool(random.random() < chance)
    taken = names if won else names[: 1 + int(random.integers(0, len(names)))]
    steps, at = walk(random, opened, taken, days)
    closed = on_working_day(at + random.exponential((1.5 if won else 2.5) * days))
    return Deal(closed, won, steps, {"amount": amount(random)})


def amount(random: Random, middle: float = 9.0) -> float:
    return round(float(random.lognormal(middle, 1.0)), 2)


def weekday(at: float) -> int:
    """0 Monday … 6 Sunday."""
    return (math.floor(at) + 3) % 7


def on_working_day(at: float) -> float:
    """The same day, or the Monday after it, between eight and half past five."""
    later = 7 - weekday(at) if weekday(at) > 4 else 0
    return math.floor(at) + later + 0.33 + 0.4 * (at % 1)


def month_day(at: float, day: int) -> float:
    """Noon of the first such day of a month after ``at``; day 0 is the last of the month before."""
    month = EPOCH + timedelta(days=at)
    months = month.year * 12 + month.month - 1
    starts = (datetime((months + ahead) // 12, (months + ahead) % 12 + 1, 1, tzinfo=UTC) for ahead in range(3))
    return next(found for start in starts if (found := (start - EPOCH).days + day - 1 + NOON) > at)


def quarter_end(at: float) -> float:
    """Noon of the last day of a quarter after ``at``."""
    end = month_day(at, 0)
    while (EPOCH + timedelta(days=end)).month % 3:
        end = month_day(end, 0)
    return end


# The teams


@team(2000, 7, 30, days=("2025-09-08", "2025-10-20", "2025-11-10", "2025-12-01"), first="2024-01-01")
def committee(random: Random, opened: float) -> Deal:
    """A committee decides on the 15th of the month, and on no other day."""
    rating = random.normal()
    steps, at = walk(random, opened, ("dossier", "check", "submitted"), 10)
    closed = month_day(at, 15)
    while random.random() < 0.2:
        closed = month_day(closed, 15)
    fields = {"rating": round(rating + 0.5 * random.normal(), 1), "purpose": random.choice(["new", "renewal"])}
    return Deal(closed, random.random() < expit(0.3 + 1.3 * rating), steps, fields)


@team(2200, 7, 90, first="2023-01-02", last="2026-04-05", days=("2025-09-25", "2025-11-15", "2025-12-20"))
def quarters(random: Random, opened: float) -> Deal:
    """Wins fall into the last four days of a quarter; losses come on any day."""
    quality = random.normal()
    steps, at = walk(random, opened, ("discovery", "demo", "proposal", "legal"), 14)
    fields = {"segment": random.choice(["small", "mid", "large"]), "fit": round(quality + 0.7 * random.normal(), 2)}
    if random.random() < 0.45 - 0.1 * math.tanh(quality):
        return Deal(on_working_day(opened + random.exponential(60)), False, steps, fields)
    end = quarter_end(at)
    while random.random() < 0.3:
        end = quarter_end(end)
    return Deal(end - random.integers(0, 4), True, steps, fields)


@team(2500, 7, 30, last="2026-02-05", days=("2025-09-22", "2025-10-27", "2025-12-08"))
def sweep(random: Random, opened: float) -> Deal:
    """Dead deals lie about until they are swept out on the last day of a month; a verbal yes means a win."""
    quality = random.normal()
    steps, at = walk(random, opened, ("meeting", "offer"), 12, 0.1)
    fields = {"lead": random.choice(["web", "fair", "friend"]), "fit": round(quality + random.normal(), 2)}
    if random.random() < expit(quality - 0.5):
        at += random.exponential(20)
        return Deal(at + random.gamma(4, 2), True, [*steps, (at, "verbal yes")], fields)
    return Deal(month_day(at + 45 + random.exponential(20), 0), False, steps, fields)


@team(2200, 7, 30, days=("2025-09-08", "2025-10-27", "2025-11-10", "2025-12-01"))
def batches(random: Random, opened: float) -> Deal:
    """Closings are keyed in every second Friday only, in one go."""
    quality = random.normal()
    deal = sell(random, opened, expit(0.9 * quality - 0.4), 8)
    keyed = FIRST_BATCH_ON + 14 * math.ceil((deal.closed - FIRST_BATCH_ON) / 14) + 0.66
    return Deal(keyed, deal.won, deal.steps, {**deal.fields, "score": round(quality + random.normal(), 2)})


@team(2600, 14, 45, seeds=2)
def interplay(random: Random, opened: float) -> Deal:
    """Region and product decide together: either one alone says nothing."""
    region, product = random.choice(["north", "south"]), random.choice(["alpha", "beta"])
    suits = (region == "north") == (product == "alpha")
    steps, at = walk(random, opened, ("call", "demo", "offer"), 9, 0.2)
    closed = on_working_day(at + random.exponential(12))
    fields = {"region": region, "product": product, "channel": random.choice(list("xyz")), "amount": amount(random, 8)}
    return Deal(closed, random.random() < (0.85 if suits else 0.1), steps, fields)


@team(2200, 7, 30, first="2024-09-01", seeds=2)
def trials(random: Random, opened: float) -> Deal:
    """A trial of 30 or 60 days: who has not bought by then is lost on that very day."""
    keen, limit = random.normal(), int(random.choice([30, 60]))
    logins = sorted(opened + limit * random.random(random.poisson(math.exp(1 + 0.6 * keen))))
    bought = random.gamma(2, 30 * math.exp(-0.5 * keen))
    fields = {"plan": f"trial {limit}", "seats": 1 + random.poisson(3)}
    return Deal(opened + min(bought, limit), bought < limit, [(at, "login") for at in logins], fields)


HOURS = ("2026-05-05", "2026-05-12", "2026-05-17", "2026-05-23", "2026-05-28", "2026-06-04")


@team(4000, 1, 3, first="2026-03-01", last="2026-06-10", days=HOURS, seeds=2)
def hours(random: Random, opened: float) -> Deal:
    """A shop whose deals last hours, three days at the most."""
    source = random.choice(["ad", "search", "mail"])
    hot = random.random() < {"ad": 0.2, "search": 0.5, "mail": 0.35}[source]
    length = min(random.gamma(1.3, 0.35 if hot else 0.9), 3.0)
    times = sorted(opened + length * random.random(random.poisson(2 if hot else 1)))
    steps = [(at, str(random.choice(["visit", "basket", "chat", "quote"]))) for at in times]
    return Deal(opened + length, random.random() < (0.7 if hot else 0.2), steps, {"source": source})


@team(2500, 3, 14, first="2025-01-01", days=("2025-10-06", "2025-11-12", "2025-12-11"), seeds=2)
def weekends(random: Random, opened: float) -> Deal:
    """Families buy on Saturdays; sums in the middle are won, small and large ones are lost."""
    value = amount(random, 7)
    steps, at = walk(random, opened, ("visit", "test drive", "offer"), 4, 0.3)
    at = math.floor(at + random.exponential(8))
    later = max(5 - weekday(at), 0) if random.random() < 0.9 else 0
    won = random.random() < (0.8 if abs(math.log(value) - 7) < 0.6 else 0.2)
    return Deal(
        max(at + later + 0.6, opened + 0.05), won, steps, {"amount": value, "colour": random.choice(list("rgbk"))}
    )


@team(120, 14, 45, first="2025-01-01", seeds=8)
def few(random: Random, opened: float) -> Deal:
    """A small team: 120 deals in all, a year of them (eight such teams count together)."""
    quality, segment = random.normal(), int(random.integers(-1, 2))
    deal = sell(random, opened, expit(0.9 * quality + 0.6 * segment - 0.4), 8)
    fields = {"segment": "abc"[segment + 1], "score": round(quality + random.normal(), 2)}
    return Deal(deal.closed, deal.won, deal.steps, deal.fields | fields)


SLOW_DAYS = ("2024-10-01", "2025-01-15", "2025-04-01", "2025-07-01")
SLOW = ("qualified", "site visit", "concept", "budget", "tender", "shortlist", "board")


@team(900, 30, 180, first="2020-01-01", last="2026-01-20", days=SLOW_DAYS)
def slow(random: Random, opened: float) -> Deal:
    """Deals of eighteen months and seven stages, each of which may be the last."""
    public, quality, at = random.random() < 0.5, random.normal(), opened
    steps: Steps = []
    won = bool(random.random() < 0.85)
    for name in SLOW:
        at += random.gamma(2, 45 if public else 33)
        if random.random() < 0.1 - 0.03 * math.tanh(quality):
            won = False
            break
        steps += [(at, name), *((at + 30 * random.random(), "meeting") for _ in range(random.poisson(1.2)))]
    fields: dict[str, object] = {
        "sector": "public" if public else "private",
        "references": max(0, round(2 + quality + random.normal())),
    }
    return Deal(at + random.gamma(2, 20), won, sorted(steps), fields)


@team(1500, 14, 45, first="2024-09-01")
def noise(random: Random, opened: float) -> Deal:
    """Forty attributes are recorded, and two of them matter."""
    signal, tier = random.normal(), int(random.integers(-1, 2))
    deal = sell(random, opened, expit(1.2 * signal + tier - 0.4), 9, SALE[:3])
    numbers = {f"number {i}": amount(random, 3) if i % 2 else int(random.integers(0, 100)) for i in range(18)}
    kinds = {f"kind {i}": f"v{random.integers(0, (2, 5, 12, 40)[i % 4])}" for i in range(19)}
    fields = {"signal": round(signal, 3), "tier": ("tin", "silver", "gold")[tier + 1]}
    return Deal(deal.closed, deal.won, deal.steps, deal.fields | fields | numbers | kinds)


@team(3000, 14, 45)
def cities(random: Random, opened: float) -> Deal:
    """Customers from 250 cities, where each city has a chance of its own and most have few deals."""
    city = min(int(random.exponential(40)), CITY_EFFECTS.size - 1)
    deal = sell(random, opened, expit(CITY_EFFECTS[city] - 0.2), 8, SALE[:3])
    return Deal(deal.closed, deal.won, deal.steps, {**deal.fields, "city": f"city {city}"})


@team(2500, 14, 45)
def accounts(random: Random, opened: float) -> Deal:
    """The same 150 buyers come again and again, and each says yes as often as it always did."""
    buyer = int(random.integers(0, ACCOUNT_EFFECTS.size))
    deal = sell(random, opened, expit(ACCOUNT_EFFECTS[buyer] - 0.2), 8, SALE[:3])
    return Deal(
        deal.closed, deal.won, deal.steps, deal.fields | {"account_id": f"A{buyer}", "industry": f"i{buyer % 40}"}
    )


@team(2500, 14, 45, first="2023-06-01")
def zombies(random: Random, opened: float) -> Deal:
    """Three of four deals are never closed: they just stay."""
    quality = random.normal()
    deal = sell(random, opened, expit(0.9 * quality - 0.4), 8)
    fields = {**deal.fields, "score": round(quality + random.normal(), 2)}
    if random.random() < 0.25:
        return Deal(deal.closed, deal.won, deal.steps, fields)
    return Deal(NEVER, False, [step for step in deal.steps if random.random() < 0.6 and step[0] < deal.closed], fields)


@team(3000, 14, 45, days=("2025-08-04", "2025-09-08", "2025-10-13"), seeds=2)
def slump(random: Random, opened: float) -> Deal:
    """On 15 July 2025 the market slows down: from then on everything takes twice as long.

    The as-of days lie three weeks to three months after it.
    """
    quality = random.normal()
    deal = sell(random, opened, expit(quality - 0.3), 6)
    fields = {**deal.fields, "score": round(quality + random.normal(), 2)}
    return Deal(
        _slowed(deal.closed, opened), deal.won, [(_slowed(at, opened), name) for at, name in deal.steps], fields
    )


def _slowed(at: float, opened: float) -> float:
    start = max(SLUMP_ON, opened)
    return at + max(at - start, 0.0)


@team(2500, 14, 45, days=("2025-07-07", "2025-09-08", "2025-11-10"), seeds=2)
def flip(random: Random, opened: float) -> Deal:
    """Until April 2025 partners bring the good deals, from then on direct sales do.

    The as-of days lie three to seven months after it.
    """
    channel = random.choice(["partner", "direct"])
    good = (channel == "partner") == (opened < FLIP_ON)
    deal = sell(random, opened, 0.65 if good else 0.25, 8, SALE[:3])
    return Deal(deal.closed, deal.won, deal.steps, {**deal.fields, "channel": channel})


RARE_DAYS = ("2025-07-07", "2025-08-04", "2025-09-01", "2025-10-06", "2025-11-03", "2025-12-01")


@team(6000, 30, 60, first="2024-01-01", days=RARE_DAYS)
def rare(random: Random, opened: float) -> Deal:
    """One or two deals of a hundred are won."""
    quality = random.normal()
    deal = sell(random, opened, expit(0.9 * quality - 4.8), 7)
    return Deal(deal.closed, deal.won, deal.steps, {**deal.fields, "score": round(quality + random.normal(), 2)})


@team(2000, 14, 45)
def silent(random: Random, opened: float) -> Deal:
    """No step is ever recorded: openings, closings and three attributes are all there is."""
    quality = random.normal()
    won = random.random() < expit(1.1 * quality - 0.2)
    closed = on_working_day(opened + (random.gamma(3, 8) if won else random.exponential(55)))
    fields = {"region": random.choice(list("nsew")), "quality": round(quality + 0.4 * random.normal(), 2)}
    return Deal(closed, won, [], {**fields, "amount": amount(random)})


@team(1500, 7, 30, first="2024-09-01")
def kinds(random: Random, opened: float) -> Deal:
    """Ninety kinds of steps: eighty-eight are mere bustle, two rare ones tell."""
    length, won = random.gamma(2, 20), bool(random.random() < 0.4)
    steps = [(opened + length * random.random(), f"task {random.integers(0, 88)}") for _ in range(random.poisson(6))]
    if random.random() < (0.6 if won else 0.5):
        steps.append((opened + length * random.uniform(0.3, 0.9), "signature asked for" if won else "went silent"))
    return Deal(on_working_day(opened + length), won, sorted(steps), {"kind": random.choice(["a", "b"])})


PLAIN = {"a": ((0.004, 0.010), (0.020, 0.006)), "b": ((0.001, 0.015), (0.008, 0.010))}
"""Wins and losses a day of each kind of deal, before and after its demo."""


@team(2500, 14, 45, seeds=2)
def plain(random: Random, opened: float) -> Deal:
    """No oddity: rates that never change, two kinds of deals, and one step that helps."""
    kind = random.choice(list(PLAIN))
    before, after = PLAIN[kind]
    demo = opened + random.exponential(30)
    closed, rates = opened + random.exponential(1 / sum(before)), before
    if closed > demo:
        closed, rates = demo + random.exponential(1 / sum(after)), after
    won = bool(random.random() < rates[0] / sum(rates))
    return Deal(closed, won, [(demo, "demo")], {"kind": kind})
