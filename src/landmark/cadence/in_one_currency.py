"""A period of several currencies as one: everything in the organisation's own, at dated rates.

Answers: the same sums, groups and outcomes as ``outlook.summary`` gives for one currency, made from the lines and draws
of a ``Book``, so that they are those of the page of calls. Does not answer: what an amount is worth (``rates``).
There is no such sum while a rate of any currency in use is missing: a part of it would look like the whole.
"""

from dataclasses import replace

from landmark.cadence.book import Book, OpenLine, read_book
from landmark.cadence.booked import Booking
from landmark.engines.deal_types import plain_deal_type
from landmark.orgs.as_of import AsOf
from landmark.orgs.models import Organisation
from landmark.outlook.summary import ZERO, CurrencySummary, Line, PeriodSummary, open_line, sum_lines


def read_mixed_book(org: Organisation, as_of: AsOf, summary: PeriodSummary) -> Book | None:
    """The period's book where deals, or deals not yet opened, are in other currencies too."""
    return None if summary.is_in_one_currency else read_book(org, as_of, summary.period, summary.forecast)


def sum_in_one_currency(book: Book) -> CurrencySummary | None:
    """None while a rate is missing."""
    if not has_every_rate(book):
        return None
    lines = [_convert_open(book, line) for line in book.lines]
    lines += [_convert_won(book, one) for one in book.bookings]
    return sum_lines(book.org.currency, lines, book.draws)


def has_every_rate(book: Book) -> bool:
    """For open and won deals, and for those not opened yet."""
    has_rates_ahead = all(book.rates.find(code, book.as_of.on) is not None for code in book.currencies_ahead)
    return has_rates_ahead and all(one.converted is not None for one in book.bookings)


def _convert_open(book: Book, line: OpenLine) -> Line:
    deal = replace(line.deal, amount=line.converted)
    percent = line.percent if book.period.ends_on >= book.as_of.on else 0.0
    owner_id, team = book.whose(line.owner_id)
    return replace(
        open_line(deal, book.org.currency, book.period, line.p_won or 0.0, percent),
        team=team,
        owner_id=owner_id,
        owner=line.owner,
        deal_type=plain_deal_type(line.deal_type),
    )


def _convert_won(book: Book, booking: Booking) -> Line:
    seat = book.seats.get(booking.owner_id) if booking.owner_id else None
    owner_id, team = book.whose(booking.owner_id)
    return Line(
        currency=book.org.currency,
        stage="won",
        team=team,
        owner_id=owner_id,
        owner=seat.name if seat else "",
        is_won=True,
        amount=booking.converted or ZERO,
        deal_type=plain_deal_type(booking.deal_type),
    )
