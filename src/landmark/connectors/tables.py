"""Reads a file as a table: encoding, delimiter, headings and rows, one row at a time.

Answers: which headings a file has, however they are spelt, and what each row holds. Does not answer: which
service wrote it (``recognise``). Row numbers count the heading row as 1, as a spreadsheet shows them.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from landmark.connectors.files import Source
from landmark.connectors.parsed import StructuralError

DELIMITERS = ",;\t|"
CELL_LIMIT = 1 << 20
CHUNK = 1 << 20
UNDEFINED_IN_1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
DAMAGED_ID = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)

csv.field_size_limit(CELL_LIMIT)


def fold_heading(text: str) -> str:
    """The spelling-free form of a heading: ``CloseDate``, ``close_date``, ``Close Date*`` all become ``closedate``."""
    plain = unicodedata.normalize("NFKD", text.replace("\ufeff", "")).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Table:
    """One file whose headings are read; ``rows`` reads the rest whenever it is asked to."""

    source: Source
    headings: tuple[str, ...]
    keys: tuple[str, ...]
    encoding: str
    delimiter: str
    skipped: int = 0

    @property
    def name(self) -> str:
        return self.source.name

    def column(self, *names: str) -> int:
        """Position of the first heading known by one of ``names``, or -1."""
        for name in names:
            key = fold_heading(name)
            if key in self.keys:
                return self.keys.index(key)
        return -1

    def require(self, *names: str) -> int:
        position = self.column(*names)
        if position < 0:
            raise StructuralError(f"{self.name} has no column {names[0]}; export it again with that column.")
        return position

    def has(self, *names: str) -> bool:
        return all(self.column(name) >= 0 for name in names)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every filled row with its number; short rows are padded, blank ones left out."""
        width = len(self.headings)
        for number, row in self.records():
            if not any(row):
                continue
            if len(row) < width:
                row += [""] * (width - len(row))
            yield number, row

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the headings just as it is, blank ones too."""
        with _reader(self.source, self.encoding, self.delimiter) as reader:
            for number, row in enumerate(reader, start=1):
                if number > self.skipped + 1:
                    yield number, row


def read_table(source: Source) -> Table:
    """Find out how a file is written and read its headings."""
    encoding = sniff_encoding(source)
    delimiter, skipped = _sniff_delimiter(source, encoding)
    headings: list[str] = []
    with _reader(source, encoding, delimiter) as reader:
        for number, row in enumerate(reader):
            if number >= skipped and any(cell.strip() for cell in row):
                headings, skipped = row, number
                break
    if not headings:
        raise StructuralError(f"{source.name} is empty; export it again.")
    shown = _distinct([heading.replace("\ufeff", "").strip().strip("\"'").strip(" *") for heading in headings])
    return Table(source, shown, tuple(fold_heading(heading) for heading in shown), encoding, delimiter, skipped)


def _distinct(headings: Sequence[str]) -> tuple[str, ...]:
    """A heading that comes twice keeps both columns: the second is called "Name (2)"."""
    seen: dict[str, int] = {}
    result = []
    for heading in headings:
        seen[heading] = count = seen.get(heading, 0) + 1
        result.append(heading if count == 1 else f"{heading} ({count})")
    return tuple(result)


def sniff_encoding(source: Source) -> str:
    """UTF-16 when a byte order mark says so, UTF-8 when the whole file is valid, else Windows-1252 or Latin-1."""
    with source.open() as stream:
        start = stream.read(4)
    if not start:
        raise StructuralError(f"{source.name} is empty; export it again.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check_decodes(source, "utf-16")
        return "utf-16"
    if _is_utf8(source):
        return "utf-8-sig"
    if start.startswith(codecs.BOM_UTF8):
        raise StructuralError(f"{source.name} starts as UTF-8 text but goes on as something else; export it again.")
    return _single_byte_encoding(source)


def _chunks(source: Source) -> Iterator[bytes]:
    with source.open() as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _is_utf8(source: Source) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(source):
            _refuse_nul(source, b"\0" in chunk)
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _check_decodes(source: Source, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(source):
            _refuse_nul(source, "\0" in decoder.decode(chunk))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise StructuralError(f"{source.name} cannot be decoded; save it as UTF-8 and import it again.") from error


def _single_byte_encoding(source: Source) -> str:
    """Windows-1252, or Latin-1 when it uses one of the five bytes that Windows-1252 leaves empty."""
    encoding = "cp1252"
    for chunk in _chunks(source):
        _refuse_nul(source, b"\0" in chunk)
        if not UNDEFINED_IN_1252.isdisjoint(chunk):
            encoding = "latin-1"
    return encoding


def _refuse_nul(source: Source, found: bool) -> None:
    if found:
        raise StructuralError(f"{source.name} is not a text file; save it as CSV in UTF-8 and import it again.")


@contextmanager
def _text(source: Source, encoding: str) -> Iterator[io.TextIOWrapper]:
    with io.TextIOWrapper(source.open(), encoding=encoding, newline=None) as text:
        yield text


@contextmanager
def _reader(source: Source, encoding: str, delimiter: str) -> Iterator[Iterator[list[str]]]:
    with _text(source, encoding) as text:
        yield _plainly(source.name, csv.reader(text, delimiter=delimiter))


def _plainly(name: str, reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The reader's rows; what the csv module cannot read becomes one sentence."""
    try:
        yield from reader
    except csv.Error as error:
        raise StructuralError(
            f"{name} cannot be read as a table: a cell is longer than a million characters, "
            f"most often because a quotation mark is missing; export it again."
        ) from error


def _sniff_delimiter(source: Source, encoding: str) -> tuple[str, int]:
    """The delimiter seen most often in the heading line, and how many lines come before it."""
    with _text(source, encoding) as text:
        line = text.readline(CELL_LIMIT)
    separator = SEPARATOR_LINE.match(line)
    if separator:
        return (separator[1] if separator[1] in DELIMITERS else ","), 1
    with _text(source, encoding) as text:
        heading = next((part for part in iter(lambda: text.readline(CELL_LIMIT), "") if part.strip()), "")
    bare = re.sub(r'"[^"]*"', "", heading)
    return max(DELIMITERS, key=bare.count), 0


def check_id(table: Table, heading: str, row: int, value: str) -> None:
    """Stop when a spreadsheet has rounded ids: which deal a row belongs to can no longer be known."""
    if DAMAGED_ID.fullmatch(value):
        raise StructuralError(
            f"{table.name}, row {row}: the id in {heading} reads {value}, shortened by a spreadsheet program; "
            f"export the file again and import it without opening and saving it there."
        )
