"""What is on record about one deal: evidence, people, moves.

Answers: the lines of the evidence timeline, the people, the history. Does not answer: what they mean for a gate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from landmark.buying.people import Person
from landmark.deals.models import Deal, StageMove
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import AsOf
from landmark.playbook.schema import Playbook, Strength
from landmark.ui.formats import format_day, make_readable


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """``expiry_state``: fresh, soon, over, or empty when it does not run out."""

    id: UUID
    key: str
    on: date
    label: str
    title: str
    note: str
    author: str
    strength: str
    strength_label: str
    is_imported: bool
    is_known: bool
    expiry: str
    expiry_state: str
    attachment: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    id: UUID
    name: str
    title: str
    roles: tuple[str, ...]
    stance: str
    stance_label: str
    is_red_flag: bool
    met_on: date | None
    benefit: str
    plan: str


@dataclass(frozen=True, slots=True)
class MoveLine:
    at: datetime
    words: str
    author: str
    note: str
    reason: str
    reopen: str
    opened_by_hand: tuple[str, ...]
    promised: tuple[str, ...]


SOON_DAYS = 21
REASON_LISTS = {"lose": "loss_reason", "win": "win_reason", "pause": "pause_trigger"}
"""Which list of the playbook a move's reason is from, by the direction of the move."""


def read_evidence(deal: Deal, as_of: AsOf) -> list[Evidence]:
    """What stood on the day, newest first."""
    rows = Evidence.objects.for_deal(deal.org_id, deal.id).as_known(as_of.known_by).with_text()
    return list(rows.order_by("-occurred_at", "-seq", "-position"))


def tell_evidence(rows: Iterable[Evidence], on: date, playbook: Playbook, lang: str) -> list[EvidenceLine]:
    return [_evidence_line(row, on, playbook, lang) for row in rows]


def _evidence_line(row: Evidence, on: date, playbook: Playbook, lang: str) -> EvidenceLine:
    strength = Strength(row.strength).key
    label = playbook.label("milestone", row.key, lang)
    is_known = playbook.has_evidence(row.key)
    expiry, state = _say_expiry(row.expires_on, on)
    return EvidenceLine(
        id=row.id, key=row.key, on=row.occurred_at.date(), label=label if is_known else make_readable(row.key),
        title="" if row.title == label else row.title, note=row.note, author=row.author, strength=strength,
        strength_label=playbook.label("strength", strength, lang), is_imported=row.source == "import",
        is_known=is_known, expiry=expiry, expiry_state=state, attachment=row.attachment_sha256,
    )  # fmt: skip


def _say_expiry(end: date | None, on: date) -> tuple[str, str]:
    if end is None:
        return "", ""
    ahead = (end - on).days
    shown = format_day(end, year_of=on)
    if ahead < 0:
        return _("asks to be refreshed since %(day)s") % {"day": shown}, "over"
    return _("asks to be refreshed on %(day)s") % {"day": shown}, "soon" if ahead <= SOON_DAYS else "fresh"


def tell_people(people: Iterable[Person], playbook: Playbook, lang: str) -> list[PersonLine]:
    """The buyer's people, those who decide first, then by influence."""
    order = {role.key: index for index, role in enumerate(playbook.roles)}
    ranked = sorted(people, key=lambda row: row.fact.decision_part not in ("decides", "both"))
    return [_person_line(row, order, playbook, lang) for row in ranked]


def _person_line(row: Person, order: Mapping[str, int], playbook: Playbook, lang: str) -> PersonLine:
    fact = row.fact
    roles = sorted(fact.roles, key=lambda role: order.get(role, 99))
    return PersonLine(
        id=row.id, name=row.name, title=row.title, roles=tuple(playbook.label("role", key, lang) for key in roles),
        stance=fact.stance, stance_label=playbook.label("stance", fact.stance, lang),
        is_red_flag=playbook.stance(fact.stance).red_flag, met_on=fact.met_on, benefit=fact.benefit, plan=fact.plan,
    )  # fmt: skip


def read_moves(deal: Deal, as_of: AsOf) -> list[StageMove]:
    """Moves known by the day, oldest first."""
    return list(
        StageMove.objects.filter(deal=deal, known_at__lte=as_of.known_by).order_by("occurred_at", "recorded_at")
    )


def tell_moves(moves: Sequence[StageMove], playbook: Playbook, lang: str) -> list[MoveLine]:
    """The history in words, newest first."""
    return [_move_line(move, playbook, lang) for move in reversed(moves)]


def count_overrides(moves: Iterable[StageMove]) -> int:
    return sum(gate.get("status") == "overridden" for move in moves for gate in move.gates)


def _move_line(move: StageMove, playbook: Playbook, lang: str) -> MoveLine:
    def gates(status: str) -> tuple[str, ...]:
        return tuple(playbook.label("gate", g["gate"], lang) for g in move.gates if g.get("status") == status)

    return MoveLine(
        at=move.occurred_at,
        words=name_move(move.direction, playbook.label("stage", move.to_stage, lang)),
        author=move.author,
        note=move.note,
        reason=_say_reason(move, playbook, lang),
        reopen=_say_reopen(move),
        opened_by_hand=gates("overridden"),
        promised=gates("promised"),
    )


def name_move(direction: str, to: str) -> str:
    """What a move was, in words; ``to`` is the label of the stage it led to."""
    words = {
        "opened": _("Opened in %(to)s"),
        "reported": _("The import reports %(to)s"),
        "back": _("Moved back to %(to)s"),
        "win": _("Won"),
        "lose": _("Lost"),
        "pause": _("Paused"),
        "resume": _("Resumed in %(to)s"),
    }
    return words.get(direction, _("Moved to %(to)s")) % {"to": to}


def _say_reason(move: StageMove, playbook: Playbook, lang: str) -> str:
    if not move.reason:
        return ""
    what = REASON_LISTS.get(move.direction)
    return playbook.label(what, move.reason, lang) if what else move.reason


def _say_reopen(move: StageMove) -> str:
    day = format_day(move.reopen_on) if move.reopen_on else ""
    return " · ".join(part for part in (move.reopen_when, day) if part)
