"""Everything the pages between the decision and the hand-over show.

Answers: the pages' parts, each read when the template asks, once. Does not answer: what the forms accept
(``close_forms``), how a form is carried out (``close_commands``).
"""

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from landmark.closing import handover
from landmark.closing import packet as packets
from landmark.closing import recap as recaps
from landmark.closing.days import workdays_of
from landmark.closing.models import Blocker, CommercialSummary, GoNoGo, HandOver, MarkUp, SignatureFrame, SigningStep
from landmark.closing.packet import LaneView, PacketView
from landmark.closing.policies import can_work
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.policies import can_edit
from landmark.engines.brief import Brief, read_brief
from landmark.engines.facts import DealFacts
from landmark.engines.last_mile import Hindrance, judge_go, judge_recap, may_sign, track_day
from landmark.orgs.models import Member
from landmark.playbook.last_mile import LastMile
from landmark.playbook.loader import load_playbook
from landmark.workspace.access import MemberRequest
from landmark.workspace.presenters.close_exits import ExitList, list_exits
from landmark.workspace.presenters.close_words import section_label, tell_hindrance, tell_problem
from landmark.workspace.presenters.known_facts import read_facts


class ClosePage:
    """One deal on one day. ``failed``: a form that was refused, by name and row, to stand there again as typed."""

    def __init__(self, request: MemberRequest, deal: Deal, here: str = "close") -> None:
        self.request, self.deal, self.here = request, deal, here
        self.as_of = request.as_of
        self.lang = get_language() or "en"
        self.playbook = load_playbook(deal.playbook)
        self.failed: tuple[str, str, Any] | None = None

    @property
    def mile(self) -> LastMile:
        return self.playbook.last_mile

    def say(self, word: str, key: str, end: str = "label") -> str:
        if word == "role":
            return self.playbook.label("role", key, self.lang).lower()
        if not key:
            return _("Commercial summary")
        return self.playbook.text(f"last_mile.{word}.{key}.{end}", self.lang)

    def choices(self, source: str) -> list[tuple[str, str]]:
        lists = {
            "lane": self.mile.lanes, "paper": self.mile.papers, "pass": self.mile.passes, "triage": self.mile.triage,
            "blocker": self.mile.blockers, "audience": self.mile.audiences,
        }  # fmt: skip
        return [(item.key, self.say(source, item.key)) for item in lists[source]]

    # Who may

    @cached_property
    def can_edit(self) -> bool:
        return self.is_open_for_work and can_edit(self.request.member, self.deal)

    @property
    def is_open_for_work(self) -> bool:
        """Today's page of a deal that is not lost; what ends with the signature is said by ``may_write``."""
        return self.as_of.is_latest and self.deal.stage != "lost"

    @property
    def may_write(self) -> bool:
        """What leads to the signature ends with it."""
        return self.can_edit and not self.deal.is_closed

    @cached_property
    def can_work(self) -> bool:
        return self.is_open_for_work and can_work(self.request.member, self.deal)

    @cached_property
    def members(self) -> QuerySet[Member]:
        return Member.objects.filter(org=self.request.org, is_active=True).order_by("name")

    @cached_property
    def stakeholders(self) -> QuerySet[Stakeholder]:
        return Stakeholder.objects.filter(deal=self.deal).select_related("person").order_by("person__name")

    @cached_property
    def facts(self) -> DealFacts:
        return read_facts(self.request, self.deal)

    @property
    def currency(self) -> str:
        return self.deal.currency or self.request.org.currency

    # Packet and lanes

    @cached_property
    def packet(self) -> PacketView:
        return packets.read_packet(self.deal, self.as_of)

    @cached_property
    def lanes(self) -> tuple[LaneView, ...]:
        return packets.read_lanes(self.deal, self.as_of)

    @property
    def track(self) -> list[tuple[str, date]]:
        sent = next((p.sent_on for p in self.packet.versions if p.sent_on), None)
        days = workdays_of(self.deal)
        return [(self.say("track", t.key), track_day(sent, t.day, days)) for t in self.mile.track] if sent else []

    @property
    def late_asks(self) -> int:
        return sum(len(lane.late_asks(self.as_of.on)) for lane in self.lanes)

    # Mark-ups

    @cached_property
    def markups(self) -> list[MarkUp]:
        return list(MarkUp.objects.filter(deal=self.deal, made_at__lte=self.as_of.known_by).order_by("number"))

    @property
    def open_markups(self) -> list[MarkUp]:
        return [row for row in self.markups if row.decided_on is None]

    # In writing

    @cached_property
    def summary(self) -> CommercialSummary | None:
        return packets.read_summary(self.deal, self.as_of)

    @property
    def total(self) -> Any:
        return packets.read_total(self.summary) if self.summary else None

    @property
    def differs_from_deal(self) -> bool:
        return self.summary is not None and self.facts.amount is not None and self.total != self.facts.amount

    @cached_property
    def brief_row(self) -> Any:
        return recaps.read_executive_summary(self.deal, self.as_of)

    @property
    def audience(self) -> str:
        wanted = self.request.GET.get("for", "")
        return wanted if wanted in {item.key for item in self.mile.audiences} else ""

    @cached_property
    def brief(self) -> Brief | None:
        if self.brief_row is None:
            return None
        names = [row.person.name for row in self.stakeholders]
        names += [self.playbook.label("role", role.key, self.lang) for role in self.playbook.roles]
        return read_brief(self.brief_row.sections, self.mile, names, self.audience)

    @property
    def brief_sections(self) -> list[dict[str, Any]]:
        low, high = self.mile.outcomes_low, self.mile.outcomes_high
        return [
            {"key": s.key, "label": section_label(s.key), "lines": s.lines,
             "problems": [tell_problem(key, low, high) for key in s.problems]}
            for s in (self.brief.sections if self.brief else ())
        ]  # fmt: skip

    @cached_property
    def risks(self) -> list[Any]:
        return recaps.read_risks(self.deal)

    @cached_property
    def undertakings(self) -> list[Any]:
        return recaps.read_undertakings(self.deal)

    @cached_property
    def recap(self) -> recaps.RecapView | None:
        return recaps.read_recap(self.deal, self.as_of)

    @property
    def recap_words(self) -> str:
        """What is being signed: as the last recap had it, else as the executive summary begins."""
        if self.recap is not None:
            return self.recap.recap.decision
        return "\n".join(self.brief_row.sections.get("decision", ())) if self.brief_row else ""

    @cached_property
    def recap_owners(self) -> dict[str, Stakeholder | None]:
        return recaps.find_owners(self.deal)

    @property
    def recap_lacks(self) -> list[str]:
        return self._tell(judge_recap(self.recap_facts, self.mile))

    @cached_property
    def recap_facts(self) -> Any:
        return recaps.read_recap_facts(self.deal, "-", self.as_of)

    def _tell(self, found: tuple[Hindrance, ...]) -> list[str]:
        return [tell_hindrance(item, self.say) for item in found]

    # Signature

    @cached_property
    def frame(self) -> SignatureFrame:
        return packets.read_frame(self.deal)

    @cached_property
    def signing(self) -> list[SigningStep]:
        return list(SigningStep.objects.filter(deal=self.deal))

    @property
    def next_signatures(self) -> set[Any]:
        facts = packets.read_signatures(self.deal)
        return {s.id for s in self.signing if s.signed_on is None and not may_sign(facts, s.position)}

    @cached_property
    def hindrances(self) -> list[str]:
        return self._tell(judge_go(packets.read_go_facts(self.deal)))

    @cached_property
    def last_go(self) -> GoNoGo | None:
        return packets.read_last_go(self.deal, self.as_of)

    @cached_property
    def after_close(self) -> packets.AfterClose:
        return packets.read_after_close(self.deal, self.packet.papers)

    @property
    def teaches(self) -> bool:
        """Once signed or closed, what happened is worth keeping for the next deal."""
        found = self.after_close
        has_words = bool(found.contested or found.late_papers or found.slip_cause)
        return has_words and (self.hand_over.is_signed or self.deal.is_closed)

    # Blockers, hand-over, exits

    @cached_property
    def blockers(self) -> list[Blocker]:
        return handover.read_blockers(self.deal, self.as_of)

    @property
    def top_slice(self) -> str:
        return f":{self.mile.top_blockers}"

    @property
    def next_position(self) -> int:
        return max((row.position for row in self.signing), default=0) + 1

    @cached_property
    def cleared(self) -> list[Blocker]:
        return handover.read_cleared(self.deal, self.as_of)

    @cached_property
    def hand_over(self) -> handover.HandOverView:
        return handover.read_hand_over(self.deal, self.as_of)

    @property
    def hand_over_parts(self) -> list[tuple[str, str]]:
        row: HandOver | None = self.hand_over.current
        held = row.sections if row else {}
        return [(self.say("hand_over", s.key), held.get(s.key, "")) for s in self.mile.hand_over]

    @cached_property
    def exits(self) -> list[ExitList]:
        return list_exits(self.deal, self.as_of, self.facts, self.playbook, self.lang)
