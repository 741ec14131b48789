"""One way to write a value down, so that the same content always gives the same hash (JSON as RFC 8785 orders it).

Answers: the hash of a row, a text and a link. Does not answer: where they are stored. No secret is involved: whoever
has the rows can compute every hash again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

NO_HASH = "0" * 64
SALT_BYTES = 16
# RFC 8785 writes numbers as a double would; beyond this an integer would lose digits.
LARGEST_INTEGER = 2**53 - 1

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def plain(value: object) -> object:
    """A value as JSON text can carry it. Times are UTC with six decimals, so that equal times look equal."""
    if isinstance(value, datetime):
        return _write_moment(value)
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def _write_moment(value: datetime) -> str:
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def canonical(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8. ``check_plain`` says which values are allowed.

    Keys are ASCII throughout the ledger, where sorting by code point is sorting as RFC 8785 asks.
    """
    return _encode(value).encode()


def check_plain(value: object, name: str = "detail") -> None:
    """Refuse what two readers could write differently: fractions, huge integers, keys that are not plain text."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii() or "\0" in key:
                raise ValueError(f"{name}: keys are plain ASCII text")
            check_plain(item, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for item in value:
            check_plain(item, name)
    else:
        _check_single(value, name)


def _check_single(value: object, name: str) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError(f"{name}: the text holds a NUL character; remove it")
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError(f"{name}: the number is too large; write it as text")
    elif value is not None:
        raise ValueError(f"{name}: write {type(value).__name__} values as text")


def hash_columns(columns: Mapping[str, Sequence[object]]) -> list[bytes]:
    """Hash of each row of a table given by columns: SHA-256 of the row as a canonical JSON object.

    Empty values are left out, so a column added later leaves older hashes as they are. Column by column because a
    million rows pass here.
    """
    cells = [_write_cells(name, columns[name]) for name in sorted(columns)]
    return [hashlib.sha256(f"{{{''.join(row)[1:]}}}".encode()).digest() for row in zip(*cells, strict=True)]


def _write_cells(name: str, values: Sequence[object]) -> list[str]:
    """The JSON of a column's values, each with its name. What repeats in a run, or is text, is written once."""
    lead, cells, known = f',"{name}":', [], dict[str, str]()
    last, cell = None, ""
    for value in values:
        if value is not last:
            last = value
            if isinstance(value, str):
                if value not in known:
                    known[value] = lead + _encode(value) if value else ""
                cell = known[value]
            else:
                cell = lead + _write(value) if value or not _is_empty(value) else ""
        cells.append(cell)
    return cells


def _is_empty(value: object) -> bool:
    return value is None or value is False or value == {}


def _write(value: object) -> str:
    """JSON of one value; ids and times, most of a large import, need no escaping."""
    if isinstance(value, UUID):
        return f'"{value}"'
    if isinstance(value, datetime):
        return f'"{_write_moment(value)}"'
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _encode(plain(value))


def hash_text(salt: bytes, body: Mapping[str, str]) -> bytes:
    """A commitment to erasable text: with the salt gone, nobody can find the text by guessing."""
    return hashlib.sha256(salt + canonical(body)).digest()


def hash_rows(digests: Iterable[bytes]) -> str:
    """Hash of the rows of one link, in their order."""
    return hashlib.sha256(b"".join(digests)).hexdigest()


def hash_link(
    *, org_id: UUID, seq: int, kind: str, prev_hash: str, row_count: int, rows_digest: str, recorded_at: datetime
) -> str:
    """Hash of a link; it contains the hash of the link before."""
    return hashlib.sha256(
        canonical(
            {
                "kind": kind,
                "org_id": str(org_id),
                "prev_hash": prev_hash,
                "recorded_at": plain(recorded_at),
                "row_count": row_count,
                "rows_digest": rows_digest,
                "seq": seq,
            }
        )
    ).hexdigest()
