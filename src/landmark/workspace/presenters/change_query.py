"""What a link to the changes page asks for.

Answers: which two days, which period and scope, which bar or cell is open, and the address that says so.
Does not answer: what is found there (``changes``). Unknown words ask for nothing special.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from landmark.cadence.changes import Changes
from landmark.engines.waterfall import DealState, Reason, Scope
from landmark.orgs.as_of import AsOf, on_day
from landmark.orgs.models import Organisation
from landmark.outlook.periods import Period, period_containing, period_in_view, read_period
from landmark.ui import days

WEEK = "week"
PRESETS: Mapping[str, int] = {WEEK: 7, "month": 28}
SCOPES = ("owner", "team", "stage", "type", "currency", "category")
PASSED_ON = ("as_of", "since", "from", "to", "period", "by", *SCOPES)
NONE = "none"
"""What a link writes for deals without an owner, a team, a type."""


@dataclass(frozen=True)
class ChangeQuery:
    """``values``: what the address said and means something. ``problem``: the sentence about a day nobody can read."""

    start: AsOf
    end: AsOf
    preset: str
    values: dict[str, str]
    bar: Reason | None
    cell: tuple[str, str] | None
    by: str
    problem: str

    def url(self, **changes: str) -> str:
        """The address's own query with some values changed; an open bar or cell closes unless it is named."""
        values = {name: value for name, value in (self.values | changes).items() if value}
        return "?" + urlencode(values)


def read_query(org: Organisation, as_of: AsOf, given: Mapping[str, str]) -> ChangeQuery:
    """Never beyond the as-of day: a look back must not know what came later."""
    problems: list[str] = []
    last = min(_read_day(given.get("to", ""), problems) or as_of.on, as_of.on)
    first, preset = _read_first(org, last, given, problems)
    first, last = min(first, last), max(first, last)
    values = {name: given[name].replace("\0", "")[:120] for name in PASSED_ON if given.get(name)}
    bar = given.get("bar", "")
    row, _sep, column = given.get("cell", "").partition("~")
    return ChangeQuery(
        start=on_day(org, first),
        end=as_of if last == as_of.on else on_day(org, last),
        preset=preset,
        values=values,
        bar=Reason(bar) if bar in set(Reason) else None,
        cell=(row, column) if row and column else None,
        by="category" if given.get("by") == "category" else "stage",
        problem=problems[0] if problems else "",
    )


def _read_first(org: Organisation, last: date, given: Mapping[str, str], problems: list[str]) -> tuple[date, str]:
    chosen = _read_day(given.get("from", ""), problems)
    if chosen:
        return chosen, ""
    if given.get("since") == "quarter":
        return period_containing(org, last).starts_on - timedelta(days=1), "quarter"
    preset = given.get("since", "") if given.get("since") in PRESETS else WEEK
    return last - timedelta(days=PRESETS[preset]), preset


def _read_day(text: str, problems: list[str]) -> date | None:
    if not text:
        return None
    try:
        return days.read_day(text)
    except ValueError:
        problems.append(_("Please write the day as year-month-day, for example 2026-03-31."))
        return None


def find_period(query: ChangeQuery, changes: Changes) -> Period | None:
    """The period looked at; None for the whole pipeline, also when no open deal has a target date."""
    asked = query.values.get("period", "")
    if asked == "all":
        return None
    if not asked and not any(state.target_on for state in _open_states(changes)):
        return None
    here = period_in_view(changes.org, query.end.on)
    return read_period(changes.org, asked, query.end.on) if asked else here


def find_scope(query: ChangeQuery, changes: Changes, period: Period | None) -> Scope:
    def wanted(name: str) -> str | None:
        value = query.values.get(name)
        return "" if value == NONE else value

    return Scope(
        currency=query.values.get("currency") or find_currency(changes),
        starts_on=period.starts_on if period else None,
        ends_on=period.ends_on if period else None,
        owner=wanted("owner"),
        team=wanted("team"),
        stage=wanted("stage"),
        deal_type=wanted("type"),
        category=wanted("category"),
    )


def find_currency(changes: Changes) -> str:
    """The organisation's own, unless none of its deals is in it: then the most common one."""
    counts: dict[str, int] = {}
    for state in _open_states(changes):
        counts[state.currency] = counts.get(state.currency, 0) + 1
    own = changes.org.currency
    return own if own in counts or not counts else max(sorted(counts), key=lambda code: counts[code])


def _open_states(changes: Changes) -> Iterable[DealState]:
    return (state for side in (changes.before, changes.after) for state in side.values() if state.is_counted_stage)
