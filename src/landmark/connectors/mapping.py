"""The mapping file: how a process log becomes deals, and which names mean the same as the playbook's.

Answers: what a mapping may say, and where exactly one is wrong. Does not answer: how rows are read by it
(``processlog``). Values are text: whole numbers may be written plainly, ``no`` and ``2012-03`` are what they look like.
"""

from collections.abc import Mapping as ReadOnly
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from landmark.connectors.parsed import StructuralError
from landmark.playbook.schema import Loc
from landmark.playbook.source import PlaybookError, read_yaml


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _as_text(value: object) -> object:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[list[Text], BeforeValidator(_as_list)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Outcome(Part):
    """How a case ended: by a column of the cases, or by the first activity that settles it."""

    column: str = Field(default="", description="Column of the cases that says how it ended")
    closed_at: str = Field(default="", description="Column of the cases that says when it ended")
    won: Texts = Field(min_length=1, description="Values (with column) or activities (without) that mean won")
    lost: Texts = Field(min_length=1, description="Values or activities that mean lost")
    open: Texts = Field(default=[""], description="Values that mean not ended yet")

    @model_validator(mode="after")
    def column_needs_its_time(self) -> "Outcome":
        if self.column and not self.closed_at:
            raise ValueError("closed_at is missing: name the column that says when a case ended")
        return self


class Cases(Part):
    """The file with one row a case."""

    id: str
    opened_at: str = ""
    name: str = ""
    amount: str = ""
    currency: str = Field(default="", description="Column with the currency")
    owner: str = ""
    account: str = ""
    target_on: str = ""
    attributes: Texts = Field(default=[], description="Columns known when the case opened; they feed the forecast")


class Events(Part):
    """The file with one row an event."""

    case: str
    time: str
    activity: str
    keep: dict[str, Texts] = Field(default={}, description="Column → values; other rows are left out")
    drop: dict[str, Texts] = Field(default={}, description="Column → values; these rows are left out")
    ignore: Texts = Field(default=[], description="Activities that say nothing and are left out")


class Mapping(Part):
    """One mapping file. ``milestones``, ``stages`` and ``attributes`` also serve the other formats."""

    version: Literal[1] = Field(description="The version of this format")
    name: str = "process log"
    cases: Cases | None = None
    events: Events | None = None
    start: str = Field(default="", description="Activity that opens the deal; cases without it are left out")
    outcome: Outcome | None = None
    currency: str = Field(default="", description="Currency of every amount, when no column says it")
    milestones: dict[str, str] = Field(default={}, description="Name in the source → milestone of the playbook")
    stages: dict[str, Text] = Field(default={}, description="Stage in the source → stage of the playbook, or blank")
    attributes: Texts = Field(default=[], description="Further columns of deals that were known when the deal opened")

    @model_validator(mode="after")
    def process_log_is_whole(self) -> "Mapping":
        parts = {"cases": self.cases, "events": self.events, "outcome": self.outcome}
        missing = [name for name, part in parts.items() if part is None]
        if len(missing) in (1, 2) and not (missing == ["cases"] and self.outcome and not self.outcome.column):
            raise ValueError(f"a process log also needs {' and '.join(missing)}")
        return self

    @property
    def is_process_log(self) -> bool:
        return self.events is not None


def read_mapping(path: str | Path) -> Mapping:
    """Read a mapping file; StructuralError names the file, the line and what to write instead."""
    path = Path(path)
    try:
        data, lines = read_yaml(path, path.name)
    except OSError as error:
        raise StructuralError(f"{path.name} cannot be opened; check that it exists and may be read.") from error
    except PlaybookError as error:
        raise StructuralError(f"{error}.") from error
    if not isinstance(data, dict) or not data:
        raise StructuralError(f"{path.name}:1: there are no names and values here; start with `version: 1`.")
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise StructuralError(_sentence(path, error, lines)) from error


def _sentence(path: Path, error: ValidationError, lines: ReadOnly[Loc, int]) -> str:
    """The first fault, at its line or that of the part around it."""
    first = error.errors()[0]
    loc = tuple(first["loc"])
    line = next((lines[loc[:end]] for end in range(len(loc), -1, -1) if loc[:end] in lines), 1)
    name = ".".join(map(str, loc)) or "the mapping"
    return f"{path.name}:{line}: {_advice(name, first['type'], first['msg'])}"


def _advice(name: str, kind: str, message: str) -> str:
    known = ", ".join(Mapping.model_fields)
    advice = {
        "missing": f"{name} is missing; add it.",
        "extra_forbidden": f"{name} is not known here; the names at the top are {known}.",
        "literal_error": f"{name} must be 1.",
        "string_type": f"{name} must be one text; put true and false in quotes.",
        "list_type": f"{name} must be one text or a list of texts.",
        "too_short": f"{name} is empty; name at least one value.",
        "dict_type": f"{name} must be names with values, one a line.",
        "model_type": f"{name} must be names with values, one a line.",
    }
    return advice.get(kind, f"{name}: {message.removeprefix('Value error, ')}.")
