"""The recap after the last meeting: decision, one commercial summary, plan, commitments, three risks. For both sides.

Answers: what the buyer answers with "Confirmed". Does not answer: who has answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from landmark.documents.paper import Facts, Frame, Lead, Lines, Paper, Part, Sheet
from landmark.documents.steps import Step, list_steps
from landmark.documents.summaries import Risk, list_risks
from landmark.documents.writing import Writer
from landmark.engines.audience import SHARED


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One part of the price: what it covers and when it is paid."""

    text: str
    amount: Decimal | None = None
    terms: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommercialSummary:
    """The one summary that all documents quote. ``total``: as agreed; it is not added up here."""

    currency: str
    total: Decimal | None = None
    prices: Sequence[PriceLine] = ()
    options: Sequence[PriceLine] = ()
    payments: Sequence[PriceLine] = ()
    included: Sequence[str] = ()
    excluded: Sequence[str] = ()
    assumptions: Sequence[str] = ()
    terms: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recap:
    frame: Frame
    decision: str
    commercial: CommercialSummary | None = None
    plan: Sequence[Step] = ()
    commitments: Sequence[Step] = ()
    risks: Sequence[Risk] = ()
    confirm_by: str = ""


def write_recap(it: Recap) -> Paper:
    write = Writer(it.frame.lang)
    parts: list[Part] = [Lead(it.decision, write("decision"))]
    if it.commercial is not None:
        parts += list_commercials(it.commercial, write)
    parts += [
        list_steps(write("plan"), it.plan, write),
        list_steps(write("commitments"), it.commitments, write),
        list_risks(it.risks, write),
    ]
    ask = write("recap_ask_named", names=it.confirm_by) if it.confirm_by else write("recap_ask")
    return Paper(it.frame, SHARED, write("recap"), it.frame.deal, parts, ask=ask)


def list_commercials(it: CommercialSummary, write: Writer) -> list[Part]:
    """Prices with their total, then what is in, what is not, on what it rests."""
    rows = _rows(it.prices, it.currency, write)
    if it.total is not None:
        rows.append((write("total"), "", write.money(it.total, it.currency)))
    return [
        _sheet(write("commercial_summary"), rows, write, has_total=it.total is not None),
        _sheet(write("options"), _rows(it.options, it.currency, write), write),
        _sheet(write("payments"), _rows(it.payments, it.currency, write), write),
        Lines(write("included"), it.included),
        Lines(write("excluded"), it.excluded),
        Lines(write("assumptions"), it.assumptions),
        Facts(it.terms, write("terms")),
    ]


def _rows(lines: Sequence[PriceLine], currency: str, write: Writer) -> list[tuple[str, ...]]:
    return [(line.text, line.terms, write.money(line.amount, currency)) for line in lines]


def _sheet(title: str, rows: list[tuple[str, ...]], write: Writer, *, has_total: bool = False) -> Sheet:
    """The column of payment terms only where there are any."""
    if any(row[1] for row in rows):
        head = (write("price_part"), write("payment"), write("amount"))
        return Sheet(title, head, rows, widths=(1.3, 1, 0), numbers=(2,), has_total=has_total)
    short = [(row[0], row[2]) for row in rows]
    return Sheet(title, (write("price_part"), write("amount")), short, (1, 0), numbers=(1,), has_total=has_total)
