"""From two CSV files to predictions for every open deal, fit included: how long, how much memory, how much is lost?

python -m benchmarks.scale                  # 10,000, 100,000 and 1,000,000 deals; writes docs/explanation/scale.md
python -m benchmarks.scale --deals 10000    # one size, printed only
Every measurement runs in a process of its own. ``--quality`` compares the thinned fit with one that thins nothing, or
next to nothing.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np
from benchmarks.pages import EXPLANATION, markdown, write_between

PAGE = EXPLANATION / "scale.md"
SIZES = (10_000, 100_000, 1_000_000)
END_ON, AS_OF = date(2026, 6, 1), "2026-04-01"
EVERY = 100_000_000
QUALITY = ((3_000, ("2026-01-15", "2026-02-01", "2026-02-28"), EVERY), (100_000, ("2026-02-15",), 200_000))
"""Deals of a log, as-of days, and the landmark rows that a fit without thinning looks at."""
QUALITY_HORIZONS = (30, 90)
PLAIN = """
import duckdb, sys
found = duckdb.connect().sql(
    f"SELECT count(*), max(e.milestone), max(d.closed_at), max(d.amount) "
    f"FROM read_csv('{sys.argv[1]}') d JOIN read_csv('{sys.argv[2]}') e USING (deal_id)"
).fetchall()
print(found[0])
"""


def measure(command: list[str]) -> dict[str, float]:
    """Wall seconds, processor seconds and highest memory (MB) of one process."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdout=said, stderr=said)  # noqa: S603 - our own commands
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if child.returncode:
            raise click.ClickException(said.read().decode()[-2_000:])
    return {
        "wall": time.perf_counter() - began,
        "cpu": used.ru_utime + used.ru_stime,
        "mb": used.ru_maxrss / 1024,
    }


def measure_size(folder: Path, deals: int) -> dict[str, Any]:
    """One size: read and join alone, then the whole way, on the same two files."""
    from landmark.simulator.longlog import write_long_log

    paths = [str(path) for path in write_long_log(folder / str(deals), deals, END_ON)]
    with open(paths[1], "rb") as stream:
        events = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")) - 1
    joined = measure([sys.executable, "-c", PLAIN, *paths])
    out = str(folder / "out.parquet")
    ours = measure([sys.executable, "-m", "landmark.cli", "forecast", *paths, "--as-of", AS_OF, "--out", out])
    for path in paths:
        Path(path).unlink()
    return {"deals": deals, "events": events, "joined": joined, "ours": ours}


def compare_quality() -> str:
    """Brier of P(won) by the usual fit and by one that thins (next to) nothing, on the same deals and days."""
    headings = ("deals", "the fit beside the usual one", "days ahead", "its Brier", "ours", "ratio, 95 % interval")
    rows = []
    for deals, days, most in QUALITY:
        errors = _errors(deals, days, {"usual": None, "whole": most})
        told = "every landmark row" if most == EVERY else f"all deals, {most:,} of their landmark rows"
        for place, horizon in enumerate(QUALITY_HORIZONS):
            usual, whole = (one.squared[:, place] for one in (errors["usual"], errors["whole"]))
            low, high = _interval(usual, whole, errors["usual"].deal)
            ratio = f"{usual.mean() / whole.mean():.4f} ({low:.4f} – {high:.4f})"
            rows.append([f"{deals:,}", told, f"{horizon}", f"{whole.mean():.5f}", f"{usual.mean():.5f}", ratio])
    return markdown(headings, rows)


@dataclass(frozen=True)
class Errors:
    """Of each forecast: whose it is (n), and its squared errors at each horizon (n, H)."""

    deal: np.ndarray
    squared: np.ndarray


def _errors(deals: int, days: Sequence[str], ways: dict[str, int | None]) -> dict[str, Errors]:
    """``ways``: rows that a fit may take of all deals; None as usual: a draw of deals, and few rows."""
    from landmark.cli.longlog import loaded
    from landmark.connectors.values import parse_day
    from landmark.simulator.longlog import write_long_log

    with tempfile.TemporaryDirectory() as name:
        files = write_long_log(name, deals, END_ON)
        won_at = _wins(files[0])
        with loaded(files[0], files[1], None, strict=False) as (duck, log):
            return {
                way: _join([_errors_on(duck, log.layout, parse_day(day), most, won_at) for day in days])
                for way, most in ways.items()
            }


def _errors_on(duck: Any, layout: Any, day: float, most: int | None, won_at: dict[str, float]) -> Errors:
    from landmark.forecast import sampling
    from landmark.forecast.logs.run import MOST_DEALS, fit_log, predict_log
    from landmark.forecast.priors import Priors

    usual = sampling.ROWS_A_DEAL, sampling.MOST_ROWS
    try:
        if most is not None:
            sampling.ROWS_A_DEAL = sampling.MOST_ROWS = most
        fitted = fit_log(duck, layout, day, Priors(), most_deals=MOST_DEALS if most is None else EVERY).fitted
    finally:
        sampling.ROWS_A_DEAL, sampling.MOST_ROWS = usual
    ids, prediction = predict_log(duck, layout, fitted, day, QUALITY_HORIZONS)
    closed = np.array([won_at.get(one, np.inf) for one in ids])
    won = closed[:, None] <= day + np.array(QUALITY_HORIZONS)
    return Errors(np.array(ids), (prediction.p_won - won) ** 2)


def _join(parts: Sequence[Errors]) -> Errors:
    return Errors(np.concatenate([one.deal for one in parts]), np.concatenate([one.squared for one in parts]))


def _wins(deals: Path) -> dict[str, float]:
    """When each deal that was won was won, in days since 1970."""
    import duckdb

    found = duckdb.execute(
        "SELECT deal_id, epoch(closed_at::TIMESTAMP) / 86400 FROM read_csv(?) WHERE outcome = 'won'", [str(deals)]
    ).fetchall()
    return dict(found)


def _interval(thinned: np.ndarray, whole: np.ndarray, owner: np.ndarray) -> tuple[float, float]:
    """Bootstrap of the ratio, drawing whole deals."""
    random = np.random.default_rng(0)
    deals, place = np.unique(owner, return_inverse=True)
    one, other = np.bincount(place, thinned), np.bincount(place, whole)
    draws = random.integers(0, deals.size, (1_000, deals.size))
    low, high = np.quantile(one[draws].sum(axis=1) / other[draws].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def show_sizes(results: list[dict[str, Any]]) -> str:
    headings = (
        "deals",
        "events",
        "read + join, s",
        "whole forecast, s",
        "times",
        "processor, s",
        "a deal, µs",
        "peak, MB",
    )
    table = markdown(headings, map(_cells, results))
    if len(results) < 2:
        return table
    first, last = results[-2:]
    more = (last["ours"]["cpu"] - first["ours"]["cpu"]) / (last["deals"] - first["deals"]) * 1e6
    return f"{table}\n\nFrom {first['deals']:,} deals on, each further deal costs {more:.0f} µs of processor time."


def _cells(one: dict[str, Any]) -> list[str]:
    ours, joined = one["ours"], one["joined"]
    times, a_deal = ours["wall"] / joined["wall"], ours["cpu"] / one["deals"] * 1e6
    seconds = f"{joined['wall']:.1f}", f"{ours['wall']:.1f}", f"{times:.0f}", f"{ours['cpu']:.0f}"
    return [f"{one['deals']:,}", f"{one['events']:,}", *seconds, f"{a_deal:,.0f}", f"{ours['mb']:,.0f}"]


@click.command()
@click.option("--deals", type=click.IntRange(min=1_000), multiple=True, help="Sizes; the page is left alone.")
@click.option("--quality/--no-quality", default=True, show_default=True)
def main(deals: tuple[int, ...], quality: bool) -> None:
    """Measure, print, and write the tables into the page."""
    with tempfile.TemporaryDirectory() as name:
        results = [measure_size(Path(name), size) for size in deals or SIZES]
    click.echo(table := show_sizes(results))
    if not deals:
        write_between(PAGE, "scale", table)
    if quality:
        click.echo(table := compare_quality())
        write_between(PAGE, "thinning", table)
    click.echo(f"own peak: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
