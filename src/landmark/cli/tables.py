"""What the forecast commands write and print: predictions, rejected rows, the score table.

Answers: columns, order, number format. A file appears whole or not at all: it is written beside its place and moved.
"""

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from landmark.connectors.parsed import Problem, StructuralError
from landmark.connectors.values import format_instant
from landmark.forecast.backtest import Card, Round
from landmark.forecast.history import Texts
from landmark.forecast.model import Prediction

COLUMNS = ("deal_id", "as_of", "horizon_days", "p_won", "p_lost", "p_open")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ENDINGS = (".csv", ".parquet")


def check_ending(path: Path) -> None:
    """Refuse an unknown kind of file before any work is done."""
    if path.suffix.lower() not in _ENDINGS:
        raise StructuralError(f"{path.name}: the output is written as .csv or .parquet; choose one of these endings.")
    if not path.parent.is_dir():
        raise StructuralError(f"The folder {path.parent} does not exist; make it first or write elsewhere.")


def write_predictions(path: Path, deal_ids: Texts, predictions: Sequence[Prediction]) -> None:
    """By as-of day, then deals in the order of ``deal_ids``, then horizon; full precision."""
    beside = path.with_name(f".{path.name}.part")
    try:
        if path.suffix.lower() == ".parquet":
            _write_parquet(beside, deal_ids, predictions)
        else:
            _write_csv(beside, deal_ids, predictions)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _write_csv(path: Path, deal_ids: Texts, predictions: Sequence[Prediction]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in predictions:
            writer.writerows(_rows(deal_ids, one))


def _rows(deal_ids: Texts, one: Prediction) -> Iterator[tuple[object, ...]]:
    as_of, horizons = format_instant(one.as_of), one.horizons.tolist()
    curves = zip(one.p_won.tolist(), one.p_lost.tolist(), one.p_open.tolist(), strict=True)
    for deal, (won, lost, still_open) in zip(one.deal.tolist(), curves, strict=True):
        for place, horizon in enumerate(horizons):
            yield deal_ids[deal], as_of, horizon, won[place], lost[place], still_open[place]


def _write_parquet(path: Path, deal_ids: Texts, predictions: Sequence[Prediction]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = [pa.string(), pa.string(), pa.int32(), pa.float64(), pa.float64(), pa.float64()]
    schema = pa.schema(list(zip(COLUMNS, kinds, strict=True)))
    with pq.ParquetWriter(path, schema) as writer:
        for one in predictions:
            ids, horizons = deal_ids[one.deal], one.horizons
            columns = (
                np.repeat(ids, horizons.size),
                np.full(ids.size * horizons.size, format_instant(one.as_of), object),
                np.tile(horizons, ids.size),
                one.p_won.ravel(),
                one.p_lost.ravel(),
                one.p_open.ravel(),
            )
            arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def write_rejects(path: Path, problems: Sequence[Problem]) -> None:
    """file, row, reason, then the cells as they came. A cell that a spreadsheet would run gets an apostrophe."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        width = max((len(problem.raw) for problem in problems), default=0)
        writer.writerow(["file", "row", "reason", *(f"cell_{place}" for place in range(1, width + 1))])
        for problem in problems:
            cells = (problem.file, str(problem.row), problem.reason, *problem.raw)
            writer.writerow([_guarded(cell) for cell in cells])


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA_STARTS) or cell.startswith(_FORMULA_STARTS) else cell


def print_cards(
    cards: Sequence[Card], horizons: Sequence[int], rounds: Sequence[Round], complete_to: float, who_says: str
) -> None:
    """One line for each horizon and model; what could not be scored. ``who_says``: whose word ``complete_to`` is."""
    if cards:
        click.echo(
            f"{'horizon':>7}  {'model':<16} {'deals':>7} {'Brier':>8} {'log loss':>9} {'AUC':>7} {'calib. error':>12} "
            f"{'wins expected/actual':>21} {'3-class':>8}"
        )
    for card in cards:
        s = card.scores
        three = "" if np.isnan(s.three_class) else _number(s.three_class, 8)
        wins = f"{s.expected:,.0f} / {s.actual:,.0f}"
        line = (
            f"{card.horizon:>5} d  {card.model:<16} {s.rows:>7,} {_number(s.brier, 8, 5)} "
            f"{_number(s.log_loss, 9)} {_number(s.auc, 7)} {_number(s.calibration_error, 12)} {wins:>21} {three}"
        )
        click.echo(line.rstrip())
    for horizon in horizons:
        late = sum(one.prediction.as_of + horizon > complete_to for one in rounds)
        if late:
            end = format_instant(float(np.floor(complete_to)))
            click.echo(f"{horizon} d: {late} of {len(rounds)} as-of days end after {end}, {who_says}; not scored.")


def _number(value: float, width: int, places: int = 4) -> str:
    """A dash where there was nothing to compute it from."""
    return f"{'–':>{width}}" if np.isnan(value) else f"{value:{width}.{places}f}"
