"""A document on its way to the buyer: who is proposed, what the preview shows, one letter however often one clicks."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from landmark.closing.models import Letter
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.orgs.as_of import latest
from landmark.plans.models import Plan, PlanAction
from tests.web.conftest import World


@pytest.fixture
def buyer(world: World) -> World:
    """Two of the buyer's people with an address, and a plan to send them."""
    today = latest(world.org).on
    for name, role in (("Bruno Keller", "champion"), ("Ida Brandt", "economic_buyer")):
        email = f"{name.split()[0].lower()}@birch.example"
        save_stakeholder(world.deal, by=world.alice, name=name, email=email, roles=[role], stance="neutral")
    plan = Plan.objects.create(
        deal=world.deal, template="mutual", anchor="go_live", anchor_on=today + timedelta(days=60), starts_on=today,
        outcome="Four hours", created_at=timezone.now(), edited_at=timezone.now(),
    )  # fmt: skip
    PlanAction.objects.create(plan=plan, position=1, phase="confirm", text="Confirm", edited_at=timezone.now())
    return world


def _url(world: World) -> str:
    return f"{world.deal_url}documents/action_plan/mail/"


def _hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def _look(client: Client, world: World, **changes: object) -> str:
    first = client.get(_url(world)).context["form"].initial
    return client.post(_url(world), {**first, "do": "look", **changes}).content.decode()


def test_everybody_of_a_plan_is_proposed_and_the_greeting_follows_the_choice(buyer: World) -> None:
    client = buyer.client(buyer.alice)
    assert "Dear Bruno Keller, Ida Brandt," in client.get(_url(buyer)).content.decode()
    page = _look(client, buyer, to=["ida@birch.example"])
    assert "Dear Ida Brandt," in page
    assert "Bruno" not in page.split('class="body"')[1].split("</pre>")[0]
    own = _look(client, buyer, to=["ida@birch.example"], body="Hello Bruno, as agreed.")
    assert "Hello Bruno, as agreed." in own


def test_what_was_looked_at_goes_out_once(buyer: World) -> None:
    client = buyer.client(buyer.alice)
    preview = client.post(_url(buyer), {**client.get(_url(buyer)).context["form"].initial, "do": "look"})
    form = preview.context["form"].cleaned_data
    sent = {**form, **_hidden(preview.content.decode()), "to": form["to"], "body": form["body"], "do": "send"}
    for _click in range(2):
        answer = client.post(_url(buyer), sent, follow=True)
        assert "Sent to 2 people." in answer.content.decode()
    (letter,) = mail.outbox
    assert letter.to == ["Bruno Keller <bruno@birch.example>", "Ida Brandt <ida@birch.example>"]
    assert [name for name, _content, _type in letter.attachments] == [f"action-plan-v1-en-{latest(buyer.org).on}.pdf"]
    assert Letter.objects.get(deal=buyer.deal).state == "sent"


def test_a_letter_that_changed_since_it_was_looked_at_stays_here(buyer: World) -> None:
    client = buyer.client(buyer.alice)
    preview = client.post(_url(buyer), {**client.get(_url(buyer)).context["form"].initial, "do": "look"})
    form = preview.context["form"].cleaned_data
    PlanAction.objects.update(text="Confirm the scope")
    sent = {**form, **_hidden(preview.content.decode()), "to": form["to"], "body": form["body"], "do": "send"}
    answer = client.post(_url(buyer), sent)
    assert answer.status_code == 422
    assert "changed while you looked" in answer.content.decode()
    assert not mail.outbox


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"to": [], "also": ""}, "Choose at least one person"),
        ({"also": "not an address"}, "is not an e-mail address"),
        ({"subject": ""}, "This field is required"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    buyer: World, changes: dict[str, object], sentence: str
) -> None:
    page = _look(buyer.client(buyer.alice), buyer, **{"body": "שלום 🚀 as typed", **changes})
    assert sentence in page
    assert "שלום 🚀 as typed" in page
