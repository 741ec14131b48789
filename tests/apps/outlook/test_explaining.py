"""The reasons stored with a forecast: they sum to what is stored, name the right causes, and are read back whole."""

import pytest

from landmark.forecast.similar import FEWEST_SIMILAR
from landmark.ledger.append import append_evidence
from landmark.ledger.inputs import NewEvidence
from landmark.orgs.as_of import on_day
from landmark.orgs.models import Organisation
from landmark.outlook.actions import run_fit, start_fit
from landmark.outlook.models import DealForecast, FittedModel
from landmark.outlook.periods import period_in_view
from landmark.outlook.reading import DealOutlook, OrgForecast, read_forecast
from landmark.outlook.reasons import Change, read_past_scores
from landmark.outlook.separation import read_separation
from tests.apps.outlook.company import IMPORTER, add_deal, add_past, day, make_company, on, push_target

pytestmark = pytest.mark.django_db
WEEK_AGO, AS_OF = on(293), on(300)


@pytest.fixture(autouse=True)
def untested(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test on past days has its own tests and takes most of a fit's time."""
    monkeypatch.setattr("landmark.outlook.fitting.back_test", lambda *_args: {})


@pytest.fixture
def org() -> Organisation:
    org = make_company(data_until=AS_OF)
    add_past(org, 130, until=293)
    return org


def fit_day(org: Organisation, as_of: object) -> OrgForecast:
    run = run_fit(start_fit(org, as_of, enqueue=False).id)  # type: ignore[arg-type]
    assert run.error == ""
    forecast = read_forecast(org, as_of)  # type: ignore[arg-type]
    assert forecast is not None
    return forecast


def outlooks(forecast: OrgForecast) -> dict[object, DealOutlook]:
    rows = DealForecast.objects.filter(model=forecast.model).values_list("deal_id", flat=True)
    return dict(forecast.for_deals(rows))


def weekly(outlook: DealOutlook) -> Change:
    assert outlook.reasons is not None
    return next(change for change in outlook.reasons.changes if "week" in change.against)


def test_parts_band_and_steps_are_stored_with_every_forecast(org: Organisation) -> None:
    found = outlooks(fit_day(org, WEEK_AGO))
    assert len(found) > 5
    for outlook in found.values():
        made_of, reasons = outlook.contributions, outlook.reasons
        assert made_of is not None
        assert reasons is not None
        assert made_of.base + sum(part.effect for part in made_of.parts) == pytest.approx(made_of.p_won, abs=1e-12)
        assert made_of.p_won == pytest.approx(outlook.p_won_by(made_of.by), abs=1 / 65_535)
        assert reasons.similar is not None
        assert reasons.similar.low <= made_of.p_won + 1e-4
        assert reasons.similar.high >= made_of.p_won - 1e-4
        assert reasons.changes == (), "there was no forecast before"
    assert any(outlook.reasons and outlook.reasons.steps for outlook in found.values())


def test_what_would_move_a_deal_rests_on_milestones_that_past_deals_had(org: Organisation) -> None:
    """The playbook's doors ask for more than this past ever recorded: that is named, without a number."""
    found = [outlook.reasons for outlook in outlooks(fit_day(org, WEEK_AGO)).values() if outlook.reasons]
    told = {step.key for reasons in found for step in reasons.steps}
    unseen = {key for reasons in found for key in reasons.unseen}
    assert told
    assert not told & unseen
    assert all(step.count >= FEWEST_SIMILAR for reasons in found for step in reasons.steps)


def test_a_change_is_told_by_its_causes_and_sums(org: Organisation) -> None:
    """One deal gains a milestone, one has its date pushed, one only grows a week older."""
    gains, pushed, quiet = (
        add_deal(org, moves=[(270, "qualification")], target_on=on(330), first_target_on=on(330)) for _ in range(3)
    )
    before = outlooks(fit_day(org, WEEK_AGO))
    append_evidence(
        org.id, [NewEvidence(deal_id=gains.id, key="discovery_held", occurred_at=day(296), known_at=day(296))],
        by=IMPORTER, source="import",
    )  # fmt: skip
    push_target(pushed, 297, on(420))
    after = outlooks(fit_day(org, AS_OF))
    by = period_in_view(org, AS_OF).ends_on
    for deal_id, outlook in after.items():
        if deal_id not in before:
            continue
        change = weekly(outlook)
        assert (change.since, set(change.against)) == (WEEK_AGO, {"last", "day", "week"})
        assert change.before == before[deal_id].p_won_by(by)
        assert change.after == outlook.p_won_by(by)
        assert sum(cause.effect for cause in change.causes) == pytest.approx(change.after - change.before, abs=1e-12)
    kinds = {deal: [cause.kind for cause in weekly(after[deal.id]).causes] for deal in (gains, pushed, quiet)}
    assert "evidence" in kinds[gains]
    named = {(cause.kind, cause.key) for cause in weekly(after[gains.id]).causes}
    assert ("evidence", "discovery_held") in named
    assert "evidence" not in kinds[pushed] + kinds[quiet]
    assert {"time", "refit"} >= set(kinds[quiet])


def test_a_deal_opened_since_has_nothing_to_compare_with(org: Organisation) -> None:
    fit_day(org, WEEK_AGO)
    new = add_deal(org, moves=[(298, "qualification")])
    outlook = outlooks(fit_day(org, AS_OF))[new.id]
    assert outlook.reasons is not None
    assert outlook.reasons.changes == ()


def test_an_earlier_model_that_cannot_be_read_is_told_as_renewed(org: Organisation) -> None:
    fit_day(org, WEEK_AGO)
    model = FittedModel.objects.get()
    FittedModel.objects.filter(pk=model.pk).update(parameters={**model.parameters, "version": 0})
    for outlook in outlooks(fit_day(org, AS_OF)).values():
        assert outlook.reasons is not None
        for change in outlook.reasons.changes:
            assert sum(cause.effect for cause in change.causes) == pytest.approx(
                change.after - change.before, abs=1e-12
            )
            assert "record" not in {cause.kind for cause in change.causes}


def test_the_second_fit_of_a_day_is_compared_with_the_first(org: Organisation) -> None:
    fit_day(org, AS_OF)
    outlook = next(iter(outlooks(fit_day(org, AS_OF)).values()))
    assert outlook.reasons is not None
    assert [change.against for change in outlook.reasons.changes] == [("last",)]
    assert outlook.reasons.changes[0].causes == (), "the same facts and the same model: nothing changed"


def test_past_scores_follow_the_day_looked_at(org: Organisation) -> None:
    deal_id = next(iter(outlooks(fit_day(org, WEEK_AGO))))
    fit_day(org, AS_OF)
    assert [one.as_of for one in read_past_scores(org, deal_id, on_day(org, AS_OF))] == [AS_OF, WEEK_AGO]  # type: ignore[arg-type]
    (only,) = read_past_scores(org, deal_id, on_day(org, WEEK_AGO))  # type: ignore[arg-type]
    assert (only.as_of, only.change) == (WEEK_AGO, None)
    assert read_past_scores(make_company("birch"), deal_id, on_day(org, AS_OF)) == []  # type: ignore[arg-type]


def test_alerts_are_kept_for_lists(org: Organisation) -> None:
    late = add_deal(org, moves=[(100, "qualification")], target_on=on(200), first_target_on=on(200))
    forecast = fit_day(org, AS_OF)
    listed = forecast.all_deals()[late.id]
    assert {"target", "idle"} <= set(listed.alerts)
    assert listed.reasons is None, "a list leaves the reasons in the database"


def test_evidence_that_runs_out_soon_is_kept_for_lists(org: Organisation) -> None:
    """Held 175 days ago and good for 180; a later meeting, or an end of its own far ahead, makes it last."""
    soon, renewed, over = (
        add_deal(org, moves=[(90, "qualification")], evidence=[(at, "discovery_held") for at in held])
        for held in ((125,), (125, 290), (100,))
    )
    own = add_deal(org, moves=[(90, "qualification")])
    held = NewEvidence(
        deal_id=own.id, key="discovery_held", occurred_at=day(125), known_at=day(125), expires_on=on(390)
    )
    append_evidence(org.id, [held], by=IMPORTER, source="import")
    listed = fit_day(org, AS_OF).all_deals()
    assert {deal: "expiry" in listed[deal.id].alerts for deal in (soon, renewed, over, own)} == {
        soon: True, renewed: False, over: False, own: False,
    }  # fmt: skip


def test_what_separates_is_stored_with_the_model(org: Organisation) -> None:
    assert read_separation(org, on_day(org, AS_OF)) is None
    fit_day(org, AS_OF)
    found = read_separation(org, on_day(org, AS_OF))
    assert found is not None
    assert found.deals > 50
    assert "discovery_held" in {row.milestone for row in found.rows}
    assert not any(row.milestone.startswith("stage:") for row in found.rows)
