"""Apache Spark as the engine: the same expressions, the same scoring function, on one machine or on a cluster.

Answers: how a log becomes views in Spark and how questions run there. Does not answer: what is asked. Needs the extra
``spark`` and Java. A row that is not written in the plain form (``typed``) is left out and counted: Spark's files have
no row numbers to tell, so run the log once through DuckDB to have each explained.
"""

# ruff: noqa: S608 - statements hold our own names only

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.config import Config

from landmark.forecast.logs.duck import File
from landmark.forecast.logs.engines import Score
from landmark.forecast.logs.relations import (
    DEAL_NUMBERS,
    GOOD_CHANGES,
    GOOD_DEALS,
    GOOD_EVENTS,
    found_changes,
    found_events,
)
from landmark.forecast.logs.typed import CHANGES, DEALS, EVENTS, Layout, Step, change_steps, deal_steps, event_steps

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "8000",
    "spark.ui.enabled": "false",
}


class _Nulls(Config):  # type: ignore[misc]
    """What Ibis's own Spark connection would set: NaN is a number, not a missing value."""

    treat_nan_as_null: bool = False


def start_session(master: str | None = None, settings: dict[str, str] | None = None) -> Any:
    """A session on ``master`` (``local[2]``, ``spark://host:7077``); None: as Spark's own configuration says."""
    from pyspark.sql import SparkSession

    if master is None or master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("landmark")
    if master:
        builder = builder.master(master)
    for name, value in {**SETTINGS, **(settings or {})}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


class Spark:
    """A log in Spark, kept in memory across the cluster until ``close``."""

    def __init__(self, session: Any) -> None:
        ibis.options.pyspark = _Nulls()
        self._session = session
        self._kept: list[str] = []

    def close(self) -> None:
        for name in reversed(self._kept):
            self._session.catalog.uncacheTable(name)

    def load(self, layout: Layout, deals: File, events: File, changes: File | None = None) -> int:
        """Takes the rows that are in order; returns how many were left out. A repeated id counts once, the first."""
        self._view(f"{DEALS}_file", self._read(deals))
        self._session.sql(
            f"CREATE OR REPLACE TEMP VIEW {DEALS} AS SELECT monotonically_increasing_id() AS `row`, * FROM {DEALS}_file"
        )
        self._add_steps(deal_steps(layout))
        self._keep(f"{DEALS}_read", self._session.table(f"{DEALS}_typed"))
        first = (
            f"SELECT `row` AS deal, * EXCEPT (`row`, odd) FROM {DEALS}_read WHERE NOT odd "
            "QUALIFY row_number() OVER (PARTITION BY deal_id ORDER BY `row`) = 1"
        )
        self._keep(GOOD_DEALS, self._session.sql(first))
        self._session.sql(f"CREATE OR REPLACE TEMP VIEW {DEAL_NUMBERS} AS SELECT deal_id AS id, deal FROM {GOOD_DEALS}")
        left_out = self._count(f"{DEALS}_read") - self._count(GOOD_DEALS)
        left_out += self._load(EVENTS, GOOD_EVENTS, events, event_steps(layout), found_events())
        if changes is not None:
            left_out += self._load(CHANGES, GOOD_CHANGES, changes, change_steps(), found_changes())
        return left_out

    def fetch(self, question: ir.Table) -> pa.Table:
        return self._session.sql(to_sql(question)).toArrow()

    def score(self, rows: ir.Table, score: Score, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        from pyspark.sql.pandas.types import from_arrow_schema

        scored = self._session.sql(to_sql(rows)).mapInArrow(_each(score), from_arrow_schema(schema))
        yield from scored.toArrow().cast(schema).to_batches()

    def _read(self, file: File) -> Any:
        """The wanted columns as text, under our names."""
        if file.is_parquet:
            frame = self._session.read.parquet(str(file.path))
        else:
            options = {"header": True, "sep": file.delimiter, "quote": '"', "escape": '"', "multiLine": False}
            trimmed = {"ignoreLeadingWhiteSpace": True, "ignoreTrailingWhiteSpace": True}
            frame = self._session.read.csv(str(file.path), **options, **trimmed)
        frame = frame.toDF(*(f"c{place}" for place in range(len(file.headings))))
        places = {heading: place for place, heading in enumerate(file.headings)}
        return frame.selectExpr(*(f"CAST(c{places[one]} AS STRING) AS `{ours}`" for one, ours in file.columns.items()))

    def _load(self, name: str, good: str, file: File, steps: Sequence[Step], found: ir.Table) -> int:
        self._view(name, self._read(file))
        self._add_steps(steps)
        self._keep(f"{good}_found", self._session.sql(to_sql(found)))
        self._view(good, self._session.sql(f"SELECT * EXCEPT (odd) FROM {good}_found WHERE NOT odd"))
        return self._count(f"{good}_found") - self._count(good)

    def _view(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(name)

    def _keep(self, name: str, frame: Any) -> None:
        self._view(name, frame)
        self._session.catalog.cacheTable(name)
        self._kept.append(name)

    def _count(self, name: str) -> int:
        return int(self._session.table(name).count())

    def _add_steps(self, steps: Sequence[Step]) -> None:
        for name, selected in steps:
            self._session.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {to_sql(selected)}")


def _each(score: Score) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def run(parts: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for part in parts:
            yield score(part)

    return run


def to_sql(expression: ir.Table) -> str:
    return str(ibis.to_sql(expression, dialect="pyspark"))
