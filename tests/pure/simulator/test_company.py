"""The simulated company is the same for the same seed, plausible, and reads back as it was written."""

import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from landmark.connectors.recognise import parse_files
from landmark.connectors.values import find_day, format_instant
from landmark.playbook.loader import load_playbook
from landmark.simulator import Company, simulate, write_event_log, write_salesforce_zip
from landmark.simulator.company import EVENT_NAMES, LOST, MILESTONES, OPEN, STAGES, WON
from landmark.simulator.headings import COLUMNS
from landmark.simulator.ids import deal_ids
from landmark.simulator.words import BUYING_ROLES, FUNDING

END = date(2026, 9, 30)
MIDNIGHT = float(np.datetime64(END, "D").astype(int))


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(11, END, closed=900, open_=150, representatives=6, teams=2)


@pytest.fixture(scope="module")
def export(company, tmp_path_factory) -> Path:
    return write_salesforce_zip(company, tmp_path_factory.mktemp("export") / "export.zip")


def reached(company: Company, milestone: str) -> np.ndarray:
    deals = company.events.deal[company.events.what == EVENT_NAMES.index(milestone)]
    return np.isin(np.arange(company.size), deals)


def test_the_same_seed_gives_the_same_bytes(tmp_path, company, export):
    again = simulate(11, END, closed=900, open_=150, representatives=6, teams=2)
    assert write_salesforce_zip(again, tmp_path / "again.zip").read_bytes() == export.read_bytes()
    other = simulate(12, END, closed=900, open_=150, representatives=6, teams=2)
    assert not np.array_equal(other.deals.opened, company.deals.opened)


def test_it_has_exactly_the_deals_asked_for(company):
    counts = np.bincount(company.deals.outcome, minlength=3)
    assert (counts[OPEN], counts[WON] + counts[LOST]) == (150, 900)
    assert 0.2 < counts[WON] / 900 < 0.5
    assert (len(company.representatives), len(company.teams)) == (6, 2)


def test_it_knows_the_milestones_stages_and_roles_of_the_playbook():
    playbook = load_playbook()
    assert list(MILESTONES) == [milestone.key for milestone in playbook.milestones]
    assert list(STAGES) == [stage.key for stage in playbook.open_stages]
    assert set(BUYING_ROLES) <= {role.key for role in playbook.roles}
    assert set(FUNDING) <= set(playbook.attribute("funding").choices)


def test_everything_lies_within_two_years_and_nothing_in_the_future(company):
    deals, events = company.deals, company.events
    assert deals.opened.min() >= MIDNIGHT - 730
    assert max(np.nanmax(deals.closed), events.known.max(), deals.opened.max()) < MIDNIGHT
    assert (events.at >= deals.opened[events.deal]).all()
    closed = deals.closed[events.deal]
    assert not (events.at >= np.where(np.isnan(closed), np.inf, closed)).any()
    assert (events.known >= events.at).all()


def test_a_good_part_is_written_down_late(company):
    lag = company.events.known - company.events.at
    assert 0.15 < float(np.mean(lag > 0.5)) < 0.4


@pytest.mark.parametrize("milestone", ["sponsor_committed", "timeline_confirmed", "short_listed", "contract_in_markup"])
def test_milestones_tell_who_wins(company, milestone):
    closed, has = company.deals.outcome != OPEN, reached(company, milestone)
    won = company.deals.outcome == WON
    assert won[closed & has].mean() > won[closed & ~has].mean() + 0.3


def test_signatures_crowd_at_the_end_of_a_quarter(company):
    month = company.deals.closed[company.deals.outcome == WON].astype("datetime64[D]").astype("datetime64[M]")
    by_place = np.bincount(month.astype(int) % 3, minlength=3)
    assert by_place[2] > 1.2 * by_place[:2].mean()


def test_target_dates_slip_and_some_deals_end_undecided(company):
    assert len(company.targets.at) > 1.8 * company.size
    assert 0.1 < company.deals.loss_reason.count("No decision") / (company.deals.outcome == LOST).sum() < 0.4
    reopened = (company.stages.what[:-1] > 5) & (np.diff(company.stages.deal) == 0)
    assert 0 < reopened.sum() < 0.02 * company.size


def test_most_open_deals_have_a_next_step_with_a_day(company):
    steps = [step for step, state in zip(company.deals.next_step, company.deals.outcome, strict=True) if state == OPEN]
    assert 0.7 < sum(bool(step) for step in steps) / len(steps) < 0.95
    assert all(find_day(step) for step in steps if step)


def test_the_export_has_the_exact_headings_in_latin_1(export):
    with zipfile.ZipFile(export) as archive:
        assert sorted(archive.namelist()) == sorted(f"{name}.csv" for name in COLUMNS)
        for name, columns in COLUMNS.items():
            content = archive.read(f"{name}.csv")
            heading, first = content.decode("latin-1").split("\n")[:2]
            assert heading == ",".join(f'"{column}"' for column in columns)
            assert first.startswith('"00')
            assert b"\r" not in content
        with pytest.raises(UnicodeDecodeError):
            archive.read("Contact.csv").decode("utf-8")


def test_both_formats_read_back_as_the_same_deals(tmp_path, company, export):
    from_zip = parse_files([export])
    from_log = parse_files(write_event_log(company, tmp_path))
    facts = [
        {
            deal.external_id: (format_instant(deal.opened), format_instant(deal.closed), deal.outcome, deal.owner)
            for deal in parsed.deals
        }
        for parsed in (from_zip, from_log)
    ]
    assert facts[0] == facts[1]
    assert list(facts[0]) == deal_ids(company.size)
    assert set(from_zip.events.names) == set(from_log.events.names) >= set(MILESTONES)
    assert abs(len(from_zip.events.at) - len(from_log.events.at)) <= 5
    for parsed in (from_zip, from_log):
        assert [problem for problem in parsed.problems if problem.kind == "row"] == []


def test_the_export_reads_back_whole(company, export):
    parsed = parse_files([export])
    assert parsed.stages == [stage.capitalize() for stage in STAGES]
    assert format_instant(parsed.data_until) == END.isoformat()
    assert {team for _, team in parsed.owners.values()} == set(company.teams)
    assert {name for deal in parsed.deals for name in deal.attributes} == {
        "LeadSource", "budget_cycle", "BillingCountry", "industry", "revenue", "company_size", "buyer_calendar_cycle",
        "funding", "primary_contact_title",
    }  # fmt: skip
    assert {name for deal in parsed.deals for name in deal.kept} == {"Loss_Reason__c"}
    people_a_deal = np.bincount([person.deal for person in parsed.people if person.deal >= 0])
    assert people_a_deal.min() >= 2
    events = company.events
    known = {format_instant(time) for time in parsed.events.known}
    assert {format_instant(time) for time in events.known[events.what < len(MILESTONES)]} <= known
    assert "event_before_opening" not in parsed.counts


@pytest.mark.parametrize("seed", range(6))
def test_every_seed_and_size_works(seed):
    small = simulate(seed, date(2026, 1 + 2 * seed, 3), closed=60 + seed, open_=12, representatives=1, teams=1)
    assert np.bincount(small.deals.outcome, minlength=3)[OPEN] == 12
    assert small.size == 72 + seed
