"""The sums by category on the calls page: what people sorted adds up to every open deal, in each row."""

from landmark.cadence.category_actions import Choice, set_categories
from tests.factories import make_deal
from tests.web.conftest import World
from tests.web.test_board import read

CALLS = "forecast/calls/"


def test_open_deals_are_summed_by_category_for_people_teams_and_the_company(world: World) -> None:
    kinds = ("commit", "best_case", "commit", "omitted")
    deals = [make_deal(world.alice, f"Deal {n}", amount=1000 * n) for n in range(1, 5)]
    set_categories({deal.id: Choice(kind) for deal, kind in zip(deals, kinds, strict=True)}, by=world.alice)
    table = world.client(world.bob).get(world.url(CALLS)).context["page"].categories
    assert table.labels == ("Commit", "Best case", "Pipeline", "Omitted", "Not set")
    team, alice, company = table.lines[0], next(x for x in table.lines if x.id == world.alice.id), table.lines[-1]
    for line in (team, alice, company):
        assert [(cell.count, cell.amount) for cell in line.cells] == [
            (2, 4_000), (1, 2_000), (0, 0), (1, 4_000), (1, 84_000),
        ]  # fmt: skip
        assert line.committed == 4_000
    assert "Won and commit" in read(world.client(world.bob), world.url(CALLS))
    assert world.client(world.bob).get(world.url(f"{CALLS}charts/categories.csv")).status_code == 200


def test_deals_that_nobody_sorted_have_a_column_while_there_are_any(world: World) -> None:
    set_categories({world.deal.id: Choice("pipeline")}, by=world.alice)
    assert world.client(world.bob).get(world.url(CALLS)).context["page"].categories.labels[-1] == "Omitted"


def test_who_sees_only_own_calls_sees_no_sums_of_others(world: World) -> None:
    assert world.client(world.alice).get(world.url(CALLS)).context["page"].categories is None
