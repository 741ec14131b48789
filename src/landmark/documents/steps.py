"""Who does what by when: the table that most documents end with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from landmark.documents.paper import Lines, Sheet
from landmark.documents.writing import NOTHING, Writer


@dataclass(frozen=True, slots=True)
class Step:
    """``owner``: a person's name, with their company where it is not clear."""

    text: str
    owner: str = ""
    due_on: date | None = None


def list_steps(title: str, steps: Sequence[Step], write: Writer) -> Sheet | Lines:
    """A table; plain lines where nobody and no day is named beside the words."""
    if not any(step.owner or step.due_on for step in steps):
        return Lines(title, [step.text for step in steps], mark="box")
    head = (write("what"), write("who"), write("by_when"))
    rows = [(step.text, step.owner or NOTHING, write.short_day(step.due_on)) for step in steps]
    return Sheet(title, head, rows, widths=(1, 0, 0))
