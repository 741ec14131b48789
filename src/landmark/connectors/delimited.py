"""Delimited text files, row by row: plain or gzipped UTF-8, with or without byte order mark; ``,`` ``;`` tab ``|``.

Answers: the cells of each row, numbered as a spreadsheet does, or one sentence why there are none.
Does not answer: what the cells mean.
"""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from landmark.connectors.parsed import StructuralError

SIZE_LIMIT = 2_000_000_000
"""Bytes of one file after decompression; more is refused before it fills memory or disk."""

_DELIMITERS = (",", ";", "\t", "|")


class OddlyWritten(StructuralError):
    """Perhaps it is only written in another way: another encoding, a line ``sep=;`` first, headings spelt otherwise. A
    plain copy (``logfiles``) may then be read."""


class _Guarded(io.RawIOBase):
    """A byte stream that stops at the size limit and at a NUL character, which no database and no CSV should hold."""

    def __init__(self, source: BinaryIO, name: str) -> None:
        self._source, self._name, self._size = source, name, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        chunk = self._source.read(len(buffer))
        self._size += len(chunk)
        if self._size > SIZE_LIMIT:
            raise StructuralError(
                f"{self._name} is larger than {SIZE_LIMIT // 1_000_000:,} MB; split it or leave columns out."
            )
        if b"\0" in chunk:
            raise OddlyWritten(
                f"{self._name} holds NUL characters, so it is not plain UTF-8 text; save it as CSV UTF-8."
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._source.close()
        super().close()


def read_rows(path: Path, keys: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """The headings as row 1, then every row that is not blank, numbered as a spreadsheet does."""
    name = path.name
    try:
        with _open(path) as stream:
            first = stream.readline()
            delimiter = _delimiter(first, keys, name)
            reader = csv.reader(_chain(first, stream), delimiter=delimiter, strict=True)
            yield 1, check_headings(next(reader), keys, name)
            for row, cells in enumerate(reader, 2):
                if cells and (len(cells) > 1 or cells[0].strip()):
                    yield row, cells
    except UnicodeDecodeError:
        raise OddlyWritten(f"{name} is not UTF-8 text; save it as CSV UTF-8 and try again.") from None
    except csv.Error as error:
        raise StructuralError(
            f"{name} cannot be read as a table ({error}); look for a quotation mark that is not closed."
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise _unopened(name, error) from None


def _unopened(name: str, error: Exception) -> StructuralError:
    reason = getattr(error, "strerror", None) or "it is damaged or cut short"
    return StructuralError(f"{name} cannot be opened: {reason}.")


def read_head(path: Path, keys: tuple[str, ...]) -> tuple[tuple[str, ...], str, bool]:
    """The headings, the delimiter, and whether the file is gzipped. Raises StructuralError as ``read_rows`` does."""
    _, headings = next(read_rows(path, keys))
    with _open(path) as stream:
        delimiter = _delimiter(stream.readline(), keys, path.name)
    return tuple(headings), delimiter, _is_packed(path)


def check_bytes(path: Path) -> None:
    """Raises StructuralError for a file that is too large, damaged, or holds a NUL character."""
    try:
        with _open_bytes(path) as stream:
            while stream.read(1 << 20):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise _unopened(path.name, error) from None


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _open(path: Path) -> io.TextIOWrapper:
    return io.TextIOWrapper(_open_bytes(path), encoding="utf-8-sig", newline="")


def _open_bytes(path: Path) -> io.BufferedReader:
    binary: BinaryIO = gzip.open(path) if _is_packed(path) else path.open("rb")  # type: ignore[assignment]
    return io.BufferedReader(_Guarded(binary, path.name), 1 << 16)


def _is_packed(path: Path) -> bool:
    with path.open("rb") as start:
        return start.read(2) == b"\x1f\x8b"


def _delimiter(first: str, keys: tuple[str, ...], name: str) -> str:
    if not first.strip():
        raise StructuralError(f"{name} is empty.")

    def known(delimiter: str) -> int:
        return len({cell.strip(' "\r\n').casefold() for cell in first.split(delimiter)} & set(keys))

    best = max(_DELIMITERS, key=known)
    if known(best) == 0:
        raise OddlyWritten(f"{name} has none of the headings {', '.join(keys)} in its first row.")
    return best


def check_headings(cells: list[str], keys: tuple[str, ...], name: str) -> list[str]:
    """The headings without blanks around them. Raises StructuralError when one is missing or stands twice."""
    headings = [cell.strip() for cell in cells]
    folded = [heading.casefold() for heading in headings]
    missing = [key for key in keys if key not in folded]
    if missing:
        raise OddlyWritten(
            f"{name} has no column {' and no column '.join(missing)}; its first row must name the columns."
        )
    twice = [heading for heading, count in Counter(folded).items() if count > 1 and heading]
    if twice:
        raise StructuralError(f"{name} has the column {twice[0]} twice; keep one.")
    return headings
