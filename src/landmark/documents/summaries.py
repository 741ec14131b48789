"""Summaries to decide by: the executive summary and the one page of an offer. For both sides.

Answers: how the lines stand on paper, decision first. Does not answer: whether a line is concrete enough (the builder
flags those without a number, a date or a boundary).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from landmark.documents.paper import Facts, Frame, Lead, Lines, Paper, Part, Sheet
from landmark.documents.steps import Step, list_steps
from landmark.documents.writing import NOTHING, Writer
from landmark.engines.audience import SHARED


@dataclass(frozen=True, slots=True)
class Risk:
    text: str
    mitigation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutiveSummary:
    """``reader``: whom it is for, in words; ``first``: the parts that this reader sees first, of ``PARTS``."""

    frame: Frame
    decision: str
    purpose: str
    recommendation: str
    context: Sequence[str] = ()
    outcomes: Sequence[str] = ()
    assumptions: Sequence[str] = ()
    risks: Sequence[Risk] = ()
    requests: Sequence[Step] = ()
    reader: str = ""
    first: Sequence[str] = ()


PARTS = ("context", "recommendation", "outcomes", "assumptions", "risks")


def write_executive_summary(it: ExecutiveSummary) -> Paper:
    """Decision first and request last; between them the reader's own concerns lead."""
    write = Writer(it.frame.lang)
    parts: dict[str, Part] = {
        "context": Lines(write("context"), it.context),
        "recommendation": Lines(write("recommendation"), [it.recommendation] if it.recommendation else []),
        "outcomes": Lines(write("outcomes"), it.outcomes),
        "assumptions": Lines(write("assumptions"), it.assumptions),
        "risks": list_risks(it.risks, write),
    }
    order = [name for name in it.first if name in parts] + [name for name in PARTS if name not in it.first]
    made: list[Part] = [Lead(it.decision, write("decision_needed")), *(parts[name] for name in order)]
    made.append(list_steps(write("requests"), it.requests, write))
    subtitle = write("for_reader", reader=it.reader) if it.reader else ""
    return Paper(it.frame, SHARED, write("executive_summary"), it.purpose or it.frame.deal, made, subtitle=subtitle)


def list_risks(risks: Sequence[Risk], write: Writer) -> Sheet | Lines:
    """Each with what is done about it; plain lines where a line says both."""
    if not any(risk.mitigation for risk in risks):
        return Lines(write("risks"), [risk.text for risk in risks])
    rows = [(risk.text, risk.mitigation or NOTHING) for risk in risks]
    return Sheet(write("risks"), (write("risk"), write("mitigation")), rows, widths=(1, 1))


@dataclass(frozen=True, slots=True)
class OfferPart:
    """One part of the offer, tied to the challenge it answers and the value it promises."""

    lines: Sequence[str] = ()
    challenge: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePage:
    """``parts`` by key, shown in the method's order; ``terms``: the agreed ones, beside the words on the contract."""

    frame: Frame
    decision: str
    parts: Mapping[str, OfferPart]
    terms: Sequence[tuple[str, str]] = ()
    requests: Sequence[Step] = ()


OFFER = ("goals", "opportunity", "concept", "contract")


def write_one_page(it: OnePage) -> Paper:
    write = Writer(it.frame.lang)
    parts: list[Part] = [Lead(it.decision, write("decision_needed"))]
    for key in OFFER:
        part = it.parts.get(key, OfferPart())
        has_terms = key == "contract" and bool(it.terms)
        if has_terms:
            parts.append(Facts(it.terms, write(key)))
        parts.append(Lines("" if has_terms else write(key), part.lines, note=_tie(part, write)))
    parts.append(list_steps(write("requests"), it.requests, write))
    return Paper(it.frame, SHARED, write("one_page"), it.frame.deal, parts, on_one_page=True)


def _tie(part: OfferPart, write: Writer) -> str:
    """Which challenge it answers and what it brings."""
    ties = (("answers", part.challenge), ("brings", part.value))
    return " · ".join(write(key, text=text) for key, text in ties if text)
