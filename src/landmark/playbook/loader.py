"""From a folder of YAML to a playbook. Answers: what the files say, or where they cannot be understood and what to
write instead. Does not answer: whether the method makes sense (``lint``)."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from landmark.playbook.lint import lint
from landmark.playbook.schema import Loc, Playbook, Where
from landmark.playbook.source import Finding, PlaybookError, read_yaml

__all__ = ["METHODS", "Finding", "PlaybookError", "available", "load_folder", "load_playbook"]

METHODS = Path(__file__).parent / "methods"
DEFAULT_REF = "landmark/2026.1"
_REF = re.compile(r"^[a-z][a-z0-9_-]*/[0-9]+(\.[0-9]+)*$")
_LANGUAGE = re.compile(r"^[a-z]{2,3}$")
MAX_FILES = 40


def load_playbook(ref: str = DEFAULT_REF) -> Playbook:
    """A playbook that ships with Landmark, by ``name/version``; judged before a deal meets it, read once, then kept."""
    return _load(ref)


@lru_cache(maxsize=32)
def _load(ref: str) -> Playbook:
    if not _REF.match(ref) or not (METHODS / ref).is_dir():
        known = ", ".join(available())
        raise PlaybookError.at(ref, 1, f"there is no playbook of this name; use one of {known}, or a folder's path")
    playbook = load_folder(METHODS / ref)
    if errors := tuple(finding for finding in lint(playbook) if finding.level == "error"):
        raise PlaybookError(errors)
    return playbook


def available() -> tuple[str, ...]:
    """All playbooks that ship with Landmark, oldest version first."""
    folders = sorted(path.parent for path in METHODS.glob("*/*/playbook.yaml"))
    return tuple(f"{folder.parent.name}/{folder.name}" for folder in folders)


def load_folder(path: Path | str) -> Playbook:
    """The playbook of a folder: every ``*.yaml`` in it is one part, ``wording/*.yaml`` are its languages."""
    read = _read_folder(Path(path), str(path))
    if (base_ref := read.data.get("extends")) is not None:
        read = _put_over(_read_base(base_ref, read), base_ref, read)
    try:
        playbook = Playbook.model_validate(read.data)
    except ValidationError as error:
        raise PlaybookError(tuple(_explain(error, read.data, read.places))) from None
    words, places = read.words, read.places
    # Private attributes: the sentences and places belong to this object, yet are no part of the method's own data.
    playbook._wording, playbook._places = words, places
    return playbook


@dataclass(frozen=True)
class _Read:
    """What a folder's files say, before anything is made of it."""

    data: dict[str, Any]
    places: dict[Loc, Where]
    words: Mapping[str, Mapping[str, str]]


def _read_folder(folder: Path, name: str) -> _Read:
    parts = sorted(folder.glob("*.yaml"))
    if not parts:
        raise PlaybookError.at(name, 1, "there are no .yaml files here; a playbook starts with a playbook.yaml")
    languages = sorted((folder / "wording").glob("*.yaml"))
    if len(parts) + len(languages) > MAX_FILES:
        raise PlaybookError.at(name, 1, f"there are more than {MAX_FILES} files here; put parts together")
    data, places = _merge(parts)
    return _Read(data, places, {file.stem: _read_words(file, places) for file in languages})


def _read_base(ref: Any, own: _Read) -> _Read:
    """The playbook another one extends: one that ships with Landmark and stands on its own."""
    where = own.places[("extends",)]
    known = [name for name in available() if "extends:" not in (METHODS / name / "playbook.yaml").read_text("utf-8")]
    if ref not in known:
        raise PlaybookError((Finding(where, f"`extends` cannot be {ref!r}; write one of {', '.join(known)}"),))
    for name in ("key", "version"):
        if name not in own.data:
            raise PlaybookError((Finding(where, f"`{name}` is missing from playbook; add a line `{name}: …`"),))
    return _read_folder(METHODS / ref, ref)


def _put_over(base: _Read, ref: str, own: _Read) -> _Read:
    """Own parts and sentences instead of those of the same name. A part made of names keeps the names left out."""
    data = {**base.data, **own.data}
    for name, part in own.data.items():
        if isinstance(part, dict) and isinstance(base.data.get(name), dict):
            data[name] = {**base.data[name], **part}
    places = {
        loc: Where(file=f"{ref}/{where.file}", line=where.line)
        for loc, where in base.places.items()
        if not _is_replaced(loc, own)
    }
    languages = {*base.words, *own.words}
    words = {lang: {**base.words.get(lang, {}), **own.words.get(lang, {})} for lang in languages}
    return _Read(data, {**places, **own.places}, words)


def _is_replaced(loc: Loc, own: _Read) -> bool:
    """Does this place of the extended playbook lie in a part, or in a name of a part, that is written anew?"""
    if not loc or loc[0] not in own.data:
        return False
    part = own.data[str(loc[0])]
    return not isinstance(part, dict) or (len(loc) > 1 and loc[1] in part)


def _merge(parts: Iterable[Path]) -> tuple[dict[str, Any], dict[Loc, Where]]:
    """All parts as one mapping; the same name in two files is an error that gives both."""
    data: dict[str, Any] = {}
    places: dict[Loc, Where] = {}
    for file in parts:
        value, lines = read_yaml(file, file.name)
        if not isinstance(value, dict):
            raise PlaybookError.at(file.name, lines[()], "this file must hold names and values, such as `stages:`")
        for name in value:
            if name in data:
                advice = f"it is in {places[(name,)]} too; keep one"
                raise PlaybookError.at(file.name, lines[(name,)], f"`{name}` is written in two files: {advice}")
        data.update(value)
        places.update({loc: Where(file=file.name, line=line) for loc, line in lines.items() if loc})
        places.setdefault((), Where(file=file.name, line=1))
    return data, places


def _read_words(file: Path, places: dict[Loc, Where]) -> Mapping[str, str]:
    name = f"wording/{file.name}"
    if not _LANGUAGE.match(file.stem):
        raise PlaybookError.at(name, 1, "name this file after a language code, such as en.yaml or it.yaml")
    value, lines = read_yaml(file, name)
    flat: dict[str, str] = {}
    findings: list[Finding] = []
    _flatten(value, (), flat, findings, lines, name)
    if findings:
        raise PlaybookError(tuple(findings))
    places.update(
        {("wording", file.stem, ".".join(map(str, loc))): Where(file=name, line=n) for loc, n in lines.items()}
    )
    return flat


def _flatten(
    value: Any, loc: Loc, flat: dict[str, str], findings: list[Finding], lines: Mapping[Loc, int], name: str
) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(inner, (*loc, key), flat, findings, lines, name)
    elif isinstance(value, str) and value.strip():
        flat[".".join(map(str, loc))] = value.strip()
    else:
        where = Where(file=name, line=lines.get(loc, 1))
        findings.append(Finding(where, f"`{loc[-1] if loc else name}` needs a sentence; write it in quotes"))


# Pydantic's findings in words that say what to write instead.


def _explain(error: ValidationError, data: Any, places: Mapping[Loc, Where]) -> Iterable[Finding]:
    for problem in error.errors(include_url=False):
        loc = _file_loc(problem["loc"], data)
        yield Finding(_nearest(loc, places), _advise(problem, loc, data))


def _file_loc(loc: Loc, data: Any) -> Loc:
    """The place as the file has it: pydantic adds the kind of a check as a step of its own."""
    out: list[str | int] = []
    value = data
    for step in loc:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            if isinstance(value, dict) and value.get("kind") == step:
                continue
            out.append(step)
            break
        out.append(step)
    return tuple(out)


def _nearest(loc: Loc, places: Mapping[Loc, Where]) -> Where:
    return next((places[loc[:n]] for n in range(len(loc), -1, -1) if loc[:n] in places), Where(file="playbook", line=1))


def _advise(problem: Any, loc: Loc, data: Any) -> str:
    name = loc[-1] if loc else "playbook"
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "missing":
        return f"`{name}` is missing{_inside(loc, data)}; add a line `{name}: …`"
    if kind == "extra_forbidden":
        return f"`{name}` is not known here; {_suggest(str(name), loc)}"
    if kind in ("literal_error", "union_tag_invalid"):
        allowed = context.get("expected") or context.get("expected_tags")
        shown = "`kind`" if kind == "union_tag_invalid" else f"`{name}`"
        return f"{shown} cannot be {_shown(problem, 'tag')}; write one of {allowed}"
    if kind == "union_tag_not_found":
        return "this check has no `kind`; add a line such as `kind: evidence`"
    if kind == "string_type":
        return f"`{name}` must be text; put {problem['input']!r} in quotes"
    if kind == "string_pattern_mismatch":
        return f"`{name}` cannot be {problem['input']!r}; {_pattern_advice(str(name))}"
    if kind == "tuple_type":
        return f"`{name}` must be a list; write one item a line, each after a dash"
    if kind == "too_short":
        return f"`{name}` is empty; write at least one item"
    if kind == "model_type" or kind == "model_attributes_type":
        return f"`{name}` must hold names and values, such as `key: …`"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"`{name}` cannot be {problem['input']!r}: {message[:1].lower()}{message[1:]}"


def _shown(problem: Any, tag: str) -> str:
    return repr(problem.get("ctx", {}).get(tag) or problem["input"])


def _pattern_advice(name: str) -> str:
    if name == "version":
        return 'write numbers and dots in quotes, such as "2026.1"'
    return "use small letters, digits and underscores, starting with a letter"


def _inside(loc: Loc, data: Any) -> str:
    """Which item lacks it, by the item's own key, so that a reader need not count."""
    value = data
    for step in loc[:-1]:
        value = value[step]
    key = value.get("key") if isinstance(value, dict) and len(loc) > 1 else None
    return f" from `{key}`" if key else ""


def _suggest(name: str, loc: Loc) -> str:
    close = difflib.get_close_matches(name, _field_names(), n=1)
    return f"write `{close[0]}` instead, or remove the line" if close else "remove the line"


@lru_cache(maxsize=1)
def _field_names() -> tuple[str, ...]:
    schema = Playbook.model_json_schema()
    names = set(schema["properties"])
    for definition in schema.get("$defs", {}).values():
        names |= set(definition.get("properties", {}))
    return tuple(sorted(names))
