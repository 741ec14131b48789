"""What is put in writing before the signature: executive summary, one page, recap. All fields through the shareable
view; the one commercial summary is quoted, never typed again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from landmark.closing.held import held_impact
from landmark.closing.models import CommercialSummary, ExecutiveSummary, OfferPart, Recap
from landmark.closing.models.packet import LineKind
from landmark.closing.papers.asked import Asked, split_lines
from landmark.documents.paper import Paper
from landmark.documents.recap import CommercialSummary as Commercial
from landmark.documents.recap import PriceLine, write_recap
from landmark.documents.recap import Recap as RecapPaper
from landmark.documents.steps import Step
from landmark.documents.summaries import ExecutiveSummary as SummaryPaper
from landmark.documents.summaries import OfferPart as OnePagePart
from landmark.documents.summaries import OnePage, Risk, write_executive_summary, write_one_page
from landmark.documents.writing import Writer
from landmark.engines.audience import SHARED, see
from landmark.engines.brief import MIDDLE, Brief, read_brief


def read_executive_summary(it: Asked) -> Paper | None:
    """The newest version, in the order for ``reader``; None until its decision line is written."""
    brief = _brief(it)
    if brief is None or not brief.section("decision").lines:
        return None
    text = {section.key: [line.text for line in section.lines] for section in brief.sections}
    known = {audience.key for audience in it.playbook.last_mile.audiences}
    reader = it.reader if it.reader in known else ""
    return write_executive_summary(
        SummaryPaper(
            frame=it.frame,
            decision=" ".join(text["decision"]),
            purpose=" ".join(text["purpose"]),
            context=text["context"],
            recommendation="\n".join(text["recommendation"]),
            outcomes=text["outcomes"],
            assumptions=text["assumptions"],
            risks=[Risk(line) for line in text["risks"]],
            requests=[Step(line) for line in text["request"]],
            reader=it.playbook.text(f"last_mile.audience.{reader}.label", it.lang) if reader else "",
            first=[section.key for section in brief.sections if section.key in MIDDLE],
        )
    )


def _brief(it: Asked) -> Brief | None:
    rows = ExecutiveSummary.objects.filter(deal=it.deal, made_at__lte=it.as_of.known_by)
    row = see(rows.order_by("number").last(), SHARED)
    return read_brief(row.sections, it.playbook.last_mile, audience=it.reader) if row else None


def read_one_page(it: Asked) -> Paper | None:
    """The offer in the method's order; None until a part of it is written."""
    rows = {row.key: see(row, SHARED) for row in OfferPart.objects.filter(deal=it.deal)}
    keys = [key for key in it.playbook.decision.offer_parts if key in rows and rows[key].text]
    if not keys:
        return None
    parts = {key: OnePagePart(split_lines(rows[key].text), rows[key].challenge, rows[key].value) for key in keys}
    worth = parts.get("opportunity", OnePagePart())
    confirmed = [sentence for sentence in held_impact(it.deal) if sentence not in worth.lines]
    if confirmed:
        parts["opportunity"] = replace(worth, lines=[*worth.lines, *confirmed])
    brief = _brief(it)
    return write_one_page(
        OnePage(
            frame=it.frame,
            decision=" ".join(line.text for line in brief.section("decision").lines) if brief else "",
            parts=parts,
            terms=_terms(it),
            requests=[Step(line.text) for line in brief.section("request").lines] if brief else (),
        )
    )


def _terms(it: Asked) -> list[tuple[str, str]]:
    row = _summary(it)
    if row is None:
        return []
    write = Writer(it.lang)
    return [(write("total_price"), write.money(_total(row), row.currency)), *_term_facts(row, it)]


def _term_facts(row: CommercialSummary, it: Asked) -> list[tuple[str, str]]:
    """The contract in short, each with its name; nothing empty."""
    write, held = Writer(it.lang), see(row, SHARED)
    found = [
        (write("duration"), write("months", count=held.term_months) if held.term_months else ""),
        (write("payment"), held.payment_terms),
        (write("service_levels"), held.service_levels),
        (write("renewal"), held.renewal),
        (write("change_control"), held.change_control),
    ]
    return [(name, text) for name, text in found if text]


def _summary(it: Asked, number: int | None = None) -> CommercialSummary | None:
    """The version that counts, or the one a recap quoted."""
    rows = CommercialSummary.objects.filter(deal=it.deal, made_at__lte=it.as_of.known_by)
    rows = rows if number is None else rows.filter(number=number)
    return rows.prefetch_related("lines").order_by("number").last()


def _total(row: CommercialSummary) -> Decimal:
    """Prices and one-time fees; options and payments are told apart."""
    counted = (LineKind.PRICE, LineKind.ONE_TIME)
    return sum((line.amount for line in row.lines.all() if line.kind in counted), Decimal(0))


def read_recap_paper(it: Asked) -> Paper | None:
    """The newest recap as it was sent; None before."""
    row = see(Recap.objects.filter(deal=it.deal, made_at__lte=it.as_of.known_by).order_by("number").last(), SHARED)
    if row is None:
        return None
    return write_recap(
        RecapPaper(
            frame=it.frame,
            decision=row.decision,
            commercial=read_commercial(it, row.summary_number),
            plan=[Step(line) for line in row.plan],
            commitments=[Step(line) for line in row.commitments],
            risks=[_risk(line) for line in row.risks],
            confirm_by=", ".join(row.sent_to),
        )
    )


def read_commercial(it: Asked, number: int | None = None) -> Commercial | None:
    row = _summary(it, number)
    if row is None:
        return None
    write, held = Writer(it.lang), see(row, SHARED)
    lines = [see(line, SHARED) for line in row.lines.all()]
    priced = [
        PriceLine(write("one_time", text=line.label) if line.kind == LineKind.ONE_TIME else line.label, line.amount)
        for line in lines
        if line.kind in (LineKind.PRICE, LineKind.ONE_TIME)
    ]
    return Commercial(
        currency=held.currency, total=_total(row), prices=priced, options=_priced(lines, LineKind.OPTION),
        payments=_priced(lines, LineKind.PAYMENT), included=split_lines(held.deliverables),
        excluded=split_lines(held.exclusions), assumptions=split_lines(held.assumptions),
        terms=_term_facts(row, it),
    )  # fmt: skip


def _priced(lines: list[Any], kind: LineKind) -> list[PriceLine]:
    return [PriceLine(line.label, line.amount) for line in lines if line.kind == kind]


def _risk(line: dict[str, str]) -> Risk:
    return Risk(str(line.get("risk", "")), str(line.get("mitigation", "")))
