"""Gaps, lacks and check lists of the tab People in words.

Answers: one plain sentence each, with the address where it is mended. Does not answer: which gaps there are
(``engines``).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from landmark.engines import commitment, relationships
from landmark.engines.commitment import Clash, Item
from landmark.engines.process import Lack
from landmark.engines.relationships import Gap
from landmark.playbook.schema import Playbook

GRAVE = frozenset({relationships.ADVERSARY, relationships.BLOCK})
Linker = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Line:
    """A thing to do: ``tone`` is bad, warn or quiet; ``url`` leads to where it is done, "" for those who only read."""

    kind: str
    words: str
    tone: str
    url: str
    do: str = ""


def tell_gaps(gaps: Sequence[Gap], playbook: Playbook, lang: str, link: Linker) -> list[Line]:
    """One line a kind, or one a person where the sentence is about one; the gravest first."""
    lines: list[Line] = []
    for kind in relationships.KINDS:
        found = [gap for gap in gaps if gap.kind == kind]
        for group in _group(kind, found):
            first = group[0]
            url = link(do="person", person=first.person or None, role=_role_of(first))
            lines.append(Line(kind, _say(kind, group, playbook, lang), _tone(kind), url, "person"))
    return lines


SINGLE = frozenset(
    {relationships.BLOCK, relationships.REPEAT, relationships.MINIMUM, relationships.LATE, relationships.QUIET,
     relationships.FOCUS}
)  # fmt: skip


def _group(kind: str, gaps: Sequence[Gap]) -> Iterable[Sequence[Gap]]:
    if kind in SINGLE:
        return [[gap] for gap in gaps]
    return [gaps] if gaps else []


def _role_of(gap: Gap) -> str | None:
    if gap.kind == relationships.FOCUS:
        return gap.values[0]
    return "economic_buyer" if gap.kind == relationships.DECIDER else None


def _tone(kind: str) -> str:
    return "bad" if kind in GRAVE else "quiet" if kind in (relationships.PLACE, relationships.QUIET) else "warn"


def _say(kind: str, group: Sequence[Gap], playbook: Playbook, lang: str) -> str:
    names = ", ".join(gap.name for gap in group)
    values = group[0].values
    sentences = {
        relationships.ADVERSARY: _("%(names)s stands against this and there is no plan yet. Say how we deal with it."),
        relationships.BLOCK: _("%(names)s blocks “%(what)s”. Name who can lift it and what would convince them."),
        relationships.DECIDER: _("Nobody is marked as deciding. Ask who gives the final yes."),
        relationships.SIGNER: _("Nobody is marked as signing. It is often somebody else than the one who decides."),
        relationships.NOT_MET: _("Meet %(names)s before a solution is worked on."),
        relationships.CARES: _("Find out what %(names)s cares about."),
        relationships.BENEFIT: _("Write down what is in it for %(names)s."),
        relationships.COST: _("Ask %(names)s what standing still costs them."),
        relationships.FOCUS: _("This stage turns on the role “%(what)s” and nobody is named for it."),
        relationships.REPEAT: _("%(names)s asked the same again: “%(what)s”. Our answer did not reach them."),
        relationships.MINIMUM: _("%(names)s has not had from us: %(what)s."),
        relationships.LATE: _("Our step with %(names)s is late: %(what)s."),
        relationships.STEP: _("Set our next step with %(names)s."),
        relationships.QUIET: _("%(names)s should have heard from us %(what)s days ago."),
        relationships.PLACE: _("Judge influence and interest of %(names)s to put them on the map."),
    }
    return sentences[kind] % {"names": names, "what": _what(kind, values, playbook, lang)}


def _what(kind: str, values: Sequence[str], playbook: Playbook, lang: str) -> str:
    if kind == relationships.FOCUS:
        return playbook.label("role", values[0], lang)
    if kind == relationships.MINIMUM:
        return ", ".join(_lower(playbook.text(f"relationship.need.{need}", lang)) for need in values)
    return ", ".join(values)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def tell_lack(lack: Lack) -> str:
    """What to ask about the way to approval."""
    sentences = {
        "steps": _("Ask who reviews the proposal, and in which order."),
        "decider": _("Ask who gives the final yes, and mark them."),
        "signer": _("Ask who signs, and mark them."),
        "mechanism": _("Ask how approval is given: in a meeting, by e-mail, one after another?"),
        "yes_when": _("Ask what would make it a yes."),
        "no_when": _("Ask what would make it a no."),
        "not_yet_when": _("Ask what would make it a not-yet."),
        "ready_when": _("Ask what “ready to approve” means to them."),
        "reviewer": _("“%(step)s”: who does it?"),
        "artefact": _("“%(step)s”: what do they need to have for it?"),
        "days": _("“%(step)s”: how many working days does it take?"),
    }
    return sentences[lack.kind] % {"step": lack.step}


def tell_clash(clash: Clash) -> str:
    """Days of the commitment meeting that do not fit together."""
    sentences = {
        commitment.MEETING_LATE: _("The meeting is planned after the day by which they decide: move one of the two."),
        commitment.TARGET_EARLY: _("This ends after the deal's target date: agree with them which of the two holds."),
        commitment.STEP_EARLY: _("“%(step)s” is dated before the meeting."),
        commitment.STEP_LATE: _("“%(step)s” is dated after the day by which they decide."),
    }
    return sentences[clash.kind] % {"step": clash.step}


def tell_item(item: Item, playbook: Playbook, lang: str) -> str:
    """A line of the check list before the commitment meeting."""
    sentences = {
        commitment.NEEDED: _("Whoever holds the budget is known and asked to come"),
        commitment.MET: _("Every key player has been met"),
        commitment.ISSUES: _("What each key player cares about is on record"),
        commitment.BENEFIT: _("Each key player's own benefit is on record"),
        commitment.COST: _("What standing still costs each key player is on record"),
        commitment.ADVERSARY: _("There is a plan for everybody who stands against it"),
        commitment.FIT: _("It is judged that we fit"),
        commitment.VALUE: _("A potential value is set"),
        commitment.EVALUATION: _("What evaluating costs them is on record"),
        commitment.STANDING: _("What a month of standing still costs them is on record"),
        commitment.STEPS: _("Our draft of the steps to a decision is written"),
        commitment.TIME: _("A day for the decision is proposed"),
    }
    who = [playbook.label("role", n, lang) for n in item.names] if item.kind == commitment.NEEDED else item.names
    return sentences[item.kind] + (f": {', '.join(who)}" if who else "")
