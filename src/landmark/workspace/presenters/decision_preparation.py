"""The tab Decision before the meeting: what its door asks for, who is invited to what.

Answers: gates, papers, people to choose from, the form of the meeting. Does not answer: what happens in it
(``decision``), where the decision stands (``decision_standing``).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from landmark.closing.invitations import tell_when
from landmark.closing.meeting_input import default_start
from landmark.closing.models import OfferPaper
from landmark.deals.models import Stakeholder
from landmark.orgs.models import Member
from landmark.ui.numbers import read_count
from landmark.workspace.presenters.decision_standing import DecisionStanding
from landmark.workspace.presenters.path import GateView

ZONES = (
    "UTC",
    "Europe/Rome",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Tokyo",
)


@dataclass(frozen=True, slots=True)
class PaperView:
    key: str
    label: str
    row: OfferPaper | None
    is_needed: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class GuestView:
    """Somebody who may be asked; ``value`` is what the form sends."""

    value: str
    name: str
    roles: str
    is_invited: bool
    has_address: bool


@dataclass(frozen=True, slots=True)
class Picks:
    """People of ours: those chosen so far, and everybody else."""

    here: list[GuestView]
    others: list[GuestView]


class DecisionPreparation(DecisionStanding):
    """Parts are read when the template asks, once each."""

    # Prepare

    @cached_property
    def entry(self) -> tuple[GateView, ...]:
        return tuple(self.reader.gate(result) for result in self.room.entry)

    @cached_property
    def quality(self) -> tuple[GateView, ...]:
        return tuple(self.reader.gate(result) for result in self.room.quality)

    @cached_property
    def quick_keys(self) -> set[str]:
        """Checks of the meeting's door that a person's word on this page can meet."""
        checks = [check for gate in self.playbook.gates_at("meeting") for check in gate.checks]
        return {check.key for check in checks if getattr(check, "evidence", "") not in ("", "actions_done")}

    @cached_property
    def papers(self) -> list[PaperView]:
        held = self.room.papers
        return [
            PaperView(
                p.key, self._say(f"paper.{p.key}"), held.get(p.key), p.needed, not p.travels and self.held is None
            )
            for p in self.part.papers
        ]

    # Invite

    @cached_property
    def stakeholders(self) -> list[Stakeholder]:
        return list(self.deal.stakeholders.select_related("person").order_by("person__name"))

    @cached_property
    def invited(self) -> set[Any]:
        if self.ahead is None:
            return set()
        return {row.person_id or row.member_id for row in self.ahead.invitees.all()}

    @cached_property
    def buyers(self) -> list[GuestView]:
        everybody = self.ahead is None
        return [
            GuestView(str(row.person_id), row.person.name, self._roles(row), everybody or row.person_id in self.invited,
                      bool(row.person.email))
            for row in self.stakeholders
        ]  # fmt: skip

    def _roles(self, row: Stakeholder) -> str:
        return ", ".join(self.playbook.label("role", role, self.lang) for role in row.roles)

    @cached_property
    def members(self) -> list[Member]:
        rows = Member.objects.filter(org=self.request.org, is_active=True).select_related("user")
        return list(rows.order_by("name"))

    @cached_property
    def ours(self) -> Picks:
        return self._pick("plan", self.invited if self.ahead else {self.request.member.id, self.deal.owner_id})

    @cached_property
    def plan(self) -> dict[str, Any]:
        """What the form of the meeting starts with: as saved, as typed, or as the playbook has it."""
        typed = self.sent.get("plan")
        meeting = self.ahead or self.held
        zone = meeting.time_zone if meeting else ("Europe/Rome" if self.lang == "it" else "UTC")
        next_on = self.room.decision.next_on if self.is_over and self.room.decision else None
        starts = (self.ahead.starts_at if self.ahead else default_start(self.deal, next_on)).astimezone(ZoneInfo(zone))
        values = {
            "subject": meeting.subject if meeting else self._subject(), "day": starts.strftime("%Y-%m-%d"),
            "time": starts.strftime("%H:%M"), "minutes": meeting.duration_minutes if meeting else 60, "zone": zone,
            "place": meeting.place if meeting else "", "language": meeting.language if meeting else self.lang[:2],
        }  # fmt: skip
        if typed is not None:
            values |= {name: typed.get(name, "") for name in values}
        return values

    def _subject(self) -> str:
        key = "decision.merged_subject" if self.is_merged else "decision.subject"
        return self.playbook.text(key, self.lang, deal=self.deal.name)[:200]

    @cached_property
    def agenda(self) -> list[dict[str, Any]]:
        typed = self.sent.get("plan")
        if typed is not None:
            count = read_count(typed.get("rows", "")) or 0
            return [
                {name: typed.get(f"agenda-{n}-{name}", "") for name in ("key", "text", "minutes")}
                for n in range(min(count, 20))
            ]
        meeting = self.ahead or self.held
        if meeting is not None:
            rows = [dict(point) for point in meeting.agenda]
        else:
            rows = [
                {"key": p.key, "text": self._say(f"agenda.{p.key}"), "minutes": p.minutes} for p in self.part.agenda
            ]
        return [*rows, {"key": "", "text": "", "minutes": ""}]

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self.plan["zone"], *ZONES]))

    @property
    def when(self) -> str:
        return tell_when(self.meeting) if self.meeting else ""

    def _pick(self, act: str, chosen: set[Any]) -> Picks:
        """Ours to choose from; where the form was refused, those that were ticked."""
        typed = self.sent.get(act)
        if typed is not None:
            ticked = typed.get("members", ())
            chosen = {ticked} if isinstance(ticked, str) else set(ticked)
        guests = [
            GuestView(str(m.id), m.name, "", m.id in chosen or str(m.id) in chosen, m.user is not None)
            for m in self.members
        ]
        return Picks([one for one in guests if one.is_invited], [one for one in guests if not one.is_invited])
