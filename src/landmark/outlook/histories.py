"""Rows of the database → the forecast's input.

Answers: what was known of an organisation's deals by a day, in columns. Does not answer: what follows from it
(``forecast``). Rows are streamed into flat arrays: a million pieces of evidence cost tens of megabytes, not gigabytes.

Only the deal is judged, never the person: owner, team and account names are no attributes.

Time: the whole of the as-of day is known, so the forecast's clock (``History.complete_to``) stands at 00:00 UTC of the
next day. Where closings carry days without times, "closed on D" is stamped D 00:00; there the clock stands at D 00:00
and later times of D are pulled back to it. Either way a horizon of n days means "closed by the end of as_of + n days".
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Right

from landmark.deals.models import Account, Deal, DealAttribute, StageMove
from landmark.forecast.history import LOST, OPEN, WON, History, Season, Texts
from landmark.ledger.models import Evidence, FieldChange
from landmark.orgs.as_of import on_day
from landmark.orgs.models import Organisation
from landmark.outlook.rawrows import CHUNK, RawId, find_raw_id, raw_date_days, raw_days, read_raw, to_days

OUTCOMES = {"won": WON, "lost": LOST}
BUILT_IN = {"amount": "amount", "currency": "currency", "deal_type": "type", "target_on": "target_on"}
DATED_SHARE = 0.9

_TAIL_DIGITS = 3
_TAILS = 16**_TAIL_DIGITS

Scope = QuerySet[Any, Any] | None
"""The deals a night reads, as a subquery; None: all of them."""


def read_history(
    org: Organisation, on: date, *, with_undated_stages: bool = False, most_closed: int | None = None
) -> History:
    """Everything about the organisation's deals that was known by the end of the day ``on``.

    ``most_closed``: every open deal, and of those closed for good about so many, drawn by the end of their ids: the
    same ones every night. A fit reads them all.

    ``with_undated_stages``: also tell where a deal stands when nobody knows since when (opened there, or a source
    without stage history). Benchmarks by stage need that; a model that learns from dates must not see it, because
    the day of an import would look like the day of progress.
    """
    as_of = on_day(org, on)
    known_by = as_of.known_by
    deals = _Deals()
    scope = _find_scope(org, known_by, most_closed)
    deals.read(org, known_by, scope)
    events = _Events()
    _read_moves(org, known_by, deals, events, with_undated_stages, scope)
    origin = _find_origin(deals, as_of.on)
    _read_evidence(org, known_by, deals, events, scope)
    columns = deals.attribute_columns()
    columns |= _read_attributes(org, deals, scope)
    changes = _Changes()
    _read_changes(org, known_by, deals, columns, changes)
    columns |= _read_account_attributes(org, deals)
    closed = np.array(deals.closed, np.float64)
    return History(
        deal_ids=_texts(deals.ids),
        opened=np.minimum(np.array(deals.opened, np.float64), origin),
        closed=np.where(np.isnan(closed), np.nan, np.minimum(closed, origin)),
        outcome=np.array(deals.outcome, np.int8),
        known_from=np.array(deals.known_from, np.float64),
        event_deal=np.array(events.deal, np.int32),
        event_at=np.minimum(np.array(events.at, np.float64), origin),
        event_known=np.minimum(np.array(events.known, np.float64), origin),
        event_code=np.array(events.code, np.int32),
        strength=np.array(events.strength, np.int32),
        milestones=tuple(events.codes),
        attributes={name: column for name, column in columns.items() if any(value for value in column)},
        change_deal=np.array(changes.deal, np.int32),
        change_at=np.minimum(np.array(changes.at, np.float64), origin),
        change_field=_texts(changes.name),
        change_value=_texts(changes.value),
        complete_to=origin,
        event_expires=np.array(events.expires, np.float64),
        season=Season(org.country, org.fiscal_year_start_month),
    )


@dataclass(slots=True)
class _Deals:
    """Columns of the deals, in order of opening; ``index`` gives a deal's row by its id as the driver has it."""

    index: dict[RawId, int] = field(default_factory=dict)
    ids: list[str | None] = field(default_factory=list)
    opened: "array[float]" = field(default_factory=lambda: array("d"))
    closed: "array[float]" = field(default_factory=lambda: array("d"))
    outcome: "array[int]" = field(default_factory=lambda: array("b"))
    known_from: "array[float]" = field(default_factory=lambda: array("d"))
    built_in: dict[str, list[str | None]] = field(default_factory=lambda: {name: [] for name in BUILT_IN.values()})
    account: list[UUID | None] = field(default_factory=list)

    def read(self, org: Organisation, known_by: datetime, scope: Scope) -> None:
        rows = Deal.objects.of(org).filter(opened_at__lte=known_by).order_by("opened_at", "id")
        rows = rows if scope is None else rows.filter(pk__in=scope)
        raw_id = find_raw_id()
        fields = ("id", "opened_at", "history_known_from", "account_id", *BUILT_IN)
        for deal_id, opened_at, known_from, account_id, *values in rows.values_list(*fields).iterator(CHUNK):
            self.index[raw_id(deal_id)] = len(self.index)
            self.ids.append(str(deal_id))
            self.opened.append(to_days(opened_at))
            self.closed.append(np.nan)
            self.outcome.append(OPEN)
            self.known_from.append(np.nan if known_from is None else to_days(known_from))
            self.account.append(account_id)
            for name, value in zip(self.built_in, values, strict=True):
                self.built_in[name].append(None if value in (None, "") else str(value))

    def attribute_columns(self) -> dict[str, Texts]:
        return {name: _texts(values) for name, values in self.built_in.items()}


@dataclass(slots=True)
class _Events:
    deal: "array[int]" = field(default_factory=lambda: array("i"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    known: "array[float]" = field(default_factory=lambda: array("d"))
    code: "array[int]" = field(default_factory=lambda: array("i"))
    strength: "array[int]" = field(default_factory=lambda: array("i"))
    expires: "array[float]" = field(default_factory=lambda: array("d"))
    codes: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        deal: list[int],
        keys: Sequence[str],
        at: Sequence[Any],
        known: Sequence[Any],
        strength: Sequence[int],
        ends: Sequence[Any],
    ) -> None:
        self.deal.extend(deal)
        self.at.extend(raw_days(at))
        self.known.extend(raw_days(known))
        self.code.extend(self.codes.setdefault(key, len(self.codes)) for key in keys)
        self.strength.extend(strength)
        self.expires.extend(raw_date_days(ends))


@dataclass(slots=True)
class _Changes:
    deal: "array[int]" = field(default_factory=lambda: array("i"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    name: list[str] = field(default_factory=list)
    value: list[str | None] = field(default_factory=list)


def _find_scope(org: Organisation, known_by: datetime, most_closed: int | None) -> Scope:
    """None: every deal. A deal counts as closed for good when it was by then and nothing about it came later."""
    if most_closed is None:
        return None
    later = StageMove.objects.filter(deal=OuterRef("pk"), known_at__gt=known_by)
    is_closed = Q(closed_at__lte=known_by) & ~Exists(later)
    closed = Deal.objects.of(org).filter(closed_at__lte=known_by).count()
    if closed <= most_closed:
        return None
    share = f"{round(_TAILS * most_closed / closed):0{_TAIL_DIGITS}x}"
    every = Deal.objects.of(org).annotate(tail=Right(Cast("id", CharField()), _TAIL_DIGITS))
    return every.filter(~is_closed | Q(tail__lt=share)).values("pk")


def _read_moves(
    org: Organisation, known_by: datetime, deals: _Deals, events: _Events, with_undated: bool, scope: Scope
) -> None:
    """Closings and reopenings as known, and each dated change of stage as an event ``stage:<key>``.

    A move without a stage before it is no event: it tells where a deal stood when we met it, not what happened.
    """
    moves = StageMove.objects.filter(deal__org=org, known_at__lte=known_by).order_by("occurred_at", "recorded_at")
    moves = moves if scope is None else moves.filter(deal__in=scope)
    found = list(_rows_of(deals, moves, "from_stage", "to_stage", "occurred_at", "known_at"))
    stepped = []
    for (row, (_id, from_stage, to_stage, at, known_at)), days in zip(
        found, raw_days([one[3] for _row, one in found]).tolist(), strict=True
    ):
        if to_stage in OUTCOMES:
            deals.outcome[row], deals.closed[row] = OUTCOMES[to_stage], max(days, deals.opened[row])
            continue
        if from_stage in OUTCOMES:
            deals.outcome[row], deals.closed[row] = OPEN, np.nan
        if from_stage or with_undated:
            stepped.append((row, f"stage:{to_stage}", at, known_at, 0, None))
    if stepped:
        events.add(*_columns(stepped))


def _rows_of(deals: _Deals, rows: QuerySet[Any, Any], *fields: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Rows of the deals at hand with the deal's place; the first field is its id."""
    for chunk in read_raw(rows, "deal_id", *fields):
        for row in chunk:
            if (place := deals.index.get(row[0])) is not None:
                yield place, row


def _columns(rows: list[tuple[Any, ...]]) -> Iterator[list[Any]]:
    return (list(column) for column in zip(*rows, strict=True))


def _read_evidence(org: Organisation, known_by: datetime, deals: _Deals, events: _Events, scope: Scope) -> None:
    """Evidence that still stood on that day: not superseded, not taken back by then."""
    rows = Evidence.objects.filter(org_id=org.id).as_known(known_by)
    rows = rows if scope is None else rows.filter(deal_id__in=scope)
    fields = ("key", "occurred_at", "known_at", "strength", "expires_on")
    found = [(place, *row[1:]) for place, row in _rows_of(deals, rows, *fields)]
    if found:
        events.add(*_columns(found))


def _find_origin(deals: _Deals, on: date) -> float:
    """Where the forecast's clock stands for the as-of day; see the module's words on time."""
    closed = np.array(deals.closed, np.float64)
    closed = closed[~np.isnan(closed)]
    is_dated = closed.size > 0 and float(np.mean(closed == np.floor(closed))) > DATED_SHARE
    day = to_days(datetime.combine(on, time.min, UTC))
    return day if is_dated else day + 1.0


def _read_attributes(org: Organisation, deals: _Deals, scope: Scope) -> dict[str, Texts]:
    columns: dict[str, Texts] = {}
    rows = DealAttribute.objects.filter(deal__org=org, feeds_forecast=True).order_by("key", "id")
    rows = rows if scope is None else rows.filter(deal__in=scope)
    for row, (_id, key, value) in _rows_of(deals, rows, "key", "value"):
        if value:
            if key not in columns:
                columns[key] = np.full(len(deals.index), None, object)
            columns[key][row] = value
    return columns


def _read_changes(
    org: Organisation, known_by: datetime, deals: _Deals, columns: dict[str, Texts], changes: _Changes
) -> None:
    """Dated changes, and what each field was before the first of them.

    The row of a deal holds today's value. The value at opening is the ``old`` of the first change ever recorded, also
    when that change came after the as-of day: so no later edit leaks into an earlier forecast.
    """
    begun: set[tuple[int, str]] = set()
    raw_id = find_raw_id()
    rows = FieldChange.objects.filter(org_id=org.id, object_kind="deal", is_personal=False)
    fields = ("object_id", "field", "old", "new", "known_at")
    ordered = rows.order_by("known_at", "seq", "position").values_list(*fields)
    for deal_id, name, old, new, known_at in ordered.iterator(CHUNK):
        row, name = deals.index.get(raw_id(deal_id)), BUILT_IN.get(name, name)
        if row is None or name not in columns:
            continue
        if (row, name) not in begun:
            begun.add((row, name))
            columns[name][row] = old or None
        if known_at <= known_by:
            changes.deal.append(row)
            changes.at.append(to_days(known_at))
            changes.name.append(name)
            changes.value.append(new or None)


def _read_account_attributes(org: Organisation, deals: _Deals) -> dict[str, Texts]:
    """What is known of the companies (industry, size …), as ``account:<key>``.

    Accounts keep no history: one that was filled in because a deal closed would tell the outcome. The model judges
    these columns like all others and says which it leaves out (``forecast.leaks``).
    """
    held: dict[UUID, dict[str, Any]] = dict(
        Account.objects.filter(org=org).exclude(attributes={}).values_list("id", "attributes").iterator(CHUNK)
    )
    columns: dict[str, Texts] = {}
    for row, account_id in enumerate(deals.account):
        values = held.get(account_id, {}) if account_id else {}
        for key, value in values.items():
            if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
                if (name := f"account:{key}") not in columns:
                    columns[name] = np.full(len(deals.index), None, object)
                columns[name][row] = str(value)
    return columns


def _texts(values: Iterable[str | None]) -> Texts:
    items = list(values)
    column = np.empty(len(items), object)
    column[:] = items
    return column
