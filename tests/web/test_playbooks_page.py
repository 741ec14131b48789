"""The page of playbooks: the choice, and what another playbook would mean."""

import pytest

from landmark.orgs.models import Organisation
from landmark.orgs.roles import Role
from tests.factories import make_member
from tests.web.conftest import World

pytestmark = pytest.mark.django_db
SHORT = "transactional/2026.1"


def test_everybody_reads_which_playbooks_there_are(world: World) -> None:
    html = world.client(world.alice).get(f"/{world.org.slug}/playbooks/").content.decode()
    assert SHORT in html
    assert "part of the value presentation" in html
    assert "Save the choice" not in html


def test_sales_operations_chooses_and_new_deals_follow(world: World) -> None:
    client = world.client(make_member(world.org, Role.SALES_OPERATIONS, "Sonja Operi"))
    answer = client.post(f"/{world.org.slug}/playbooks/use/", {"use": SHORT}, follow=True)
    assert "Saved. New deals follow the choice" in answer.content.decode()
    assert Organisation.objects.get(id=world.org.id).more_playbooks == [SHORT]
    data = {"name": "Ten seats", "amount": "9000", "deal_type": "new"}
    opened = world.client(world.alice).post(f"/{world.org.slug}/new/", data, follow=True).content.decode()
    assert "Its size and type choose the method “Landmark, short”." in opened


def test_an_unknown_playbook_is_refused_on_the_page(world: World) -> None:
    client = world.client(make_member(world.org, Role.SALES_OPERATIONS, "Sonja Operi"))
    answer = client.post(f"/{world.org.slug}/playbooks/use/", {"use": "no/1"})
    assert answer.status_code == 422
    assert "There is no playbook “no/1”." in answer.content.decode()


def test_the_effect_on_open_deals_is_shown_beforehand(world: World) -> None:
    url = f"/{world.org.slug}/playbooks/?old=landmark/2026.1&new={SHORT}"
    html = world.client(world.alice).get(url).content.decode()
    assert world.deal.name in html
    assert "decision_held" in html


def test_the_form_of_a_new_deal_on_its_own_page_needs_no_script(world: World) -> None:
    """There is no sheet to swap it into, so it is sent as any form is."""
    client = world.client(world.alice)
    assert "hx-post" not in client.get(f"/{world.org.slug}/new/").content.decode().split('class="sheet-body')[1]
    sheet = client.get(f"/{world.org.slug}/new/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-target="#act"' in sheet
