"""How far an import is, for the page that waits for it.

Answers: phase and percent of a run. Does not answer: how it ended (the run's own row does). Kept in a small file
beside the uploads: while an import applies, its one transaction holds SQLite's write lock and nobody else can write.
"""

import json
import shutil
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings

SILENT_AFTER_SECONDS = 600


def folder_of(run_id: UUID) -> Path:
    """Where a run keeps its files; the name is ours."""
    return Path(settings.UPLOADS_DIR) / str(run_id)


def write_progress(run_id: UUID, phase: str, percent: int) -> None:
    """Replace the file in one step, so that nobody reads half of it."""
    folder = folder_of(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "progress.new"
    fresh.write_text(json.dumps({"phase": phase, "percent": percent}))
    fresh.replace(folder / "progress.json")


def read_progress(run_id: UUID) -> tuple[str, int]:
    """Phase and percent, ("", 0) before the first word."""
    try:
        found = json.loads((folder_of(run_id) / "progress.json").read_text())
    except (OSError, ValueError):
        return "", 0
    return str(found["phase"]), int(found["percent"])


def is_silent(run_id: UUID, seconds: float = SILENT_AFTER_SECONDS) -> bool:
    """Nothing was heard of it for ten minutes: its worker has gone."""
    try:
        last = (folder_of(run_id) / "progress.json").stat().st_mtime
    except OSError:
        return True
    return time.time() - last > seconds


def remove_files(run_id: UUID) -> None:
    """Everything the run kept on disk."""
    shutil.rmtree(folder_of(run_id), ignore_errors=True)
