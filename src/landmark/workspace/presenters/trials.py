"""Trial closes as the page shows them: the six kinds, the log, what is asked next.

Answers: the words for each asking and what a gap still lacks, by name. Does not answer: which kind comes next
(``engines.trials``).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from landmark.closing.trials import Asked, Trials
from landmark.playbook.schema import Playbook


@dataclass(frozen=True, slots=True)
class TypeView:
    """One kind of trial close."""

    kind: str
    letter: str
    label: str
    question: str
    validates: str
    state: str
    state_label: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class AskedView:
    """One asking. ``lacking`` names what a gap still needs."""

    id: UUID
    line: UUID
    letter: str
    label: str
    person: str
    answer: str
    asked_on: date
    is_confirmed: bool
    is_gap: bool
    is_late: bool
    clarified: str
    impact: str
    fix: str
    owner: str
    due_on: date | None
    fixed_on: date | None
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialsView:
    """``sentence``: where they stand, in one line. ``next``: the kind to ask now, None when all have a yes."""

    types: tuple[TypeView, ...]
    asked: tuple[AskedView, ...]
    next: TypeView | None
    confirmed: int
    sentence: str

    @property
    def needs_work(self) -> bool:
        """A gap is overdue or not whole: who does what by when is missing."""
        return any(one.is_late or one.lacking for one in self.asked if one.is_gap)


def tell_trials(found: Trials, playbook: Playbook, lang: str) -> TrialsView:
    types = _types(found, playbook, lang)
    following = next((one for one in types if one.is_next), None)
    asked = tuple(_asked(one, playbook, lang) for one in found.asked)
    return TrialsView(types, asked, following, found.confirmed, _say(found, following))


def _say(found: Trials, following: TypeView | None) -> str:
    gaps = len(found.gaps)
    parts = [ngettext("%(n)d open gap.", "%(n)d open gaps.", gaps) % {"n": gaps}] if gaps else []
    if following is None:
        return " ".join([*parts, _("Every question has a yes.")])
    return " ".join([*parts, _("Ask next: %(what)s.") % {"what": f"{following.letter} · {following.label}"}])


def _types(found: Trials, playbook: Playbook, lang: str) -> tuple[TypeView, ...]:
    states = {
        "not_asked": _("not asked"), "confirmed": _("confirmed"), "gap": _("open gap"), "fixed": _("ask again"),
    }  # fmt: skip
    return tuple(
        TypeView(
            one.kind, one.kind.upper(), playbook.text(f"trial_close.{one.kind}.label", lang),
            playbook.text(f"trial_close.{one.kind}.question", lang),
            playbook.text(f"trial_validates.{one.validates}.label", lang),
            one.state, states[one.state], one.kind == found.next_kind,
        )
        for one in found.types
    )  # fmt: skip


def _asked(one: Asked, playbook: Playbook, lang: str) -> AskedView:
    row = one.row
    words = {
        "clarified": _("what they mean"), "impact": _("what it changes"), "fix": _("the smallest fix"),
        "owner": _("who does it"), "due_on": _("by when"),
    }  # fmt: skip
    return AskedView(
        id=row.id, line=row.line, letter=row.kind.upper(), label=playbook.text(f"trial_close.{row.kind}.label", lang),
        person=row.person, answer=row.answer, asked_on=row.asked_on, is_confirmed=row.is_confirmed, is_gap=one.is_gap,
        is_late=one.is_late, clarified=row.clarified,
        impact=playbook.label("gap_impact", row.impact, lang) if row.impact else "", fix=row.fix, owner=row.owner,
        due_on=row.due_on, fixed_on=row.fixed_on, lacking=tuple(words[key] for key in one.lacking),
    )  # fmt: skip
