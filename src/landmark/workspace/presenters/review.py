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
from landmark.playbook.loader import load_playbook
from landmark.ui.formats import format_day, format_distance
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.close_words import tell_flag
from landmark.workspace.templatetags.workspace import link_to


@dataclass(frozen=True, slots=True)
class FlagView:
    key: str
    label: str
    count: int
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """``why``: one sentence a flag, in the order of the agenda."""

    item: Reviewed
    stage: str
    url: str
    flags: tuple[str, ...]
    why: tuple[str, ...]


class ReviewPage:
    """``who``: "" for everybody, "team" for one's own team, "me" for one's own deals."""

    def __init__(self, request: MemberRequest) -> None:
        self.request, self.as_of = request, request.as_of
        self.lang = get_language() or "en"
        self.playbook = load_playbook(request.org.playbook)
        who, flag = request.GET.get("who", ""), request.GET.get("flag", "")
        self.who = who if who in ("team", "me") else ""
        self.flag = flag if flag in FLAGS else ""

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
        names = [("", _("Everybody")), ("team", _("My team")), ("me", _("My deals"))]
        if self.request.member.team is None:
            names.pop(1)
        return [(name, self._url(who=key), key == self.who) for key, name in names]

    def _url(self, **changed: str) -> str:
        query = {"who": self.who, "flag": self.flag} | changed
        return link_to(self.request, "workspace:deal_review", query={k: v for k, v in query.items() if v})

    @cached_property
    def lines(self) -> list[ReviewLine]:
        chosen = [item for item in self.found if not self.flag or self.flag in item.flags]
        return [self._line(item) for item in chosen[:200]]

    @property
    def more(self) -> int:
        return sum(not self.flag or self.flag in item.flags for item in self.found) - len(self.lines)

    def _line(self, item: Reviewed) -> ReviewLine:
        stage = self.playbook.label("stage", item.deal.stage, self.lang)
        tell = {
            "moved": self._moved, "blocked": self._blocked, "overdue": self._overdue, "no_owner": self._no_owner,
            "no_decider": self._no_decider,
        }  # fmt: skip
        why = tuple(tell[flag](item) for flag in item.flags)
        url = link_to(self.request, "workspace:deal", pk=item.deal.id)
        return ReviewLine(item, stage, url, tuple(tell_flag(flag) for flag in item.flags), why)

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
