"""DuckDB as the engine: one process, both cores, no extension ever loaded or fetched.

Answers: how files become tables in DuckDB and how questions run there. Does not answer: what is asked.
"""

# ruff: noqa: S608 - statements hold our own names, quoted headings and quoted paths

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

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

ROWS_A_PART = 8_000
MEMORY = "1500MB"


class UnreadableFile(Exception):
    """DuckDB cannot take the file as a table; a reader that explains must look at it."""


@dataclass(frozen=True)
class File:
    """One file. ``columns``: its own headings → our names, for those that are wanted; ``headings``: all, in order."""

    path: Path
    headings: tuple[str, ...]
    columns: dict[str, str]
    delimiter: str = ","
    is_packed: bool = False
    is_parquet: bool = False


class Duck:
    """A log in DuckDB. Loading returns the places of rows that need a closer look; they can be added afterwards."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="landmark-")
        self._connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "memory_limit": MEMORY,
                "temp_directory": self._folder.name,
            }
        )
        self._connection.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        self._connection.close()
        self._folder.cleanup()

    def __enter__(self) -> "Duck":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def run(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        try:
            return self._connection.execute(sql, list(values) or None).fetchall()
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
            raise UnreadableFile(str(error).splitlines()[0]) from None

    def fetch(self, question: ir.Table) -> pa.Table:
        return self._connection.sql(to_sql(question)).to_arrow_table()

    def load_deals(self, file: File, layout: Layout) -> list[int]:
        """Takes the deals that are in order; returns the places (0 is the first row) of those to look at.

        An id that stands on several rows is looked at on each of them.
        """
        self.run(f"CREATE TABLE {DEALS}_file AS {_select(file)}")
        self.run(f'CREATE VIEW {DEALS} AS SELECT rowid AS "row", * FROM {DEALS}_file')
        self._add_steps(deal_steps(layout))
        self.run(f"CREATE TABLE {GOOD_DEALS} AS SELECT * FROM {DEALS}_typed")
        self.run(f"DROP TABLE {DEALS}_file CASCADE")
        self.run(f'ALTER TABLE {GOOD_DEALS} RENAME "row" TO deal')
        twice = f"SELECT deal_id FROM {GOOD_DEALS} GROUP BY deal_id HAVING count(*) > 1"
        odd = self.run(f"SELECT deal FROM {GOOD_DEALS} WHERE odd OR deal_id IN ({twice}) ORDER BY deal")
        if odd:
            self.run(f"DELETE FROM {GOOD_DEALS} WHERE odd OR deal_id IN ({twice})")
        self.run(f"ALTER TABLE {GOOD_DEALS} DROP COLUMN odd")
        self.run(f"CREATE VIEW {DEAL_NUMBERS} AS SELECT deal_id AS id, deal FROM {GOOD_DEALS}")
        return [int(str(place)) for (place,) in odd]

    def load_events(self, file: File, layout: Layout) -> list[int]:
        """Takes the events that are in order, of deals that are; returns the places of those to look at."""
        return self._load(EVENTS, GOOD_EVENTS, file, lambda row: (event_steps(layout, row), found_events(row)))

    def load_changes(self, file: File) -> list[int]:
        return self._load(CHANGES, GOOD_CHANGES, file, lambda row: (change_steps(row), found_changes(row)))

    def numbered_rows(self, file: File) -> Iterator[tuple[int, list[str]]]:
        """Every row of a Parquet file as text, in its order, numbered as if the headings were row 1."""
        with self._connection.cursor() as reading:
            chosen = ", ".join(f"CAST({_named(heading)} AS VARCHAR)" for heading in file.headings)
            reading.execute(f"SELECT {chosen} FROM read_parquet({_quoted(str(file.path))})")
            row = 1
            while rows := reading.fetchmany(10_000):
                for cells in rows:
                    row += 1
                    yield row, ["" if cell is None else cell for cell in cells]

    def create(self, table: str, rows: pa.Table) -> None:
        """A whole table of good rows that were read elsewhere."""
        self._connection.register("landmark_added", rows)
        self.run(f"CREATE TABLE {table} AS SELECT * FROM landmark_added")
        self._connection.unregister("landmark_added")

    def add(self, table: str, rows: pa.Table) -> None:
        """Rows that somebody has looked at and found usable."""
        self._connection.register("landmark_added", rows)
        self.run(f"INSERT INTO {table} BY NAME SELECT * FROM landmark_added")
        self._connection.unregister("landmark_added")

    def score(self, rows: ir.Table, score: Score, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Parts are scored side by side, one thread for each core, while DuckDB goes on reading."""
        with self._connection.cursor() as reading, ThreadPoolExecutor(_cores()) as pool:
            waiting: deque[Future[pa.RecordBatch]] = deque()
            for part in reading.sql(to_sql(rows)).to_arrow_reader(ROWS_A_PART):
                waiting.append(pool.submit(score, part))
                if len(waiting) > 2 * _cores():
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _load(
        self, name: str, good: str, file: File, steps: Callable[[str | None], tuple[list[Step], ir.Table]]
    ) -> list[int]:
        self.run(f"CREATE VIEW {name} AS {_select(file)}")
        views, found = steps(None)
        self._add_steps(views)
        self.run(f"CREATE TABLE {good} AS {to_sql(found)}")
        odd: list[int] = []
        if self.run(f"SELECT 1 FROM {good} WHERE odd LIMIT 1"):
            self.run(f"DELETE FROM {good} WHERE odd")
            odd = self._places(name, file, *steps("row"))
        self.run(f"ALTER TABLE {good} DROP COLUMN odd")
        return odd

    def _places(self, name: str, file: File, views: list[Step], found: ir.Table) -> list[int]:
        """Reads the file once more, in order: numbering every row costs more than most files need."""
        self.run(f"CREATE TABLE {name}_file AS {_select(file)}")
        self.run(f'CREATE OR REPLACE VIEW {name} AS SELECT rowid AS "row", * FROM {name}_file')
        self._add_steps(views)
        rows = self.run(f'SELECT "row" FROM ({to_sql(found)}) WHERE odd ORDER BY 1')
        self.run(f"DROP TABLE {name}_file CASCADE")
        return [int(str(place)) for (place,) in rows]

    def _add_steps(self, steps: Sequence[Step]) -> None:
        for name, selected in steps:
            self.run(f"CREATE OR REPLACE VIEW {name} AS {to_sql(selected)}")


def to_sql(expression: ir.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _select(file: File) -> str:
    """The wanted columns of a file as text, under our names."""
    path = _quoted(str(file.path))
    if file.is_parquet:
        chosen = ", ".join(
            f"CAST({_named(heading)} AS VARCHAR) AS {_named(ours)}" for heading, ours in file.columns.items()
        )
        return f"SELECT {chosen} FROM read_parquet({path})"
    places = {heading: place for place, heading in enumerate(file.headings)}
    chosen = ", ".join(f"c{places[heading]} AS {_named(ours)}" for heading, ours in file.columns.items())
    kinds = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(file.headings)))
    packing = "gzip" if file.is_packed else "none"
    return (
        f"SELECT {chosen} FROM read_csv({path}, columns = {{{kinds}}}, auto_detect = false, header = true, "
        f"delim = {_quoted(file.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
        f"compression = '{packing}')"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _named(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
