"""Open deals by the category that people gave them: the sums of each person, team and the company.

Answers: what is won, what stands in commit, best case, pipeline and omitted, and how many deals nobody has sorted yet.
Does not answer: which category a deal has or the model suggests (``cadence.categories``), what the model makes of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from landmark.cadence.book import InCategory
from landmark.cadence.rollup import RollUp, Row
from landmark.engines.categories import CATEGORIES
from landmark.workspace.presenters.categories import CATEGORY_LABELS

UNSORTED = ""


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """One row: ``cells`` in the order of the columns. ``committed``: won, and what stands in commit."""

    kind: str
    id: UUID
    name: str
    won: Decimal
    cells: tuple[InCategory, ...]
    committed: Decimal


@dataclass(frozen=True, slots=True)
class CategoryTable:
    labels: tuple[str, ...]
    lines: tuple[CategoryLine, ...]


def make_category_table(found: RollUp) -> CategoryTable | None:
    """Teams each followed by their people, the company last. None without an open deal.

    Deals that nobody has sorted get a column while there are any.
    """
    if not found.org.sums.open_count:
        return None
    rows = _order(found)
    columns = [*CATEGORIES, UNSORTED] if _in(found.org, UNSORTED).count else list(CATEGORIES)
    labels = tuple(str(CATEGORY_LABELS[category]) for category in columns)
    return CategoryTable(labels, tuple(_lines(rows, columns)))


def _order(found: RollUp) -> list[Row]:
    rows = [row for team in found.teams for row in (team, *found.people_of(team.id))]
    return [*rows, *found.people_of(None), found.org]


def _lines(rows: Iterable[Row], columns: Sequence[str]) -> Iterable[CategoryLine]:
    for row in rows:
        cells = tuple(_in(row, category) for category in columns)
        yield CategoryLine(row.scope, row.id, row.name, row.sums.won, cells, row.sums.committed)


def _in(row: Row, category: str) -> InCategory:
    return row.sums.by_category.get(category, InCategory())
