"""Finds the neutral event log among a set of files and hands it to its reader.

Answers: which file holds deals, events and changes. Does not answer: what their rows say (``eventlog``, which the
forecast commands share and which takes paths of UTF-8 files). Members of an archive, other encodings and headings
spelt another way are first written to a folder that is gone afterwards.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from landmark.connectors.eventlog import CHANGE_KEYS, EVENT_KEYS, RESERVED, read_event_log
from landmark.connectors.files import open_sources
from landmark.connectors.parsed import Parsed, StructuralError
from landmark.connectors.tables import Table, check_id, fold_heading, read_table

CANONICAL = {fold_heading(name): name for name in (*RESERVED, *EVENT_KEYS, *CHANGE_KEYS, "known_at")}


def parse_event_log(tables: Sequence[Table]) -> Parsed | None:
    """The event log among ``tables``; None when there is none."""
    changes = next((table for table in tables if table.has(*CHANGE_KEYS)), None)
    events = next((table for table in tables if table is not changes and table.has(*EVENT_KEYS)), None)
    deals = next((table for table in tables if _is_deals(table) and table not in (events, changes)), None)
    if deals is None and events is None:
        return None
    if deals is None:
        raise StructuralError("There are events but no deals; add the file with deal_id, opened_at, closed_at.")
    if events is None:
        raise StructuralError("There are deals but no events; add the file with deal_id, at, milestone.")
    _check_ids(deals)
    with TemporaryDirectory() as folder:
        return read_event_log(
            _path_of(deals, Path(folder, "deals")),
            _path_of(events, Path(folder, "events")),
            _path_of(changes, Path(folder, "changes")) if changes else None,
        )


def plain_path(path: Path, folder: Path) -> Path:
    """The file itself where nothing about it is odd, else a plain copy in ``folder``, which is made."""
    sources = open_sources([path])
    return _path_of(read_table(sources[0]), folder) if len(sources) == 1 else path


def _is_deals(table: Table) -> bool:
    return table.has("deal_id") and table.column("opened_at", "closed_at", "outcome") >= 0


def _check_ids(table: Table) -> None:
    place = table.require("deal_id")
    for number, cells in table.rows():
        check_id(table, table.headings[place], number, cells[place].strip())


def _path_of(table: Table, folder: Path) -> Path:
    """The file itself where the reader can take it as it is, else a copy under a harmless form of its name."""
    headings = [CANONICAL.get(key, heading) for key, heading in zip(table.keys, table.headings, strict=True)]
    is_plain = table.encoding == "utf-8-sig" and not table.skipped
    if table.source.path and is_plain and headings == [heading.casefold() for heading in table.headings]:
        return table.source.path
    folder.mkdir()
    path = folder / (re.sub(r"[^\w.-]", "_", table.name)[-80:].lstrip(".") or "file.csv")
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(headings)
        writer.writerows(cells for _, cells in table.records())
    return path
