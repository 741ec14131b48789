"""Rows of the database → the forecast's input.

Answers: what was known of an organisation's deals by a day, in columns. Does not answer: what follows from it
(``forecast``). Rows are streamed into flat arrays: a million pieces of evidence cost tens of megabytes, not gigabytes.

Only the deal is judged, never the person: owner, team and account names are no attributes.

Time: the whole of the as-of day is known, so the forecast's clock (``History.complete_to``) stands at 00:00 UTC of the
next day. Where closings carry days without times, "closed on D" is stamped D 00:00; there the clock stands at D 00:00
and later times of D are pulled back to it. Either way a horizon of n days means "closed by the end of as_of + n days".
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import numpy as np
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Right

from landmark.deals.models import Account, Deal, DealAttribute, StageMove
from landmark.forecast.history import LOST, OPEN, WON, Floats, History, Ints, Season, Texts
from landmark.ledger.models import Evidence, FieldChange
from landmark.orgs.as_of import on_day
from landmark.orgs.models import Organisation
from landmark.outlook.rawrows import (
    CHUNK,
    Places,
    RawId,
    find_raw_id,
    raw_date_days,
    raw_days,
    read_raw,
    say_amounts,
    say_ids,
    to_days,
)

OUTCOMES = {"won": WON, "lost": LOST}
BUILT_IN = {"amount": "amount", "currency": "currency", "deal_type": "type", "target_on": "target_on"}
DATED_SHARE = 0.9

_TAIL_DIGITS = 3
_TAILS = 16**_TAIL_DIGITS


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
    chosen = _choose_deals(org, known_by, most_closed)
    deals.read((Deal.objects.of(org) if chosen is None else chosen).filter(opened_at__lte=known_by))
    places, of_org = Places(deals.raw, Q(deal__org=org), are_all=chosen is None), Q(org_id=org.id)
    events = _Events()
    _read_moves(places, known_by, deals, events, with_undated_stages)
    origin = _find_origin(deals, as_of.on)
    _read_evidence(Places(deals.raw, of_org, are_all=chosen is None), known_by, events)
    columns = deals.attribute_columns()
    columns |= _read_attributes(places, len(deals.ids))
    changes = _Changes()
    _read_changes(org, known_by, places, columns, changes)
    columns |= _read_account_attributes(org, deals.account)
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
    """Columns of the deals, in order of opening; ``raw``: their ids as the driver has them."""

    raw: list[RawId] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    closed: list[float] = field(default_factory=list)
    outcome: list[int] = field(default_factory=list)
    known_from: list[float] = field(default_factory=list)
    built_in: dict[str, list[str | None]] = field(default_factory=lambda: {name: [] for name in BUILT_IN.values()})
    account: list[RawId | None] = field(default_factory=list)

    def read(self, rows: QuerySet[Deal]) -> None:
        fields = ("id", "opened_at", "history_known_from", "account_id", *BUILT_IN)
        for chunk in read_raw(rows.order_by("opened_at", "id"), *fields):
            ids, opened, known_from, account, amounts, *texts = zip(*chunk, strict=True)
            self.raw += ids
            self.ids += say_ids(ids)
            self.opened += raw_days(opened).tolist()
            self.known_from += raw_days(known_from).tolist()
            self.account += account
            values = (say_amounts(amounts), *([str(one) if one else None for one in column] for column in texts))
            for column, more in zip(self.built_in.values(), values, strict=True):
                column += more
        self.closed, self.outcome = [np.nan] * len(self.ids), [OPEN] * len(self.ids)

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
        deal: Ints,
        keys: Iterable[str],
        at: Floats,
        known: Floats,
        strength: Iterable[int],
        ends: Floats,
    ) -> None:
        self.deal.frombytes(deal.tobytes())
        self.at.frombytes(at.tobytes())
        self.known.frombytes(known.tobytes())
        self.code.extend(self.codes.setdefault(key, len(self.codes)) for key in keys)
        self.strength.extend(strength)
        self.expires.frombytes(ends.tobytes())


@dataclass(slots=True)
class _Changes:
    deal: "array[int]" = field(default_factory=lambda: array("i"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    name: list[str] = field(default_factory=list)
    value: list[str | None] = field(default_factory=list)


def _choose_deals(org: Organisation, known_by: datetime, most_closed: int | None) -> QuerySet[Deal] | None:
    """None: every deal. A deal counts as closed for good when it was by then and nothing about it came later."""
    if most_closed is None:
        return None
    every = Deal.objects.of(org)
    later = StageMove.objects.filter(deal=OuterRef("pk"), known_at__gt=known_by)
    is_closed = Q(closed_at__lte=known_by) & ~Exists(later)
    closed = every.filter(closed_at__lte=known_by).count()
    if closed <= most_closed:
        return None
    share = f"{round(_TAILS * most_closed / closed):0{_TAIL_DIGITS}x}"
    return every.annotate(tail=Right(Cast("id", CharField()), _TAIL_DIGITS)).filter(Q(tail__lt=share) | ~is_closed)


def _read_moves(places: Places, known_by: datetime, deals: _Deals, events: _Events, with_undated: bool) -> None:
    """Closings and reopenings as known, and each dated change of stage as an event ``stage:<key>``.

    A move without a stage before it is no event: it tells where a deal stood when we met it, not what happened.
    """
    moves = StageMove.objects.filter(known_at__lte=known_by).order_by("occurred_at", "recorded_at")
    for deal, (before, after, occurred_at, known_at) in places.read(
        moves, "from_stage", "to_stage", "occurred_at", "known_at"
    ):
        at = raw_days(occurred_at)
        stepped = []
        for row, (place, one, other) in enumerate(zip(deal.tolist(), before, after, strict=True)):
            if other in OUTCOMES:
                deals.outcome[place], deals.closed[place] = OUTCOMES[other], max(float(at[row]), deals.opened[place])
                continue
            if one in OUTCOMES:
                deals.outcome[place], deals.closed[place] = OPEN, np.nan
            if one or with_undated:
                stepped.append(row)
        keys, never = [f"stage:{after[row]}" for row in stepped], np.full(len(stepped), np.nan)
        events.add(deal[stepped], keys, at[stepped], raw_days(known_at)[stepped], [0] * len(stepped), never)


def _read_evidence(places: Places, known_by: datetime, events: _Events) -> None:
    """Evidence that still stood on that day: not superseded, not taken back by then."""
    rows = Evidence.objects.as_known(known_by)
    fields = ("key", "occurred_at", "known_at", "strength", "expires_on")
    for deal, (keys, at, known_at, strength, ends) in places.read(rows, *fields):
        events.add(deal, keys, raw_days(at), raw_days(known_at), strength, raw_date_days(ends))


def _find_origin(deals: _Deals, on: date) -> float:
    """Where the forecast's clock stands for the as-of day; see the module's words on time."""
    closed = np.array(deals.closed, np.float64)
    closed = closed[~np.isnan(closed)]
    is_dated = closed.size > 0 and float(np.mean(closed == np.floor(closed))) > DATED_SHARE
    day = to_days(datetime.combine(on, time.min, UTC))
    return day if is_dated else day + 1.0


def _read_attributes(places: Places, deals: int) -> dict[str, Texts]:
    columns: dict[str, Texts] = {}
    for deal, (keys, values) in places.read(DealAttribute.objects.filter(feeds_forecast=True), "key", "value"):
        named, told = np.array(keys, object), np.array([value or None for value in values], object)
        for key in dict.fromkeys(keys):
            mine = np.flatnonzero(named == key)
            columns.setdefault(key, np.full(deals, None, object))[deal[mine]] = told[mine]
    return columns


def _read_changes(
    org: Organisation, known_by: datetime, places: Places, columns: dict[str, Texts], changes: _Changes
) -> None:
    """Dated changes, and what each field was before the first of them.

    The row of a deal holds today's value. The value at opening is the ``old`` of the first change ever recorded, also
    when that change came after the as-of day: so no later edit leaks into an earlier forecast.
    """
    begun: set[tuple[int, str]] = set()
    until = to_days(known_by)
    rows = FieldChange.objects.filter(org_id=org.id, object_kind="deal", is_personal=False)
    for chunk in read_raw(rows.order_by("known_at", "seq", "position"), "object_id", "field", "old", "new", "known_at"):
        for (deal_id, name, old, new, _at), at in zip(
            chunk, raw_days([row[-1] for row in chunk]).tolist(), strict=True
        ):
            row, name = places[deal_id], BUILT_IN.get(name, name)
            if row < 0 or name not in columns:
                continue
            if (row, name) not in begun:
                begun.add((row, name))
                columns[name][row] = old or None
            if at <= until:
                changes.deal.append(row)
                changes.at.append(at)
                changes.name.append(name)
                changes.value.append(new or None)


def _read_account_attributes(org: Organisation, of_deal: list[RawId | None]) -> dict[str, Texts]:
    """What is known of the companies (industry, size …), as ``account:<key>``.

    Accounts keep no history: one that was filled in because a deal closed would tell the outcome. The model judges
    these columns like all others and says which it leaves out (``forecast.leaks``).
    """
    raw_id = find_raw_id()
    held = Account.objects.filter(org=org).exclude(attributes={}).values_list("id", "attributes").iterator(CHUNK)
    named: dict[str, dict[RawId | None, str]] = {}
    for account_id, values in held:
        for key, value in values.items():
            if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
                named.setdefault(f"account:{key}", {})[raw_id(account_id)] = str(value)
    return {name: _texts(texts.get(one) for one in of_deal) for name, texts in named.items()}


def _texts(values: Iterable[str | None]) -> Texts:
    items = list(values)
    column = np.empty(len(items), object)
    column[:] = items
    return column
