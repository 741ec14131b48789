"""What people type on the qualification page.

Answers: how the fields of a sent form are read. Does not answer: whether the deal allows it (the actions say).
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from landmark.buying.competition_actions import BarrierInput
from landmark.buying.proposals import Proposed
from landmark.buying.qualification_actions import DecisionInput, ItemInput, PointsInput
from landmark.buying.returns import Trigger
from landmark.closing.trial_actions import TrialInput
from landmark.deals.policies import Refused
from landmark.playbook.rubrics import Rubric
from landmark.ui.numbers import read_count
from landmark.workspace.typed import as_id, read_day, read_text

MOST_DAYS = 999


def read_id(data: QueryDict | Mapping[str, str], name: str) -> UUID | None:
    text = data.get(name, "")
    found = as_id(text)
    if text and found is None:
        raise Refused(_("Load the page again; it does not say what it is about."))
    return found


def read_number(data: QueryDict, name: str, most: int) -> int | None:
    text = read_text(data, name)
    if not text:
        return None
    number = read_count(text)
    if number is None or number > most:
        raise Refused(_("Write a whole number up to %(most)d.") % {"most": most})
    return number


def read_points(data: QueryDict, rubric: Rubric) -> dict[str, PointsInput]:
    """Every dimension that was answered."""
    found: dict[str, PointsInput] = {}
    for dimension in rubric.dimensions:
        points = read_number(data, f"points-{dimension.key}", 10)
        if points is None:
            continue
        anchor = dimension.anchor(points)
        found[dimension.key] = PointsInput(
            points=points,
            observation=read_text(data, f"seen-{dimension.key}"),
            evidence_id=read_id(data, f"proof-{dimension.key}") if points else None,
            due_on=read_day(data, f"due-{dimension.key}") if anchor and anchor.needs_date else None,
            was=read_id(data, f"was-{dimension.key}"),
        )
    return found


def read_proposals(data: QueryDict) -> list[Proposed]:
    """Proposed points as they stood on the page: "rubric.dimension.points.version"."""
    found = []
    for text in data.getlist("proposed"):
        parts = text.split(".")
        points = read_count(parts[2]) if len(parts) == 4 else None
        if points is None:
            raise Refused(_("Load the page again; it does not say what it is about."))
        rubric, dimension = parts[:2]
        found.append(Proposed(rubric, dimension, points, read_id({"was": parts[3]}, "was")))
    return found


def read_items(data: QueryDict, keys: list[str]) -> list[ItemInput]:
    """Lines of the check list in which something differs from what the person saw."""
    names = ("state", "days", "owner", "note")
    found = []
    for key in keys:
        if all(read_text(data, f"{name}-{key}") == read_text(data, f"{name}-{key}-before") for name in names):
            continue
        found.append(
            ItemInput(
                key, read_text(data, f"state-{key}") or "unknown", read_number(data, f"days-{key}", MOST_DAYS),
                read_text(data, f"owner-{key}"), read_text(data, f"note-{key}"), read_id(data, f"was-{key}"),
            )
        )  # fmt: skip
    return found


def read_trigger(data: QueryDict) -> Trigger:
    return Trigger(
        read_text(data, "kind"), read_day(data, "on"), read_text(data, "event")[:300], read_text(data, "evidence_key")
    )


def read_decision(data: QueryDict) -> DecisionInput:
    way = read_text(data, "way")
    return DecisionInput(
        gate=read_text(data, "gate"), way=way, sentence=read_text(data, "sentence"), owner=read_text(data, "owner"),
        due_on=read_day(data, "due_on"), trigger=read_trigger(data) if way == "pause" else None,
    )  # fmt: skip


def read_barrier(data: QueryDict) -> BarrierInput:
    return BarrierInput(
        kind=read_text(data, "kind"), note=read_text(data, "note"), is_main="is_main" in data,
        is_structural="is_structural" in data, tactics=tuple(data.getlist("tactics")), owner=read_text(data, "owner"),
        due_on=read_day(data, "due_on"), was=read_id(data, "was"),
    )  # fmt: skip


def read_trial(data: QueryDict, today: date) -> TrialInput:
    outcome = read_text(data, "outcome")
    if outcome not in ("confirmed", "gap"):
        raise Refused(_("Choose whether they confirmed it or a gap showed."))
    return TrialInput(
        kind=read_text(data, "kind"), person=read_text(data, "person"), answer=read_text(data, "answer"),
        is_confirmed=outcome == "confirmed", asked_on=read_day(data, "asked_on") or today,
        clarified=read_text(data, "clarified"), impact=read_text(data, "impact"), fix=read_text(data, "fix"),
        owner=read_text(data, "owner"), due_on=read_day(data, "due_on"),
    )  # fmt: skip
