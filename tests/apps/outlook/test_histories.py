"""Rows become columns: only what was known by the day, nothing of another organisation, nothing of the person."""

from datetime import timedelta

import numpy as np
import pytest

from landmark.deals.models import Account, Deal, DealAttribute
from landmark.forecast.history import LOST, OPEN, WON, History
from landmark.forecast.known import as_known
from landmark.forecast.leaks import find_leaks
from landmark.ledger.append import append_evidence
from landmark.ledger.inputs import NewEvidence
from landmark.orgs.models import Member, Organisation
from landmark.outlook.histories import read_history
from landmark.outlook.rawrows import to_days
from tests.apps.outlook.company import IMPORTER, add_deal, add_evidence_rows, day, make_company, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def org() -> Organisation:
    return make_company()


def events_of(history: History, deal: Deal) -> list[tuple[str, float]]:
    row = list(history.deal_ids).index(str(deal.id))
    chosen = np.flatnonzero(history.event_deal == row)
    return sorted((history.milestones[history.event_code[n]], round(history.event_at[n], 6)) for n in chosen)


def value_of(history: History, deal: Deal, name: str) -> str | None:
    value = history.attributes[name][list(history.deal_ids).index(str(deal.id))]
    assert value is None or isinstance(value, str)
    return value


def test_deals_closings_and_moves_become_columns(org: Organisation) -> None:
    won = add_deal(org, moves=[(10.5, "qualification"), (20.25, "discovery"), (40.5, "won")], amount=100)
    lost = add_deal(org, moves=[(11.5, "qualification"), (30.5, "lost")], amount=200)
    open_ = add_deal(org, moves=[(12.5, "qualification")], evidence=[(13.5, "discovery_held")])
    history = read_history(org, on(50))
    base = to_days(day(0))
    assert list(history.deal_ids) == [str(won.id), str(lost.id), str(open_.id)]
    assert list(history.outcome) == [WON, LOST, OPEN]
    assert history.opened.tolist() == [base + 10.5, base + 11.5, base + 12.5]
    assert history.closed[:2].tolist() == [base + 40.5, base + 30.5]
    assert np.isnan(history.closed[2])
    assert events_of(history, won) == [("stage:discovery", base + 20.25)]
    assert events_of(history, open_) == [("discovery_held", base + 13.5)]
    assert history.complete_to == base + 51


def test_the_whole_of_the_day_is_known_and_nothing_after_it(org: Organisation) -> None:
    deal = add_deal(org, moves=[(10, "qualification"), (50.99, "discovery"), (51, "solution"), (60, "won")])
    add_deal(org, moves=[(51.0, "qualification")])
    history = read_history(org, on(50))
    assert list(history.deal_ids) == [str(deal.id)]
    assert list(history.outcome) == [OPEN]
    assert [name for name, _at in events_of(history, deal)] == ["stage:discovery"]


def test_what_happened_earlier_but_was_learned_later_does_not_leak(org: Organisation) -> None:
    moves, known = [(10, "qualification"), (30, "lost")], {20: 45.0, 30: 46.0}
    deal = add_deal(org, moves=moves, evidence=[(20, "nda_in_hand")], known=known)
    before, after = read_history(org, on(40)), read_history(org, on(47))
    assert events_of(before, deal) == []
    assert list(before.outcome) == [OPEN]
    assert events_of(after, deal) == [("nda_in_hand", to_days(day(20)))]
    assert list(after.outcome) == [LOST]
    assert after.event_known.tolist() == [to_days(day(45))]


def test_corrected_evidence_counts_until_the_correction_is_known(org: Organisation) -> None:
    deal = add_deal(org, moves=[(10.5, "qualification")])
    (wrong,) = add_evidence_rows(deal, [(20.5, "nda_in_hand")])
    row = NewEvidence(deal_id=deal.id, key="nda_in_hand", occurred_at=day(25.5), known_at=day(30.5), supersedes=wrong)
    append_evidence(org.id, [row], by=IMPORTER, source="import")
    assert events_of(read_history(org, on(29)), deal) == [("nda_in_hand", to_days(day(20.5)))]
    assert events_of(read_history(org, on(30)), deal) == [("nda_in_hand", to_days(day(25.5)))]


def test_a_field_starts_as_it_was_before_its_first_change(org: Organisation) -> None:
    changes = [(20.5, "amount", "100", "300"), (80.5, "amount", "300", "900"), (30.5, "industry", "", "retail")]
    deal = add_deal(org, moves=[(10.5, "qualification")], changes=changes, amount=900)
    other = add_deal(org, moves=[(11.5, "qualification")], amount=50, deal_type="renewal")
    DealAttribute.objects.create(deal=deal, key="industry", value="retail")
    history = read_history(org, on(50))
    assert value_of(history, deal, "amount") == "100"
    assert value_of(history, other, "amount") == "50.00"
    assert value_of(history, other, "type") == "renewal"
    assert [(n, v) for n, v in zip(history.change_field, history.change_value, strict=True)] == [
        ("amount", "300"),
        ("industry", "retail"),
    ]


def test_an_edit_after_the_day_does_not_show_in_it(org: Organisation) -> None:
    deal = add_deal(org, moves=[(10, "qualification")], changes=[(80, "amount", "100", "900")], amount=900)
    history = read_history(org, on(50))
    assert value_of(history, deal, "amount") == "100"
    assert history.change_deal.size == 0


def test_persons_and_what_an_import_set_aside_feed_no_forecast(org: Organisation) -> None:
    owner = Member.objects.create(org=org, name="Alice Moretti")
    account = Account.objects.create(org=org, name="Birch Freight", attributes={"industry": "freight"})
    deal = add_deal(
        org, moves=[(10, "qualification")], owner=owner, account=account, changes=[(12, "owner", "", str(owner.id))]
    )
    DealAttribute.objects.create(deal=deal, key="close_value", value="9000", feeds_forecast=False)
    DealAttribute.objects.create(deal=deal, key="budget_cycle", value="calendar year")
    history = read_history(org, on(50))
    assert set(history.attributes) == {"currency", "budget_cycle", "account:industry"}
    assert history.change_deal.size == 0


def test_an_account_column_that_gives_the_outcome_away_is_found_like_any_other(org: Organisation) -> None:
    told = Account.objects.create(org=org, name="Told", attributes={"sector": "retail", "size": "20"})
    half = Account.objects.create(org=org, name="Half", attributes={"size": "20"})
    for number in range(30):
        add_deal(org, moves=[(number, "qualification"), (number + 20, "won")], account=told)
        add_deal(org, moves=[(300 + number, "qualification")], account=half)
    history = read_history(org, on(399))
    assert {"account:size", "account:sector"} <= set(history.attributes)
    assert [leak.attribute for leak in find_leaks(as_known(history, history.complete_to).history)] == ["account:sector"]


def test_closings_without_a_time_of_day_keep_the_clock_on_the_day(org: Organisation) -> None:
    """Closed on day 41 is stamped day 41, 00:00: with the clock at 00:00 of the next day it would fall between."""
    for number in range(10):
        add_deal(org, moves=[(number + 0.4, "qualification"), (number + 30.0, "won")])
    late = add_deal(org, moves=[(35.5, "qualification"), (50.0, "won")], evidence=[(40.6, "nda_in_hand")])
    history = read_history(org, on(40))
    assert history.complete_to == to_days(day(40))
    assert events_of(history, late) == [("nda_in_hand", to_days(day(40)))]
    assert history.outcome.tolist().count(WON) == 10


def test_a_reopened_deal_is_open_from_then_on(org: Organisation) -> None:
    deal = add_deal(org, moves=[(10, "qualification"), (30, "lost"), (60, "qualification")])
    assert list(read_history(org, on(50)).outcome) == [LOST]
    again = read_history(org, on(70))
    assert list(again.outcome) == [OPEN]
    assert np.isnan(again.closed).all()
    assert deal.closed_at is None


def test_what_is_written_here_after_the_data_ends_counts_on_the_last_day(org: Organisation) -> None:
    """Our clock runs on after the last day of an export; edits made here still belong to its present."""
    deal = add_deal(org, moves=[(10, "qualification")])
    rows = [NewEvidence(deal_id=deal.id, key="nda_in_hand", occurred_at=day(450))]
    append_evidence(org.id, rows, by=IMPORTER, source="web")
    latest = read_history(org, on(400))
    assert latest.event_at.tolist() == latest.event_known.tolist() == [to_days(day(401))]
    assert read_history(org, on(399)).event_at.size == 0


def test_two_organisations_stay_apart(org: Organisation) -> None:
    other = make_company("birch")
    mine = add_deal(org, moves=[(10, "qualification")], evidence=[(12, "nda_in_hand")])
    add_deal(other, moves=[(10, "qualification")], evidence=[(12, "short_listed")], changes=[(13, "amount", "1", "2")])
    history = read_history(org, on(50))
    assert list(history.deal_ids) == [str(mine.id)]
    assert history.milestones == ("nda_in_hand",)
    assert history.change_deal.size == 0


def test_a_day_is_a_day_in_utc(org: Organisation) -> None:
    assert to_days(day(1) + timedelta(hours=6)) - to_days(day(0)) == 1.25


def test_a_night_reads_every_open_deal_and_a_fixed_draw_of_the_closed(org: Organisation) -> None:
    for number in range(40):
        add_deal(org, moves=[(number, "qualification"), (number + 1, "lost")])
    still_open = [add_deal(org, moves=[(number, "qualification")]) for number in range(3)]
    later = add_deal(org, moves=[(5, "qualification"), (60, "won")])
    whole, part = read_history(org, on(50)), read_history(org, on(50), most_closed=10)
    drawn = set(part.deal_ids)
    assert {str(deal.id) for deal in (*still_open, later)} <= drawn
    assert part.deal_ids.size < whole.deal_ids.size == 44
    assert drawn == set(read_history(org, on(50), most_closed=10).deal_ids)
    assert int((part.outcome == OPEN).sum()) == int((whole.outcome == OPEN).sum()) == 4
    assert {str(deal) for deal in part.deal_ids[part.event_deal]} <= drawn
    assert read_history(org, on(50), most_closed=40).deal_ids.size == 44
