"""From what an importer parsed to what the forecast reads.

Answers: how ``Parsed`` (records), or a log that was read in bulk, becomes ``History`` (columns). Does not answer: how
files are read, or how rows of the database become a history (``outlook``).
"""

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np

from landmark.connectors.longlog import LongLog
from landmark.connectors.parsed import Changes, Parsed
from landmark.connectors.values import format_instant
from landmark.forecast.history import LOST, OPEN, WON, History, Texts
from landmark.forecast.logs.duck import Duck
from landmark.forecast.logs.relations import good_changes, good_events, settled_deals
from landmark.forecast.logs.trails import to_history

_OUTCOMES = {"won": WON, "lost": LOST, "": OPEN}
_NEVER_READ = ("owner", "account_id")


def parsed_to_history(parsed: Parsed) -> History:
    """All deals in their order. A forecast judges the deal: the owner is left out; the account only tells which deals
    belong together, the vocabulary never reads it."""
    deals = parsed.deals
    events, changes = parsed.events, parsed.changes
    kept = _dated_changes(changes)
    return History(
        deal_ids=_texts([deal.external_id for deal in deals]),
        opened=np.array([deal.opened for deal in deals], np.float64),
        closed=np.array([deal.closed for deal in deals], np.float64),
        outcome=np.array([_OUTCOMES[deal.outcome] for deal in deals], np.int8),
        known_from=np.array([deal.known_from for deal in deals], np.float64),
        event_deal=np.array(events.deal, np.int32),
        event_at=np.array(events.at, np.float64),
        event_known=np.array(events.known, np.float64),
        event_code=np.array(events.code, np.int32),
        milestones=tuple(events.names),
        attributes=_attributes(parsed),
        change_deal=np.array(changes.deal, np.int32)[kept],
        change_at=np.array(changes.at, np.float64)[kept],
        change_field=_texts(changes.field)[kept],
        change_value=_texts(changes.value)[kept],
        complete_to=parsed.data_until,
    )


def log_to_history(duck: Duck, log: LongLog) -> History:
    """The whole of a log that an engine holds, nothing cut off: as ``parsed_to_history`` of the same files.

    Events and changes stand in order of time, whatever order the engine met them in.
    """
    rows = settled_deals(log.layout)
    rows = rows.left_join(_listed(good_events(), "events", ("at", "known", "milestone")), "deal").drop("deal_right")
    if log.layout.has_changes:
        dated = good_changes()
        dated = dated.filter(~dated["field"].isin(_NEVER_READ))
        rows = rows.left_join(_listed(dated, "changes", ("at", "field", "value")), "deal").drop("deal_right")
    return replace(to_history(duck.fetch(rows.order_by("deal")), log.layout), complete_to=log.data_until)


def _listed(rows: ir.Table, name: str, fields: tuple[str, ...]) -> ir.Table:
    """One row a deal, its rows as a list in order of their fields."""
    trail = ibis.struct({field: rows[field] for field in fields})
    return rows.group_by("deal").agg(**{name: trail.collect(order_by=[rows[field] for field in fields])})


def _attributes(parsed: Parsed) -> dict[str, Texts]:
    names: dict[str, None] = dict.fromkeys(name for deal in parsed.deals for name in deal.attributes)
    columns = {name: _texts([deal.attributes.get(name) or None for deal in parsed.deals]) for name in names}
    built_in = {
        "amount": [None if deal.amount is None else str(deal.amount) for deal in parsed.deals],
        "currency": [deal.currency or None for deal in parsed.deals],
        "type": [deal.deal_type or None for deal in parsed.deals],
        "account_id": [deal.account_id or None for deal in parsed.deals],
        "target_on": [format_instant(deal.target)[:10] or None for deal in parsed.deals],
    }
    for name, values in built_in.items():
        if name not in columns and any(value is not None for value in values):
            columns[name] = _texts(values)
    return columns


def _dated_changes(changes: Changes) -> np.ndarray:
    """Changes of attributes; a change of owner is nothing a forecast may use."""
    return np.array([name not in _NEVER_READ for name in changes.field], bool)


def _texts(values: list[str] | list[str | None]) -> Texts:
    column = np.empty(len(values), object)
    column[:] = values
    return column
