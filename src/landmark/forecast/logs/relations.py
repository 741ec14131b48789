"""The log as it was known on a day, a row for each deal: cut, joined, drawn and grouped, as Ibis expressions.

Answers: which rows of the typed tables a fit or a forecast may see. Does not answer: what they mean (``snapshots``).
The rules are those of ``forecast.known``; a test compares the two.
"""

from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from landmark.forecast.logs.typed import CHANGES, EVENTS, Layout

GOOD_DEALS, GOOD_EVENTS, GOOD_CHANGES = "landmark_good_deals", "landmark_good_events", "landmark_good_changes"
DEAL_NUMBERS = "landmark_deal_numbers"
"""A view of the good deals: id, deal."""
_HASH_DIGITS = 8


def good_deals(layout: Layout) -> ir.Table:
    """The deals that can be used. ``deal``: their number, in the order of the file."""
    texts = ["deal_id", "amount", "currency", "account_id", *(f"a{place}" for place, _ in enumerate(layout.attributes))]
    times = ["opened", "closed", "target", "known_from"]
    schema = {"deal": "int64", "outcome": "int8", **dict.fromkeys(times, "float64"), **dict.fromkeys(texts, "string")}
    return ibis.table(schema, name=GOOD_DEALS)


def good_events() -> ir.Table:
    return ibis.table({"deal": "int64", "at": "float64", "known": "float64", "milestone": "string"}, name=GOOD_EVENTS)


def good_changes() -> ir.Table:
    return ibis.table({"deal": "int64", "at": "float64", "field": "string", "value": "string"}, name=GOOD_CHANGES)


def found_events(row: str | None = None) -> ir.Table:
    """The typed events, each with the number of its deal; odd also where there is no such deal."""
    kept = {"at": "float64", "known": "float64", "milestone": "string"}
    return _with_deal(f"{EVENTS}_typed", kept, row)


def found_changes(row: str | None = None) -> ir.Table:
    return _with_deal(f"{CHANGES}_typed", {"at": "float64", "field": "string", "value": "string"}, row)


def _with_deal(source: str, kept: dict[str, str], row: str | None) -> ir.Table:
    of_row = {row: "int64"} if row else {}
    rows = ibis.table({**of_row, "deal_id": "string", "odd": "boolean", **kept}, name=source)
    deals = ibis.table({"id": "string", "deal": "int64"}, name=DEAL_NUMBERS)
    joined = rows.left_join(deals, rows.deal_id == deals.id)
    return joined.select(*of_row, "deal", *kept, odd=joined.odd | joined.deal.isnull())


def settled_deals(layout: Layout) -> ir.Table:
    """Deals with an opening: the given one; the closing where it lies before that; else the first known date."""
    deals = good_deals(layout)
    undated = deals.filter(deals.opened.isnull()).select("deal")
    first = good_events().semi_join(undated, "deal").group_by("deal").agg(first=lambda t: t["at"].min())
    joined = deals.left_join(first.select(first_deal="deal", first="first"), deals.deal == first.deal)
    stated = ibis.ifelse(joined.closed <= joined.opened, joined.closed, joined.opened)
    opened = ibis.coalesce(stated, joined.opened, ibis.least(joined.first, joined.closed), joined.first, joined.closed)
    return joined.mutate(opened=opened).drop("first_deal", "first")


def known_deals(layout: Layout, as_of: float) -> ir.Table:
    """Deals that had been opened; a closing counts once it had happened."""
    deals = settled_deals(layout)
    deals = deals.filter(deals.opened <= as_of)
    is_closed = (deals.closed <= as_of).fill_null(False)
    return deals.mutate(
        closed=ibis.ifelse(is_closed, deals.closed, ibis.null("float64")),
        outcome=ibis.ifelse(is_closed, deals.outcome, 0).cast("int8"),
    )


def drawn(deals: ir.Table, share: float) -> ir.Table:
    """The same share of the deals every time: those whose id has a low MD5, which every engine computes alike."""
    if share >= 1.0:
        return deals
    limit = f"{int(share * 16**_HASH_DIGITS):0{_HASH_DIGITS}x}"
    return deals.filter(deals.deal_id.hexdigest("md5").lower().substr(0, _HASH_DIGITS) < limit)


def open_deals(deals: ir.Table) -> ir.Table:
    return deals.filter(deals.outcome == 0)


def with_trails(deals: ir.Table, as_of: float, layout: Layout) -> ir.Table:
    """Each deal with the lists of what was known of it: ``events`` (at, known, milestone), ``changes``."""
    found = deals.left_join(_known_events(deals, as_of), "deal").drop("deal_right")
    if layout.has_changes:
        found = found.left_join(_known_changes(deals, as_of), "deal").drop("deal_right")
    return found


def _known_events(deals: ir.Table, as_of: float) -> ir.Table:
    rows = _rows_known(deals, as_of)
    trail = ibis.struct({"at": rows["at"], "known": rows.known, "milestone": rows.milestone})
    return rows.group_by("deal").agg(events=trail.collect())


def _rows_known(deals: ir.Table, as_of: float) -> ir.Table:
    """Before the opening counts from the opening; at or after the closing does not count."""
    events, span = good_events(), deals.select(of="deal", opened="opened", closed="closed")
    rows = events.inner_join(span, events.deal == span.of)
    is_over = (rows["at"] >= rows.closed).fill_null(False)
    rows = rows.filter(rows["at"] <= as_of, rows.known <= as_of, ~is_over)
    at = ibis.greatest(rows["at"], rows.opened)
    return rows.select("deal", "milestone", at=at, known=ibis.greatest(rows.known, at))


def _known_changes(deals: ir.Table, as_of: float) -> ir.Table:
    changes = good_changes()
    rows = changes.semi_join(deals.select("deal"), "deal")
    rows = rows.filter(rows["at"] <= as_of, ~rows["field"].isin(["owner", "account_id"]))
    trail = ibis.struct({"at": rows["at"], "field": rows["field"], "value": rows["value"]})
    return rows.group_by("deal").agg(changes=trail.collect())


def milestone_counts(layout: Layout, as_of: float) -> ir.Table:
    """milestone · n: how many events of each kind were known on the day."""
    rows = _rows_known(known_deals(layout, as_of), as_of)
    return rows.group_by("milestone").agg(n=rows.count())


def remarks(layout: Layout, until: float) -> ir.Table:
    """One row of counts: what was assumed where dates contradict each other, how many rows lie after ``until``, and the
    last time stamps that do not."""
    stated, deals, events = good_deals(layout), settled_deals(layout), good_events()
    is_undated = stated.opened.isnull()
    settled = deals.select(of="deal", opened="opened", closed="closed")
    rows = events.inner_join(settled, events.deal == settled.of)
    of_deals = stated.agg(
        deals=stated.count(),
        closed_before_opened=(stated.closed <= stated.opened).sum().fill_null(0),
        undated=is_undated.sum().fill_null(0),
        **_ends("deals", until, stated.opened, stated.closed),
    )
    of_settled = deals.agg(no_date=deals.opened.isnull().sum().fill_null(0))
    of_events = rows.agg(
        event_before_opening=(rows["at"] < rows.opened).sum().fill_null(0),
        event_after_closing=(rows["at"] >= rows.closed).sum().fill_null(0),
        **_ends("events", until, rows["at"], rows.known),
    )
    found = of_deals.cross_join(of_settled).cross_join(of_events)
    if not layout.has_changes:
        return found
    changes = good_changes()
    dated = changes.inner_join(settled, changes.deal == settled.of)
    return found.cross_join(
        dated.agg(
            change_before_opening=(dated["at"] < dated.opened).sum().fill_null(0),
            **_ends("changes", until, dated["at"]),
        )
    )


def _ends(name: str, until: float, *times: ir.FloatingColumn) -> dict[str, ir.Scalar]:
    is_ahead = reduce(or_, [(time > until).fill_null(False) for time in times])
    last = [time.max(where=time <= until) for time in times]
    return {f"ahead_{name}": is_ahead.sum().fill_null(0), f"last_{name}": ibis.greatest(*last)}
