"""YAML with places: plain values plus the line each came from.

Answers: what a file says and where. Does not answer: whether it makes a playbook (``loader``).
Stricter than YAML: no aliases or anchors, no tags, no duplicate keys, one document, a size and a depth limit; and
``off``, ``on``, ``yes`` and ``no`` are words, not true and false.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from landmark.playbook.schema import Loc, Where

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12


@dataclass(frozen=True)
class Finding:
    """Something to put right: where it is and what to write instead. A warning leaves the playbook usable."""

    where: Where
    message: str
    level: str = "error"
    code: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {'warning: ' if self.level == 'warning' else ''}{self.message}"


class PlaybookError(ValueError):
    """A playbook that cannot be used; ``findings`` say where and what to write instead."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings

    @classmethod
    def at(cls, file: str, line: int, message: str) -> "PlaybookError":
        return cls((Finding(Where(file=file, line=line), message),))


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is built in


class _Composer(_Loader):  # type: ignore[misc]  # chosen above
    """Only true and false are truth values, only numbers are numbers; everything else is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (the base class's own attribute)


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]*\.[0-9]+$", "-+.0123456789"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
):
    _Composer.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))

_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "int", "float", "null", "map", "seq")}


def read_yaml(path: Path, name: str) -> tuple[Any, dict[Loc, int]]:
    """The value in a file and the line of each part of it; ``name`` is what errors call the file."""
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        raise PlaybookError.at(name, 1, f"this file is larger than {MAX_BYTES // 1024} KiB; split it in several")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PlaybookError.at(name, line, "this is not UTF-8 text; save the file as UTF-8") from None
    root = _compose(text, name)
    if root is None:
        return {}, {(): 1}
    lines: dict[Loc, int] = {}
    return _value(root, (), lines, name), lines


def _compose(text: str, name: str) -> yaml.Node | None:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            _refuse(event, depth, name)
        return yaml.compose(text, Loader=_Composer)
    except yaml.MarkedYAMLError as error:
        advice = "check the indentation, and put text that contains ': ' or starts with a special sign in quotes"
        line = _line(error.problem_mark or error.context_mark)
        raise PlaybookError.at(name, line, f"this is not readable YAML ({error.problem}); {advice}") from None
    except yaml.YAMLError:
        raise PlaybookError.at(name, 1, "the file holds a character that YAML does not allow; remove it") from None


def _refuse(event: yaml.Event, depth: int, name: str) -> None:
    """Anchors and aliases, which let a small file grow huge, and nesting deep enough to exhaust a reader."""
    if depth > MAX_DEPTH:
        message = f"this is nested more than {MAX_DEPTH} levels deep; write it flatter"
        raise PlaybookError.at(name, _line(event.start_mark), message)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        message = "anchors (&) and aliases (*) are not read; write the value again"
        raise PlaybookError.at(name, _line(event.start_mark), message)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _value(node: yaml.Node, loc: Loc, lines: dict[Loc, int], name: str) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(loc, line)
    if node.tag not in _PLAIN_TAGS:
        raise PlaybookError.at(name, line, f"the tag {node.tag!r} is not read; write plain text or a number")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, loc, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*loc, index), lines, name) for index, child in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, loc: Loc, lines: dict[Loc, int], name: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    first_line: dict[Hashable, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise PlaybookError.at(name, line, "a name must be one word; write it as `name: value`")
        key = key_node.value
        if key in first_line:
            advice = f"keep one of the two, or give this one another name (the first is on line {first_line[key]})"
            raise PlaybookError.at(name, line, f"`{key}` is written twice; {advice}")
        first_line[key] = line
        lines[(*loc, key)] = line
        out[key] = _value(value_node, (*loc, key), lines, name)
    return out


def _scalar(node: yaml.Node) -> Any:
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "bool":
        return node.value == "true"
    if kind == "int":
        return int(node.value)
    if kind == "float":
        return float(node.value)
    return None if kind == "null" else node.value
