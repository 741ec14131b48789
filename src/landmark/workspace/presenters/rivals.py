"""Competition as the page shows it: ways × criteria, barriers with their tactics, the three answers.

Answers: the words and the grid. Does not answer: whether to compete (``engines.competition``).
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from landmark.buying.competition import Competition
from landmark.buying.models import SwitchingBarrier
from landmark.engines.competition import TOP_GRADE
from landmark.playbook.schema import Playbook
from landmark.ui.formats import format_percent


@dataclass(frozen=True, slots=True)
class GradeCell:
    """``name`` is the field of the form; ``was`` the version shown."""

    name: str
    points: int | None
    was: str
    leads: bool


@dataclass(frozen=True, slots=True)
class WayView:
    """One way to go for the buyer; ``line`` is "" for ours."""

    line: str
    name: str
    kind: str
    note: str
    share: str
    cells: tuple[GradeCell, ...]


@dataclass(frozen=True, slots=True)
class BarrierView:
    kind: str
    label: str
    help: str
    row: SwitchingBarrier | None
    tactics: tuple[tuple[str, str, bool], ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(words for _key, words, is_on in self.tactics if is_on)


@dataclass(frozen=True, slots=True)
class AnswerView:
    key: str
    question: str
    text: str
    was: str
    is_given: bool


@dataclass(frozen=True, slots=True)
class CompetitionView:
    advice: str
    headline: str
    sentence: str
    criteria: tuple[str, ...]
    said_by: str
    criteria_was: str
    ways: tuple[WayView, ...]
    barriers: tuple[BarrierView, ...]
    answers: tuple[AnswerView, ...]

    @property
    def held(self) -> tuple[BarrierView, ...]:
        return tuple(one for one in self.barriers if one.row is not None)

    @property
    def is_empty(self) -> bool:
        return not self.criteria and len(self.ways) == 1 and not self.held


def tell_competition(found: Competition, playbook: Playbook, lang: str) -> CompetitionView:
    criteria = tuple(found.criteria.texts) if found.criteria else ()
    headline, sentence = _advise(found, playbook, lang)
    return CompetitionView(
        advice=found.judgement.advice,
        headline=headline,
        sentence=sentence,
        criteria=criteria,
        said_by=found.criteria.said_by if found.criteria else "",
        criteria_was=str(found.criteria.id) if found.criteria else "",
        ways=_ways(found, criteria, playbook, lang),
        barriers=tuple(
            _barrier(found, one.key, one.tactics, playbook, lang) for one in playbook.qualification.barriers
        ),
        answers=tuple(_answer(found, key, playbook, lang) for key in playbook.qualification.answers),
    )


def _advise(found: Competition, playbook: Playbook, lang: str) -> tuple[str, str]:
    judged = found.judgement
    if judged.advice == "qualify_out":
        names = ", ".join(playbook.label("barrier", key, lang).lower() for key in judged.structural)
        return _("Not now"), _(
            "What holds them cannot be lowered for now (%(barriers)s). Stop, and say when to come back."
        ) % {"barriers": names}
    if judged.advice == "ask":
        questions = " ".join(playbook.text(f"answer.{key}", lang) for key in judged.missing)
        return _("Ask before you compete"), questions
    if judged.without_tactic:
        names = ", ".join(playbook.label("barrier", key, lang).lower() for key in judged.without_tactic)
        return _("Compete"), _("Choose what to do about the main barriers: %(barriers)s.") % {"barriers": names}
    return _("Compete"), _("The answers are there and the main barriers have a tactic.")


def _ways(found: Competition, criteria: tuple[str, ...], playbook: Playbook, lang: str) -> tuple[WayView, ...]:
    names = {"": (_("Our offer"), "", "")}
    for row in found.alternatives:
        names[str(row.line)] = (row.name, playbook.label("alternative", row.kind, lang), row.note)
    views = []
    for standing in found.standings:
        name, kind, note = names[standing.id]
        cells = []
        for place, criterion in enumerate(criteria):
            row_of = found.grades.get((standing.id, criterion))
            cells.append(
                GradeCell(
                    f"g-{place}-{standing.id}", row_of.points if row_of else None, str(row_of.id) if row_of else "",
                    criterion in standing.leads_on,
                )
            )  # fmt: skip
        share = format_percent(standing.share) if standing.share is not None else ""
        views.append(WayView(standing.id, name, kind, note, share, tuple(cells)))
    return tuple(views)


def _barrier(found: Competition, key: str, tactics: tuple[str, ...], playbook: Playbook, lang: str) -> BarrierView:
    row = found.barriers.get(key)
    held = set(row.tactics) if row else set()
    words = tuple((t, playbook.text(f"barrier.{key}.tactic.{t}", lang), t in held) for t in tactics)
    help_text = playbook.text(f"barrier.{key}.help", lang)
    return BarrierView(key, playbook.label("barrier", key, lang), help_text, row, words)


def _answer(found: Competition, key: str, playbook: Playbook, lang: str) -> AnswerView:
    row = found.answers.get(key)
    is_given = key not in found.judgement.missing
    text = row.text if row else ""
    if not text and is_given:
        main = [playbook.label("barrier", b.kind, lang) for b in found.barriers.values() if b.is_main]
        text = ", ".join(main)
    return AnswerView(key, playbook.text(f"answer.{key}", lang), text, str(row.id) if row else "", is_given)


GRADES = tuple(range(TOP_GRADE + 1))
