"""What discovery holds on a day: research, facts, impact and the sentence the buyer confirmed.

Answers: the rows as known on the day and what the engines make of them. Does not answer: requirements and criteria
(``requirements``), how it looks (the screens).

Facts, figures and confirmations have a past; the research sheet keeps its latest words only.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from landmark.buying.models import (
    CallNote,
    Fact,
    Hypothesis,
    ImpactConfirmation,
    ImpactLine,
    ImpactSummary,
    ResearchSheet,
)
from landmark.deals.models import Deal
from landmark.engines.impact import Figure, Lack, Total, add_up, find_lacks, kinds_without_figure
from landmark.engines.research import Guess, Readiness, Sheet, can_add_hypothesis, judge_readiness
from landmark.orgs.as_of import AsOf
from landmark.playbook.discovery import Discovery
from landmark.playbook.loader import DEFAULT_REF, load_playbook
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_count, format_money, format_number

Row = TypeVar("Row", bound=models.Model)


def method_of(deal: Deal) -> tuple[Discovery, Playbook]:
    """Discovery by the deal's playbook, and the playbook that words it; the default one's where it has none."""
    playbook = load_playbook(deal.playbook)
    if playbook.discovery is None:
        playbook = load_playbook(DEFAULT_REF)
    assert playbook.discovery is not None  # noqa: S101  (the default playbook has one)
    return playbook.discovery, playbook


def known_on(rows: "models.QuerySet[Row]", as_of: AsOf) -> "models.QuerySet[Row]":
    """Rows that stood on the day: made by then and not ended by then."""
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=as_of.known_by), created_at__lte=as_of.known_by)


@dataclass(frozen=True, slots=True)
class Research:
    sheet: ResearchSheet | None
    hypotheses: tuple[Hypothesis, ...]
    readiness: Readiness
    most_hypotheses: int

    @property
    def can_add(self) -> bool:
        return can_add_hypothesis(len(self.hypotheses), self.most_hypotheses)


def read_research(deal: Deal, as_of: AsOf) -> Research:
    part, _playbook = method_of(deal)
    sheet = ResearchSheet.objects.filter(deal=deal).first()
    hypotheses = tuple(known_on(Hypothesis.objects.filter(deal=deal), as_of))
    check = deal.pre_call_checks.filter(created_at__lte=as_of.known_by).last()
    facts = Sheet(
        buying_unit=sheet.buying_unit if sheet else "",
        constraints=sheet.constraints if sheet else "",
        success_path=sheet.success_path if sheet else "",
        guesses=tuple(Guess(row.text, row.confirms, row.rejects) for row in hypotheses),
    )
    readiness = judge_readiness(facts, part.pre_call, check.known if check else None)
    return Research(sheet, hypotheses, readiness, part.most_hypotheses)


@dataclass(frozen=True, slots=True)
class Impact:
    """``confirmation`` stands for ``sentence`` as it is now; ``lapsed`` is the last one that no longer does."""

    summary: ImpactSummary | None
    lines: tuple[ImpactLine, ...]
    totals: tuple[Total, ...]
    sentence: str
    lacks: tuple[Lack, ...]
    unasked: tuple[str, ...]
    confirmation: ImpactConfirmation | None
    lapsed: ImpactConfirmation | None


def read_impact(deal: Deal, as_of: AsOf, lang: str) -> Impact:
    part, playbook = method_of(deal)
    summary = ImpactSummary.objects.filter(deal=deal).first()
    lines = tuple(known_on(ImpactLine.objects.filter(deal=deal), as_of))
    figures = [figure_of(line) for line in lines]
    totals = add_up(figures)
    issue, driver = (summary.issue, summary.driver) if summary else ("", "")
    lacks = find_lacks(issue, driver, figures)
    confirmed = ImpactConfirmation.objects.filter(deal=deal)
    standing = known_on(confirmed, as_of).last()
    ended = None if standing else confirmed.filter(ended_at__lte=as_of.known_by).last()
    sentence = "" if lacks else write_sentence(playbook, issue, driver, totals, lang)
    unasked = kinds_without_figure(figures, part.kinds)
    return Impact(summary, lines, totals, sentence, lacks, unasked, standing, ended)


def figure_of(line: ImpactLine) -> Figure:
    return Figure(line.kind, line.amount, line.unit, line.period, line.currency, line.counted, line.is_proxy)


def write_sentence(playbook: Playbook, issue: str, driver: str, totals: tuple[Total, ...], lang: str) -> str:
    """The issue, its driver and the impact per month in one sentence for the buyer to confirm."""
    parts = [tell_total(total) for total in totals]
    impact = parts[0] if len(parts) == 1 else _("%(parts)s and %(last)s") % {
        "parts": ", ".join(parts[:-1]), "last": parts[-1],
    }  # fmt: skip
    issue, driver = issue.strip().rstrip("."), driver.strip().rstrip(".")
    return playbook.text("discovery.sentence", lang, issue=issue, driver=driver, impact=impact)


def tell_total(total: Total) -> str:
    """ "199 hours a month"."""
    if total.unit == "percent":
        return f"{_plain(total.amount)} % {total.counted}".strip()
    words = {"hours": _("%(n)s hours"), "count": "%(n)s %(what)s", "money": "%(n)s"}[total.unit]
    number = format_money(total.amount, total.currency) if total.unit == "money" else _plain(total.amount)
    told = words % {"n": number, "what": total.counted}
    return _("%(figure)s once") % {"figure": told} if total.period == "once" else _("%(figure)s a month") % {
        "figure": told
    }  # fmt: skip


def _plain(amount: Any) -> str:
    """Whole from ten up, one decimal below."""
    return format_count(amount) if amount >= 10 or amount == amount.to_integral_value() else format_number(amount, 1)


def read_facts(deal: Deal, as_of: AsOf) -> list[Fact]:
    return list(known_on(Fact.objects.filter(deal=deal), as_of))


def read_notes(deal: Deal, as_of: AsOf) -> list[CallNote]:
    """Notes of calls, newest first."""
    return list(deal.call_notes.filter(created_at__lte=as_of.known_by).order_by("-held_on", "-created_at"))
