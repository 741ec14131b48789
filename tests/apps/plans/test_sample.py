"""Plans of the told deals."""

from datetime import date

import pytest

from landmark.orgs.as_of import latest
from landmark.plans.models import Plan
from landmark.plans.reading import read_plan
from landmark.plans.sample import DONE, fill_sample
from tests.factories import make_deal, make_member, make_org, meet

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("story", ["yes", "yes_but", "no"])
def test_every_story_has_its_plan(story: str) -> None:
    org = make_org(is_sample=True, data_until=date(2026, 3, 2), country="IT")
    alice = make_member(org)
    deal = make_deal(alice)
    meet(deal, alice, "Bruno Keller", ("champion", "technical_buyer", "legal", "procurement"))
    meet(deal, alice, "Clara Ruiz", ("economic_buyer", "executive_sponsor"))
    fill_sample(deal, story, by=alice)
    fill_sample(deal, story, by=alice)
    state = read_plan(Plan.objects.get(deal=deal, template="mutual"), latest(org))
    assert sum(line.state == "done" for line in state.lines) == DONE[story]
    assert state.is_confirmed == (story != "no")
    assert deal.plans.filter(template="close_week").exists() == (story == "yes")


def test_other_organisations_get_no_made_up_plan() -> None:
    alice = make_member(make_org())
    deal = make_deal(alice)
    fill_sample(deal, "yes", by=alice)
    assert not deal.plans.exists()
