"""The pages between the decision and the hand-over, and the weekly review, as people use them."""

from datetime import UTC, datetime, timedelta

import pytest

from landmark.closing import packet_actions
from landmark.closing.models import Blocker, CommercialSummary, HandOver, MarkUp, Paper
from landmark.deals.actions.moves import apply_move
from landmark.deals.models import StageMove
from landmark.orgs.as_of import latest, stamp
from landmark.orgs.roles import Role
from tests.factories import make_member
from tests.web.conftest import World

PAGES = ("", "packet/", "mark-ups/", "terms/", "summary/", "recap/", "signing/", "hand-over/")


def url(world: World, path: str) -> str:
    return f"{world.deal_url}close/{path}"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_empty_and_on_an_earlier_day(world: World, path: str) -> None:
    client = world.client(world.alice)
    assert client.get(url(world, path)).status_code == 200
    day = (latest(world.org).on - timedelta(days=3)).isoformat()
    page = client.get(url(world, path), {"as_of": day})
    assert page.status_code == 200
    assert 'class="form"' not in page.content.decode()


def test_a_blocker_of_a_kind_from_the_list_is_named_cleared_and_taken_back(world: World) -> None:
    client = world.client(world.alice)
    assert client.post(url(world, "do/blocker/"), {"kind": "weather", "text": "Rain"}).status_code == 422
    client.post(url(world, "do/blocker/"), {"kind": "price_unapproved", "text": "Discount of 6 %"})
    (row,) = Blocker.objects.all()
    client.post(url(world, "do/blocker_clear/"), {"row": row.id})
    assert "1 cleared" in client.get(url(world, "")).content.decode()
    client.post(url(world, "do/blocker_back/"), {"row": row.id})
    row.refresh_from_db()
    assert row.cleared_on is None


def test_a_refused_form_stands_there_as_it_was_typed(world: World) -> None:
    client = world.client(world.alice)
    response = client.post(url(world, "do/markup_add/"), {"clause": "9.2", "their_reason": "Our <b>policy</b>"})
    assert response.status_code == 422
    assert "Our &lt;b&gt;policy&lt;/b&gt;" in response.content.decode()


def test_two_people_change_one_paper_and_nothing_typed_is_lost(world: World) -> None:
    packet = packet_actions.start_packet(world.deal, by=world.alice)
    paper = packet.papers.get(key="scope")
    first = {"row": paper.id, "version": 1, "state": "ready", "owner": "Bob"}
    client = world.client(world.alice)
    assert client.post(url(world, "do/paper/"), first).status_code == 302
    second = client.post(url(world, "do/paper/"), first | {"owner": "Alice", "wording": "Ends on 30 June"})
    assert second.status_code == 409
    assert "Ends on 30 June" in second.content.decode()
    assert Paper.objects.get(pk=paper.pk).owner == "Bob"
    again = client.post(url(world, "do/paper/"), first | {"version": 2, "owner": "Alice"})
    assert again.status_code == 302


def test_prices_are_typed_as_lines(world: World) -> None:
    client = world.client(world.alice)
    sent = {
        "seen": 0, "kind_0": "price", "label_0": "Licence", "amount_0": "80,000.50", "kind_1": "price", "label_1": "",
        "amount_1": "", "payment_terms": "Net 30",
    }  # fmt: skip
    assert client.post(url(world, "do/terms/"), sent).status_code == 302
    assert [str(line.amount) for line in CommercialSummary.objects.get().lines.all()] == ["80000.50"]
    stale = client.post(url(world, "do/terms/"), sent)
    assert stale.status_code == 422
    assert "80,000.50" in stale.content.decode()


@pytest.mark.rule("9.3", "A line with no number, date or boundary is flagged on the page")
def test_a_vague_line_is_flagged_and_a_reader_gets_another_order(world: World) -> None:
    client = world.client(world.alice)
    sections = {"decision": "Approve 84,000 by 18 May", "outcomes": "Everybody will be happier\nCost falls by 20 %",
                "recommendation": "Work moves forward in phase 1"}  # fmt: skip
    client.post(url(world, "do/brief/"), sections | {"seen": 0})
    page = client.get(url(world, "summary/")).content.decode()
    assert page.count("no number, date or boundary") == 1
    finance = client.get(url(world, "summary/"), {"for": "finance"}).content.decode()
    assert finance.index("Cost falls by 20 %") < finance.index("Everybody will be happier")
    assert finance.count('id="brief-outcomes"') == 1  # each field has its own label


@pytest.mark.parametrize(
    ("stage", "name", "is_there"),
    [("won", "terms", False), ("won", "blocker", True), ("won", "frame", True), ("lost", "blocker", False),
     ("lost", "terms", False)],
)  # fmt: skip
def test_a_deal_that_ended_offers_no_form_in_vain(world: World, stage: str, name: str, is_there: bool) -> None:
    now = datetime.now(UTC)
    move = StageMove.objects.create(
        deal=world.deal, from_stage=world.deal.stage, to_stage=stage, direction="reported", occurred_at=now,
        known_at=now, recorded_at=now, author=world.alice.name, via="import",
    )  # fmt: skip
    apply_move(world.deal, move, stamp(world.org))
    page = {"terms": "terms/", "frame": "signing/", "blocker": ""}[name]
    client = world.client(world.alice)
    assert (f"close/do/{name}/" in client.get(url(world, page)).content.decode()) == is_there
    assert ("Next on the way" in client.get(url(world, "")).content.decode()) == (stage != "lost")


@pytest.mark.rule("12.3", "One person is accountable for the deal, and the page says when nobody is")
def test_who_is_accountable_is_said(world: World) -> None:
    client = world.client(world.bob)
    assert "Alice Moretti is accountable for this deal." in client.get(url(world, "")).content.decode()
    world.deal.owner = None
    world.deal.save()
    assert "Nobody is accountable for this deal yet." in client.get(url(world, "")).content.decode()


@pytest.mark.rule("12.3", "A contributor owns lanes, mark-ups and the hand-over, and leaves the rest alone")
def test_a_contributor_works_on_mark_ups_and_not_on_prices(world: World) -> None:
    client = world.client(make_member(world.org, Role.CONTRIBUTOR, "Lena Fischer"))
    sent = client.post(url(world, "do/markup_add/"), {"clause": "9.2 Liability", "requested": "No cap"})
    assert sent.status_code == 302
    assert MarkUp.objects.get().made_by_id is not None
    assert client.post(url(world, "do/terms/"), {"seen": 0}).status_code == 403
    client.post(url(world, "do/handover_start/"))
    assert HandOver.objects.count() == 1


def test_a_row_of_another_deal_is_not_found(world: World) -> None:
    client = world.client(world.alice)
    assert client.post(url(world, "do/paper/"), {"row": world.deal.id}).status_code == 404
    assert client.post(url(world, "do/nothing/")).status_code == 404


@pytest.mark.rule("12.3", "Weekly review: moved, blocked, overdue, no owner, decider unclear")
def test_the_weekly_review_names_only_deals_to_talk_about(world: World, django_assert_max_num_queries: object) -> None:
    client = world.client(world.bob)
    assert "Nothing to talk about" in client.get(world.url("review/")).content.decode()
    world.client(world.alice).post(url(world, "do/blocker/"), {"kind": "legal_markup_open", "text": "Clause 9.2"})
    page = client.get(world.url("review/")).content.decode()
    assert "Clause 9.2" in page
    assert world.deal.name in page
    assert world.deal.name not in client.get(world.url("review/?flag=moved")).content.decode().split("<main", 1)[1]
    assert "review/" in client.get(world.url("board/")).content.decode()


@pytest.mark.rule("12.3", "Weekly review: what stands still comes first, what only moved on needs nothing")
def test_the_review_tells_what_moved_on_apart(world: World) -> None:
    client, now = world.client(world.bob), datetime.now(UTC)

    def move(from_stage: str, to_stage: str, at: datetime) -> object:
        StageMove.objects.create(
            deal=world.deal, from_stage=from_stage, to_stage=to_stage, direction="reported", occurred_at=at,
            known_at=at, recorded_at=at, author=world.alice.name, via="import",
        )  # fmt: skip
        return client.get(world.url("review/")).context["page"]

    page = move("qualification", "discovery", now - timedelta(hours=2))
    assert page.lines == []
    assert [line.item.deal.name for line in page.moved_on] == [world.deal.name]
    page = move("discovery", "qualification", now - timedelta(hours=1))
    assert [name for name, _why in page.lines[0].why] == ["Moved back"]
    assert page.moved_on == []
