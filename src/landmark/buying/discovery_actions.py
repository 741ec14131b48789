"""Changing what discovery holds: research, hypotheses, facts, impact and its confirmation.

Answers: what each change writes, and what it re-opens. Does not answer: how a note becomes these changes
(``call_actions``), requirements and criteria (``requirement_actions``).

The buyer's yes belongs to one sentence: when a figure or a word of it changes, the confirmation ends, its evidence is
taken back, and the gate asks again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import BinaryIO, TypeVar, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.buying.discovery import method_of, read_impact
from landmark.buying.models import (
    CallNote,
    Fact,
    Hypothesis,
    HypothesisState,
    ImpactConfirmation,
    ImpactLine,
    ImpactSummary,
    PreCallCheck,
    ResearchSheet,
)
from landmark.deals.changing import Change, changing
from landmark.deals.models import Deal
from landmark.deals.policies import Refused, StaleVersion, check_can_pursue, check_version
from landmark.deals.proofs import WORDS_LENGTH, prove, take_back
from landmark.engines.impact import PERIODS, UNITS
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook.schema import Strength

RESEARCH_FIELDS = ("context", "buying_unit", "systems", "constraints", "success_path")
HYPOTHESIS_FIELDS = ("text", "signal", "confirms", "rejects", "state", "outcome")


RowT = TypeVar("RowT", Hypothesis, Fact, ImpactLine)


@dataclass(frozen=True, slots=True)
class FigureInput:
    """One figure of impact as a person gives it."""

    kind: str
    amount: Decimal
    unit: str
    period: str
    currency: str = ""
    counted: str = ""
    basis: str = ""
    said_by: str = ""
    is_proxy: bool = False


# Before the call


def save_research(
    deal: Deal, *, by: Member, values: Mapping[str, str], questions: Mapping[str, str] | None = None,
    if_version: int | None = None, via: str = "web",
) -> ResearchSheet:  # fmt: skip
    """The sheet's own words; ``questions`` by the key of the talk's step."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        sheet = ResearchSheet.objects.filter(deal=change.deal).first() or ResearchSheet(deal=change.deal, version=0)
        check_version(sheet.version, if_version, current=sheet)
        for name in RESEARCH_FIELDS:
            setattr(sheet, name, values.get(name, getattr(sheet, name)).strip())
        if questions is not None:
            sheet.questions = {key: text.strip() for key, text in questions.items() if text.strip()}
        sheet.version += 1
        sheet.edited_by, sheet.edited_at = by.name, timezone.now()
        sheet.save()
        change.record("discovery.research_saved")
    return sheet


def save_hypothesis(
    deal: Deal, *, by: Member, values: Mapping[str, str], hypothesis: Hypothesis | None = None,
    if_version: int | None = None, via: str = "web",
) -> Hypothesis:  # fmt: skip
    """Add one while there are fewer than three, or change it: also its state, with what was heard."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = _own(Hypothesis, change, hypothesis.id) if hypothesis else _new_hypothesis(change)
        check_version(row.version, if_version if hypothesis else None, current=row)
        for name in HYPOTHESIS_FIELDS:
            setattr(row, name, values.get(name, getattr(row, name)).strip())
        _check_hypothesis(row)
        row.version += 1 if hypothesis else 0
        row.edited_by = by.name
        row.save()
        change.record("discovery.hypothesis_saved", note=row.text, state=row.state)
    return row


def _new_hypothesis(change: Change) -> Hypothesis:
    part, _playbook = method_of(change.deal)
    taken = set(Hypothesis.objects.filter(deal=change.deal, ended_at=None).values_list("position", flat=True))
    free = [place for place in range(1, part.most_hypotheses + 1) if place not in taken]
    if not free:
        raise Refused(
            _("There are %(most)d hypotheses already. Set one aside before adding another.")
            % {"most": part.most_hypotheses}
        )
    return Hypothesis(deal=change.deal, position=free[0], created_at=timezone.now())


def _check_hypothesis(row: Hypothesis) -> None:
    if not row.text:
        raise Refused(_("Say in one line which problem you expect."))
    if row.state not in HypothesisState.values:
        raise Refused(_("Choose whether it is to be tested, confirmed or rejected."))
    if row.state != HypothesisState.OPEN and not row.outcome:
        raise Refused(_("Say in one line what you heard that settles it."))


def drop_hypothesis(deal: Deal, *, by: Member, hypothesis: Hypothesis, via: str = "web") -> None:
    """Set it aside: it makes room for another and stays on record."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = _end(Hypothesis, change, hypothesis.id)
        change.record("discovery.hypothesis_dropped", note=row.text)


def record_pre_call(deal: Deal, *, by: Member, known: Sequence[str], via: str = "web") -> PreCallCheck:
    """Which of the playbook's questions could be answered from memory."""
    part, _playbook = method_of(deal)
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = PreCallCheck.objects.create(
            deal=change.deal, known=[key for key in part.pre_call if key in known], made_by=by.name,
            created_at=timezone.now(),
        )  # fmt: skip
        change.record("discovery.pre_call_checked", known=row.known)
    return row


# What was heard


def add_fact(
    deal: Deal, *, by: Member, step: str, text: str, said_by: str = "", learned_on: date, via: str = "web"
) -> Fact:
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = put_fact(change, step=step, text=text, said_by=said_by, learned_on=learned_on)
        change.record("discovery.fact_added", note=row.text, step=step)
    return row


def put_fact(
    change: Change, *, step: str, text: str, said_by: str, learned_on: date, note: CallNote | None = None
) -> Fact:
    """The write alone, for actions that already hold the deal."""
    part, _playbook = method_of(change.deal)
    if not text.strip():
        raise Refused(_("Write down in one sentence what you heard."))
    if step not in {item.key for item in part.steps}:
        raise Refused(_("Choose which question of the talk it answers."))
    return Fact.objects.create(
        deal=change.deal, step=step, text=text.strip(), said_by=said_by.strip(), learned_on=learned_on, note=note,
        author=change.by.name, created_at=timezone.now(),
    )  # fmt: skip


def end_fact(deal: Deal, *, by: Member, fact: Fact, via: str = "web") -> None:
    """It no longer counts; it stays on record as what was known until now."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = _end(Fact, change, fact.id)
        change.record("discovery.fact_ended", note=row.text)


# Impact


def add_impact(
    deal: Deal, *, by: Member, figure: FigureInput, replaces: ImpactLine | None = None, via: str = "web"
) -> ImpactLine:
    """A new figure, or a better one in place of another. Either way the buyer is asked again."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        if replaces is not None:
            _end(ImpactLine, change, replaces.id)
        row = put_impact(change, figure)
        reopen_impact(change, _("a figure changed"))
        change.record("discovery.impact_added", note=figure.basis, kind=figure.kind)
    return row


def put_impact(change: Change, figure: FigureInput, note: CallNote | None = None) -> ImpactLine:
    """The write alone, for actions that already hold the deal."""
    deal = change.deal
    _check_figure(deal, figure)
    return ImpactLine.objects.create(
        deal=deal, kind=figure.kind, amount=figure.amount, unit=figure.unit,
        currency=(figure.currency or deal.currency or deal.org.currency) if figure.unit == "money" else "",
        counted=figure.counted.strip() if figure.unit in ("count", "percent") else "",
        period="once" if figure.unit == "percent" else figure.period, basis=figure.basis.strip(),
        said_by=figure.said_by.strip(), is_proxy=figure.is_proxy, note=note, author=change.by.name,
        created_at=timezone.now(),
    )  # fmt: skip


def _check_figure(deal: Deal, figure: FigureInput) -> None:
    part, _playbook = method_of(deal)
    if figure.kind not in part.kinds or figure.unit not in UNITS or figure.period not in PERIODS:
        raise Refused(_("Choose the kind, the unit and the period from the lists."))
    if figure.amount <= 0:
        raise Refused(_("Write a figure above zero; a rough one is better than none."))
    if figure.unit in ("count", "percent") and not figure.counted.strip():
        raise Refused(_("Say what is counted, for example “late deliveries”."))


def end_impact(deal: Deal, *, by: Member, line: ImpactLine, via: str = "web") -> None:
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        _end(ImpactLine, change, line.id)
        reopen_impact(change, _("a figure was taken out"))
        change.record("discovery.impact_ended", note=line.basis)


def save_summary(
    deal: Deal, *, by: Member, issue: str, driver: str, if_version: int | None = None, via: str = "web"
) -> ImpactSummary:
    """Issue and driver of the one sentence."""
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        row = ImpactSummary.objects.filter(deal=change.deal).first() or ImpactSummary(deal=change.deal, version=0)
        check_version(row.version, if_version, current=row)
        if (row.issue, row.driver) != (issue.strip(), driver.strip()):
            reopen_impact(change, _("the sentence changed"))
        row.issue, row.driver, row.edited_by = issue.strip(), driver.strip(), by.name
        row.version += 1
        row.save()
        change.record("discovery.summary_saved")
    return row


def confirm_impact(
    deal: Deal, *, by: Member, confirmed_by: str, confirmed_on: date, sentence: str,
    attachment: BinaryIO | None = None, lang: str = "en", via: str = "web",
) -> ImpactConfirmation:  # fmt: skip
    """The buyer's yes to the sentence as it stands: evidence in their own word.

    ``sentence`` is the one the person saw; when somebody changed it meanwhile, nothing is confirmed.
    """
    part, _playbook = method_of(deal)
    with changing(deal, by=by, via=via, check=check_can_pursue) as change:
        impact = read_impact(change.deal, latest(change.deal.org), lang)
        if impact.lacks:
            raise Refused(_("The sentence is not complete yet: it needs an issue, a driver and a figure per month."))
        if sentence.strip() != impact.sentence:
            raise StaleVersion(_("The sentence changed while you had it open. Read the new one, then confirm it."))
        if not confirmed_by.strip():
            raise Refused(_("Name the person on the buyer's side who confirmed it."))
        reopen_impact(change, _("confirmed anew"))
        whole = impact.sentence if len(impact.sentence) > WORDS_LENGTH else ""
        evidence_id = prove(  # a playbook with discovery names an evidence key it has (lint_discovery)
            change, part.impact_evidence, strength=Strength.BUYER, on=confirmed_on, title=impact.sentence,
            note=whole, author=confirmed_by.strip(), attachment=attachment,
        )  # fmt: skip
        row = ImpactConfirmation.objects.create(
            deal=change.deal, sentence=impact.sentence[:1000], confirmed_by=confirmed_by.strip(),
            confirmed_on=confirmed_on, evidence_id=cast(UUID, evidence_id), created_at=timezone.now(),
        )  # fmt: skip
        change.record("discovery.impact_confirmed", note=row.sentence)
    return row


def reopen_impact(change: Change, why: str) -> None:
    """The buyer's yes ends and its evidence is taken back; for actions that already hold the deal."""
    for row in ImpactConfirmation.objects.filter(deal=change.deal, ended_at=None):
        row.ended_at, row.ended_why = timezone.now(), why
        row.save(update_fields=["ended_at", "ended_why"])
        take_back(change, row.evidence_id, _("What was confirmed no longer stands as it was: %(why)s.") % {"why": why})
        change.record("discovery.impact_reopened", note=why)


def _own(kind: type[RowT], change: Change, row_id: UUID) -> RowT:
    """A row of this deal that still stands."""
    row = kind._default_manager.filter(deal=change.deal, id=row_id, ended_at=None).first()
    if row is None:
        raise Refused(_("Somebody took this out meanwhile. Look at the page again."))
    return row


def _end(kind: type[RowT], change: Change, row_id: UUID) -> RowT:
    """It counts no longer; it stays on record as what was known until now."""
    row = _own(kind, change, row_id)
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    return row
