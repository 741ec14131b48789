"""The mapping file: how a process log becomes deals, and which names mean the same as the playbook's.

Answers: what a mapping may say, and where exactly one is wrong. Does not answer: how rows are read by it
(``processlog``). Every scalar is text, so that ``1``, ``no`` and ``2012-03`` mean what they look like.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from landmark.connectors.parsed import StructuralError

SIZE_LIMIT = 256 * 1024


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_as_list)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    attributes: Texts = Field(default=[], description="Columns known when the case opened; only these feed the forecast")


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

    version: Literal["1"] = Field(description="The version of this format")
    name: str = "process log"
    cases: Cases | None = None
    events: Events | None = None
    start: str = Field(default="", description="Activity that opens the deal; cases without it are left out")
    outcome: Outcome | None = None
    currency: str = Field(default="", description="Currency of every amount, when no column says it")
    milestones: dict[str, str] = Field(default={}, description="Name in the source → milestone of the playbook")
    stages: dict[str, str] = Field(default={}, description="Stage in the source → stage of the playbook, or blank")
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
    text = _read_text(path)
    try:
        loader = yaml.BaseLoader(text)
        _refuse_aliases(path, text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise StructuralError(f"{path.name}{place}: this is not YAML; check the indentation and the colons.") from error
    if not isinstance(data, dict):
        raise StructuralError(f"{path.name} is empty or no list of names and values; start with `version: 1`.")
    lines = dict(_lines(node, ()))
    _refuse_twice(path, node)
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise StructuralError(_sentence(path, error, lines)) from error


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise StructuralError(f"{path.name} is larger than {SIZE_LIMIT >> 10} KB; a mapping is a small file.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StructuralError(f"{path.name} is not UTF-8 text; save the mapping as UTF-8.") from error
    except OSError as error:
        raise StructuralError(f"{path.name} cannot be opened; check that it exists and may be read.") from error


def _refuse_aliases(path: Path, text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            line = event.start_mark.line + 1
            raise StructuralError(f"{path.name}, line {line}: & and * references are not used here; write the values out.")


Loc = tuple[str | int, ...]


def _lines(node: yaml.Node, loc: Loc) -> Iterator[tuple[Loc, int]]:
    yield loc, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*loc, str(key.value)), key.start_mark.line + 1
            for place, line in _lines(value, (*loc, str(key.value))):
                if place != (*loc, str(key.value)):
                    yield place, line
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _lines(value, (*loc, position))


def _refuse_twice(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                line = key.start_mark.line + 1
                raise StructuralError(f"{path.name}, line {line}: {key.value} stands here a second time; keep one.")
            seen.add(str(key.value))
            _refuse_twice(path, value)


def _sentence(path: Path, error: ValidationError, lines: dict[Loc, int]) -> str:
    """The first fault, at its line or that of the part around it."""
    first = error.errors()[0]
    loc = tuple(first["loc"])
    line = next((lines[loc[:end]] for end in range(len(loc), -1, -1) if loc[:end] in lines), 1)
    name = ".".join(map(str, loc)) or "the mapping"
    return f"{path.name}, line {line}: {_advice(name, first['type'], first['msg'])}"


def _advice(name: str, kind: str, message: str) -> str:
    known = ", ".join(Mapping.model_fields)
    advice = {
        "missing": f"{name} is missing; add it.",
        "extra_forbidden": f"{name} is not known here; the names at the top are {known}.",
        "literal_error": f"{name} must be 1.",
        "string_type": f"{name} must be one text.",
        "list_type": f"{name} must be one text or a list of texts.",
        "too_short": f"{name} is empty; name at least one value.",
        "dict_type": f"{name} must be names with values, one a line.",
        "model_type": f"{name} must be names with values, one a line.",
    }
    return advice.get(kind, f"{name}: {message.removeprefix('Value error, ')}.")
