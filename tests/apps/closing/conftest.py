"""Who sits at the table in tests of the decision, and who works towards the signature."""

import pytest

from landmark.deals.models import Deal
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from tests.apps.closing.table import Table
from tests.factories import make_deal, make_member, make_org, make_team, meet


@pytest.fixture
def table(db: None) -> Table:
    org = make_org()
    north = make_team(org)
    alice = make_member(org, Role.REPRESENTATIVE, "Alice Moretti", north)
    bob = make_member(org, Role.MANAGER, "Bob Lindqvist", north)
    deal = make_deal(alice)
    meet(deal, alice, "Ines Rau", ("economic_buyer",))
    meet(deal, alice, "Bruno Keller", ("champion",))
    people = {row.person.name: row.person for row in deal.stakeholders.select_related("person")}
    for name, person in people.items():
        person.email = f"{name.split()[0].lower()}@birch.example"
        person.save()
    return Table(deal, alice, bob, people["Ines Rau"], people["Bruno Keller"])


@pytest.fixture
def alice(db: None) -> Member:
    return make_member(make_org(country="IT"), Role.REPRESENTATIVE)


@pytest.fixture
def deal(alice: Member) -> Deal:
    return make_deal(alice)
