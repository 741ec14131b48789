"""What was put on record about deals between two days, and by whom.

Answers: for chosen deals the moves, edits, categories and evidence known after one day and by another, with author and
time, and which of them is behind a change of the pipeline. Does not answer: what the change amounts to
(``engines.waterfall``), how an entry is worded (``workspace.presenters``).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from landmark.cadence.categories import category_changes
from landmark.cadence.changes import Changes
from landmark.deals.models import StageMove
from landmark.engines.waterfall import Reason
from landmark.ledger.models import Evidence, FieldChange
from landmark.playbook.schema import Strength


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing put on record about a deal between the two days.

    ``kind``: move, change, category, evidence. ``key``: the move's direction, the field, the evidence's key.
    ``author`` is "" for what an import brought without saying whose word it was.
    """

    kind: str
    key: str
    at: datetime
    author: str
    old: str = ""
    new: str = ""
    note: str = ""
    title: str = ""
    strength: str = ""
    is_imported: bool = False
    is_retracted: bool = False


def read_traces(changes: Changes, ids: Collection[UUID]) -> dict[UUID, list[Trace]]:
    """What was recorded about these deals between the days, newest first; four queries."""
    traces: dict[UUID, list[Trace]] = defaultdict(list)
    if not ids:
        return traces
    window = {"known_at__gt": changes.start.known_by, "known_at__lte": changes.end.known_by}
    for move in StageMove.objects.filter(deal__in=ids, **window).order_by("known_at", "recorded_at"):
        traces[move.deal_id].append(_trace_move(move))
    rows = FieldChange.objects.filter(deal_id__in=ids, object_kind="deal", **window).with_text()
    for change in rows.order_by("known_at", "seq", "position"):
        if change.deal_id:
            traces[change.deal_id].append(_trace_change(change, changes))
    evidence = Evidence.objects.filter(deal_id__in=ids, **window).with_text().order_by("known_at", "seq", "position")
    for row in evidence:
        traces[row.deal_id].append(_trace_evidence(row, changes))
    wanted = set(ids)
    has_categories = any(state.category for side in (changes.before, changes.after) for state in side.values())
    known = (changes.start.known_by, changes.end.known_by)
    for said in category_changes(changes.org, *known) if has_categories else ():
        if said.deal_id in wanted:
            traces[said.deal_id].append(Trace("category", "", said.at, said.author_name, said.old, said.new))
    for found in traces.values():
        found.sort(key=lambda trace: trace.at, reverse=True)
    return traces


def _trace_move(move: StageMove) -> Trace:
    is_imported = move.via == "import"
    return Trace(
        "move", move.direction, move.known_at, "" if is_imported else move.author, move.from_stage, move.to_stage,
        note=move.note, title=move.reason, is_imported=is_imported,
    )  # fmt: skip


def _trace_change(row: FieldChange, changes: Changes) -> Trace:
    old, new = row.old_value, row.new_value
    if row.field == "owner":
        old, new = changes.name_person(old), changes.name_person(new)
    author = row.author or changes.name_person(str(row.actor_id or "")) * (row.source != "import")
    return Trace("change", row.field, row.known_at, author, old, new, note=row.note, is_imported=row.source == "import")


def _trace_evidence(row: Evidence, changes: Changes) -> Trace:
    author = row.author or changes.name_person(str(row.actor_id or "")) * (row.source != "import")
    return Trace(
        "evidence", row.key, row.known_at, author, note=row.note, title=row.title,
        strength=Strength(row.strength).key, is_imported=row.source == "import", is_retracted=row.is_retracted,
    )  # fmt: skip


_FIELDS_BEHIND: dict[Reason, tuple[str, ...]] = {
    Reason.INCREASED: ("amount",),
    Reason.DECREASED: ("amount",),
    Reason.PULLED_IN: ("target_on",),
    Reason.PUSHED_OUT: ("target_on",),
    Reason.MOVED_IN: ("owner", "deal_type", "currency"),
    Reason.MOVED_OUT: ("owner", "deal_type", "currency"),
}
_STAGES_BEHIND: dict[Reason, tuple[str, ...]] = {
    Reason.WON: ("won",), Reason.LOST: ("lost",), Reason.PAUSED: ("paused",),
}  # fmt: skip


def find_cause(reason: Reason | None, traces: Iterable[Trace]) -> Trace | None:
    """The newest entry that explains why a deal moved for this reason; None when the record does not say."""
    found = [trace for trace in traces if trace.kind != "evidence"]
    if reason is None:
        return next((trace for trace in found if trace.kind in ("move", "category")), None)
    fields = _FIELDS_BEHIND.get(reason, ())
    by_field = [trace for trace in found if trace.kind == "change" and trace.key in fields]
    if by_field:
        return by_field[0]
    stages = _STAGES_BEHIND.get(reason)
    moves = [trace for trace in found if trace.kind == "move" and (stages is None or trace.new in stages)]
    if reason is Reason.NEW:
        return moves[-1] if moves else None
    is_about_stage = reason in _STAGES_BEHIND or reason in (Reason.RETURNED, Reason.MOVED_IN, Reason.MOVED_OUT)
    return moves[0] if moves and is_about_stage else None


def find_evidence(cause: Trace | None, traces: Iterable[Trace]) -> Trace | None:
    """The newest evidence that was on record when the deal changed; of the whole time where the cause is not known."""
    return next(
        (trace for trace in traces if trace.kind == "evidence" and (cause is None or trace.at <= cause.at)), None
    )
