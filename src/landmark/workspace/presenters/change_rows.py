"""The deals behind a bar: what changed in each, who changed it, on what evidence.

Answers: the lines below a waterfall and the five largest changes of a week. Does not answer: which deals they are
(``engines.waterfall``), what is on record (``cadence.traces``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.cadence.changes import Changes, Step
from landmark.cadence.traces import Trace, find_cause, find_evidence, read_traces
from landmark.engines.waterfall import DealState
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_day, format_money, make_readable
from landmark.workspace.presenters.categories import CATEGORY_LABELS
from landmark.workspace.presenters.deal_types import name_deal_type
from landmark.workspace.presenters.fields import show_value
from landmark.workspace.presenters.record import REASON_LISTS, name_move
from landmark.workspace.presenters.waterfall import LABELS, RISING, format_signed

TRACES_SHOWN = 6
_FIELD_LABELS: Mapping[str, Any] = {
    "amount": gettext_lazy("Value"),
    "target_on": gettext_lazy("Target date"),
    "owner": gettext_lazy("Owner"),
    "deal_type": gettext_lazy("Type"),
    "currency": gettext_lazy("Currency"),
    "name": gettext_lazy("Name"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not what it was: "Target date", "12 Dec", "20 Jan"."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TraceLine:
    at: datetime
    words: str
    author: str
    strength: str
    note: str
    is_evidence: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One deal in one bar. ``cause`` is the entry behind it, ``evidence`` the newest fact that was on record by then.

    ``cause_words`` is empty where the differences say it already.
    """

    id: UUID
    name: str
    account: str
    owner: str
    reason: str
    label: str
    is_up: bool
    amount: Decimal
    words: str
    before: DealState | None
    after: DealState | None
    differences: tuple[Difference, ...]
    cause: TraceLine | None
    cause_words: str
    evidence: TraceLine | None
    traces: tuple[TraceLine, ...]
    hidden: int


def read_rows(changes: Changes, steps: Sequence[Step], currency: str, playbook: Playbook, lang: str) -> list[ChangeRow]:
    """Rows in the order of the steps; the same number of queries for any number of them."""
    traces = read_traces(changes, {step.deal for step in steps})
    teller = Teller(changes, playbook, lang)
    return [teller.tell(step, traces.get(step.deal, []), currency) for step in steps]


class Teller:
    """Puts facts into words; holds what is the same for all of them."""

    def __init__(self, changes: Changes, playbook: Playbook, lang: str) -> None:
        self.changes, self.playbook, self.lang = changes, playbook, lang
        self.stages = {stage.key: playbook.label("stage", stage.key, lang) for stage in playbook.stages}

    def tell(self, step: Step, traces: Sequence[Trace], currency: str) -> ChangeRow:
        before, after = step.movement.before, step.movement.after
        state, name = after or before, self.changes.names[step.deal]
        cause = find_cause(step.reason, traces)
        evidence = find_evidence(cause, traces)
        lines = [self.line(trace) for trace in traces[:TRACES_SHOWN]]
        differences = tuple(self.differences(before, after)) if before and after else ()
        return ChangeRow(
            id=name.id, name=name.name, account=name.account,
            owner=self.changes.name_person(state.owner) if state else "", reason=str(step.reason or ""),
            label=str(LABELS[step.reason]) if step.reason else "", is_up=step.reason in RISING, amount=step.amount,
            words=format_signed(step.amount, currency) if step.reason else format_money(step.amount, currency),
            before=before, after=after,
            differences=differences, cause=self.line(cause) if cause else None,
            cause_words=self._say(cause) if cause and not _is_said(cause, differences) else "",
            evidence=self.line(evidence) if evidence else None,
            traces=tuple(lines), hidden=len(traces) - len(lines),
        )  # fmt: skip

    def differences(self, before: DealState, after: DealState) -> Iterable[Difference]:
        on, person = self.changes.end.on, self.changes.name_person
        pairs = (
            (
                "stage",
                _("Stage"),
                self.stages.get(before.stage, before.stage),
                self.stages.get(after.stage, after.stage),
            ),
            ("amount", _("Value"), _money(before.amount, before.currency), _money(after.amount, after.currency)),
            (
                "target_on",
                _("Target date"),
                format_day(before.target_on, year_of=on),
                format_day(after.target_on, year_of=on),
            ),
            ("owner", _("Owner"), person(before.owner) or "—", person(after.owner) or "—"),
            ("deal_type", _("Type"), name_deal_type(before.deal_type) or "—", name_deal_type(after.deal_type) or "—"),
            ("category", _("Category"), str(CATEGORY_LABELS[before.category]), str(CATEGORY_LABELS[after.category])),
        )
        return (Difference(field, label, old, new) for field, label, old, new in pairs if old != new)

    def line(self, trace: Trace) -> TraceLine:
        strength = self.playbook.label("strength", trace.strength, self.lang) if trace.strength else ""
        return TraceLine(
            at=trace.at,
            words=self._say(trace),
            author=trace.author or (_("imported history") if trace.is_imported else ""),
            strength=strength,
            note=trace.note,
            is_evidence=trace.kind == "evidence",
        )

    def _say(self, trace: Trace) -> str:
        if trace.kind == "move":
            return self._say_move(trace)
        if trace.kind == "evidence":
            return self._say_evidence(trace)
        if trace.kind == "category":
            return _("Category: %(old)s → %(new)s") % {
                "old": CATEGORY_LABELS.get(trace.old, trace.old),
                "new": CATEGORY_LABELS.get(trace.new, trace.new),
            }
        label = str(_FIELD_LABELS.get(trace.key) or make_readable(trace.key))
        return f"{label}: {self._show(trace.key, trace.old)} → {self._show(trace.key, trace.new)}"

    def _say_move(self, trace: Trace) -> str:
        to = self.stages.get(trace.new, trace.new)
        said, what = name_move(trace.key, to), REASON_LISTS.get(trace.key)
        return f"{said}: {self.playbook.label(what, trace.title, self.lang)}" if what and trace.title else said

    def _say_evidence(self, trace: Trace) -> str:
        is_known = self.playbook.has_evidence(trace.key)
        label = self.playbook.label("milestone", trace.key, self.lang) if is_known else make_readable(trace.key)
        said = label if trace.title in ("", label, trace.key) else f"{label} · {trace.title}"
        return _("Taken back: %(what)s") % {"what": said} if trace.is_retracted else said

    def _show(self, field: str, text: str) -> str:
        return show_value(field, text, self.changes.end.on)


def _is_said(cause: Trace, differences: Iterable[Difference]) -> bool:
    """Whether the differences tell the cause already; a reason for winning or losing they do not."""
    field = "stage" if cause.kind == "move" and not cause.title else cause.key if cause.kind == "change" else cause.kind
    return any(one.field == field for one in differences)


def _money(amount: Decimal | None, currency: str) -> str:
    return format_money(amount, currency)
