"""Three people for every page: Alice and Bob share an organisation, Charlie is a stranger with one of his own."""

from dataclasses import dataclass

import pytest
from django.test import Client

from landmark.deals.models import Deal
from landmark.orgs.models import Member, Organisation
from landmark.orgs.roles import Role
from tests.factories import make_deal, make_member, make_org, make_team, sign_in


@dataclass
class World:
    """Alice represents, Bob manages her team, Charlie works elsewhere. ``deal`` is Alice's."""

    org: Organisation
    alice: Member
    bob: Member
    charlie: Member
    deal: Deal

    def client(self, member: Member) -> Client:
        return sign_in(Client(), member)

    def url(self, path: str) -> str:
        return f"/{self.org.slug}/{path}"

    @property
    def deal_url(self) -> str:
        return self.url(f"deals/{self.deal.id}/")


@pytest.fixture
def world(db: None) -> World:
    org = make_org()
    north = make_team(org)
    alice = make_member(org, Role.REPRESENTATIVE, "Alice Moretti", north)
    bob = make_member(org, Role.MANAGER, "Bob Lindqvist", north)
    charlie = make_member(make_org("Other Works", "other"), Role.ADMINISTRATOR, "Charlie Duval")
    return World(org, alice, bob, charlie, make_deal(alice))
