"""Small made-up files for importer tests."""

import csv
import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

Rows = Sequence[Sequence[object]]


def csv_text(rows: Rows, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write_csv(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    path.write_bytes(csv_text(rows, delimiter).encode(encoding))
    return path


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def real_data(folder: str) -> Path:
    """A folder of the real data, or a skip that says which one is absent."""
    root = Path(os.environ.get("LANDMARK_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
    if not (root / folder).is_dir():
        pytest.skip(f"The real data {folder} is not here; LANDMARK_DATA names the folder that holds it.")
    return root / folder


def files_in(folder: Path, *names: str) -> list[Path]:
    return [folder / f"{name}.csv.gz" for name in names]


def codes(problems: Iterable[object]) -> list[str]:
    return [problem.code for problem in problems]  # type: ignore[attr-defined]
