"""A waterfall in words, bars and rows.

Answers: what each bar is called, how its amount is written, where it leads. Does not answer: what is in it
(``engines.waterfall``), where a bar stands in the drawing (``ui.waterfalls``). Needs no request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from landmark.engines.waterfall import ALWAYS_SHOWN, Bar, Reason, Waterfall
from landmark.ui.charts import Frame
from landmark.ui.formats import format_count, format_money
from landmark.ui.waterfalls import Drawing, Kind, Step, draw_lying, draw_upright

WIDE, SHORT = Frame(1080, 290, left=4, right=4, top=24, bottom=28), Frame(760, 230, left=4, right=4, top=22, bottom=26)
NARROW = 330.0

LABELS: Mapping[Reason, Any] = {
    Reason.NEW: gettext_lazy("New"),
    Reason.MOVED_IN: gettext_lazy("Moved in"),
    Reason.RETURNED: gettext_lazy("Returned"),
    Reason.PULLED_IN: gettext_lazy("Pulled in"),
    Reason.INCREASED: gettext_lazy("Increased"),
    Reason.WON: gettext_lazy("Won"),
    Reason.LOST: gettext_lazy("Lost"),
    Reason.PAUSED: gettext_lazy("Paused"),
    Reason.DECREASED: gettext_lazy("Decreased"),
    Reason.PUSHED_OUT: gettext_lazy("Pushed out"),
    Reason.MOVED_OUT: gettext_lazy("Moved out"),
}
HINTS: Mapping[Reason, Any] = {
    Reason.NEW: gettext_lazy("opened since"),
    Reason.MOVED_IN: gettext_lazy("came from another owner, team, type, stage or currency"),
    Reason.RETURNED: gettext_lazy("was closed or paused, is open again"),
    Reason.PULLED_IN: gettext_lazy("its date moved into the period"),
    Reason.INCREASED: gettext_lazy("is worth more"),
    Reason.WON: gettext_lazy("at the value it was won with"),
    Reason.LOST: gettext_lazy("at the value it had"),
    Reason.PAUSED: gettext_lazy("waits for something named"),
    Reason.DECREASED: gettext_lazy("is worth less"),
    Reason.PUSHED_OUT: gettext_lazy("its date moved out of the period"),
    Reason.MOVED_OUT: gettext_lazy("went to another owner, team, type, stage or currency"),
}
RISING = frozenset({Reason.NEW, Reason.MOVED_IN, Reason.RETURNED, Reason.PULLED_IN, Reason.INCREASED})


@dataclass(frozen=True, slots=True)
class BarRow:
    """One row of the table twin, and one bar."""

    key: str
    label: str
    hint: str
    kind: Kind
    count: int
    amount: Decimal
    words: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class WaterfallView:
    drawings: tuple[Drawing, ...]
    rows: tuple[BarRow, ...]
    currency: str
    base: Decimal

    @property
    def base_words(self) -> str:
        return format_money(self.base, self.currency, short=True)


Link = Callable[[str], str]


def show_waterfall(
    fall: Waterfall, currency: str, days: tuple[str, str], link: Link, *, chosen: str = "", is_short: bool = False
) -> WaterfallView:
    """``days``: the two dates in words; ``link`` gives the address that opens a bar's deals."""
    rows = (
        _total_row("start", days[0], fall.start, fall.start_count, currency),
        *(
            _row(bar, currency, link, chosen)
            for bar in fall.bars
            if bar.count or bar.reason in ALWAYS_SHOWN
        ),
        _total_row("end", days[1], fall.end, fall.end_count, currency),
    )  # fmt: skip
    steps = [_step(row) for row in rows]
    label = _describe(fall, currency, days)
    drawings: tuple[Drawing, ...] = ()
    if any(row.amount for row in rows):
        drawings = (draw_upright(steps, SHORT if is_short else WIDE, label), draw_lying(steps, NARROW, label))
    base = Decimal(f"{drawings[0].base:.2g}") if drawings else Decimal(0)
    return WaterfallView(drawings, rows, currency, base)


def format_signed(amount: Decimal, currency: str, *, short: bool = True) -> str:
    """ "+€28K", "−€141K"."""
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    return sign + format_money(abs(amount), currency, short=short)


def count_deals(count: int) -> str:
    return ngettext("%(n)s deal", "%(n)s deals", count) % {"n": format_count(count)}


def _row(bar: Bar, currency: str, link: Link, chosen: str) -> BarRow:
    words = format_signed(bar.amount, currency) if bar.amount else count_deals(bar.count) if bar.count else "—"
    return BarRow(
        key=str(bar.reason), label=str(LABELS[bar.reason]), hint=str(HINTS[bar.reason]),
        kind=_kind_of(bar.reason), count=bar.count, amount=bar.amount, words=words,
        url=link(str(bar.reason)) if bar.count else "", is_chosen=chosen == bar.reason,
    )  # fmt: skip


def _kind_of(reason: Reason) -> Kind:
    return "up" if reason in RISING else "gone" if reason is Reason.WON else "down"


def _total_row(key: str, day: str, amount: Decimal, count: int, currency: str) -> BarRow:
    return BarRow(key, day, "", "total", count, amount, format_money(amount, currency, short=True), "", False)


def _step(row: BarRow) -> Step:
    title = f"{row.label}: {row.words}, {count_deals(row.count)}"
    return Step(row.key, row.label, row.words, float(row.amount), row.kind, title, row.url, row.is_chosen)


def _describe(fall: Waterfall, currency: str, days: tuple[str, str]) -> str:
    """The whole chart in one sentence, for those who do not see it."""
    said = [f"{LABELS[bar.reason]} {format_signed(bar.amount, currency)}" for bar in fall.bars if bar.amount]
    return _("Pipeline on %(first)s %(start)s; %(changes)s; on %(last)s %(end)s.") % {
        "first": days[0],
        "last": days[1],
        "start": format_money(fall.start, currency, short=True),
        "end": format_money(fall.end, currency, short=True),
        "changes": ", ".join(said) or _("no change"),
    }
