"""Rows and small forms of the calls page: the roll-up, the deals with their categories, what was submitted.

Answers: words and numbers of a row. Does not answer: where they come from (``cadence.rollup``, ``cadence.freezing``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from landmark.cadence.book import OpenLine
from landmark.cadence.call_actions import can_lead
from landmark.cadence.models import CallEntry, FrozenNumber
from landmark.cadence.rollup import COMMIT, MANAGER, MEMBER, ORG, REPRESENTATIVE, TEAM, RollUp, Row
from landmark.engines.categories import Suggestion
from landmark.orgs.models import Member
from landmark.orgs.permissions import has_right
from landmark.orgs.roles import Right
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_chance
from landmark.workspace.presenters.categories import name_category


def say_why(suggestion: Suggestion, p_won: float | None) -> str:
    """The rule behind a suggestion, as one short sentence."""
    share = format_chance(p_won)
    sentences = {
        "paused": _("It is paused."),
        "no_forecast_aimed": _("No forecast yet; its target date lies in the period."),
        "no_forecast": _("No forecast yet, and it is not aimed at the period."),
        "unlikely": _("%(share)s to be won in the period."),
        "likely": _("%(share)s to be won in the period, nothing owed behind it."),
        "likely_but_owed": _("%(share)s to be won in the period, but evidence behind its stage is missing."),
        "even": _("%(share)s to be won in the period."),
        "open": _("%(share)s to be won in the period."),
    }
    return sentences[suggestion.why] % {"share": share}


@dataclass(frozen=True, slots=True)
class GiveForm:
    """The form of one number: what it is about, what stands, and what was typed."""

    kind: str
    scope: str
    scope_id: UUID
    title: str
    version: int
    amount: str = ""
    note: str = ""
    entry: CallEntry | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}.{self.scope}.{self.scope_id}"


@dataclass(frozen=True, slots=True)
class DealChoice:
    """One deal with its category. ``was`` is what a form sends back to say what the person saw.

    ``typed``: what was chosen and is not written, where nobody else chose meanwhile.
    """

    line: OpenLine
    stage: str
    suggested: str
    why: str
    is_editable: bool
    typed: str = ""

    @property
    def was(self) -> str:
        chosen = self.line.chosen
        return f"{chosen.category}:{chosen.version}" if chosen else ":0"

    @property
    def category(self) -> str:
        return self.typed or self.line.category

    @property
    def label(self) -> str:
        return name_category(self.line.category)

    @property
    def differs(self) -> bool:
        return bool(self.line.category) and self.line.category != self.line.suggestion.category


def list_choices(
    lines: Iterable[OpenLine], playbook: Playbook, lang: str, *, editable: Collection[UUID | None] | None
) -> list[DealChoice]:
    """Largest share of the period first. ``editable``: whose deals may be changed; None means everybody's."""
    ordered = sorted(lines, key=lambda line: (-line.expected, -(line.converted or 0), line.deal.name))
    return [
        DealChoice(
            line=line,
            stage=playbook.label("stage", line.deal.stage, lang),
            suggested=name_category(line.suggestion.category),
            why=say_why(line.suggestion, line.p_won),
            is_editable=editable is None or line.owner_id in editable,
        )
        for line in ordered
    ]


@dataclass(frozen=True, slots=True)
class Given:
    """One number of a row. ``give``: what a link names to give it, "" when this person may not."""

    amount: Decimal | None
    detail: str = ""
    give: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the roll-up. ``kind``: member, team, org. ``state``: in, missing, or "" where none is expected."""

    kind: str
    id: UUID
    name: str
    is_own: bool
    won: Decimal
    model: Decimal | None
    low: Decimal | None
    high: Decimal | None
    own: Given
    manager: Given
    commit: Given
    quota: Decimal | None
    p_quota: float | None
    attainment: float | None
    state: str
    state_words: str


def list_lines(found: RollUp, member: Member, *, is_open: bool, only: UUID | None = None) -> list[Line]:
    """Each team followed by its people, those of no team, and the organisation last; ``only`` one person's row."""
    if only is not None:
        return [_make_line(row, member, is_open) for row in found.people if row.id == only]
    rows: list[Row] = []
    for team in found.teams:
        rows += [team, *found.people_of(team.id)]
    rows += [*found.people_of(None), found.org]
    return [_make_line(row, member, is_open) for row in rows]


def _make_line(row: Row, member: Member, is_open: bool) -> Line:
    def give(kind: str) -> str:
        return f"{kind}.{row.scope}.{row.id}" if is_open and may_give(member, kind, row) else ""

    is_given = row.representative is not None
    return Line(
        kind=row.scope, id=row.id, name=row.name, is_own=row.id == member.id, won=row.sums.won, model=row.sums.model,
        low=row.spread.low if row.spread else None, high=row.spread.high if row.spread else None,
        own=Given(row.representative, _say_missing(row.scope, row.missing, row.representative), give(REPRESENTATIVE)),
        manager=Given(row.manager, _say_missing(row.scope, row.managers_missing, row.manager), give(MANAGER)),
        commit=Given(row.commit, "", give(COMMIT)), quota=row.quota.amount if row.quota else None, p_quota=row.p_quota,
        attainment=row.attainment, state=_state(row.scope, row.missing, is_given, row.is_expected),
        state_words=_state_words(row.scope, row.missing, is_given, row.is_expected),
    )  # fmt: skip


def may_give(member: Member, kind: str, row: Row) -> bool:
    """Whether to offer a link; the action asks again."""
    if row.scope == ORG:
        return kind == COMMIT and has_right(member, Right.COMMIT)
    if row.scope == MEMBER and row.id == member.id and kind in (REPRESENTATIVE, COMMIT):
        return has_right(member, Right.CALL)
    if kind == REPRESENTATIVE or (row.scope == MEMBER and kind == COMMIT):
        return False
    return can_lead(member, row.team_id)


def _say_missing(scope: str, missing: int, amount: Decimal | None) -> str:
    if scope == MEMBER or not missing or amount is None:
        return ""
    return _("without %(count)d") % {"count": missing}


def _state(scope: str, missing: int, is_given: bool, is_expected: bool) -> str:
    if scope == MEMBER:
        return "in" if is_given else "missing" if is_expected else ""
    return "missing" if missing else "in" if is_given else ""


def _state_words(scope: str, missing: int, is_given: bool, is_expected: bool) -> str:
    state = _state(scope, missing, is_given, is_expected)
    if state == "in":
        return pgettext("call", "in") if scope == MEMBER else _("all in")
    if state == "missing":
        return _("not yet") if scope == MEMBER else _("%(count)d not yet") % {"count": missing}
    return ""


def list_frozen_lines(rows: Iterable[FrozenNumber], member: Member, only: UUID | None = None) -> list[Line]:
    """The same rows as they were frozen, in the same order."""
    held = list(rows)
    people: dict[UUID | None, list[FrozenNumber]] = {}
    for row in sorted((one for one in held if one.scope == MEMBER), key=lambda one: one.scope_name):
        people.setdefault(row.team_id, []).append(row)
    if only is not None:
        return [_frozen_line(row, member) for row in held if row.scope_id == only]
    ordered: list[FrozenNumber] = []
    for team in sorted((one for one in held if one.scope == TEAM), key=lambda one: one.scope_name):
        ordered += [team, *people.get(team.scope_id, [])]
    ordered += [*people.get(None, []), *(one for one in held if one.scope == ORG)]
    return [_frozen_line(row, member) for row in ordered]


def _frozen_line(row: FrozenNumber, member: Member) -> Line:
    is_given = row.representative is not None
    return Line(
        kind=row.scope, id=row.scope_id, name=row.scope_name, is_own=row.scope_id == member.id, won=row.won,
        model=row.model, low=row.model_low, high=row.model_high,
        own=Given(row.representative, _say_missing(row.scope, row.missing, row.representative)),
        manager=Given(row.manager), commit=Given(row.commit), quota=row.quota, p_quota=row.p_quota,
        attainment=float(row.won / row.quota) if row.quota else None,
        state=_state(row.scope, row.missing, is_given, bool(row.missing)),
        state_words=_state_words(row.scope, row.missing, is_given, bool(row.missing)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One submission in the history. ``is_last``: it is the one that counts, or counted, in its week."""

    deadline_at: datetime
    name: str
    kind: str
    amount: Decimal
    currency: str
    author: str
    at: datetime
    note: str
    is_last: bool


def name_kind(kind: str, scope: str) -> str:
    if kind == REPRESENTATIVE:
        return _("own call")
    return _("manager's call") if kind == MANAGER else _("commit")


def list_said(entries: Iterable[CallEntry]) -> list[Said]:
    """Newest first."""
    held = sorted(entries, key=lambda one: (one.deadline_at, one.submitted_at, one.version), reverse=True)
    counted: set[tuple[datetime, str, str, UUID]] = set()
    found = []
    for entry in held:
        key = (entry.deadline_at, entry.kind, entry.scope, entry.scope_id)
        found.append(
            Said(entry.deadline_at, entry.scope_name, name_kind(entry.kind, entry.scope), entry.amount, entry.currency,
                 entry.author_name, entry.submitted_at, entry.note, key not in counted)
        )  # fmt: skip
        counted.add(key)
    return found
