"""The hand-over to delivery: everything they need so that nothing is asked twice. For the team alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from landmark.documents.paper import Facts, Frame, Lead, Lines, Paper, Part, Sheet
from landmark.documents.steps import Step, list_steps
from landmark.documents.summaries import Risk, list_risks
from landmark.documents.writing import NOTHING, Writer
from landmark.engines.audience import INTERNAL


@dataclass(frozen=True, slots=True)
class Contact:
    """``prefers``: how they like to be reached and told."""

    name: str
    title: str = ""
    roles: str = ""
    prefers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """``state``: where it stands, in words. ``sections``: heading and lines as written, in the method's order.
    ``steps``: the onboarding as prepared."""

    frame: Frame
    state: str
    facts: Sequence[tuple[str, str]] = ()
    sections: Sequence[tuple[str, Sequence[str]]] = ()
    people: Sequence[Contact] = ()
    risks: Sequence[Risk] = ()
    steps: Sequence[Step] = ()


def write_hand_over(it: HandOver) -> Paper:
    write = Writer(it.frame.lang)
    head = (write("person"), write("roles"), write("prefers"))
    people = [
        (f"{c.name}, {c.title}" if c.title else c.name, c.roles or NOTHING, c.prefers or NOTHING) for c in it.people
    ]
    parts: list[Part] = [
        Lead(it.state, write("where_it_stands")),
        Facts(it.facts),
        *(Lines(title, lines) for title, lines in it.sections),
        Sheet(write("people"), head, people, widths=(1.1, 1, 1.1)),
        list_risks(it.risks, write),
        list_steps(write("onboarding"), it.steps, write),
    ]
    return Paper(it.frame, INTERNAL, write("hand_over"), it.frame.deal, parts)
