"""Documents of a deal on the pages: looked at, downloaded, mailed once, and nothing of ours in what goes out."""

import pytest
from django.core import mail

from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.orgs.as_of import latest
from tests.web.conftest import World


@pytest.fixture
def buyer(world: World) -> World:
    save_stakeholder(
        world.deal, by=world.alice, name="Bruno Keller", email="bruno@birch.example", roles=["champion"],
        stance="adversary", met_on=latest(world.org).on, personal_benefit="Fewer late nights", plan="Win him over",
    )  # fmt: skip
    return world


def test_the_list_shows_what_can_be_made_and_names_what_cannot(buyer: World) -> None:
    page = buyer.client(buyer.alice).get(buyer.deal_url + "documents/").content.decode()
    assert "Deal snapshot" in page
    assert "for the team only" in page
    assert "As soon as there is something to write" in page


def test_a_document_is_a_pdf_in_either_language_and_its_pages_are_pictures(buyer: World) -> None:
    client = buyer.client(buyer.alice)
    for lang in ("en", "it"):
        got = client.get(f"{buyer.deal_url}documents/deal_snapshot/{lang}.pdf")
        assert got.content.startswith(b"%PDF")
        assert got["Content-Disposition"].startswith('attachment; filename="deal-snapshot-v1-')
    assert client.get(f"{buyer.deal_url}documents/deal_snapshot/en/page-1.png").content.startswith(b"\x89PNG")
    assert client.get(f"{buyer.deal_url}documents/deal_snapshot/en/page-9.png").status_code == 404
    assert client.get(f"{buyer.deal_url}documents/deal_snapshot/fr.pdf").status_code == 404
    assert client.get(f"{buyer.deal_url}documents/recap/en.pdf").status_code == 404


def test_a_document_for_the_team_is_never_mailed(buyer: World) -> None:
    client = buyer.client(buyer.alice)
    assert client.get(f"{buyer.deal_url}documents/deal_snapshot/mail/").status_code == 403
    assert client.post(f"{buyer.deal_url}documents/deal_snapshot/mail/", {"do": "send"}).status_code == 403
    assert not mail.outbox
