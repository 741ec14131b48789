"""Categories: set by people, on record, read as of a day, suggested but never written by the model."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from landmark.cadence.book import read_book
from landmark.cadence.categories import categories_as_known, category_changes
from landmark.cadence.category_actions import Choice, set_categories
from landmark.cadence.models import DealCategory
from landmark.deals.policies import Refused, StaleVersion
from landmark.ledger.models import FieldChange
from landmark.orgs.as_of import AsOf, latest, on_day
from landmark.orgs.models import Organisation
from landmark.orgs.roles import Role
from landmark.outlook.periods import period_containing
from landmark.outlook.reading import read_forecast
from tests.apps.cadence.weekly import Crew, make_crew
from tests.apps.outlook.company import store_forecast
from tests.factories import make_deal, make_member, make_org


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()


def category_keys(org: Organisation, as_of: AsOf) -> dict[UUID, str]:
    return {deal_id: chosen.category for deal_id, chosen in categories_as_known(org, as_of).items()}


def test_a_change_is_on_record_with_who_when_from_and_to(crew: Crew) -> None:
    before = timezone.now()
    set_categories({crew.deal.id: Choice("best_case")}, by=crew.alice)
    between = timezone.now()
    set_categories({crew.deal.id: Choice("commit")}, by=crew.bob)
    steps = category_changes(crew.org, before, timezone.now())
    assert [(one.old, one.new, one.author_name) for one in steps] == [
        ("", "best_case", "Alice Moretti"), ("best_case", "commit", "Bob Lindqvist"),
    ]  # fmt: skip
    then = AsOf(between.date(), between, is_latest=False, is_today=False)
    assert categories_as_known(crew.org, then)[crew.deal.id].category == "best_case"
    assert category_keys(crew.org, latest(crew.org)) == {crew.deal.id: "commit"}
    assert categories_as_known(crew.org, on_day(crew.org, timezone.now().date() - timedelta(days=1))) == {}


def test_the_row_of_today_and_the_ledger_say_the_same(crew: Crew) -> None:
    other = make_deal(crew.alice, "Second")
    set_categories({crew.deal.id: Choice("commit"), other.id: Choice("omitted")}, by=crew.alice)
    set_categories({crew.deal.id: Choice("pipeline")}, by=crew.alice)
    now = timezone.now()
    from_ledger = category_keys(crew.org, AsOf(now.date(), now, is_latest=False, is_today=True))
    assert from_ledger == category_keys(crew.org, latest(crew.org))


def test_setting_the_same_again_records_nothing(crew: Crew) -> None:
    for _turn in range(2):
        set_categories({crew.deal.id: Choice("commit", 0)}, by=crew.alice)
    assert FieldChange.objects.filter(object_kind="deal_category").count() == 1


def test_several_are_set_together_or_not_at_all(crew: Crew) -> None:
    other = make_deal(crew.alice, "Second")
    set_categories({crew.deal.id: Choice("commit")}, by=crew.alice)
    with pytest.raises(StaleVersion, match="Exception desk"):
        set_categories({other.id: Choice("commit", 0), crew.deal.id: Choice("omitted", 0)}, by=crew.bob)
    assert DealCategory.objects.count() == 1


def test_who_may_not_set_one(crew: Crew) -> None:
    helper = make_member(crew.org, Role.CONTRIBUTOR, "Hal Brook")
    stranger = make_member(make_org("Other Works", "other"), Role.ADMINISTRATOR, "Zoe Hart")
    for member in (crew.ann, crew.eve, helper):
        with pytest.raises(PermissionDenied):
            set_categories({crew.deal.id: Choice("commit")}, by=member)
    with pytest.raises(Refused, match="not here"):
        set_categories({crew.deal.id: Choice("commit")}, by=stranger)
    with pytest.raises(Refused, match="Choose"):
        set_categories({crew.deal.id: Choice("gold")}, by=crew.alice)


def test_the_database_knows_four_categories(crew: Crew) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DealCategory.objects.create(
            deal=crew.deal,
            org=crew.org,
            category="gold",
            author_id=crew.alice.id,
            author_name="",
            set_at=timezone.now(),
        )


def test_the_model_suggests_and_never_overwrites(crew: Crew) -> None:
    set_categories({crew.deal.id: Choice("omitted")}, by=crew.alice)
    store_forecast(crew.org, latest(crew.org).on, {crew.deal: (1.0, 0.0)})
    as_of = latest(crew.org)
    line = read_book(crew.org, as_of, period_containing(crew.org, as_of.on + timedelta(days=400))).lines[0]
    assert line.category == "omitted"
    assert line.suggestion.category in {"omitted", "pipeline", "best_case", "commit"}
    assert DealCategory.objects.get().category == "omitted"


def test_an_opinion_is_no_news_about_the_deal(crew: Crew) -> None:
    store_forecast(crew.org, latest(crew.org).on, {crew.deal: (0.5, 0.1)})
    set_categories({crew.deal.id: Choice("commit")}, by=crew.alice)
    forecast = read_forecast(crew.org, latest(crew.org))
    assert forecast is not None
    outlook = forecast.deal(crew.deal.id)
    assert outlook is not None
    assert not outlook.is_stale
