"""The Changes page: bars that open their deals, exact table twins, scopes, a file, a look back, honest gaps."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.moves import move_deal
from landmark.deals.models import Deal, StageMove
from landmark.engines.waterfall import Reason
from landmark.orgs.as_of import latest
from landmark.outlook.periods import month_containing, next_period, quarter_of
from tests.factories import make_deal, make_pipeline, prove
from tests.web.conftest import World
from tests.web.test_board import read

QUERIES = 26
PAGE = "forecast/changes/"


@pytest.fixture
def week(world: World) -> World:
    """Alice's deal is a month old; this week it grew, and another one was lost."""
    other = make_deal(world.alice, "Route planning", amount=30_000)
    long_ago = latest(world.org).known_by - timedelta(days=30)
    for deal in (world.deal, other):
        Deal.objects.filter(pk=deal.pk).update(opened_at=long_ago)
        age_moves(deal)
    prove(world.deal, world.alice, "qualification_call")
    edit_deal(world.deal, by=world.bob, changes={"amount": Decimal("90500.25")})
    other.refresh_from_db()
    move_deal(other, by=world.alice, to_stage="lost", note="They stay with what they have.", reason="no_decision")
    return world


def age_moves(deal: Deal) -> None:
    """The same deal, opened a month ago: moves never change, so an older one takes the place of the first."""
    old = StageMove.objects.get(deal=deal)
    then = old.known_at - timedelta(days=30)
    values = {"deal": deal, "to_stage": old.to_stage, "direction": "opened", "via": "web", "author": old.author}
    StageMove.objects.create(**values, occurred_at=then, known_at=then, recorded_at=then)


def rows(page: Any) -> dict[str, tuple[int, Decimal]]:
    return {row.key: (row.count, row.amount) for row in page.waterfall.rows}


def test_the_week_adds_up_and_each_bar_opens_its_deals(week: World) -> None:
    client = week.client(week.alice)
    response = client.get(week.url(PAGE + "?period=all"))
    page, html = response.context["page"], response.content.decode()
    found = rows(page)
    assert found["start"] == (2, Decimal("114000.00"))
    assert found["increased"] == (1, Decimal("6500.25"))
    assert found["lost"] == (1, Decimal("-30000.00"))
    assert found["end"] == (1, Decimal("90500.25"))
    assert found["start"][1] + sum(found[key][1] for key in set(Reason) & set(found)) == found["end"][1]
    assert 'data-value="6500.25"' in html
    link = re.search(r'<a href="(\?[^"#]*bar=lost[^"#]*)#moved" aria-label="Lost: −€30K, 1 deal"', html)
    assert link is not None
    opened = client.get(week.url(PAGE) + link[1].replace("&amp;", "&"))
    row = opened.context["page"].opened.rows[0]
    assert (row.name, row.words, row.cause.author) == ("Route planning", "−€30K", "Alice Moretti")
    assert "They stay with what they have." in opened.content.decode()
    assert "style=" not in opened.content.decode()


def test_who_raised_it_and_on_what_evidence(week: World) -> None:
    response = week.client(week.alice).get(week.url(PAGE + "?period=all&bar=increased"))
    row = response.context["page"].opened.rows[0]
    assert (row.cause.author, row.evidence.author) == ("Bob Lindqvist", "Bruno Keller")
    assert [(one.old, one.new) for one in row.differences] == [("€84,000", "€90,500.25")]
    html = response.content.decode()
    assert "stated by the buyer" in html.lower()
    assert "What is on record between the two days" in html


def test_what_came_on_record_after_the_change_is_not_shown_as_its_ground(week: World) -> None:
    prove(week.deal, week.alice, "discovery_held")
    response = week.client(week.alice).get(week.url(PAGE + "?period=all&bar=increased"))
    row = response.context["page"].opened.rows[0]
    assert (row.evidence.words, row.traces[0].words) == ("Qualification call held", "Discovery or demo held")


def test_a_part_is_swapped_for_htmx_and_the_page_stands_without(week: World) -> None:
    client = week.client(week.alice)
    headers = {"HX-Request": "true", "HX-Target": "changes"}
    part = client.get(week.url(PAGE + "?period=all&bar=lost"), headers=headers).content.decode()
    assert "<html" not in part
    assert "Route planning" in part
    assert "<html" in read(client, week.url(PAGE + "?period=all&bar=lost"))


def test_scopes_cells_and_nonsense(week: World) -> None:
    client = week.client(week.alice)
    none_of_bob = client.get(week.url(PAGE + f"?period=all&owner={week.bob.id}")).context["page"]
    assert rows(none_of_bob)["start"] == (0, Decimal("0.00"))
    cell = client.get(week.url(PAGE + "?period=all&cell=qualification~lost")).context["page"].opened
    assert [row.name for row in cell.rows] == ["Route planning"]
    stayed = client.get(week.url(PAGE + "?period=all&cell=qualification~qualification")).context["page"].opened
    assert [(row.name, row.label) for row in stayed.rows] == [("Exception desk", "")]
    for query in ("bar=moon", "cell=~", "cell=a~b", "since=ever", "owner=none", "team=x%00y", "period=2026-q9", "by=x",
                  "currency=ZZZ", "from=2999-01-01&to=2000-01-01", "page=zz", "type=none"):  # fmt: skip
        assert client.get(week.url(f"{PAGE}?{query}")).status_code == 200
    assert "for example 2026-03-31" in read(client, week.url(PAGE + "?from=yesterday"))


def test_a_look_back_knows_nothing_later(week: World) -> None:
    client, today = week.client(week.alice), latest(week.org).on
    before = (today - timedelta(days=2)).isoformat()
    for query in (f"as_of={before}", f"to={before}"):
        response = client.get(week.url(f"{PAGE}?period=all&{query}"))
        found = rows(response.context["page"])
        assert found["end"] == (2, Decimal("114000.00"))
        assert found["lost"] == (0, Decimal("0.00"))
    beyond = (today + timedelta(days=30)).isoformat()
    page = client.get(week.url(f"{PAGE}?period=all&as_of={before}&to={beyond}")).context["page"]
    assert page.query.end.on.isoformat() == before
    assert f"as_of={before}" in read(client, week.url(f"{PAGE}?period=all&as_of={before}"))


def test_the_file_holds_every_change_to_the_cent(week: World) -> None:
    response = week.client(week.alice).get(week.url("forecast/changes.csv?period=all"))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert {(line["Change"], line["Amount"], line["Deal"], line["Who"]) for line in lines} == {
        ("Increased", "6500.25", "Exception desk", "Bob Lindqvist"),
        ("Lost", "-30000.00", "Route planning", "Alice Moretti"),
    }
    assert "attachment" in response["Content-Disposition"]


def test_the_chart_and_its_table_are_files_too(week: World) -> None:
    client = week.client(week.alice)
    assert client.get(week.url(PAGE + "charts/waterfall.png?period=all")).content.startswith(b"\x89PNG")
    table = client.get(week.url(PAGE + "charts/waterfall.csv?period=all")).content.decode()
    assert "6500.25" in table
    assert "30000.00" in client.get(week.url(PAGE + "charts/matrix.csv?period=all")).content.decode()


def test_imports_without_history_say_so(world: World) -> None:
    Deal.objects.filter(pk=world.deal.pk).update(source="crm", external_id="7")
    page = read(world.client(world.alice), world.url(PAGE))
    assert "The imported files keep no earlier values or dates" in page


def test_queries_do_not_grow(world: World, django_assert_max_num_queries: Any) -> None:
    make_pipeline(world.org, [world.alice, world.bob], 80)
    client = world.client(world.alice)
    client.get(world.url(PAGE))
    with django_assert_max_num_queries(QUERIES):
        client.get(world.url(PAGE + "?period=all&since=month"))


def test_months_are_offered_beside_quarters(week: World) -> None:
    """A deal aimed at a month counts in that month and in its quarter, and in no other month."""
    Deal.objects.filter(pk=week.deal.pk).update(target_on=latest(week.org).on)
    month = month_containing(latest(week.org).on, week.org.fiscal_year_start_month)
    client = week.client(week.alice)
    for key, is_in in ((month.key, True), (quarter_of(month).key, True), (next_period(month).key, False)):
        page = client.get(week.url(f"{PAGE}?period={key}")).context["page"]
        assert (rows(page)["end"][0] > 0) is is_in
        select = next(one for one in page.selects if one.name == "period")
        assert [choice.value for choice in select.choices if choice.is_on] == [key]
    assert month.label in [choice.label for choice in select.choices]
