"""Why a deal's number is not what it was: each cause with its points, its author and its day.

Answers: the changes of one deal in words, the record behind each cause, every forecast so far. Does not answer: how a
change is taken apart (``forecast.replay``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.deals.models import Deal
from landmark.engines.rounding import round_together
from landmark.ledger.inputs import Source
from landmark.ledger.models import Evidence, FieldChange
from landmark.ledger.queries import find_day_end
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Member
from landmark.outlook.reasons import Change, ChangeCause, PastScore
from landmark.ui.formats import format_chance, format_day
from landmark.workspace.presenters.fields import show_value
from landmark.workspace.presenters.reasons import Teller, sign_points

CAUSES_SHOWN = 8
CAUSES_IN_LINE = 3
STORED_AS = {"type": "deal_type"}
"""Fields that the forecast calls by another name than the record does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of evidence, or one edit with its old and new value in words."""

    kind: str
    key: str
    known_on: date
    author: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class CauseRow:
    label: str
    note: str
    points: str
    is_for: bool


@dataclass(frozen=True, slots=True)
class ChangeView:
    """``sentence`` is the whole; the rows' points add up to it."""

    key: str
    title: str
    sentence: str
    points: str
    rows: tuple[CauseRow, ...]


@dataclass(frozen=True, slots=True)
class PastRow:
    day: date
    score: str
    points: str
    why: str


def read_trail(deal: Deal, changes: Sequence[Change], evidence: Sequence[Evidence], as_of: AsOf) -> list[Entry]:
    """What was put on record since the earliest of the changes, newest first. Two queries where a field was edited."""
    since = find_day_end(min(change.since for change in changes))
    fresh = [row for row in evidence if row.known_at > since]
    edited = {STORED_AS.get(c.key, c.key) for change in changes for c in change.causes if c.kind == "edit"}
    rows: list[FieldChange] = []
    if edited:
        edits = FieldChange.objects.filter(object_id=deal.id, object_kind="deal", field__in=edited)
        edits = edits.filter(known_at__gt=since, known_at__lte=as_of.known_by)
        rows = list(edits.with_text().order_by("-known_at", "-seq", "-position"))
    actors = {row.actor_id for row in (*fresh, *rows) if row.actor_id and not row.author}
    members = Member.objects.filter(org=deal.org_id, pk__in=actors) if actors else Member.objects.none()
    names = dict(members.values_list("id", "name")) if actors else {}

    def author(row: Evidence | FieldChange) -> str:
        if row.author:
            return row.author
        if row.source == Source.IMPORT:
            return _("imported history")
        return names.get(row.actor_id, "") if row.actor_id else ""

    told = [Entry("evidence", row.key, row.known_at.date(), author(row)) for row in fresh]
    for row in rows:
        old, new = (show_value(row.field, value, as_of.on, deal.currency) for value in (row.old_value, row.new_value))
        told.append(Entry("edit", row.field, row.known_at.date(), author(row), old, new))
    return sorted(told, key=lambda entry: entry.known_on, reverse=True)


def make_changes(changes: Sequence[Change], trail: Sequence[Entry], on: date, name: Teller) -> tuple[ChangeView, ...]:
    """The longest stretch of time first; a shorter one in which nothing moved is left out."""
    first, *others = (_change_view(change, trail, on, name) for change in sorted(changes, key=lambda one: one.since))
    return (first, *(view for view in others if view.rows))


def _change_view(change: Change, trail: Sequence[Entry], on: date, name: Teller) -> ChangeView:
    total, weighed = _weigh(change)
    since = format_day(change.since, year_of=on)
    known = [entry for entry in trail if entry.known_on > change.since]
    told = [_cause_row(cause, worth, known, on, name) for cause, worth in weighed]
    return ChangeView(
        key="-".join(change.against),
        title=_("Since %(day)s") % {"day": since},
        sentence=_("%(points)s since %(day)s, from %(before)s to %(after)s") % {
            "points": _say_points(total), "day": since,
            "before": format_chance(change.before), "after": format_chance(change.after),
        },
        points=sign_points(total),
        rows=tuple(told) if len(told) <= CAUSES_SHOWN else _cut(told, [worth for _cause, worth in weighed]),
    )  # fmt: skip


def _weigh(change: Change) -> tuple[int, list[tuple[ChangeCause, int]]]:
    """The whole change in points, and the causes that are worth any, the largest first; they add up to it."""
    total = _points(change.after) - _points(change.before)
    causes = sorted(change.causes, key=lambda one: -abs(one.effect))
    points = round_together([100 * cause.effect for cause in causes], total)
    return total, [(cause, worth) for cause, worth in zip(causes, points, strict=True) if worth]


def _points(p: float) -> int:
    return round(100 * p)


def _cut(told: list[CauseRow], points: Sequence[int]) -> tuple[CauseRow, ...]:
    """The largest, and one row for the rest, so that the sum stays."""
    rest = sum(points[CAUSES_SHOWN - 1 :])
    return (*told[: CAUSES_SHOWN - 1], CauseRow(_("Everything else"), "", sign_points(rest), rest > 0))


def _say_points(points: int) -> str:
    return ngettext("%(signed)s point", "%(signed)s points", abs(points)) % {"signed": sign_points(points)}


def _cause_row(cause: ChangeCause, points: int, known: Sequence[Entry], on: date, name: Teller) -> CauseRow:
    return CauseRow(name_cause(cause, name), _say_record(cause, known, on), sign_points(points), points > 0)


def _say_record(cause: ChangeCause, known: Sequence[Entry], on: date) -> str:
    """What changed, who put it on record and when: of several edits from the first value to the last."""
    key = STORED_AS.get(cause.key, cause.key)
    entries = [entry for entry in known if entry.kind == cause.kind and entry.key == key]
    if not entries:
        return ""
    authors = dict.fromkeys(entry.author for entry in entries if entry.author)
    newest, oldest = entries[0], entries[-1]
    what = f"{oldest.old} → {newest.new} · " if newest.new else ""
    return what + ", ".join([*authors, format_day(newest.known_on, year_of=on)])


def name_cause(cause: ChangeCause, name: Teller) -> str:
    fixed = {
        "time": _("Time passing"),
        "refit": _("Model renewed"),
        "record": _("Earlier records corrected or entered late"),
    }
    if cause.kind in fixed:
        return fixed[cause.kind]
    if cause.kind == "edit":
        edits = {"target_on": _("Target date moved"), "amount": _("Value changed"), "currency": _("Currency changed")}
        return edits.get(cause.key) or _("%(field)s changed") % {"field": name(f"attribute:{cause.key}")}
    return name(f"milestone:{cause.key}")


def make_past(scores: Sequence[PastScore], name: Teller) -> tuple[PastRow, ...]:
    """Every stored day, newest first; a new period shows no difference, since it asks another question."""
    return tuple(_past_row(one, name) for one in scores)


def _past_row(one: PastScore, name: Teller) -> PastRow:
    score = format_chance(one.p_won)
    if one.change is None:
        return PastRow(one.as_of, score, "", _("first forecast"))
    total, weighed = _weigh(one.change)
    told = [f"{name_cause(cause, name)} {sign_points(worth)}" for cause, worth in weighed]
    return PastRow(one.as_of, score, sign_points(total), " · ".join(told[:CAUSES_IN_LINE]) or _("nothing to speak of"))
