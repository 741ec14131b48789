"""Who is who in the roll-up: every person with the team of today.

Answers: names, teams, who owns open deals. Does not answer: what they may do (``orgs.permissions``), what they called
(``calls``).
"""

from dataclasses import dataclass
from uuid import UUID

from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in the roll-up. ``team_id`` and ``team`` are those of today."""

    id: UUID
    name: str
    role: str
    team_id: UUID | None
    team: str
    is_active: bool
    has_login: bool


def read_seats(org: Organisation) -> dict[UUID, Seat]:
    """Everybody of the organisation, by name."""
    rows = Member.objects.filter(org=org).select_related("team").order_by("name", "id")
    return {row.id: _make_seat(row) for row in rows}


def _make_seat(row: Member) -> Seat:
    return Seat(
        id=row.id,
        name=row.name,
        role=row.role,
        team_id=row.team_id,
        team=row.team.name if row.team else "",
        is_active=row.is_active,
        has_login=row.user_id is not None,
    )


def owners_with_open_deals(org: Organisation) -> set[UUID]:
    rows = Deal.objects.of(org).open().exclude(owner=None)
    return set(rows.values_list("owner_id", flat=True).distinct())
