"""Opens what a user brings: paths or one zip, plain or gzipped, within limits.

Answers: which byte streams there are, under which plain name, and that none is too large. Does not answer: what
they hold (``tables``, ``recognise``). Nothing is unpacked to disk and no path stored in an archive is ever used.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, BinaryIO, cast

from landmark.connectors.parsed import StructuralError

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
GZIP_MAGIC = b"\x1f\x8b"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
RATIO_FLOOR_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one import may hold: bytes after unpacking, files in a zip, and how far a zip may expand."""

    total_bytes: int = 2 << 30
    members: int = 200
    ratio: int = 200


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: the name a user knows it by, how to open it from its start (again and again), and its path
    where it is a file of its own rather than a member of an archive.
    """

    name: str
    open: Callable[[], BinaryIO]
    path: Path | None = None


@dataclass(slots=True)
class _Budget:
    """Bytes read so far, the furthest of each file; shared by all files of one import."""

    limit: int
    read: dict[str, int] = field(default_factory=dict)

    def note(self, name: str, position: int) -> None:
        if position > self.read.get(name, 0):
            self.read[name] = position
            if sum(self.read.values()) > self.limit:
                raise StructuralError(
                    f"Together the files hold more than {self.limit >> 20} MB when unpacked; "
                    f"import fewer at a time, or a shorter period."
                )


class _Bounded(io.RawIOBase):
    """A stream that counts what it gives and turns a damaged archive into one plain sentence."""

    def __init__(self, inner: BinaryIO, name: str, budget: _Budget) -> None:
        self._inner, self._name, self._budget, self._position = inner, name, budget, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._inner.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise StructuralError(f"{self._name} is damaged or cut short; export it again.") from error
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        self._budget.note(self._name, self._position)
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def open_sources(paths: Sequence[str | Path], limits: Limits | None = None) -> list[Source]:
    """List the files behind ``paths``; a zip stands for its members."""
    limits = limits or Limits()
    if not paths:
        raise StructuralError("No file was given; name one zip, or the CSV files to import.")
    budget = _Budget(limits.total_bytes)
    sources: list[Source] = []
    for path in map(Path, paths):
        sources += _sources_of(path, limits, budget)
    if not sources:
        raise StructuralError("The zip holds no files; put the CSV files of one export in it.")
    return _with_distinct_names(sources)


def _sources_of(path: Path, limits: Limits, budget: _Budget) -> list[Source]:
    if path.is_dir():
        raise StructuralError(f"{path.name} is a folder; name the files in it, or zip them.")
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise StructuralError(f"{path.name} cannot be opened; check that it exists and may be read.") from error
    if not size:
        raise StructuralError(f"{path.name} is empty; export it again.")
    if size > limits.total_bytes:
        raise StructuralError(f"{path.name} is larger than {limits.total_bytes >> 20} MB; import a shorter period.")
    _refuse_spreadsheet(path.name, magic)
    if magic in ZIP_MAGIC:
        return _zip_sources(path, limits, budget)
    return [_source(path.name, lambda: path.open("rb"), magic, budget, path)]


def _source(
    name: str, open_raw: Callable[[], BinaryIO], magic: bytes, budget: _Budget, path: Path | None = None
) -> Source:
    """A source that is gunzipped on the way when its first bytes say so."""
    if not magic.startswith(GZIP_MAGIC):
        return Source(name, lambda: _bounded(open_raw(), name, budget), path)
    plain = name.removesuffix(".gz")
    return Source(plain, lambda: _bounded(cast(BinaryIO, _gunzipped(open_raw())), plain, budget), path)


class _gunzipped(gzip.GzipFile):  # noqa: N801 - reads as a function where it is used
    """A gzip reader that also closes the stream below it."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__(fileobj=raw, mode="rb")
        self._raw = raw

    def close(self) -> None:
        super().close()
        self._raw.close()


def _bounded(inner: BinaryIO, name: str, budget: _Budget) -> BinaryIO:
    return io.BufferedReader(_Bounded(inner, name, budget), 1 << 18)


def _zip_sources(path: Path, limits: Limits, budget: _Budget) -> list[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if _is_wanted(info)]
            if any(info.filename.startswith("xl/") for info in members):
                raise StructuralError(_spreadsheet_sentence(path.name))
            _check_members(path.name, members, limits)
            return [_zip_source(path, archive, info, budget) for info in members]
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError, NotImplementedError, ValueError) as error:
        raise StructuralError(f"{path.name} is not a zip that can be read; export it again.") from error


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    """Folders and the hidden files that some systems add are no part of an export."""
    name = _plain_name(info.filename)
    return not info.is_dir() and not name.startswith(".") and not info.filename.startswith("__MACOSX/")


def _plain_name(stored: str) -> str:
    """The last part of a stored path: shown to the user, never used to open anything."""
    return stored.replace("\\", "/").rsplit("/", 1)[-1]


def _check_members(name: str, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.members:
        raise StructuralError(f"{name} holds {len(members)} files and the limit is {limits.members}; zip fewer files.")
    if any(info.flag_bits & 1 for info in members):
        raise StructuralError(f"{name} is protected by a password; zip the files without one.")
    total = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    if total > limits.total_bytes:
        raise StructuralError(f"{name} unpacks to more than {limits.total_bytes >> 20} MB; import a shorter period.")
    if total > RATIO_FLOOR_BYTES and total > limits.ratio * max(packed, 1):
        raise StructuralError(f"{name} unpacks to more than {limits.ratio} times its size; that is no ordinary export.")


def _zip_source(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> Source:
    name = _plain_name(info.filename)
    with archive.open(info) as member:
        magic = member.read(4)
    if magic in ZIP_MAGIC:
        raise StructuralError(f"{path.name} holds another archive, {name}; zip the CSV files themselves.")
    _refuse_spreadsheet(name, magic)
    return _source(name, lambda: _open_member(path, info), magic, budget)


def _open_member(path: Path, info: zipfile.ZipInfo) -> BinaryIO:
    archive = zipfile.ZipFile(path)
    try:
        member = archive.open(info)
    except Exception:
        archive.close()
        raise
    return cast(BinaryIO, _Member(member, archive))


class _Member(io.RawIOBase):
    """A zip member that closes its archive with itself."""

    def __init__(self, member: IO[bytes], archive: zipfile.ZipFile) -> None:
        self._member, self._archive = member, archive

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._member.read(size)

    def close(self) -> None:
        if not self.closed:
            self._member.close()
            self._archive.close()
        super().close()


def _refuse_spreadsheet(name: str, magic: bytes) -> None:
    if magic == OLD_EXCEL_MAGIC:
        raise StructuralError(_spreadsheet_sentence(name))


def _spreadsheet_sentence(name: str) -> str:
    return f"{name} is a spreadsheet workbook; save each sheet as CSV (UTF-8) and import those files."


def _with_distinct_names(sources: list[Source]) -> list[Source]:
    """Two members may share a plain name; a number keeps them apart in messages."""
    seen: dict[str, int] = {}
    result = []
    for source in sources:
        seen[source.name] = count = seen.get(source.name, 0) + 1
        result.append(source if count == 1 else replace(source, name=f"{source.name} ({count})"))
    return result
