"""How accurate is the forecast on an event log, beside stage percentages and stage × horizon, with 95 % intervals?

    python benchmarks/accuracy.py deals.csv events.csv --from 2025-01-05 --to 2025-03-30

Fits on every as-of day on what was known then. Prints Brier and log loss for each model and horizon, and ours divided
by each other with an interval from a bootstrap by deal (the days of one deal are not independent). Below 1 is better.
"""

from pathlib import Path

import click
import numpy as np

from landmark.cli.forecast import Day, Horizons, Interval
from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.connectors.values import format_instant
from landmark.forecast.backtest import Round, outcome_at, run_backtest
from landmark.forecast.history import WON, Floats, History
from landmark.forecast.priors import Priors
from landmark.playbook.loader import DEFAULT_REF, load_playbook

_FLOOR = 1e-6
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def losses(won: Floats, p: Floats) -> dict[str, Floats]:
    """Per row: squared error, and −log of the probability of what happened."""
    q = np.clip(p, _FLOOR, 1 - _FLOOR)
    return {"Brier": (p - won) ** 2, "log loss": -(won * np.log(q) + (1 - won) * np.log(1 - q))}


def compare(history: History, rounds: list[Round], place: int, horizon: int, draws: int) -> None:
    """Print one horizon."""
    deal = np.concatenate([one.prediction.deal for one in rounds])
    won = np.concatenate([outcome_at(history, one.prediction, horizon) == WON for one in rounds]).astype(np.float64)
    ours = losses(won, np.concatenate([one.prediction.p_won[:, place] for one in rounds]))
    click.echo(f"{horizon} d, {won.size:,} rows, {int(won.sum()):,} wins")
    click.echo("  landmark          " + "  ".join(f"{name} {value.mean():.5f}" for name, value in ours.items()))
    _, group = np.unique(deal, return_inverse=True)
    deals = int(group.max()) + 1
    random = np.random.default_rng(0)
    drawn = [random.integers(0, deals, deals) for _ in range(draws)]
    for model in rounds[0].baselines:
        theirs = losses(won, np.concatenate([one.baselines[model][:, place] for one in rounds]))
        cells = []
        for name in ours:
            a, b = np.bincount(group, ours[name], deals), np.bincount(group, theirs[name], deals)
            low, high = np.quantile([a[one].sum() / b[one].sum() for one in drawn], [0.025, 0.975])
            cells.append(f"{name} {theirs[name].mean():.5f}, ratio {a.sum() / b.sum():.4f} [{low:.4f}, {high:.4f}]")
        click.echo(f"  {model:<17} " + "  ".join(cells))


@click.command()
@click.argument("deals", type=_FILE)
@click.argument("events", type=_FILE)
@click.option("--from", "first", type=Day(), required=True)
@click.option("--to", "last", type=Day(), required=True)
@click.option("--every", type=Interval(), default="7d", show_default=True)
@click.option("--horizons", type=Horizons(), default="7,14,30", show_default=True)
@click.option("--draws", type=click.IntRange(min=20), default=500, show_default=True, help="Bootstrap draws.")
def main(
    deals: Path, events: Path, first: float, last: float, every: int, horizons: tuple[int, ...], draws: int
) -> None:
    """Compare on DEALS and EVENTS."""
    history = parsed_to_history(read_event_log(deals, events))
    days = np.arange(first, last + 0.5, every).tolist()

    def tell(place: int, day: float) -> None:
        click.echo(f"{format_instant(day)}: {place + 1} of {len(days)}", err=True)

    rounds = run_backtest(history, days, horizons, Priors.from_playbook(load_playbook(DEFAULT_REF)), started=tell)
    for place, horizon in enumerate(horizons):
        complete = [one for one in rounds if one.prediction.as_of + horizon <= history.complete_to]
        if complete:
            compare(history, complete, place, horizon, draws)
        else:
            click.echo(f"{horizon} d: the files end too early to score it.")


if __name__ == "__main__":
    main()
