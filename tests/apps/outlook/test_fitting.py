"""The whole fit on small made-up companies: the same answers through every door, nothing from after the day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from landmark.deals.models import Account, Deal
from landmark.forecast.calendars import is_day_off
from landmark.forecast.history import History
from landmark.forecast.leaks import FEWEST_CLOSED
from landmark.forecast.model import Fitted, Prediction, fit
from landmark.forecast.priors import Priors
from landmark.forecast.unknowns import CHECKED
from landmark.ledger.append import append_evidence
from landmark.ledger.inputs import NewEvidence
from landmark.orgs.models import Organisation
from landmark.outlook.actions import run_fit, start_fit
from landmark.outlook.backtesting import tell_unknowns
from landmark.outlook.fitting import SEED, compute_fit, hash_history
from landmark.outlook.histories import read_history
from landmark.outlook.models import FittedModel
from landmark.outlook.rawrows import to_days
from landmark.outlook.reading import DealOutlook, read_forecast
from landmark.outlook.report_card import METHODS, ReportCard, read_gaps, read_report_card
from landmark.outlook.telling import predict_open
from landmark.playbook.loader import load_playbook
from tests.apps.outlook.company import (
    IMPORTER,
    add_change_rows,
    add_deal,
    add_past,
    day,
    make_company,
    on,
    push_target,
)
from tests.apps.outlook.eventlog import write_event_log

pytestmark = pytest.mark.django_db
AS_OF = on(300)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As the fit job does: on a busy machine threads that wait for one another take ten times as long."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture
def org() -> Organisation:
    """A year of a company, as it goes on to day 400; the forecast is asked for day 300."""
    org = make_company()
    add_past(org, 130)
    return org


@pytest.fixture
def large_org() -> Organisation:
    """Enough closed deals for the full model; its data end on day 300."""
    org = make_company("large", data_until=AS_OF)
    add_past(org, 260, until=300)
    return org


def fit_day(org: Organisation, as_of: date = AS_OF) -> dict[str, DealOutlook]:
    run = run_fit(start_fit(org, as_of, enqueue=False).id)
    assert run.error == ""
    forecast = read_forecast(org, as_of)
    assert forecast is not None
    return {str(deal_id): outlook for deal_id, outlook in forecast.all_deals().items()}


def curves(outlooks: dict[str, DealOutlook]) -> dict[str, tuple[bytes, bytes]]:
    return {deal_id: (outlook.won, outlook.lost) for deal_id, outlook in outlooks.items()}


def priors_of(org: Organisation) -> Priors:
    return Priors.from_playbook(load_playbook(org.playbook))


def test_every_deal_open_on_the_day_gets_a_curve(org: Organisation) -> None:
    outlooks = fit_day(org)
    history = read_history(org, AS_OF)
    assert set(outlooks) == {str(deal_id) for deal_id in history.deal_ids[history.outcome == 0]}
    assert len(outlooks) > 5
    for outlook in outlooks.values():
        steps = [(point.won, point.lost) for point in outlook.curve()]
        assert len(steps) == 366
        assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in zip(steps, steps[1:], strict=False))
        assert 0 < steps[-1][0] < 1
    model = FittedModel.objects.get()
    assert model.level == "full"
    assert model.reason
    assert model.input_hash == hash_history(history, org.playbook)


def test_the_country_of_the_organisation_reaches_the_fit(org: Organisation) -> None:
    """Its holidays are days off to the fitted model, and another country is another input."""
    without = hash_history(read_history(org, AS_OF), org.playbook)
    Organisation.objects.filter(pk=org.pk).update(country="IT", fiscal_year_start_month=4)
    fit_day(org)
    model = FittedModel.objects.get()
    season = Fitted.from_json(model.parameters).vocabulary.season
    assert (season.country, season.fiscal_month) == ("IT", 4)
    assert model.input_hash != without
    liberation_day = np.array([np.datetime64("2025-04-25").astype(int)], np.int32)
    assert is_day_off(liberation_day, season).all()


def test_both_doors_give_the_same_probabilities(large_org: Organisation, tmp_path: Path) -> None:
    """The database's history and an event log of the same data, read back by the importer, agree to 1e-9."""
    from landmark.connectors.eventlog import read_event_log
    from landmark.connectors.histories import parsed_to_history

    history = read_history(large_org, AS_OF)
    files = write_event_log(history, tmp_path)
    other = parsed_to_history(read_event_log(*files))
    horizons = (1, 7, 30, 90, 365)

    def answers(given: History) -> dict[str, np.ndarray]:
        fitted = fit(given, history.complete_to, priors_of(large_org), SEED)
        found = fitted.predict(given, history.complete_to, horizons)
        return {str(given.deal_ids[n]): np.stack([found.p_won[i], found.p_lost[i]]) for i, n in enumerate(found.deal)}

    ours, theirs = answers(history), answers(other)
    assert ours.keys() == theirs.keys()
    assert len(ours) > 10
    assert max(float(np.abs(ours[one] - theirs[one]).max()) for one in ours) < 1e-9


def test_nothing_after_the_day_changes_its_forecast(org: Organisation) -> None:
    """Evidence learned later, changes known later, deals opened and closed later: the same curves to the byte."""
    before = curves(fit_day(org))
    history = read_history(org, AS_OF)
    for deal in Deal.objects.of(org).filter(id__in=list(before))[:8]:
        rows = [NewEvidence(deal_id=deal.id, key="contract_in_markup", occurred_at=day(200), known_at=day(302))]
        append_evidence(org.id, rows, by=IMPORTER, source="import")
        old = str(deal.amount)
        Deal.objects.filter(pk=deal.pk).update(amount=1)
        add_change_rows(deal, [(310, "amount", old, "1.00")])
    add_deal(org, moves=[(305, "qualification"), (306, "won")])
    assert hash_history(read_history(org, AS_OF), org.playbook) == hash_history(history, org.playbook)
    assert curves(fit_day(org)) == before


def test_pushing_a_date_never_lifts_a_score(large_org: Organisation) -> None:
    """Every open deal is pushed, some twice, by a little and by a lot: no probability by any day rises."""
    history = read_history(large_org, AS_OF)
    fitted = fit(history, history.complete_to, priors_of(large_org), SEED)
    assert fitted.level == "full", "only the full model looks at target dates"
    before = predict_open(fitted, history)
    names = [str(history.deal_ids[deal]) for deal in before.deal]
    for number, deal in enumerate(Deal.objects.of(large_org).filter(id__in=names).order_by("id")):
        push_target(deal, 300.5, AS_OF + timedelta(days=(3, 40, 200)[number % 3]))
        if number % 2:
            push_target(deal, 300.6, AS_OF + timedelta(days=90))
    after = predict_open(fitted, read_history(large_org, AS_OF))
    assert after.deal.tolist() == before.deal.tolist()
    assert (after.won <= before.won).all()
    assert (np.abs(after.raw - before.raw) > 1e-3).any(), "the model must react to a push, else nothing was tested"


class Gullible:
    """A model that believes every new date: each change of the target date adds .1."""

    def predict(self, history: History, as_of: float, horizons: range) -> Prediction:
        deal = np.flatnonzero(history.outcome == 0).astype(np.int32)
        pushes = np.bincount(history.change_deal[history.change_field == "target_on"], minlength=history.deal_ids.size)
        p_won = np.repeat((0.2 + 0.1 * pushes[deal])[:, None], len(horizons), axis=1)
        return Prediction(deal, as_of, np.array(horizons, np.int32), p_won, np.full_like(p_won, 0.1), 0.9 - p_won)


def test_even_a_gullible_model_is_not_lifted() -> None:
    org = make_company("small")
    for number in range(3):
        deal = add_deal(org, moves=[(number, "qualification")], target_on=on(50), first_target_on=on(50))
        for push in range(number):
            push_target(deal, 20 + push, on(60 + push))
    outlooks = predict_open(Gullible(), read_history(org, on(40)))  # type: ignore[arg-type]
    assert outlooks.raw[:, 89] == pytest.approx([0.2, 0.3, 0.4])
    assert outlooks.won[:, 89] == pytest.approx([0.2, 0.2, 0.2])
    assert outlooks.lost[:, 89] == pytest.approx([0.1, 0.1, 0.1])


def test_the_whole_job_of_a_larger_company(large_org: Organisation) -> None:
    """One fit, looked at from all sides, because it takes seconds."""
    run_fit(start_fit(large_org, AS_OF, enqueue=False).id)
    model = FittedModel.objects.get()
    assert model.level == "full"
    check_contributions_add_up(large_org)
    card = read_report_card(model)
    assert card is not None
    check_report_card(card)
    check_wins_by_hand(large_org, card)


def check_contributions_add_up(org: Organisation) -> None:
    forecast = read_forecast(org, AS_OF)
    assert forecast is not None
    outlooks = forecast.for_deals(Deal.objects.of(org).values_list("id", flat=True))
    assert len(outlooks) > 10
    for outlook in outlooks.values():
        held = outlook.contributions
        assert held is not None
        assert held.base + sum(part.effect for part in held.parts) == pytest.approx(held.p_won, abs=1e-9)
        assert held.p_won == pytest.approx(outlook.p_won_by(held.by), abs=2e-5)
        assert held.by == date(2025, 12, 31)


def check_report_card(card: ReportCard) -> None:
    assert card.horizons == (7, 14, 30)
    assert 3 <= len(card.past(7)) <= 13
    assert card.last == AS_OF - timedelta(days=7)
    for method in METHODS:
        for horizon in card.horizons:
            score = card.score(method, horizon)
            assert score is not None
            assert score.brier is not None
            assert 0 < score.brier < 0.5
            past = card.past(horizon)
            assert score.actual == sum(one.actual for one in past)
            assert score.expected == pytest.approx(sum(one.expected[method] for one in past))
            assert sum(one.rows for one in card.bins(method, horizon)) == score.rows
    assert card.range_share is not None
    assert 0.3 < card.range_share <= 1
    assert card.is_better(7) is True, "everybody beats a percentage that knows no horizon"


def check_wins_by_hand(org: Organisation, card: ReportCard) -> None:
    for past in card.past(14):
        start = day((past.as_of - on(0)).days + 1)
        still_open = Deal.objects.of(org).filter(opened_at__lt=start).exclude(closed_at__lt=start)
        won = still_open.filter(stage="won", closed_at__lt=start + timedelta(days=14))
        assert (past.open_count, past.actual) == (still_open.count(), won.count())


def test_a_new_organisation_is_told_what_speaks(org: Organisation) -> None:
    """Two open deals and no past: the playbook's benchmarks by stage, and a later stage is worth more."""
    young = make_company("young", data_until=on(50))
    early = add_deal(young, moves=[(20, "qualification")])
    late = add_deal(young, moves=[(10, "qualification"), (20, "discovery"), (30, "commitment")])
    outlooks = fit_day(young, on(50))
    model = FittedModel.objects.get(org=young)
    assert model.level == "benchmarks"
    assert "playbook" in model.reason
    by = on(140)
    assert outlooks[str(late.id)].p_won_by(by) > outlooks[str(early.id)].p_won_by(by) > 0


def test_an_organisation_without_deals_is_told_what_to_do() -> None:
    run = run_fit(start_fit(make_company("empty"), enqueue=False).id)
    assert run.status == "failed"
    assert "Import a file" in run.error


def test_the_same_input_gives_the_same_forecast(org: Organisation) -> None:
    first, second = (compute_fit(org, AS_OF, lambda _phase, _percent: None) for _time in range(2))
    assert first.input_hash == second.input_hash
    assert [(d.deal_id, d.won, d.lost) for d in first.deals] == [(d.deal_id, d.won, d.lost) for d in second.deals]


def test_the_clock_of_a_forecast_is_the_end_of_its_day(org: Organisation) -> None:
    assert read_history(org, AS_OF).complete_to == to_days(day(301))


def test_the_card_names_what_the_fitted_model_left_out(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account's sector that is known only once a deal was closed: the model finds it, and the card repeats it."""
    monkeypatch.setattr("landmark.outlook.fitting.back_test", lambda *_args: {"arrivals": None})
    told = Account.objects.create(org=org, name="Told", attributes={"sector": "retail"})
    Deal.objects.filter(org=org, closed_at__lte=day(300)).update(account=told)
    for number in range(12):
        add_deal(org, moves=[(270 + number, "qualification")])
    fit_day(org)
    model = FittedModel.objects.get()
    stored = [leak["attribute"] for leak in model.parameters["vocabulary"]["left_out"]]
    assert "account:sector" in stored
    named = {gap.code: gap.names for gap in read_gaps(model)}
    assert named["left_out"] == tuple(stored)
    assert model.report["arrivals"] is None


def test_a_young_organisation_has_no_report_card_yet() -> None:
    young = make_company("young", data_until=on(50))
    add_past(young, 15, until=50)
    fit_day(young, on(50))
    assert read_report_card(FittedModel.objects.get()) is None


def test_stage_percentages_come_from_the_past_or_the_playbook(org: Organisation) -> None:
    young = make_company("young", data_until=on(50))
    early = add_deal(young, moves=[(20, "qualification")])
    late = add_deal(young, moves=[(10, "qualification"), (30, "commitment")])
    outlooks = fit_day(young, on(50))
    assert outlooks[str(early.id)].stage_percent == 0.18
    assert outlooks[str(late.id)].stage_percent == 0.9
    assert all(0 < (outlook.stage_percent or 0) < 1 for outlook in fit_day(org).values())


def test_the_report_tells_how_many_attributes_were_checked(org: Organisation) -> None:
    """Empty columns, accounts and owners are none; before twenty deals have closed nothing can be told."""
    history = read_history(org, AS_OF)
    closings = np.sort(history.closed[~np.isnan(history.closed)])
    size = history.deal_ids.size
    texts = {"size": np.full(size, "large", object), "empty": np.full(size, None, object)}
    history = replace(history, attributes=texts | {"account_id": np.full(size, "a", object)})
    early = replace(history, complete_to=float(closings[FEWEST_CLOSED - 2]))
    counts = [{one["code"]: one["count"] for one in tell_unknowns(one, AS_OF, ())} for one in (history, early)]
    assert [count[CHECKED] for count in counts] == [1, 0]
