"""Somebody put on a deal by mistake is taken off honestly: an act in the ledger, and nothing that is theirs is lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from landmark.buying.people_actions import Card, note_question, save_person
from landmark.buying.person_removal import remove_person
from landmark.buying.process_actions import save_step
from landmark.closing.models import Lane, Undertaking
from landmark.deals.models import Deal, GateState, Person, Stakeholder
from landmark.deals.policies import Refused
from landmark.ledger.models import AuditEvent
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.plans.models import Plan, PlanAction
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def stake(rep: Member) -> Stakeholder:
    deal = factories.make_deal(rep)
    card = Card("Bruno Keller", email="bruno@birch.example", roles=["champion"], met_on=latest(deal.org).on)
    return save_person(deal, by=rep, card=card, state={"needs": "A figure"})


@pytest.mark.rule("4.3", "A person added by mistake is taken off the deal, with an act in the ledger")
def test_a_mistake_is_taken_off_and_told(stake: Stakeholder, rep: Member) -> None:
    deal = stake.deal
    note_question(stake, by=rep, text="How long?", asked_on=latest(deal.org).on)
    before = GateState.objects.get(deal=deal).input_hash
    remove_person(stake, by=rep)
    assert not Stakeholder.objects.filter(deal=deal).exists()
    assert not Person.objects.filter(name="Bruno Keller").exists()
    row = AuditEvent.objects.get(verb="person.removed")
    assert (row.note, row.deal_id, row.actor_id) == ("Bruno Keller", deal.id, rep.id)
    assert GateState.objects.get(deal=deal).input_hash != before
    assert verify(deal.org_id).is_whole
    with pytest.raises(Refused, match="not on this deal"):
        remove_person(stake, by=rep)


def test_somebody_on_another_deal_stays_there(stake: Stakeholder, rep: Member) -> None:
    other = factories.make_deal(rep, "Second deal")
    there = Stakeholder.objects.create(deal=other, person=stake.person)
    remove_person(stake, by=rep)
    there.refresh_from_db()
    assert there.person.name == "Bruno Keller"


def own_a_step(deal: Deal, stake: Stakeholder, rep: Member) -> None:
    today = latest(deal.org).on
    plan = Plan.objects.create(
        deal=deal, template="mutual", anchor="go_live", anchor_on=today + timedelta(days=60), starts_on=today,
        created_at=timezone.now(), edited_at=timezone.now(),
    )  # fmt: skip
    PlanAction.objects.create(
        plan=plan, position=1, phase="confirm", text="x", their_owner=stake.person, edited_at=timezone.now()
    )


def promise(deal: Deal, stake: Stakeholder, rep: Member) -> None:
    Undertaking.objects.create(
        deal=deal, stakeholder=stake, text="x", due_on=latest(deal.org).on, made_at=timezone.now(), made_by=rep
    )


PARTS = {
    "a review": lambda deal, stake, rep: save_step(
        deal, by=rep, values={"title": "Legal", "reviewer_id": stake.pk}, step_id=None
    ),
    "a step of the plan": own_a_step,
    "an undertaking": promise,
    "a lane": lambda deal, stake, rep: Lane.objects.create(
        deal=deal, key="legal", reviewer=stake, answer_days=2, made_at=timezone.now(), made_by=rep
    ),
    "their word as evidence": lambda deal, stake, rep: factories.prove(deal, rep, "fit_confirmed"),
}


@pytest.mark.parametrize("part", PARTS)
def test_who_took_part_stays_and_the_sentence_says_in_what(stake: Stakeholder, rep: Member, part: str) -> None:
    PARTS[part](stake.deal, stake, rep)
    with pytest.raises(Refused, match="Bruno Keller is part of what is on record here"):
        remove_person(stake, by=rep)
    assert Stakeholder.objects.filter(pk=stake.pk).exists()
    assert not AuditEvent.objects.filter(verb="person.removed").exists()


def test_only_who_may_edit_removes(stake: Stakeholder) -> None:
    other = factories.make_member(stake.deal.org, name="Dan Oyelaran")
    with pytest.raises(PermissionDenied):
        remove_person(stake, by=other)
