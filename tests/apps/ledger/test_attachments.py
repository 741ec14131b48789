"""Files behind evidence: kept once, whole or not at all, and checked when read."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from landmark.ledger.attachments import find_attachment, read_attachment, store_attachment
from landmark.ledger.inputs import LedgerError

LETTER = b"We confirm the budget." * 50_000


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ATTACHMENTS_DIR = tmp_path / "attachments"
    return tmp_path / "attachments"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_stored_by_its_hash_and_read_back(folder: Path) -> None:
    sha256 = store_attachment(io.BytesIO(LETTER))
    assert sha256 == hashlib.sha256(LETTER).hexdigest()
    assert read_attachment(sha256) == LETTER
    assert files(folder) == [folder / sha256[:2] / sha256[2:4] / sha256]


def test_the_same_bytes_are_kept_once(folder: Path) -> None:
    assert store_attachment(io.BytesIO(LETTER)) == store_attachment(io.BytesIO(LETTER))
    assert len(files(folder)) == 1


def test_too_large_a_file_leaves_nothing_behind(folder: Path) -> None:
    with pytest.raises(LedgerError, match="larger than 1 MB"):
        store_attachment(io.BytesIO(LETTER), limit_bytes=1024 * 1024)
    assert files(folder) == []


def test_a_file_that_cannot_be_read_leaves_nothing_behind(folder: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        store_attachment(Broken())
    assert files(folder) == []


def test_a_changed_file_is_not_handed_out() -> None:
    sha256 = store_attachment(io.BytesIO(LETTER))
    find_attachment(sha256).write_bytes(b"other")
    with pytest.raises(LedgerError, match="was changed"):
        read_attachment(sha256)


def test_a_missing_file_says_so() -> None:
    with pytest.raises(LedgerError, match="not here"):
        read_attachment("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64 + "\n"])
def test_only_a_hash_is_a_name(name: str) -> None:
    with pytest.raises(LedgerError, match="SHA-256"):
        find_attachment(name)
