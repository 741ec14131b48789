"""What a link to board or table asks for.

Answers: which rows, in which order, and the address that says so. Does not answer: what a row shows (``pipeline``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from landmark.workspace.presenters.alerts import ANY, ASKED_FOR
from landmark.workspace.presenters.pipeline import DealRow

FLAGS: Mapping[str, Callable[[DealRow], bool]] = {
    "no_step": lambda row: row.step.state == "none",
    "step_gap": lambda row: (
        row.stage != "paused" and (row.step.state in ("none", "undated") or not row.step.owner.strip())
    ),
    "late": lambda row: row.step.state == "late",
    "ageing": lambda row: row.age.is_over,
    "pushed": lambda row: row.pushes > 0,
    "unverified": lambda row: not row.is_verified,
}
FLAG_LABELS: Mapping[str, Any] = {
    "no_step": gettext_lazy("No next step"),
    "step_gap": gettext_lazy("Next step not whole"),
    "late": gettext_lazy("Next step late"),
    "ageing": gettext_lazy("Long in stage"),
    "pushed": gettext_lazy("Date pushed"),
    "unverified": gettext_lazy("Unverified"),
}
_EMPTY_LAST = (1, 0)


def _or_last(value: Any) -> tuple[int, Any]:
    return _EMPTY_LAST if value is None else (0, value)


def _falling(value: Any) -> tuple[int, Any]:
    return _EMPTY_LAST if value is None else (0, -value)


SORTS: Mapping[str, Callable[[DealRow], Any]] = {
    "expected": lambda row: -row.expected,
    "amount": lambda row: _falling(row.amount),
    "score": lambda row: _falling(row.score),
    "step": lambda row: _or_last(row.step.due_on),
    "target": lambda row: _or_last(row.target_on),
    "age": lambda row: -row.age.days,
    "alerts": lambda row: -len(row.alerts),
    "name": lambda row: (row.account.casefold(), row.name.casefold()),
    "owner": lambda row: row.owner.casefold() or "\uffff",
    "stage": lambda row: row.stage_label,
}


@dataclass(frozen=True, slots=True)
class Flag:
    key: str
    label: str
    count: int
    is_on: bool
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """The filter of an address. Unknown words in it ask for nothing special."""

    text: str = ""
    owner: str = ""
    team: str = ""
    stage: str = ""
    flag: str = ""
    alert: str = ""
    sort: str = "expected"
    is_reversed: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> "Filter":
        sort = query.get("sort", "")
        key = sort.removeprefix("-")
        flag, alert = query.get("flag", ""), query.get("alert", "")
        return cls(
            text=query.get("q", "").replace("\0", "").strip()[:100],
            owner=query.get("owner", ""),
            team=query.get("team", ""),
            stage=query.get("stage", ""),
            flag=flag if flag in FLAGS else "",
            alert=alert if alert in ASKED_FOR else "",
            sort=key if key in SORTS else "expected",
            is_reversed=key in SORTS and sort.startswith("-"),
        )

    @property
    def is_on(self) -> bool:
        return bool(self.text or self.owner or self.team or self.stage or self.flag or self.alert)

    def pick(self, rows: Iterable[DealRow], *, but: str = "") -> list[DealRow]:
        """The rows asked for; ``but``: leave one part of the filter ("flag", "alert") out, to count what it offers."""
        words = self.text.casefold().split()
        return [
            row
            for row in rows
            if (not self.owner or str(row.owner_id or "none") == self.owner)
            and (not self.team or row.team == self.team)
            and (not self.stage or row.stage == self.stage)
            and (not words or all(word in _haystack(row) for word in words))
            and (but == "flag" or not self.flag or FLAGS[self.flag](row))
            and (but == "alert" or not self.alert or _has_alert(row, self.alert))
        ]

    def order(self, rows: Sequence[DealRow]) -> list[DealRow]:
        named = sorted(rows, key=lambda row: (row.name.casefold(), str(row.id)))
        return sorted(named, key=SORTS[self.sort], reverse=self.is_reversed)


def _has_alert(row: DealRow, asked: str) -> bool:
    return bool(row.alerts) if asked == ANY else asked in row.alerts


def _haystack(row: DealRow) -> str:
    return f"{row.name} {row.account} {row.owner}".casefold()


def list_flags(rows: Sequence[DealRow], chosen: Filter, query: QueryDict) -> list[Flag]:
    """Each flag with how many rows it would leave; flags that leave none are not offered."""
    flags = []
    for key, test in FLAGS.items():
        count = sum(test(row) for row in rows)
        is_on = chosen.flag == key
        if count or is_on:
            flags.append(Flag(key, str(FLAG_LABELS[key]), count, is_on, change_query(query, flag="" if is_on else key)))
    return flags


def list_owners(rows: Iterable[DealRow], chosen: Filter) -> list[Choice]:
    names = {str(row.owner_id or "none"): row.owner or _("Nobody yet") for row in rows}
    return [
        Choice(key, name, key == chosen.owner)
        for key, name in sorted(names.items(), key=lambda item: item[1].casefold())
    ]


def list_teams(rows: Iterable[DealRow], chosen: Filter) -> list[Choice]:
    return [Choice(name, name, name == chosen.team) for name in sorted({row.team for row in rows if row.team})]


def change_query(query: QueryDict, **changes: str) -> str:
    """The address's own query with some values changed; pages and "more" start again."""
    values = {key: value for key, value in query.items() if value and key not in ("page", "more")}
    values |= changes
    return "?" + urlencode({key: value for key, value in values.items() if value})
