"""An organisation with two teams and a week of calls, for the tests of calls and freezes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from landmark.cadence.call_actions import About, submit_call
from landmark.cadence.deadlines import Week, open_week
from landmark.cadence.models import CallEntry
from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation, Team
from landmark.orgs.roles import Role
from tests.factories import make_deal, make_member, make_org, make_team


@dataclass
class Crew:
    """Alice and Ann work in North, led by Bob; Carl in South. Eve is the executive, Ada the administrator."""

    org: Organisation
    north: Team
    south: Team
    alice: Member
    ann: Member
    bob: Member
    carl: Member
    eve: Member
    ada: Member
    deal: Deal

    @property
    def week(self) -> Week:
        return open_week(self.org, timezone.now())

    def say(self, by: Member, amount: str, about: About | None = None, **fields: Any) -> CallEntry:
        fields = {"deadline_at": self.week.deadline.at, **fields}
        return submit_call(by=by, about=about or About.own(by), amount=Decimal(amount), **fields)


def make_crew(**fields: Any) -> Crew:
    org = make_org(**fields)
    north, south = make_team(org, "North"), make_team(org, "South")
    alice = make_member(org, Role.REPRESENTATIVE, "Alice Moretti", north)
    deal = make_deal(alice, target_on=timezone.now().date() + timedelta(days=5))
    return Crew(
        org, north, south, alice,
        make_member(org, Role.REPRESENTATIVE, "Ann Okafor", north),
        make_member(org, Role.MANAGER, "Bob Lindqvist", north),
        make_member(org, Role.REPRESENTATIVE, "Carl Brandt", south), make_member(org, Role.EXECUTIVE, "Eve Santos"),
        make_member(org, Role.ADMINISTRATOR, "Ada Novak"), deal,
    )  # fmt: skip


def later(deadline_at: datetime, hours: float = 1) -> datetime:
    return deadline_at + timedelta(hours=hours)
