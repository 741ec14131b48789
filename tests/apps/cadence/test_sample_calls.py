"""The sample company's calls: some weeks of them, within its data, frozen, once; never for anybody else."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from landmark.cadence.calls import read_graded_calls
from landmark.cadence.models import CallEntry, DealCategory, Quota, WeekFreeze
from landmark.cadence.sample_calls import WEEKS_BEFORE, make_sample_calls
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
from landmark.outlook.periods import period_containing, previous_period
from tests.factories import make_deal, make_member, make_org, make_pipeline, make_team


@pytest.fixture
def _company(db: None) -> None:
    org = make_org(is_sample=True, data_until=timezone.now().date() - timedelta(days=1))
    north = make_team(org)
    sellers = [make_member(org, Role.REPRESENTATIVE, name, north) for name in ("Alice Moretti", "Ann Okafor")]
    make_member(org, Role.MANAGER, "Bob Lindqvist", north)
    make_member(org, Role.ADMINISTRATOR, "Ada Novak")
    make_pipeline(org, sellers, 40)


@pytest.mark.usefixtures("_company")
def test_weeks_of_calls_come_once_and_lie_within_the_data() -> None:
    org = CallEntry._meta.get_field("org").related_model.objects.get()
    count = make_sample_calls(org, weeks=2)
    assert count == CallEntry.objects.count() > 2
    assert WeekFreeze.objects.filter(sealed_at__isnull=False).count() == 2 + WEEKS_BEFORE
    assert DealCategory.objects.exists()
    assert Quota.objects.exists()
    last = max(CallEntry.objects.values_list("submitted_at", flat=True))
    assert last.date() <= org.data_until
    assert make_sample_calls(org) == 0


@pytest.mark.usefixtures("_company")
def test_a_quarter_that_is_over_is_graded_on_the_report_card() -> None:
    org = CallEntry._meta.get_field("org").related_model.objects.get()
    make_sample_calls(org, weeks=1)
    graded = read_graded_calls(org, latest(org))
    assert {(one.kind, one.scope) for one in graded} >= {("representative", "org"), ("commit", "org")}
    assert previous_period(period_containing(org, latest(org).on)).ends_on in {one.ends_on for one in graded}


@pytest.mark.usefixtures("_company")
def test_a_manager_calls_once_most_of_the_team_has_and_commits_come_at_the_end() -> None:
    org = CallEntry._meta.get_field("org").related_model.objects.get()
    make_sample_calls(org, weeks=2)
    by_week: dict[datetime, set[str]] = {}
    for entry in CallEntry.objects.all():
        by_week.setdefault(entry.deadline_at, set()).add(entry.kind)
    *over, current = (by_week[at] for at in sorted(by_week))
    assert all(kinds == {"representative", "manager", "commit"} for kinds in over)
    assert "commit" not in current


def test_nobody_else_gets_calls_they_did_not_give(db: None) -> None:
    org = make_org()
    make_deal(make_member(org))
    with pytest.raises(ValueError, match="only a sample"):
        make_sample_calls(org)
