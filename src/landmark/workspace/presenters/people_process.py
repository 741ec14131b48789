"""A buyer's way to approval as the tab People shows it.

Answers: the reviews by their place in the order with their days, what is still to be asked, the recap in words.
Does not answer: what is missing (``engines.process``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.buying.models import Mechanism
from landmark.buying.process import StepRow
from landmark.engines.process import Lap, count_days, days_of, is_hopeful, last_day, latest_start, lay_out
from landmark.engines.workdays import Workdays
from landmark.ui.formats import format_day
from landmark.workspace.presenters.people_words import tell_lack

if TYPE_CHECKING:
    from landmark.workspace.presenters.people import PeoplePage


@dataclass(frozen=True, slots=True)
class ReviewView:
    """``days``: in words, with where they are from."""

    row: StepRow
    who: str
    days: str
    starts_on: date | None
    ends_on: date | None
    is_hopeful: bool
    url: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class ProcessView:
    """``places``: reviews that run side by side stand together. ``warning``: it does not fit before the target date."""

    places: tuple[tuple[ReviewView, ...], ...]
    answers: tuple[AnswerView, ...]
    lacks: tuple[str, ...]
    total_days: int
    ends_on: date | None
    start_by: date | None
    warning: str
    recap: str


def read_process_view(page: "PeoplePage") -> ProcessView:
    process, on = page.process, page.as_of.on
    workdays = Workdays()
    laps = {lap.line: lap for lap in lay_out(process.steps, on, workdays)}
    views = [_review(page, row, laps.get(row.step.line)) for row in process.rows]
    places = tuple(tuple(group) for _place, group in groupby(views, key=lambda view: view.row.step.position))
    ends_on = last_day(tuple(laps.values()))
    target = page.facts.target_on
    start_by = latest_start(process.steps, target, workdays) if target and count_days(process.steps) else None
    return ProcessView(
        places=places, answers=_answers(page), lacks=tuple(tell_lack(lack) for lack in process.lacks),
        total_days=count_days(process.steps), ends_on=ends_on, start_by=start_by,
        warning=_warn(start_by, ends_on, target, on), recap=write_recap(page),
    )  # fmt: skip


def _review(page: "PeoplePage", row: StepRow, lap: Lap | None) -> ReviewView:
    step = row.step
    who = step.reviewer or (page.playbook.label("role", step.role, page.lang) if step.role else "")
    return ReviewView(
        row=row, who=who, days=_say_days(step.lead_days, step.last_days), starts_on=lap.starts_on if lap else None,
        ends_on=lap.ends_on if lap else None, is_hopeful=is_hopeful(step),
        url=page.link(do="review", step=str(row.id)),
    )  # fmt: skip


def _say_days(lead: int | None, last: int | None) -> str:
    if last is not None:
        words = ngettext("%(n)d working day, as last time", "%(n)d working days, as last time", last)
        return words % {"n": last}
    if lead is not None:
        return ngettext("%(n)d working day planned", "%(n)d working days planned", lead) % {"n": lead}
    return ""


def _warn(start_by: date | None, ends_on: date | None, target: date | None, on: date) -> str:
    if start_by is None or ends_on is None or target is None or start_by >= on:
        return ""
    return _("Begun today, the reviews end on %(end)s, after the target date %(target)s.") % {
        "end": format_day(ends_on, year_of=on), "target": format_day(target, year_of=on)
    }  # fmt: skip


def _answers(page: "PeoplePage") -> tuple[AnswerView, ...]:
    answers = page.process.answers
    mechanism = answers["mechanism"]
    rows = (
        (_("Approval is given"), str(Mechanism(mechanism).label) if mechanism else ""),
        (_("A yes"), answers["yes_when"]), (_("A no"), answers["no_when"]), (_("A not-yet"), answers["not_yet_when"]),
        (_("“Ready to approve”"), answers["ready_when"]),
        (_("Last similar purchase"), page.process.last_purchase),
    )  # fmt: skip
    return tuple(AnswerView(question, answer) for question, answer in rows)


def write_recap(page: "PeoplePage") -> str:
    """What we heard, in words a buyer can say yes to: nothing of stance, weight or tactics is in it."""
    process = page.process
    lines = [_("This is how we understand your way to a decision. Does it match?"), ""]
    for number, row in enumerate(process.rows, start=1):
        lines.append(f"{number}. {_recap_of(page, row)}")
    facts = (
        (_("Approval is given"), str(Mechanism(process.answers["mechanism"]).label)),
        (_("The decision is with"), ", ".join(page.deciders)), (_("The signature is with"), ", ".join(page.signers)),
        (_("Ready to approve means"), process.answers["ready_when"]),
    )  # fmt: skip
    lines += ["", *(f"{name}: {value}" for name, value in _told(facts, process.answers["mechanism"]))]
    return "\n".join(lines).strip()


def _told(facts: Sequence[tuple[str, str]], mechanism: str) -> list[tuple[str, str]]:
    return [(name, value) for index, (name, value) in enumerate(facts) if value and (index or mechanism)]


def _recap_of(page: "PeoplePage", row: StepRow) -> str:
    step = row.step
    who = step.reviewer or (page.playbook.label("role", step.role, page.lang) if step.role else "")
    parts = [step.title + (f" ({who})" if who else "")]
    if step.artefact:
        parts.append(_("needs %(what)s") % {"what": step.artefact})
    if (days := days_of(step)) is not None:
        parts.append(ngettext("%(n)d working day", "%(n)d working days", days) % {"n": days})
    return ", ".join(parts)
