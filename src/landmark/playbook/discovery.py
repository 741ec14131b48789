"""The part of a playbook about discovery: what to ask, what impact is, how a note after a call is read.

Answers: which questions, kinds of impact and priorities there are, and which words of a note point to what. Does not
answer: what a note says (``engines.notes``), whether discovery is complete (``engines.research``, ``engines.impact``,
``engines.requirements``).
"""

from collections.abc import Iterator, Mapping

from pydantic import Field

from landmark.playbook.checks import Key, Strict

Cues = Mapping[str, tuple[str, ...]]
"""Words and phrases by language; an asterisk at the end stands for any ending."""

Place = tuple[str | int, ...]
MOST_HYPOTHESES = 3


class TalkStep(Strict):
    """One step of the talk, in the order in which it is asked."""

    key: Key
    questions: tuple[Key, ...] = Field(min_length=1)
    cues: Cues = Field(default_factory=dict, description="Words of a note that make a sentence an answer to this step")


class Pointer(Strict):
    """Words of a note that point to a piece of evidence, a role, or a kind of impact."""

    key: Key
    cues: Cues


class NoteRules(Strict):
    """How a note is read. Everything found is a proposal; a person confirms it."""

    evidence: tuple[Pointer, ...] = ()
    roles: tuple[Pointer, ...] = ()
    kinds: tuple[Pointer, ...] = Field(default=(), description="Kinds of impact; the first that fits counts")
    next_step: Cues = Field(default_factory=dict, description="What starts or marks a next step")
    said: Cues = Field(default_factory=dict, description="Words by which somebody's own statement is known")
    source: Cues = Field(default_factory=dict, description="Words before whoever a statement is from")
    doubt: Cues = Field(default_factory=dict, description="Words that keep a sentence from being evidence")
    not_impact: Cues = Field(default_factory=dict, description="Words of sentences whose figures are prices or budgets")
    not_names: Cues = Field(default_factory=dict, description="Capitalised words that are no names of people")
    titles: Cues = Field(default_factory=dict, description="Words of job titles: no names either")


class Discovery(Strict):
    """``impact_evidence``, ``criterion_evidence`` and ``sign_off_evidence``: what each of them proves at the gates."""

    most_hypotheses: int = Field(default=MOST_HYPOTHESES, ge=1, le=MOST_HYPOTHESES)
    pre_call: tuple[Key, ...] = Field(min_length=1, description="Questions to answer from memory before the call")
    steps: tuple[TalkStep, ...] = Field(min_length=1)
    kinds: tuple[Key, ...] = Field(min_length=1, description="Kinds of impact")
    priorities: tuple[Key, ...] = Field(min_length=1, description="Priorities of a requirement, highest first")
    impact_evidence: Key
    criterion_evidence: Key
    sign_off_evidence: tuple[Key, ...] = Field(min_length=1)
    notes: NoteRules = NoteRules()


def words_of_discovery(part: Discovery | None) -> Iterator[tuple[str, Place]]:
    """Every sentence the part asks for, with its place in the files."""
    if part is None:
        return
    yield from ((f"discovery.{name}", ("discovery",)) for name in ("sentence", "change_rule"))
    yield from ((f"discovery.pre_call.{key}", ("discovery", "pre_call")) for key in part.pre_call)
    for index, step in enumerate(part.steps):
        loc: Place = ("discovery", "steps", index)
        yield f"discovery.step.{step.key}.label", loc
        yield from ((f"discovery.step.{step.key}.question.{key}", (*loc, "questions")) for key in step.questions)
    for kind in part.kinds:
        yield f"discovery.kind.{kind}.label", ("discovery", "kinds")
        yield f"discovery.kind.{kind}.question", ("discovery", "kinds")
    yield from ((f"discovery.priority.{key}.label", ("discovery", "priorities")) for key in part.priorities)
