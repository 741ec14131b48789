"""The three told deals of the sample company, by the ordinary actions, and that nothing of ours leaves with them."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from landmark.closing.paper_letters import compose, list_recipients
from landmark.closing.papers.asked import Asked
from landmark.closing.papers.kinds import make_paper
from landmark.closing.sample_stories import PLOTS, read_told, tell_stories
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.deals.snapshots import deal_facts
from landmark.documents.paper import read_text
from landmark.documents.writing import LANGUAGES
from landmark.engines.gates import gate_debt
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.playbook.loader import load_playbook
from tests.apps.closing.leaks import MARK, SHARED_KINDS, read_all, stuff
from tests.factories import make_member, make_org, make_pipeline

pytestmark = pytest.mark.django_db
Told = tuple[Member, dict[str, Deal]]


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Told]:
    """A sample company with a few imported deals at each stage, its stories told once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        admin = make_member(make_org(is_sample=True), Role.ADMINISTRATOR, "Ada Verwer")
        make_pipeline(admin.org, [make_member(admin.org, name="Rita Venni")], 15)
        deals = tell_stories(admin.org, by=admin)
        yield admin, dict(zip([plot.story for plot in PLOTS], deals, strict=True))
        transaction.set_rollback(True)


def test_one_is_signed_one_goes_on_one_is_lost_once(told: Told) -> None:
    admin, deals = told
    assert {story: deal.stage for story, deal in deals.items()} == {
        "yes": "won", "yes_but": "commercial", "no": "lost",
    }  # fmt: skip
    for deal in deals.values():
        facts = deal_facts(deal, latest(deal.org))
        assert gate_debt(facts, load_playbook(deal.playbook), latest(deal.org).on) == ()
    assert tell_stories(admin.org, by=admin) == []
    assert read_told(admin.org) == deals
    assert verify(admin.org_id).is_whole


def _words_of_ours(deal: Deal) -> list[str]:
    """What we think of people, in both languages, and a chance of winning."""
    playbook = load_playbook(deal.playbook)
    stances = [playbook.label("stance", key, lang) for key in ("adversary", "sceptic") for lang in LANGUAGES]
    return [MARK, "adversary", "88 %", *stances]


@pytest.mark.rule("10.3", "Stance, scores and private notes never stand in a document, a mail or a calendar file")
@pytest.mark.parametrize("story", ["yes", "yes_but", "no"])
def test_nothing_of_ours_stands_in_what_a_buyer_may_read(told: Told, story: str) -> None:
    """First as told, then with a marker in every internal word on record."""
    admin, deals = told
    deal = deals[story]
    plain = dict(read_all(deal, by=admin))
    assert stuff(deal, by=admin) > 50
    stuffed = dict(read_all(deal, by=admin))
    assert set(stuffed) >= set(plain)
    for name, text in [*plain.items(), *stuffed.items()]:
        assert [word for word in _words_of_ours(deal) if word in text] == [], name
    if story == "yes":
        assert {f"{key} in {lang}" for key in SHARED_KINDS for lang in LANGUAGES} <= set(stuffed)


def test_the_snapshot_tells_it_all_and_is_no_letter(told: Told) -> None:
    admin, deals = told
    deal = deals["yes_but"]
    made = make_paper("deal_snapshot", Asked(deal, latest(deal.org), "en", chance="88 %"))
    assert made is not None
    assert "Adversary" in read_text(made.paper)
    assert "88 %" in read_text(made.paper)
    with pytest.raises(Refused, match="for the team only"):
        compose(made, recipients=list_recipients(deal), subject="s", body="b", by=admin)


def test_only_a_sample_is_told(told: Told) -> None:
    with pytest.raises(ValueError, match="only a sample"):
        tell_stories(make_member(make_org("Beech", "beech"), Role.ADMINISTRATOR, "Bo Hart").org, by=told[0])
