"""What an engine must be able to do; ``duck`` and ``spark`` do it. No engine decides anything about deals."""

from collections.abc import Callable, Iterator
from typing import Protocol

import ibis.expr.types as ir
import pyarrow as pa

Score = Callable[[pa.RecordBatch], pa.RecordBatch]


class Engine(Protocol):
    """The good rows of one log (``relations.good_deals`` and so on) and the power to ask about them."""

    def fetch(self, question: ir.Table) -> pa.Table:
        """The whole answer, on this machine."""

    def score(self, rows: ir.Table, score: Score, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """``score`` of the rows, a part of them at a time, wherever they are."""
