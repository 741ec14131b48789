"""The last mile judged: answer times, mark-ups, go or no-go, signing order, the recap, the hand-over, onboarding.

Answers: what stands in the way, as keys with their values; by when a lane owes its answer; what may be signed or
started next. Does not answer: who may do it (``closing.rights``), how a key is said (the presenters).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from landmark.engines.workdays import Workdays
from landmark.playbook.last_mile import LastMile

# Where a mark-up stands. A counter-proposal and a call for reasons are still open: somebody has to decide them.
MARKUP_STATES = ("open", "countered", "needs_reasons", "accepted", "refused", "withdrawn")
OPEN_STATES = frozenset({"open", "countered", "needs_reasons"})


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing in the way; ``what`` is a key, ``values`` fill its sentence."""

    what: str
    values: Mapping[str, object] = field(default_factory=dict)


# Answer times


def answer_due(asked_on: date, days: int, workdays: Workdays) -> date:
    """Asked on a Friday with two business days: due on Tuesday."""
    return workdays.shift(asked_on, days)


def track_day(sent_on: date, day: int, workdays: Workdays) -> date:
    """The day of a step of the review: day 1 is the day the packet went out; one that falls on a day off moves on."""
    return sent_on if day == 1 else workdays.on_or_after(sent_on + timedelta(days=day - 1))


# Mark-ups


@dataclass(frozen=True, slots=True)
class MarkUpFact:
    clause: str
    state: str
    decider: str = ""
    triage: str = ""
    pass_key: str = ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


def suggest_pass(text: str, mile: LastMile) -> str:
    """Which reading a change belongs to, by its words: commercial before duties; without a hint it is style."""
    folded = f" {text.casefold()} "
    for item in reversed(mile.passes):
        if any(re.search(rf"(?<!\w){re.escape(word.casefold().lstrip())}", folded) for word in item.words):
            return item.key
    return mile.passes[0].key if mile.passes else ""


def undecided(markups: Sequence[MarkUpFact]) -> tuple[MarkUpFact, ...]:
    """Open mark-ups that nobody is named to decide."""
    return tuple(item for item in markups if item.is_open and not item.decider.strip())


# Go or no-go


@dataclass(frozen=True, slots=True)
class BlockerFact:
    kind: str
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class SigningFact:
    """A signature to be given; equal ``position`` may sign side by side."""

    position: int
    name: str
    side: str = "buyer"
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class GoFacts:
    """What the people who decide on go or no-go look at. ``purchase_order``: unknown, not_needed, needed, received."""

    blockers: tuple[BlockerFact, ...] = ()
    markups: tuple[MarkUpFact, ...] = ()
    lanes_waiting: tuple[str, ...] = ()
    lanes_unowned: tuple[str, ...] = ()
    papers_missing: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    purchase_order: str = "unknown"
    billing_starts_on: date | None = None
    effective_on: date | None = None
    service_on: date | None = None
    signatures: tuple[SigningFact, ...] = ()
    has_packet: bool = False


def top_blockers(blockers: Sequence[BlockerFact], count: int) -> tuple[BlockerFact, ...]:
    """The ones to talk about: without owner or day first, then the soonest due."""
    far = date.max
    return tuple(sorted(blockers, key=lambda b: (bool(b.owner.strip() and b.due_on), b.due_on or far))[:count])


def judge_go(facts: GoFacts) -> tuple[Hindrance, ...]:
    """What keeps the contract from going to signature; empty means go."""
    found = [] if facts.has_packet else [Hindrance("no_packet")]
    found += [Hindrance("paper_missing", {"paper": name}) for name in facts.papers_missing]
    found += [Hindrance("lane_unowned", {"lane": name}) for name in facts.lanes_unowned]
    found += [Hindrance("lane_waiting", {"lane": name}) for name in facts.lanes_waiting]
    found += [Hindrance("markup_open", {"clause": item.clause}) for item in facts.markups if item.is_open]
    found += [Hindrance("conflict", {"subject": name}) for name in facts.conflicts]
    for blocker in facts.blockers:
        if not blocker.owner.strip() or blocker.due_on is None:
            found.append(Hindrance("blocker_unowned", {"text": blocker.text}))
    return (*found, *_frame(facts))


def _frame(facts: GoFacts) -> list[Hindrance]:
    found = []
    if facts.purchase_order in ("unknown", "needed"):
        found.append(Hindrance(f"purchase_order_{facts.purchase_order}"))
    for name in ("billing_starts_on", "effective_on", "service_on"):
        if getattr(facts, name) is None:
            found.append(Hindrance(name))
    if facts.effective_on and facts.service_on and facts.service_on < facts.effective_on:
        found.append(
            Hindrance("service_before_effective", {"service": facts.service_on, "effective": facts.effective_on})
        )
    sides = {signature.side for signature in facts.signatures}
    if sides != {"buyer", "seller"}:
        found.append(Hindrance("signing_unknown"))
    return found


# Signing


def may_sign(signatures: Sequence[SigningFact], position: int) -> tuple[SigningFact, ...]:
    """Those who have to sign before somebody at ``position``; empty means the turn has come."""
    return tuple(item for item in signatures if item.position < position and item.signed_on is None)


def is_fully_signed(signatures: Sequence[SigningFact]) -> bool:
    """Both sides are named and everybody named has signed."""
    return {item.side for item in signatures} == {"buyer", "seller"} and all(item.signed_on for item in signatures)


# Recap


@dataclass(frozen=True, slots=True)
class RecapFacts:
    """``risks``: each risk with its mitigation. ``owed_by``: role → name of who is to confirm, "" when unknown."""

    decision: str = ""
    has_commercial_summary: bool = False
    plan: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()
    risks: tuple[tuple[str, str], ...] = ()
    owed_by: Mapping[str, str] = field(default_factory=dict)


def judge_recap(facts: RecapFacts, mile: LastMile) -> tuple[Hindrance, ...]:
    """What the recap still lacks before it may be sent."""
    found = [] if facts.decision.strip() else [Hindrance("decision")]
    found += [] if facts.has_commercial_summary else [Hindrance("commercial_summary")]
    found += [] if facts.plan else [Hindrance("plan")]
    found += [] if facts.commitments else [Hindrance("commitments")]
    if len(facts.risks) < mile.risks:
        found.append(Hindrance("risks", {"have": len(facts.risks), "need": mile.risks}))
    found += [Hindrance("mitigation", {"risk": risk}) for risk, remedy in facts.risks if not remedy.strip()]
    found += [Hindrance("confirmer", {"role": role}) for role, name in facts.owed_by.items() if not name.strip()]
    return tuple(found)


def is_confirmation(words: str) -> bool:
    """Is the answer the one word that was asked for? "Confirmed", with or without a full stop; also in Italian."""
    return bool(re.fullmatch(r"\W*(?:confirmed|confermo|confermato|confermata|confermiamo)\W*", words.strip().lower()))


def still_owed(mile: LastMile, confirmed: Sequence[str]) -> tuple[str, ...]:
    """Roles whose "Confirmed" has not come."""
    return tuple(role for role in mile.confirmed_by if role not in confirmed)


# Hand-over and onboarding


def judge_hand_over(sections: Mapping[str, str], mile: LastMile, receiver: str) -> tuple[Hindrance, ...]:
    """What the hand-over lacks before delivery is asked to take it."""
    empty = [Hindrance("section", {"section": s.key}) for s in mile.hand_over if not sections.get(s.key, "").strip()]
    return (*empty, *(() if receiver.strip() else (Hindrance("receiver"),)))


@dataclass(frozen=True, slots=True)
class StartFacts:
    """``override_until``: the last day of a person's leave to start before the signature."""

    costs_money: bool
    is_signed: bool
    override_until: date | None = None


def may_start(facts: StartFacts, on: date) -> bool:
    """A step that costs money waits for the signature, or for somebody's leave with an end."""
    if not facts.costs_money or facts.is_signed:
        return True
    return facts.override_until is not None and on <= facts.override_until
