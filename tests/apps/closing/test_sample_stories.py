"""The three told deals of the sample company, by the ordinary actions."""

import pytest

from landmark.closing.sample_stories import PLOTS, tell_stories
from landmark.deals.snapshots import deal_facts
from landmark.engines.gates import gate_debt
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from tests.factories import make_member, make_org, make_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Member:
    """A sample company with a few imported deals at each stage."""
    admin = make_member(make_org(is_sample=True), Role.ADMINISTRATOR, "Ada Verwer")
    make_pipeline(admin.org, [make_member(admin.org, name="Rita Venni")], 15)
    return admin


def test_one_is_signed_one_goes_on_one_is_lost_once(admin: Member) -> None:
    deals = tell_stories(admin.org, by=admin)
    stages = dict(zip([plot.story for plot in PLOTS], [deal.stage for deal in deals], strict=True))
    assert stages == {"yes": "won", "yes_but": "commercial", "no": "lost"}
    for deal in deals:
        facts = deal_facts(deal, latest(deal.org))
        assert gate_debt(facts, load_playbook(deal.playbook), latest(deal.org).on) == ()
    assert tell_stories(admin.org, by=admin) == []
    assert verify(admin.org_id).is_whole


def test_only_a_sample_is_told(admin: Member) -> None:
    with pytest.raises(ValueError, match="only a sample"):
        tell_stories(make_member(make_org("Beech", "beech"), Role.ADMINISTRATOR, "Bo Hart").org, by=admin)
