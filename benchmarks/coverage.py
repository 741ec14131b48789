"""How often does the 80 % interval of bookings hold? Over simulated companies, each forecast once.

    python -m benchmarks.coverage                   # 200 companies and others; writes docs/explanation/portfolio.md
    python -m benchmarks.coverage --companies 20    # fewer, printed only

Every company has its own seed, size and last day. The model is fitted 90 days before that day on what was known then,
tests itself on the past before it as the product does (refitted once instead of three times), and says P10, P50 and
P90 of the bookings of the next 30, 60 and 90 days. Dynamics: the simulator's own; *market*: in each month a random
share of the wins is lost instead, common to all deals; *amounts*: heavy tails, a few deals carry a period.
"""

import json
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import click
import numpy as np
from benchmarks.pages import EXPLANATION, markdown, write_between
from scipy.stats import binom
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.forecast.arrivals import Arrivals, find_arrivals
from landmark.forecast.history import LOST, WON, History
from landmark.forecast.known import as_known
from landmark.forecast.model import fit
from landmark.forecast.priors import Priors
from landmark.forecast.shocks import Strayed, no_shock
from landmark.forecast.windows import Outlook, Window, foresee_bookings, read_bookings
from landmark.outlook import backtesting
from landmark.playbook.loader import load_playbook
from landmark.simulator import simulate, write_event_log

SIZES = ((90, 15), (130, 22), (190, 31), (240, 40), (300, 50), (600, 100))
"""Closed and open deals; from 50 closed ones on the full model speaks."""
DYNAMICS = ("simulator", "market", "amounts")
FIRST_SEED = 10_000
LAST_DAY = date(2026, 1, 1)
HORIZONS = (30, 60, 90)
DRAWS = 4_000
REFITS = 1
PAGE = EXPLANATION / "portfolio.md"
COMPANIES, OTHERS = 200, 20


@dataclass(frozen=True)
class Row:
    """One interval of one company; ``rank`` is the share of draws below what came in."""

    company: int
    dynamics: str
    closed: int
    level: str
    horizon: int
    shock: float
    expected: float
    p10: float
    p50: float
    p90: float
    alone_p10: float
    alone_p90: float
    rank: float
    actual: float
    unopened: float
    actual_unopened: float
    expected_wins: float
    wins: int

    @property
    def has_held(self) -> bool:
        return self.p10 <= self.actual <= self.p90

    @property
    def has_held_alone(self) -> bool:
        """Had the deals been taken as independent, and nothing arrived."""
        return self.alone_p10 <= self.actual <= self.alone_p90


def make_history(company: int, dynamics: str) -> History:
    """The company's files, read as the product reads them, with its dynamics changed where asked for."""
    closed, still_open = SIZES[company % len(SIZES)]
    last = LAST_DAY + timedelta(days=(company * 37) % 365)
    made = simulate(FIRST_SEED + company, last, closed=closed, open_=still_open)
    with tempfile.TemporaryDirectory() as folder:
        history = parsed_to_history(read_event_log(*write_event_log(made, folder)))
    random = np.random.default_rng(company)
    if dynamics == "market":
        return _with_market(history, random)
    return _with_heavy_amounts(history, random) if dynamics == "amounts" else history


def _with_market(history: History, random: np.random.Generator) -> History:
    """In each month a share of the wins, between none and three in five, is lost on the same day instead."""
    month = (np.nan_to_num(history.closed) // 30.4).astype(np.int64)
    share = random.beta(1.4, 3.6, int(month.max()) + 1)
    turned = (history.outcome == WON) & (random.random(month.size) < share[month])
    return replace(history, outcome=np.where(turned, LOST, history.outcome).astype(np.int8))


def _with_heavy_amounts(history: History, random: np.random.Generator) -> History:
    factor = random.lognormal(0.0, 1.2, history.deal_ids.size)
    attributes = dict(history.attributes)
    attributes["amount"] = np.array([_times(v, f) for v, f in zip(attributes["amount"], factor, strict=True)], object)
    changed = history.change_value.copy()
    for place in np.flatnonzero(history.change_field == "amount"):
        changed[place] = _times(changed[place], factor[history.change_deal[place]])
    return replace(history, attributes=attributes, change_value=changed)


def _times(value: str | None, factor: float) -> str | None:
    return f"{float(value) * factor:.2f}" if value else None


def measure(wanted: tuple[int, str], priors: Priors) -> tuple[list[Row], float]:
    """Three intervals of one company, and the CPU seconds they took; one thread, so that companies run side by side."""
    began = time.process_time()
    with threadpool_limits(limits=1):
        return measure_company(*wanted, priors), time.process_time() - began


def measure_company(company: int, dynamics: str, priors: Priors) -> list[Row]:
    history = make_history(company, dynamics)
    day = float(np.floor(history.complete_to)) - max(HORIZONS)
    known = as_known(history, day).history
    windows = find_windows(known, priors)
    fitted = fit(known, day, priors, 1)
    prediction = fitted.predict(history, day, HORIZONS)
    arrivals = find_arrivals(history, day)
    rows = []
    for place, horizon in enumerate(HORIZONS):
        shock = backtesting.size_for(windows, horizon)
        window = Window(day, horizon, "EUR")
        outlook = Outlook(prediction.deal, prediction.p_won[:, place], shock, arrivals)
        said = foresee_bookings(history, window, outlook, seed=company, draws=DRAWS)
        alone = replace(outlook, shock=no_shock(), arrivals=_nothing(arrivals))
        plain = foresee_bookings(history, window, alone, seed=company, draws=DRAWS).of()
        found, came = said.of(), read_bookings(history, window)
        total = said.totals.sum(axis=1)
        rows.append(
            Row(
                company, dynamics, SIZES[company % len(SIZES)][0], fitted.level, horizon, shock.size, found.expected,
                found.p10, found.p50, found.p90, plain.p10, plain.p90, float(np.mean(total < came.total)), came.total,
                found.unopened, came.unopened, float(prediction.p_won[:, place].sum()), came.wins - came.unopened_wins,
            )
        )  # fmt: skip
    return rows


def find_windows(known: History, priors: Priors) -> list[Strayed]:
    """How far past totals strayed, as the product's back-test finds it, but with one refit of the full model."""
    horizons, days = backtesting.plan_test(known)
    if not days:
        return []
    refits = backtesting.choose_refits(days, REFITS if backtesting.is_enough_for_full(known) else len(days))
    rounds = backtesting.run_rounds(known, days, refits, horizons, priors, 1, with_baselines=False)
    return backtesting.find_strayed(backtesting.Past(known, rounds, horizons, 0.0, 1))


def _nothing(arrivals: Arrivals) -> Arrivals:
    return replace(arrivals, rate=0.0)


def summarise(rows: list[Row]) -> str:
    """Markdown: coverage by dynamics, horizon and level of the model, beside independent deals without arrivals."""
    heads = (
        *("companies", "days ahead", "intervals", "held (80 % is meant)", "below P10", "above P90"),
        *("held without shock and arrivals", "bookings, actual / expected", "wins, actual / expected"),
    )
    lines = []
    for dynamics in DYNAMICS:
        for horizon in HORIZONS:
            chosen = [row for row in rows if row.dynamics == dynamics and row.horizon == horizon]
            if chosen:
                lines.append(_line(dynamics, str(horizon), chosen))
    own = [row for row in rows if row.dynamics == DYNAMICS[0]]
    for level in sorted({row.level for row in own}):
        lines.append(_line(f"simulator, {level}", "all", [row for row in own if row.level == level]))
    companies = len({row.company for row in own})
    low, high = binom.ppf([0.025, 0.975], max(companies, 1), 0.8) / max(companies, 1)
    note = f"With {companies} companies chance alone moves a true 80 % between {low:.1%} and {high:.1%}."
    return f"{markdown(heads, lines)}\n\n{note}"


def _line(name: str, days: str, rows: list[Row]) -> list[str]:
    count = len(rows)
    held, alone = sum(row.has_held for row in rows) / count, sum(row.has_held_alone for row in rows) / count
    below, above = (sum(test) / count for test in ([r.actual < r.p10 for r in rows], [r.actual > r.p90 for r in rows]))
    money = sum(row.actual for row in rows) / sum(row.expected for row in rows)
    wins = sum(row.wins for row in rows) / sum(row.expected_wins for row in rows)
    shares = f"**{held:.1%}**", f"{below:.1%}", f"{above:.1%}", f"{alone:.1%}"
    return [name, days, str(count), *shares, f"{money:.3f}", f"{wins:.3f}"]


@click.command()
@click.option("--companies", type=click.IntRange(min=1), help=f"{COMPANIES} otherwise, and the page is renewed.")
@click.option("--others", type=click.IntRange(min=0), default=OTHERS, show_default=True, help="Of each other dynamics.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Rows go here; a later run goes on.")
@click.option("--processes", type=click.IntRange(min=1), default=os.cpu_count() or 1, help="At once (default: cores).")
def main(companies: int | None, others: int, log: Path | None, processes: int) -> None:
    """Measure, print the table and write it between its markers."""
    priors = Priors.from_playbook(load_playbook())
    rows = [Row(**json.loads(line)) for line in log.read_text().splitlines()] if log and log.exists() else []
    done = {(row.company, row.dynamics) for row in rows}
    wanted = [(n, DYNAMICS[0]) for n in range(companies or COMPANIES)] + [
        (n, name) for name in DYNAMICS[1:] for n in range(others)
    ]
    missing = [one for one in wanted if one not in done]
    with ProcessPoolExecutor(processes) as pool:
        for (company, dynamics), (found, seconds) in zip(
            missing, pool.map(partial(measure, priors=priors), missing), strict=True
        ):
            rows += found
            if log:
                with log.open("a") as stream:
                    stream.writelines(json.dumps(asdict(row)) + "\n" for row in found)
            click.echo(f"{dynamics} {company}: {seconds:.1f} CPU s", err=True)
    kept = [row for row in rows if (row.company, row.dynamics) in set(wanted)]
    table = summarise(kept)
    click.echo(table)
    if companies is None:
        write_between(PAGE, "coverage", table)


if __name__ == "__main__":
    main()
