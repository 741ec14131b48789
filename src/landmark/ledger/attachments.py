"""Files behind evidence, stored once by their SHA-256, outside everything that is served.

Answers: where the bytes are and whether they are still the same. Does not answer: who may read them (the view asks),
which evidence they belong to (``Evidence.attachment_sha256``).
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from landmark.ledger.inputs import LedgerError

LIMIT_BYTES = 25 * 1024 * 1024
CHUNK_BYTES = 256 * 1024


def store_attachment(file: BinaryIO, *, limit_bytes: int = LIMIT_BYTES) -> str:
    """Keep what is left to read of a file and return its SHA-256. The same bytes twice are kept once."""
    root = Path(settings.ATTACHMENTS_DIR)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=root, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as kept:
            while chunk := file.read(CHUNK_BYTES):
                size += len(chunk)
                if size > limit_bytes:
                    megabytes = limit_bytes // (1024 * 1024)
                    raise LedgerError(_("The file is larger than %(limit)s MB.") % {"limit": megabytes})
                digest.update(chunk)
                kept.write(chunk)
            kept.flush()
            os.fsync(kept.fileno())
        target = find_attachment(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return digest.hexdigest()


def read_attachment(sha256: str) -> bytes:
    """The bytes, after checking that they are still what was stored."""
    path = find_attachment(sha256)
    if not path.is_file():
        raise LedgerError(_("The attachment is not here; restore it from a backup."))
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise LedgerError(_("The attachment was changed after it was stored; restore it from a backup."))
    return data


def find_attachment(sha256: str) -> Path:
    """Two levels of folders, so that none grows beyond what tools like to list."""
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise LedgerError(_("The name of an attachment is its SHA-256."))
    return Path(settings.ATTACHMENTS_DIR) / sha256[:2] / sha256[2:4] / sha256
