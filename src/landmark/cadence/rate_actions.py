"""Entering currency rates, one by one or from a CSV file.

Answers: what is accepted, since when it counts. Does not answer: which rate is used (``rates``).

A rate that is typed in counts from now on. One from a file may speak of its own day, as a bank's table does, so past
days become convertible; but a rate that corrects an earlier entry is known from now only, or yesterday's forecast would
change after the fact. The file has the columns currency, day, rate; one bad row and nothing is taken from it.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.cadence.call_actions import lock_week
from landmark.cadence.models.rates import CurrencyRate
from landmark.deals.policies import Refused
from landmark.deals.records import record
from landmark.ledger.inputs import Source
from landmark.orgs.models import Member, Organisation
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right

MOST_BYTES = 2_000_000
MOST_ROWS = 20_000
MOST_ERRORS = 20
HEADINGS = ("currency", "day", "rate")
FIRST_DAY = date(1990, 1, 1)
LARGEST, PLACES = Decimal("1e9"), Decimal("1e-10")


class BadRates(Refused):
    """Rows of a file that cannot be read, each with its number."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


@dataclass(frozen=True, slots=True)
class NewRate:
    currency: str
    day: date
    rate: Decimal


def add_rate(*, by: Member, currency: str, day: date, rate: Decimal, now: datetime | None = None) -> int:
    """One rate typed in; returns 1, or 0 when it stands there already."""
    row = NewRate(currency.strip().upper(), day, rate)
    return _store(by, [_check(row, by.org, now or timezone.now())], source=Source.WEB, now=now or timezone.now())


def import_rates(content: bytes, *, by: Member, now: datetime | None = None) -> int:
    """All rates of a file, or none; returns how many are new. The same file again adds nothing."""
    now = now or timezone.now()
    return _store(by, read_rate_file(content, by.org, now), source=Source.IMPORT, now=now)


def _store(by: Member, rows: Iterable[NewRate], *, source: str, now: datetime) -> int:
    check_right(by, Right.SET_RATES)
    with transaction.atomic():
        org = lock_week(by.org)
        held = CurrencyRate.objects.filter(org=org, base=org.currency)
        standing = {(row.currency, row.day): row.rate for row in held.order_by("version")}
        versions = {
            (row["currency"], row["day"]): row["last"]
            for row in held.order_by().values("currency", "day").annotate(last=Max("version"))
        }
        made = [
            _make(org, row, versions.get((row.currency, row.day), 0), by, source, now)
            for row in rows
            if standing.get((row.currency, row.day)) != row.rate
        ]
        CurrencyRate.objects.bulk_create(made, batch_size=500)
        if made:
            detail: dict[str, object] = {"count": len(made), "currencies": sorted({row.currency for row in made})}
            record(org.id, "rates.entered", "organisation", org.id, by=by, via=source, detail=detail)
    return len(made)


def _make(org: Organisation, row: NewRate, version: int, by: Member, source: str, now: datetime) -> CurrencyRate:
    is_first_import = source == Source.IMPORT and version == 0
    published_at = datetime.combine(row.day, time.min, UTC)
    return CurrencyRate(
        org=org, currency=row.currency, base=org.currency, day=row.day, rate=row.rate, source=source, author_id=by.id,
        author_name=by.name, known_at=min(now, published_at) if is_first_import else now, recorded_at=now,
        version=version + 1,
    )  # fmt: skip


def _check(row: NewRate, org: Organisation, now: datetime) -> NewRate:
    if not (len(row.currency) == 3 and row.currency.isalpha() and row.currency.isascii()):
        raise Refused(_("A currency has three letters, for example USD."))
    if row.currency == org.currency:
        raise Refused(_("%(currency)s is your own currency; it needs no rate.") % {"currency": row.currency})
    if not FIRST_DAY <= row.day <= now.astimezone(UTC).date():
        raise Refused(_("A rate needs its day, today or earlier."))
    if not row.rate.is_finite() or not 0 < row.rate < LARGEST or row.rate != row.rate.quantize(PLACES):
        raise Refused(_("A rate is a number above zero with at most ten decimals."))
    return row


def read_rate_file(content: bytes, org: Organisation, now: datetime) -> list[NewRate]:
    """The rows of a CSV file; raises ``BadRates`` with row numbers, the heading being row 1."""
    rows = _split(content)
    found: dict[tuple[str, date], NewRate] = {}
    problems: list[str] = []
    for number, cells in enumerate(rows, 2):
        try:
            row = _check(_read_row(cells), org, now)
            if found.setdefault((row.currency, row.day), row).rate != row.rate:
                raise Refused(_("The file gives this currency two rates for the same day."))
        except Refused as refused:
            problems.append(_("Row %(row)d: %(sentence)s") % {"row": number, "sentence": refused})
    if problems:
        raise BadRates(_shorten(problems))
    if not found:
        raise BadRates([_("The file has headings but no rates.")])
    return list(found.values())


def _shorten(problems: list[str]) -> list[str]:
    more = len(problems) - MOST_ERRORS
    return problems[:MOST_ERRORS] + ([_("And %(count)d more rows.") % {"count": more}] if more > 0 else [])


def _split(content: bytes) -> list[dict[str, str]]:
    if len(content) > MOST_BYTES:
        raise BadRates([_("This file is larger than 2 MB; split it by year.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRates([_("This is not a CSV file in UTF-8; save it as “CSV UTF-8”.")]) from error
    if "\0" in text:
        raise BadRates([_("This is not a CSV file in UTF-8; save it as “CSV UTF-8”.")])
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if not set(HEADINGS) <= set(names):
        raise BadRates([_("The first row must name the columns currency, day and rate.")])
    try:
        rows = [{key: (line[names[key]] or "").strip() for key in HEADINGS} for line in reader]
    except csv.Error as error:
        raise BadRates([_("The file cannot be read as a table; save it as CSV again.")]) from error
    if len(rows) > MOST_ROWS:
        raise BadRates([_("This file has more than 20,000 rows; split it by year.")])
    return rows


def _read_row(cells: dict[str, str]) -> NewRate:
    try:
        day = date.fromisoformat(cells["day"])
    except ValueError as error:
        raise Refused(_("Write the day as year-month-day, for example 2026-03-31.")) from error
    try:
        rate = Decimal(cells["rate"].replace(",", ".") if cells["rate"].count(",") == 1 else cells["rate"])
    except InvalidOperation as error:
        raise Refused(_("Write the rate as a plain number, for example 0.9215.")) from error
    return NewRate(cells["currency"].upper(), day, rate)
