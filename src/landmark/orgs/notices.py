"""A word in somebody's notices.

Answers: how it is left, who is in charge of something, who leads a team. Does not answer: what it says, who else should
know.
"""

from collections.abc import Iterable
from uuid import UUID

from landmark.orgs.models import Member, Notice, Organisation
from landmark.orgs.roles import Role

TEXT_LENGTH = 500


def tell(people: Iterable[Member], text: str, *, deal_id: UUID | None = None) -> int:
    """One notice each; returns how many."""
    told = {member.id: member for member in people}
    Notice.objects.bulk_create(
        Notice(org_id=member.org_id, member=member, deal_id=deal_id, text=text[:TEXT_LENGTH])
        for member in told.values()
    )
    return len(told)


def find_managers(org: Organisation, team_id: UUID | None, *, besides: Member | None = None) -> list[Member]:
    """The managers of a team, else all."""
    managers = [m for m in org.members.filter(role=Role.MANAGER, is_active=True) if m != besides]
    return [m for m in managers if team_id and m.team_id == team_id] or managers


def find_in_charge(org: Organisation, owner: Member | None) -> list[Member]:
    """The owner of something, or the managers once the owner is gone."""
    return [owner] if owner and owner.is_active else find_managers(org, owner.team_id if owner else None)
