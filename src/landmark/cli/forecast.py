"""``landmark forecast`` and ``landmark backtest``: from plain files to dated probabilities. Needs no database.

Answers: which options there are, what is written and which exit status follows. Does not answer: how a file is read
(``connectors.longlog``) or how probabilities arise (``forecast``).
Exit status: 0 fine · 1 written, but some rows of the input could not be used · 2 no forecast written.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click
import numpy as np

from landmark.cli.longlog import (
    Asked,
    forecast_on_duckdb,
    forecast_on_spark,
    last_believed,
    loaded,
    tell_leaks,
    tell_twins,
    warn_if_late,
)
from landmark.cli.options import Country, Day, Horizons, Interval
from landmark.cli.tables import check_ending, print_cards, write_predictions, write_rejects
from landmark.connectors.histories import log_to_history
from landmark.connectors.parsed import Problem, StructuralError
from landmark.connectors.values import format_instant
from landmark.forecast.backtest import Round, run_backtest, score_rounds
from landmark.forecast.duplicates import name_twins
from landmark.forecast.files import ModelRefused
from landmark.forecast.history import Season
from landmark.forecast.known import as_known
from landmark.forecast.leaks import find_leaks
from landmark.forecast.priors import Priors
from landmark.playbook.loader import DEFAULT_REF, PlaybookError, load_playbook

ROWS_REJECTED, NOTHING_DONE = 1, 2
_PATIENCE_SECONDS = 2.0
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


class _Failure(click.ClickException):
    exit_code = NOTHING_DONE


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """Arguments and options that both commands share."""
    options = [
        click.argument("deals", type=_EXISTING),
        click.argument("events", type=_EXISTING),
        click.option("--out", type=_NEW, required=True, help="Where to write; .csv or .parquet."),
        click.option("--changes", type=_EXISTING, help="Dated changes of attributes: deal_id, at, field, value."),
        click.option(
            "--playbook",
            "playbook_ref",
            default=DEFAULT_REF,
            show_default=True,
            help="Playbook whose benchmarks stand in while history is thin.",
        ),
        click.option("--country", type=Country(), help="Its public holidays are days off, such as IT."),
        click.option(
            "--fiscal-start",
            type=click.IntRange(1, 12),
            help="First month of the fiscal year (default: 1); it says where quarters end.",
        ),
        click.option("--strict", is_flag=True, help="Stop at the first row that cannot be used; write nothing."),
        click.option(
            "--rejects", type=_NEW, help="Where rows go that cannot be used (default: OUT's name.rejected.csv)."
        ),
    ]
    for option in reversed(options):
        command = option(command)

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            check_ending(kwargs["out"])
            kwargs["rejects"] = kwargs["rejects"] or kwargs["out"].with_name(f"{kwargs['out'].stem}.rejected.csv")
            _check_apart(kwargs)
            command(*args, **kwargs)
        except (StructuralError, PlaybookError, ModelRefused) as error:
            raise _Failure(str(error)) from None
        except OSError as error:
            raise _Failure(f"{error.filename or 'A file'} cannot be written: {error.strerror}.") from None

    return guarded


def _check_apart(options: dict[str, Any]) -> None:
    """Nothing that is read is written over, and no two outputs go into one file."""
    read = ("deals", "events", "changes", "model")
    taken = {options[name].resolve(): "one of the files to read" for name in read if options.get(name)}
    for name in ("out", "rejects", "save_model"):
        path, option = options.get(name), f"--{name.replace('_', '-')}"
        if path is None:
            continue
        if path.resolve() in taken:
            raise StructuralError(f"{path} is {taken[path.resolve()]}; write {option} elsewhere.")
        if not path.parent.is_dir():
            raise StructuralError(f"The folder {path.parent} does not exist; make it first or write elsewhere.")
        taken[path.resolve()] = f"where {option} goes"


@click.command()
@_common
@click.option("--as-of", type=Day(), required=True, help="The day to forecast from (00:00 UTC).")
@click.option("--horizons", type=Horizons(), default="7,14,30,90", show_default=True, help="Days ahead, 1 to 365.")
@click.option("--model", type=_EXISTING, help="A model that --save-model wrote: nothing is fitted.")
@click.option(
    "--save-model",
    type=click.Path(path_type=Path),
    help="Where to keep the fitted model: a file (.json or .json.gz), or a folder, which gets a name by content.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What reads, cuts and scores the log. Spark needs Java and the extra landmark[spark].",
)
@click.option("--spark-master", help="Where Spark runs, such as spark://host:7077 (default: as Spark is configured).")
def forecast(
    deals: Path,
    events: Path,
    out: Path,
    changes: Path | None,
    playbook_ref: str,
    country: str | None,
    fiscal_start: int | None,
    strict: bool,
    rejects: Path,
    as_of: float,
    horizons: tuple[int, ...],
    model: Path | None,
    save_model: Path | None,
    engine: str,
    spark_master: str | None,
) -> None:
    """Probability of won, lost and still open for every deal open on a day.

    DEALS has deal_id, opened_at, closed_at, outcome and any attributes; EVENTS has deal_id, at, milestone; each as CSV
    (also .gz) or Parquet. Rows are written in the order of DEALS, then by horizon.
    """
    priors = Priors.from_playbook(load_playbook(playbook_ref))
    season = _read_season(country, fiscal_start)
    if model is not None and season is not None:
        raise _Failure("A model keeps the country and fiscal year it was fitted with; leave out these two options.")
    asked = Asked(deals, events, changes, strict, as_of, horizons, priors, model, save_model, season)
    done = forecast_on_spark(asked, spark_master) if engine == "spark" else forecast_on_duckdb(asked)
    write_predictions(out, done.ids, [done.prediction])
    found = done.prediction.deal.size
    click.echo(f"{_counted(found, 'open deal')} on {format_instant(as_of)} → {out}")
    if found == 0:
        click.echo("No deal is open on that day; choose another --as-of, or look at opened_at and closed_at.", err=True)
    click.echo(f"Level in use: {done.level}. {done.reason}")
    _finish(done.problems, rejects)
    if done.left_out:
        raise SystemExit(ROWS_REJECTED)


@click.command()
@_common
@click.option("--from", "first", type=Day(), required=True, help="First as-of day.")
@click.option("--to", "last", type=Day(), required=True, help="Last as-of day, included.")
@click.option(
    "--every", type=Interval(), default="7d", show_default=True, help="Days (7d) or weeks (1w) between as-of days."
)
@click.option("--horizons", type=Horizons(), default="7,14,30", show_default=True, help="Days ahead, 1 to 365.")
@click.option(
    "--complete-to",
    type=Day(),
    help="Last day the files are complete; horizons beyond it are written, not scored "
    "(default: the last time stamp in the files that is not in the future).",
)
def backtest(
    deals: Path,
    events: Path,
    out: Path,
    changes: Path | None,
    playbook_ref: str,
    country: str | None,
    fiscal_start: int | None,
    strict: bool,
    rejects: Path,
    first: float,
    last: float,
    every: int,
    horizons: tuple[int, ...],
    complete_to: float | None,
) -> None:
    """Forecast past days with what was known then, and score against what happened.

    The model is fitted anew on every as-of day. Rows are written by as-of day, then in the order of
    DEALS, then by horizon.
    """
    if last < first:
        raise _Failure("--to lies before --from; swap them.")
    priors = Priors.from_playbook(load_playbook(playbook_ref))
    with loaded(deals, events, changes, strict=strict, until=last_believed(last)) as (duck, log):
        history = replace(log_to_history(duck, log), season=_read_season(country, fiscal_start) or Season())
    days = np.arange(first, last + 0.5, every).tolist()
    warn_if_late(history.complete_to, last)
    rounds = run_backtest(history, days, horizons, priors, started=partial(_tell_round, len(days), time.monotonic()))
    write_predictions(out, history.deal_ids, [one.prediction for one in rounds])
    found = sum(one.prediction.deal.size for one in rounds)
    if found:
        end = history.complete_to if complete_to is None else complete_to
        who_says = "where the files do" if complete_to is None else "as --complete-to says"
        print_cards(score_rounds(history, rounds, end), horizons, rounds, end, who_says)
        _print_levels(rounds)
    known = as_known(history, last).history
    tell_leaks(find_leaks(known))
    tell_twins(name_twins(known))
    click.echo(f"{_counted(found, 'deal')} on {_counted(len(days), 'day')} → {out}")
    if found == 0:
        click.echo("No deal is open on these days; choose others, or look at opened_at and closed_at.", err=True)
    _finish(log.problems, rejects)


def _read_season(country: str | None, fiscal_start: int | None) -> Season | None:
    """None where neither was said."""
    return None if country is None and fiscal_start is None else Season(country or "", fiscal_start or 1)


def _tell_round(rounds: int, began: float, place: int, day: float) -> None:
    left = ""
    spent = time.monotonic() - began
    if place and spent > _PATIENCE_SECONDS:
        left = f", about {timedelta(seconds=round(spent / place * (rounds - place)))} left"
    click.echo(f"{format_instant(day)}: as-of day {place + 1} of {rounds}{left}", err=True)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _print_levels(rounds: list[Round]) -> None:
    """One line for each level that was in use, with the reason of its last round."""
    for level in dict.fromkeys(one.level for one in rounds):
        chosen = [one for one in rounds if one.level == level]
        click.echo(f"Level in use on {len(chosen)} of {len(rounds)} days: {level}. {chosen[-1].reason}")


def _finish(problems: Sequence[Problem], rejects: Path) -> None:
    rejected = [problem for problem in problems if problem.kind != "note"]
    if not rejected:
        return
    write_rejects(rejects, rejected)
    for problem in rejected[:5]:
        click.echo(f"{problem.file}, row {problem.row}: {problem.reason}", err=True)
    in_part = ", or not in full" if any(problem.kind == "value" for problem in rejected) else ""
    orphans = sum(problem.code == "unknown_deal" for problem in rejected)
    of_these = f" ({orphans:,} only because the deal is not among those read)" if orphans else ""
    count = _counted(len(rejected), "row")
    click.echo(f"{count} could not be used{in_part}{of_these}; reasons and rows stand in {rejects}.", err=True)
    raise SystemExit(ROWS_REJECTED)
