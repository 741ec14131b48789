"""The weekly review of deals, as a page: what moved, is blocked, is overdue, has no owner or no decider.

Answers: the lines in the order of the agenda, narrowed by flag, team or person. Does not answer: which deals carry a
flag (``closing.reviews``).
"""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from landmark.closing.reviews import Reviewed, count_flagged, read_review
from landmark.engines.reviews import FLAGS
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from landmark.ui.formats import format_day, format_distance
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.close_words import tell_flag
from landmark.workspace.templatetags.workspace import link_to

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class FlagView:
    key: str
    label: str
    count: int
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """``why``: a flag's name with its sentence, in the order of the agenda; ``step``: what happens next, when."""

    item: Reviewed
    stage: str
    url: str
    why: tuple[tuple[str, str], ...]
    step: str
    when: str


class ReviewPage:
    """``who``: "all" for everybody, "team" for one's own team, "me" for one's own deals. A manager starts with the
    team. Deals that something keeps from moving come first; those that only moved on are told below."""

    def __init__(self, request: MemberRequest) -> None:
        self.request, self.as_of = request, request.as_of
        self.lang = get_language() or "en"
        self.playbook = load_playbook(request.org.playbook)
        who, flag = request.GET.get("who", ""), request.GET.get("flag", "")
        self.who = who if who in ("all", "team", "me") else self._start_with()
        self.flag = flag if flag in FLAGS else ""

    def _start_with(self) -> str:
        member = self.request.member
        return "team" if member.role == Role.MANAGER and member.team is not None else "all"

    @cached_property
    def found(self) -> list[Reviewed]:
        member = self.request.member
        found = read_review(self.request.org, self.as_of)
        if self.who == "me":
            return [item for item in found if item.deal.owner_id == member.id]
        if self.who == "team" and member.team is not None:
            return [item for item in found if item.deal.team == member.team.name]
        return found

    @property
    def flags(self) -> list[FlagView]:
        counts = count_flagged(self.found)
        return [
            FlagView(
                key, tell_flag(key), counts[key], self._url(flag="" if key == self.flag else key), key == self.flag
            )
            for key in FLAGS
        ]

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        names = [("all", _("Everybody")), ("team", _("My team")), ("me", _("My deals"))]
        if self.request.member.team is None:
            names.pop(1)
        return [(name, self._url(who=key), key == self.who) for key, name in names]

    def _url(self, **changed: str) -> str:
        query = {"who": self.who, "flag": self.flag} | changed
        return link_to(self.request, "workspace:deal_review", query={k: v for k, v in query.items() if v})

    @cached_property
    def lines(self) -> list[ReviewLine]:
        """What has to be talked about: everything that carries another flag than a move forward."""
        chosen = [i for i in self.found if self.flag in i.flags] if self.flag else self._held_up
        return [self._line(item) for item in chosen[:MOST_LINES]]

    @cached_property
    def moved_on(self) -> list[ReviewLine]:
        held_up = {item.deal.id for item in self._held_up}
        return [] if self.flag else [self._line(i) for i in self.found if i.deal.id not in held_up][:MOST_LINES]

    @cached_property
    def _held_up(self) -> list[Reviewed]:
        """What stands still or went back before what only wants a name; within each the largest first."""
        found = [item for item in self.found if set(item.flags) != {"moved"} or self._is_back(item)]
        return sorted(found, key=lambda item: (not self._stands_still(item), -(item.deal.amount or 0)))

    @property
    def more(self) -> int:
        whole = sum(self.flag in item.flags for item in self.found) if self.flag else len(self._held_up)
        return whole - len(self.lines)

    def _line(self, item: Reviewed) -> ReviewLine:
        stage = self.playbook.label("stage", item.deal.stage, self.lang)
        tell = {
            "moved": self._moved, "blocked": self._blocked, "overdue": self._overdue, "no_owner": self._no_owner,
            "no_decider": self._no_decider,
        }  # fmt: skip
        why = tuple((self._name(flag, item), tell[flag](item)) for flag in item.flags)
        url = link_to(self.request, "workspace:deal", pk=item.deal.id)
        step = item.deal.next_step
        when = format_distance((step.due_on - self.as_of.on).days) if step is not None and step.due_on else ""
        return ReviewLine(item, stage, url, why, step.text if step is not None else "", when)

    def _name(self, flag: str, item: Reviewed) -> str:
        return _("Moved back") if flag == "moved" and self._is_back(item) else tell_flag(flag)

    def _is_back(self, item: Reviewed) -> bool:
        """By the stages themselves: a move that an import reports says no more than from where to where."""
        move, place = item.move, self.playbook.position
        before, after = (place(move.from_stage), place(move.to_stage)) if move is not None else (None, None)
        return before is not None and after is not None and after < before

    def _stands_still(self, item: Reviewed) -> bool:
        return bool({"blocked", "overdue"} & set(item.flags)) or self._is_back(item)

    def _moved(self, item: Reviewed) -> str:
        move = item.move
        if move is None:
            return ""
        names = {
            "from": self.playbook.label("stage", move.from_stage, self.lang) if move.from_stage else "—",
            "to": self.playbook.label("stage", move.to_stage, self.lang),
            "day": format_day(move.occurred_at, year_of=self.as_of.on),
        }
        return _("From %(from)s to %(to)s on %(day)s.") % names

    def _blocked(self, item: Reviewed) -> str:
        names = [
            f"{self.playbook.text(f'last_mile.blocker.{b.kind}.label', self.lang)}: {b.text}" for b in item.blockers
        ]
        asks = item.facts.missing_inputs
        if asks:
            text = ngettext("%(n)d answer of a lane is late", "%(n)d answers of lanes are late", asks)
            names.append(text % {"n": asks})
        return "; ".join(names) + "."

    def _overdue(self, item: Reviewed) -> str:
        step, names = item.deal.next_step, list(item.late)
        if step is not None and step.due_on is not None and step.due_on < self.as_of.on:
            names.insert(0, f"{step.text} ({format_distance((step.due_on - self.as_of.on).days)})")
        return "; ".join(names) + "."

    def _no_owner(self, item: Reviewed) -> str:
        if not item.deal.owner:
            return _("Nobody is accountable for the deal.")
        return _("Nobody is named for the next step.")

    def _no_decider(self, item: Reviewed) -> str:
        count = item.facts.undecided
        if count:
            text = ngettext(
                "%(n)d mark-up has nobody who decides it.", "%(n)d mark-ups have nobody who decides them.", count
            )
            return text % {"n": count}
        return _("Nobody is known who decides on their side.")
