"""One forecast of an event log, on DuckDB or on Spark, with a model fitted now or taken from a file.

Answers: how ``landmark forecast`` and ``landmark backtest`` get at a log; the steps of the former between its options
and its output. Does not answer: how a file is read
(``connectors.longlog``) or how probabilities arise (``forecast``).
"""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from landmark.connectors.delimited import OddlyWritten
from landmark.connectors.logfiles import plain_path
from landmark.connectors.longlog import LongLog, describe_log, is_parquet, load_long_log, load_row_by_row
from landmark.connectors.parsed import Problem, StructuralError
from landmark.connectors.values import format_instant
from landmark.forecast.files import Stored, check_vocabulary, load, save
from landmark.forecast.history import Season, Texts
from landmark.forecast.leaks import Leak
from landmark.forecast.logs.duck import Duck, UnreadableFile
from landmark.forecast.logs.engines import Engine
from landmark.forecast.logs.run import count_known_milestones, fit_log, predict_log
from landmark.forecast.logs.typed import Layout
from landmark.forecast.model import Fitted, Prediction
from landmark.forecast.priors import Priors

_LONG_BYTES, _MANY_DEALS = 20_000_000, 500
_SHORTLY = 31
"""Days: a forecast may well be made for the next month's first."""


@dataclass(frozen=True)
class Asked:
    """What the person asked for. ``season``: None where nobody said; a model brings its own."""

    deals: Path
    events: Path
    changes: Path | None
    strict: bool
    as_of: float
    horizons: tuple[int, ...]
    priors: Priors
    model: Path | None = None
    save_model: Path | None = None
    season: Season | None = None


@dataclass(frozen=True)
class Done:
    """``prediction.deal`` points into ``ids``. ``left_out``: rows not used and not explained either."""

    ids: Texts
    prediction: Prediction
    level: str
    reason: str
    problems: Sequence[Problem]
    left_out: int = 0


def forecast_on_duckdb(asked: Asked) -> Done:
    """Both cores of this machine; rows that cannot be used come back with their reasons."""
    stored = None if asked.model is None else load(asked.model)
    until = last_believed(asked.as_of)
    with loaded(asked.deals, asked.events, asked.changes, strict=asked.strict, until=until) as (duck, log):
        warn_if_late(log.data_until, asked.as_of)
        ids, prediction, fitted = _forecast(duck, log.layout, asked, stored, log.deals)
    return Done(ids, prediction, fitted.level, fitted.reason, log.problems)


def forecast_on_spark(asked: Asked, master: str | None) -> Done:
    """The same on Spark; a row that is not in the plain form is left out and counted."""
    try:
        from landmark.forecast.logs.spark import Spark, start_session

        session = start_session(master)
    except ImportError:
        raise StructuralError("Spark is not installed here; install it with: pip install 'landmark[spark]'") from None
    except Exception as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise StructuralError(f"Spark did not start: {first}. It needs Java 17 and a master it can reach.") from None
    stored = None if asked.model is None else load(asked.model)
    layout, deals, events, changes = describe_log(asked.deals, asked.events, asked.changes)
    engine = Spark(session)
    try:
        left_out = engine.load(layout, deals, events, changes)
        if left_out and asked.strict:
            raise StructuralError(
                f"Rows that cannot be used: {left_out:,}; run once without --engine spark to see why."
            )
        ids, prediction, fitted = _forecast(engine, layout, asked, stored, 0)
    finally:
        engine.close()
    if left_out:
        click.echo(f"Rows left out: {left_out:,}; run once without --engine spark to see why.", err=True)
    return Done(ids, prediction, fitted.level, fitted.reason, [], left_out)


def last_believed(day: float) -> float:
    """Up to when dates are taken for facts: now, wherever that is, or ``day`` where it lies shortly ahead. A day far
    ahead is asked of a made-up log only, which is taken as it is."""
    now = time.time() / 86_400 + 1.0
    return max(now, day) if day <= now + _SHORTLY else math.inf


def warn_if_late(data_until: float, as_of: float) -> None:
    if as_of > data_until + 1:
        until = format_instant(float(np.floor(data_until)))
        click.echo(
            f"The files end on {until}; {format_instant(as_of)} is forecast as if nothing happened since.", err=True
        )


def tell_leaks(leaks: Sequence[Leak]) -> None:
    """Which attributes give the outcome away and are therefore not used."""
    for leak in leaks:
        click.echo(leak.sentence, err=True)


def tell_twins(twins: Sequence[tuple[str, str]], *, are_all: bool = True) -> None:
    """How many deals look like another one. ``are_all``: whether every deal was looked at."""
    if not twins:
        return
    first, second = twins[0]
    count = "1 deal looks" if len(twins) == 1 else f"{len(twins):,} deals look"
    click.echo(
        f"{count if are_all else f'At least {count}'} like another one (same account, amount and attributes, opened "
        f"within two days), for example {second} like {first}; nothing is merged, all are counted.",
        err=True,
    )


@contextmanager
def loaded(
    deals: Path, events: Path, changes: Path | None, *, strict: bool, until: float = math.inf
) -> Iterator[tuple[Duck, LongLog]]:
    """The log in DuckDB, with a word on what was assumed; files that are oddly written are read from plain copies."""
    files = [deals, events] if changes is None else [deals, events, changes]
    if sum(path.stat().st_size for path in files) > _LONG_BYTES:
        click.echo("Reading the files …", err=True)
    with ExitStack() as stack:
        try:
            duck, log = _load(stack, files, strict, until)
        except OddlyWritten:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="landmark-")))
            files = [path if is_parquet(path) else plain_path(path, folder / str(n)) for n, path in enumerate(files)]
            duck, log = _load(stack, files, strict, until)
        _check_usable(log, files[0].name)
        for sentence in log.sentences:
            click.echo(sentence, err=True)
        yield duck, log


def _load(stack: ExitStack, files: Sequence[Path], strict: bool, until: float) -> tuple[Duck, LongLog]:
    """In bulk; a file that is no proper table goes the patient way."""
    deals, events, *more = files
    changes = more[0] if more else None
    duck = stack.enter_context(Duck())
    try:
        return duck, load_long_log(duck, deals, events, changes, strict=strict, until=until)
    except UnreadableFile:
        duck.close()
    duck = stack.enter_context(Duck())
    return duck, load_row_by_row(duck, deals, events, changes, strict=strict, until=until)


def _check_usable(log: LongLog, name: str) -> None:
    """A log of which no deal could be read gets the first reason, and no empty forecast that looks like an answer."""
    if log.deals == 0:
        rejected = [problem for problem in log.problems if problem.file == name and problem.kind == "row"]
        if not rejected:
            raise StructuralError(f"{name} has no deals: there is nothing below its headings.")
        first = rejected[0]
        raise StructuralError(
            f"No deal could be read. The first reason is {first.file}, row {first.row}: {first.reason}. "
            "Correct all rows alike and try again."
        )


def _forecast(
    engine: Engine, layout: Layout, asked: Asked, stored: Stored | None, deals: int
) -> tuple[Texts, Prediction, Fitted]:
    if stored is not None:
        check_vocabulary(stored, count_known_milestones(engine, layout, asked.as_of))
        fitted = stored.fitted
        fitted_on = format_instant(fitted.as_of)
        click.echo(f"Model {stored.name}, fitted as of {fitted_on}.", err=True)
        if fitted.as_of > asked.as_of:
            day = format_instant(asked.as_of)
            click.echo(f"It knows what came after {day}: this forecast is no test of it.", err=True)
    else:
        fitted = _fit(engine, layout, asked, deals)
    tell_leaks(fitted.vocabulary.left_out)
    ids, prediction = predict_log(engine, layout, fitted, asked.as_of, asked.horizons)
    column = np.empty(len(ids), object)
    column[:] = ids
    return column, prediction, fitted


def _fit(engine: Engine, layout: Layout, asked: Asked, deals: int) -> Fitted:
    if deals > _MANY_DEALS:
        click.echo("Fitting the forecast …", err=True)
    found = fit_log(engine, layout, asked.as_of, asked.priors, season=asked.season or Season())
    if found.drawn < found.deals:
        click.echo(f"Fitted on {found.drawn:,} of {found.deals:,} deals, the same ones every time.", err=True)
    tell_twins(found.twins, are_all=found.drawn == found.deals)
    if asked.save_model is not None:
        counts = count_known_milestones(engine, layout, asked.as_of)
        click.echo(f"Model kept in {save(found.fitted, counts, asked.save_model)}", err=True)
    return found.fitted
