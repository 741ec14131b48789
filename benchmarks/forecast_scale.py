"""How long does a forecast of a large log take, and how much memory? Writes a made-up log first.

python benchmarks/forecast_scale.py --deals 100000
"""

import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import numpy as np

from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.forecast.model import fit

_START = datetime(2022, 1, 1, tzinfo=UTC)
_DAYS = 900


def write_log(folder: Path, deals: int) -> None:
    """Deals of about 60 days with ten events each."""
    random = np.random.default_rng(0)
    opened, length = random.random(deals) * _DAYS, random.exponential(60.0, deals) + 1
    won = random.random(deals) < 0.3
    with (folder / "deals.csv").open("w") as stream, (folder / "events.csv").open("w") as events:
        stream.write("deal_id,opened_at,closed_at,outcome,amount,segment\n")
        events.write("deal_id,at,milestone\n")
        for deal in range(deals):
            end = opened[deal] + length[deal]
            closing = f"{stamp(end)},{'won' if won[deal] else 'lost'}" if end < _DAYS else ","
            stream.write(f"D{deal},{stamp(opened[deal])},{closing},{100 + deal % 900},{'ABC'[deal % 3]}\n")
            for at, code in zip(
                opened[deal] + random.random(10) * length[deal], random.integers(0, 12, 10), strict=True
            ):
                events.write(f"D{deal},{stamp(min(at, _DAYS))},Step {code}\n")


def stamp(days: float) -> str:
    return (_START + timedelta(days=float(days))).isoformat(timespec="seconds")


@click.command()
@click.option("--deals", type=click.IntRange(min=1_000), default=100_000, show_default=True)
def main(deals: int) -> None:
    """Write, read, fit, predict; print seconds and the highest memory so far."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_log(folder, deals)
        began = time.perf_counter()
        history = parsed_to_history(read_event_log(folder / "deals.csv", folder / "events.csv"))
        say("read", began)
    as_of = float((_START - datetime(1970, 1, 1, tzinfo=UTC)).days + _DAYS - 30)
    began = time.perf_counter()
    fitted = fit(history, as_of)
    say("fit", began)
    began = time.perf_counter()
    prediction = fitted.predict(history, as_of, [7, 14, 30, 90])
    say(f"predict {prediction.deal.size:,} open deals", began)


def say(what: str, began: float) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"{what}: {time.perf_counter() - began:.1f} s, {memory:,.0f} MB")


if __name__ == "__main__":
    main()
