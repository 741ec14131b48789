"""Uploaded files on their way in.

Answers: where they lie, under which names, whether they are too large, and whether they are the same as before.
Does not answer: what they hold (``recognise``). Files get names of our own; messages speak of them as their owner does.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from landmark.connectors.parsed import Parsed, Problem, StructuralError
from landmark.connectors.progress import folder_of

MAPPING_ENDINGS = (".yaml", ".yml")
MOST_FILES = 50
_ENDINGS = re.compile(r"(\.[a-z0-9]{1,8}){1,2}$", re.IGNORECASE)


class Upload(Protocol):
    """What a web framework hands over for each file."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def chunks(self, chunk_size: int | None = None) -> Iterable[bytes]: ...


def store_uploads(run_id: UUID, uploads: Sequence[Upload]) -> tuple[list[dict[str, Any]], str]:
    """Write them to the run's folder. Returns what the run keeps about each, and one digest of them all."""
    if not uploads:
        raise StructuralError(_("Choose a file first: one zip, or the CSV files of one export."))
    if len(uploads) > MOST_FILES:
        raise StructuralError(_("These are more than %(n)d files; put them in one zip.") % {"n": MOST_FILES})
    limit = settings.LANDMARK_UPLOAD_LIMIT_BYTES
    if sum(upload.size or 0 for upload in uploads) > limit:
        raise StructuralError(_("Together the files are larger than %(mb)d MB; zip them.") % {"mb": limit >> 20})
    folder = folder_of(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    files, digests = [], []
    for number, upload in enumerate(uploads, 1):
        name = Path((upload.name or "file").replace("\\", "/")).name[:120]
        stored = f"upload-{number}{_ending(name)}"
        hashed = hashlib.sha256()
        with (folder / stored).open("wb") as target:
            for chunk in upload.chunks():
                hashed.update(chunk)
                target.write(chunk)
        files.append({"name": name, "stored": stored, "size": upload.size or 0})
        digests.append(hashed.hexdigest())
    return files, join_digests(digests)


def _ending(name: str) -> str:
    found = _ENDINGS.search(name)
    return found.group().lower() if found else ""


def digest_of(paths: Iterable[Path]) -> str:
    """One digest of several files, whatever their names and order."""
    digests = []
    for path in paths:
        try:
            with path.open("rb") as stream:
                digests.append(hashlib.file_digest(stream, "sha256").hexdigest())
        except OSError:
            raise StructuralError(f"{path.name} cannot be opened; check that it exists and may be read.") from None
    return join_digests(digests)


def join_digests(digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def split_mapping(paths: Sequence[Path]) -> tuple[list[Path], Path | None]:
    """Data files, and the mapping file if one came along."""
    mappings = [path for path in paths if path.name.endswith(MAPPING_ENDINGS)]
    if len(mappings) > 1:
        raise StructuralError(_("There are two mapping files; keep one."))
    return [path for path in paths if path not in mappings], (mappings[0] if mappings else None)


def speak_names(text: str, files: Sequence[dict[str, Any]]) -> str:
    """Our file names in a message, replaced by those their owner knows."""
    for number, file in reversed(list(enumerate(files, 1))):
        stem = _ENDINGS.sub("", file["name"]) or file["name"]
        text = re.sub(rf"\bupload-{number}(?![0-9])", stem.replace("\\", "\\\\"), text)
    return text


def rename_in(parsed: Parsed, files: Sequence[dict[str, Any]]) -> None:
    """Let every problem and assumption name the files as their owner does."""
    spoken: dict[str, str] = {}

    def speak(text: str) -> str:
        if "upload-" not in text:
            return text
        return spoken.setdefault(text, speak_names(text, files))

    parsed.problems = [
        Problem(p.kind, p.code, speak(p.file), p.row, speak(p.reason), p.raw) if p.file.startswith("upload-") else p
        for p in parsed.problems
    ]
    parsed.assumptions = [speak(text) for text in parsed.assumptions]
