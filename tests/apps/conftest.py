"""A representative and their deal, for whoever needs no more than that."""

import pytest

from landmark.deals.models import Deal
from landmark.orgs.models import Member
from tests.factories import make_deal, make_member, make_org


@pytest.fixture
def rep(db: None) -> Member:
    return make_member(make_org())


@pytest.fixture
def deal(rep: Member) -> Deal:
    return make_deal(rep)
