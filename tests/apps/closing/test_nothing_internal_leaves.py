"""Nothing of ours stands in what a buyer reads: documents, calendar files, mail."""

from datetime import timedelta

import pytest
from django.utils import timezone

from landmark.buying.models import StakeholderState
from landmark.closing.invitations import build_file
from landmark.closing.mail import build_message
from landmark.closing.models import (
    Debrief,
    Decision,
    DecisionMeeting,
    ExecutiveSummary,
    Invitee,
    Minutes,
    Objection,
    OfferPart,
    Recap,
    RoadMapStep,
)
from landmark.closing.paper_letters import compose, list_recipients, propose
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import KINDS, make_paper
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.documents.paper import read_text
from landmark.engines.audience import SHARED
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.plans.models import Plan, PlanAction
from tests.factories import make_deal, make_member, make_org

pytestmark = pytest.mark.django_db

SECRET = "zq-secret"
NEVER = (SECRET, "adversary", "Adversary", "avversario", "Avversario", "stance", "score", "88 %", "chance")
SHARED_KINDS = {"action_plan", "one_page", "executive_summary", "agenda", "minutes", "recap"}


@pytest.fixture
def alice(db: None) -> Member:
    return make_member(make_org())


@pytest.fixture
def deal(alice: Member) -> Deal:
    """A deal with a secret in every internal word, and something to say in every document."""
    deal, now = make_deal(alice), timezone.now()
    today = latest(deal.org).on
    stake = save_stakeholder(
        deal, by=alice, name="Bruno Keller", email="bruno@birch.example", roles=["champion"], stance="adversary",
        met_on=today, personal_benefit=SECRET, plan=SECRET,
    )  # fmt: skip
    StakeholderState.objects.create(
        deal=deal, stakeholder=stake, version=9, known_at=now, stage=deal.stage, cares_about=SECRET, needs=SECRET,
        cost_of_waiting=SECRET, step_text=SECRET, blocks=SECRET, influence=1, interest=1, card={"plan": SECRET},
    )  # fmt: skip
    made = {"deal": deal, "made_at": now, "made_by": alice}
    ExecutiveSummary.objects.create(number=1, sections={"decision": ["Approve by 29 May"], "hidden": [SECRET]}, **made)
    Recap.objects.create(number=1, decision="You buy.", summary_number=1, sent_on=today, sent_to=["Bruno"], **made)
    OfferPart.objects.create(deal=deal, key="goals", text="Four hours")
    _add_plan(deal, alice, stake.person)
    held = _add_meeting(deal, alice, 1, state="held", held_on=today)
    decision = Decision.objects.create(
        deal=deal, meeting=held, outcome="yes_but", words="Yes, if it is shown", rival=SECRET, watch_words=SECRET,
        decided_on=today, withdrawn_reason="",
    )  # fmt: skip
    RoadMapStep.objects.create(
        deal=deal, decision=decision, kind="condition", text="Show it", due_on=today, money_reason=SECRET
    )
    Minutes.objects.create(meeting=held, deal=deal, text="We met.", due_on=today)
    Objection.objects.create(deal=deal, meeting=held, words=SECRET, root_cause=SECRET, question=SECRET, answer=SECRET)
    Debrief.objects.create(meeting=held, deal=deal, held_on=today, answers={"went_well": SECRET})
    _add_meeting(deal, alice, 2)
    return deal


def _add_plan(deal: Deal, alice: Member, person: object) -> None:
    now, today = timezone.now(), latest(deal.org).on
    plan = Plan.objects.create(
        deal=deal, template="mutual", anchor="go_live", anchor_on=today + timedelta(days=60), starts_on=today,
        outcome="Four hours", created_at=now, edited_at=now,
    )  # fmt: skip
    PlanAction.objects.create(
        plan=plan, position=1, phase="confirm", text="Confirm", due_on=today, our_owner=alice, their_owner=person,
        risks=SECRET, drop_reason="", edited_at=now,
    )  # fmt: skip
    PlanAction.objects.create(
        plan=plan, position=2, phase="confirm", text=SECRET, ended_on=today, drop_reason=SECRET, edited_at=now
    )


def _add_meeting(deal: Deal, alice: Member, number: int, **fields: object) -> DecisionMeeting:
    meeting = DecisionMeeting.objects.create(
        deal=deal, number=number, uid=f"{number}@x", subject="Review and decision", changed_by=alice,
        starts_at=timezone.now() + timedelta(days=number), agenda=[{"key": "decision", "text": "Decide", "minutes": 9}],
        **fields,
    )  # fmt: skip
    stake = deal.stakeholders.get()
    Invitee.objects.create(meeting=meeting, person=stake.person, was_there=True)
    Invitee.objects.create(meeting=meeting, member=alice, was_there=True)
    return meeting


def _papers(deal: Deal, lang: str) -> dict[str, str]:
    asked = Asked(deal, latest(deal.org), lang, by="Alice Moretti", chance="88 %")
    made = {key: make_paper(key, asked) for key, kind in KINDS.items() if kind.audience is SHARED}
    return {key: read_text(found.paper) for key, found in made.items() if found is not None}


@pytest.mark.rule("10.3", "Stance, scores and private notes never stand in a document for the buyer")
@pytest.mark.parametrize("lang", ["en", "it"])
def test_no_shared_document_holds_a_word_of_ours(deal: Deal, lang: str) -> None:
    texts = _papers(deal, lang)
    assert set(texts) == SHARED_KINDS
    for key, text in texts.items():
        assert not [word for word in NEVER if word in text], key


@pytest.mark.rule("10.3", "Stance, scores and private notes never stand in a mail or a calendar file")
def test_no_mail_and_no_calendar_file_holds_a_word_of_ours(deal: Deal, alice: Member) -> None:
    asked = Asked(deal, latest(deal.org), "en")
    for key in SHARED_KINDS:
        made = make_paper(key, asked)
        assert made is not None
        people = list_recipients(deal)
        subject, body = propose(made, people, alice)
        letter = compose(made, recipients=people, subject=subject, body=body, by=alice)
        text = "\n".join(str(v) for v in (letter.subject, letter.body, build_message(letter).message()["To"]))
        assert not [word for word in NEVER if word in text], key
    _method, content = build_file(deal.decision_meetings.get(number=2))
    assert not [word for word in NEVER if word in content.decode()]


def test_the_snapshot_tells_it_all_and_is_no_letter(deal: Deal, alice: Member) -> None:
    made = make_paper("deal_snapshot", Asked(deal, latest(deal.org), "en", chance="88 %"))
    assert made is not None
    assert "Adversary" in read_text(made.paper)
    assert "88 %" in read_text(made.paper)
    with pytest.raises(Refused, match="for the team only"):
        compose(made, recipients=list_recipients(deal), subject="s", body="b", by=alice)
