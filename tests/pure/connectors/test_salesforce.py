"""A Salesforce export: ids, history, tasks, people, and no column that would give the answer away."""

from pathlib import Path

import pytest

from landmark.connectors.mapping import Mapping
from landmark.connectors.parsed import StructuralError
from landmark.connectors.recognise import parse_files
from landmark.connectors.salesforce.columns import full_id, read_stamp
from landmark.connectors.values import format_instant, parse_instant

from .helpers import csv_text, write_csv, write_zip

DEAL, LOST_DEAL, OPEN_DEAL, GONE = (f"0065g000000000{letter}AAA" for letter in "1234")
OWNER, ROLE, ACCOUNT, CONTACT = "0055g0000000001AAA", "00E5g0000000001AAA", "0015g0000000001AAA", "0035g0000000001AAA"
NULL = "000000000000000AAA"
OPPORTUNITY = [
    "Id IsDeleted AccountId Name StageName StageSortOrder Amount Probability CloseDate Type NextStep "
    "LeadSource IsClosed IsWon ForecastCategory CampaignId OwnerId CreatedDate LastModifiedDate SystemModstamp "
    "LastStageChangeDate Colour__c".split(),
    [
        DEAL,
        0,
        ACCOUNT,
        "Málaga plant",
        "Closed Won",
        6,
        120,
        100,
        "2026-03-05 00:00:00",
        "New",
        "",
        "Web",
        1,
        1,
        "Closed",
    ]
    + [NULL, OWNER, "2026-01-05 09:00:00", "2026-03-06 10:00:00", "2026-03-06 10:00:00", "2026-03-05 16:30:00", "red"],
    [LOST_DEAL, 0, ACCOUNT, "Second", "Closed Lost", 7, 50, 0, "2026-02-20 00:00:00", "", "", "", 1, 0, "Omitted", NULL]
    + [OWNER, "2026-01-10 09:00:00", "2026-02-20 10:00:00", "2026-02-20 10:00:00", "", ""],
    [OPEN_DEAL, 0, NULL, "Third", "Proposal", 4, "", 50, "2026-06-30 00:00:00", "", "Call", "Event", 0, 0, "Pipeline"]
    + [NULL, OWNER, "2026-02-01 09:00:00", "2026-03-07 10:00:00", "2026-03-07 10:00:00", "2026-02-15 12:00:00", ""],
    [GONE, 1, ACCOUNT, "Deleted", "Prospecting", 1, 5, 10, "2026-06-30 00:00:00", "", "", "", 0, 0, "Pipeline", NULL]
    + [OWNER, "2026-02-01 09:00:00", "", "", "", ""],
]
HISTORY = [
    "Id OpportunityId CreatedDate StageName Amount CloseDate Probability ForecastCategory ValidThroughDate "
    "IsDeleted".split(),
    ["1", DEAL, "2026-01-05 09:00:00", "Prospecting", 100, "2026-02-28 00:00:00", 10, "Pipeline", "", 0],
    ["2", DEAL, "2026-01-20 09:00:00", "Proposal", 100, "2026-02-28 00:00:00", 50, "Pipeline", "", 0],
    ["3", DEAL, "2026-02-01 09:00:00", "Proposal", 120, "2026-03-31 00:00:00", 50, "Pipeline", "", 0],
    ["4", DEAL, "2026-02-02 09:00:00", "Proposal", 120, "2026-03-31 00:00:00", 55, "Pipeline", "", 0],
    ["5", DEAL, "2026-03-05 16:30:00", "Closed Won", 120, "2026-03-05 00:00:00", 100, "Closed", "", 0],
    ["6", LOST_DEAL, "2026-01-10 09:00:00", "Prospecting", 50, "2026-02-28 00:00:00", 10, "Pipeline", "", 0],
    ["7", LOST_DEAL, "2026-02-19 09:00:00", "Closed Lost", 50, "2026-02-20 00:00:00", 0, "Omitted", "", 0],
    ["8", OPEN_DEAL, "2026-02-10 09:00:00", "Proposal", "", "2026-06-30 00:00:00", 50, "Pipeline", "", 0],
]
TASK = [
    "Id WhatId Subject ActivityDate Status Type IsDeleted IsClosed CreatedDate CompletedDateTime".split(),
    [
        "1",
        DEAL,
        "Discovery or demo held",
        "2026-01-12 00:00:00",
        "Completed",
        "Meeting",
        0,
        1,
        "2026-01-15 10:00:00",
        "",
    ],
    ["2", DEAL, "Chat", "2026-01-05 00:00:00", "Completed", "Call", 0, 1, "2026-01-05 10:00:00", ""],
    ["3", DEAL, "Later", "2026-07-05 00:00:00", "Open", "Call", 0, 0, "2026-01-05 10:00:00", ""],
    ["4", OPEN_DEAL, "", "2026-02-20 00:00:00", "Completed", "NDA", 0, 1, "2026-02-03 10:00:00", "2026-02-21 08:00:00"],
    ["5", OPEN_DEAL, "Site visit", "2026-02-25 00:00:00", "Completed", "", 0, 1, "2026-02-25 10:00:00", ""],
    ["6", ACCOUNT, "About the account", "2026-02-25 00:00:00", "Completed", "", 0, 1, "2026-02-25 10:00:00", ""],
]
ACCOUNTS = [
    "Id IsDeleted Name Industry NumberOfEmployees Fiscal_Year_End__c Nickname__c".split(),
    [ACCOUNT, 0, "Peñalara SA", "Energy", 310, 6, "Pena"],
]
USERS = ["Id Username FirstName LastName UserRoleId".split(), [OWNER, "noor@sample.example", "Noor", "Vogel", ROLE]]
ROLES = ["Id Name ParentRoleId DeveloperName".split(), [ROLE, "North", NULL, "north"]]
CONTACTS = [
    "Id AccountId LastName FirstName Email Title IsDeleted".split(),
    [CONTACT, ACCOUNT, "Ruiz", "Ana", "ana@example.com", "Finance Director", 0],
    ["0035g0000000002AAA", ACCOUNT, "Berg", "Jan", "", "", 0],
]
CONTACT_ROLES = [
    "Id OpportunityId ContactId Role CreatedDate IsPrimary IsDeleted".split(),
    ["1", DEAL, CONTACT, "Economic Buyer", "2026-01-05 09:30:00", 1, 0],
    ["2", LOST_DEAL, CONTACT, "Other", "2026-01-25 09:30:00", 1, 0],
]
ALL = {
    "Opportunity": OPPORTUNITY, "OpportunityHistory": HISTORY, "Task": TASK, "Account": ACCOUNTS, "User": USERS,
    "UserRole": ROLES, "Contact": CONTACTS, "OpportunityContactRole": CONTACT_ROLES,
}  # fmt: skip


def parse(tmp_path: Path, replaced: dict | None = None, **options):
    tables = {name: rows for name, rows in (ALL | (replaced or {})).items() if rows}
    members = {f"{name}.csv": csv_text(rows).encode("latin-1") for name, rows in tables.items()}
    return parse_files([write_zip(tmp_path / "export.zip", members)], **options)


def changes_of(parsed, deal: int, name: str) -> list[tuple[str, str]]:
    rows = zip(parsed.changes.deal, parsed.changes.at, parsed.changes.field, parsed.changes.value, strict=True)
    return [(format_instant(at), value) for place, at, field, value in rows if (place, field) == (deal, name)]


def events_of(parsed, deal: int) -> list[tuple[str, str, str]]:
    rows = zip(parsed.events.deal, parsed.events.code, parsed.events.at, parsed.events.known, strict=True)
    found = [(parsed.events.names[code], at, known) for place, code, at, known in rows if place == deal]
    return [(name, format_instant(at), format_instant(known)) for name, at, known in found]


def test_deals_with_outcome_times_and_people(tmp_path):
    parsed = parse(tmp_path)
    won, lost, still_open = parsed.deals
    assert (won.name, won.outcome, lost.outcome, still_open.outcome) == ("Málaga plant", "won", "lost", "")
    assert won.closed == parse_instant("2026-03-05T16:30:00")
    assert lost.closed == parse_instant("2026-02-19T09:00:00"), (
        "the history's closing row, for want of a stage change date"
    )
    assert (still_open.stage, still_open.next_step, still_open.account_id) == ("Proposal", "Call", "")
    assert parsed.owners == {OWNER: ("Noor Vogel", "North")}
    assert [(person.name, person.role, person.deal) for person in parsed.people] == [
        ("Ana Ruiz", "Economic Buyer", 0),
        ("Ana Ruiz", "Other", 1),
        ("Jan Berg", "", -1),
    ]
    assert [account.name for account in parsed.accounts] == ["Peñalara SA"]
    assert parsed.data_until == parse_instant("2026-03-07T10:00:00")
    assert parsed.counts["deleted"] == 1


def test_history_keeps_real_changes_and_the_first_value(tmp_path):
    parsed = parse(tmp_path)
    assert changes_of(parsed, 0, "stage") == [
        ("2026-01-05T09:00:00Z", "Prospecting"),
        ("2026-01-20T09:00:00Z", "Proposal"),
        ("2026-03-05T16:30:00Z", "Closed Won"),
    ]
    assert changes_of(parsed, 0, "amount") == [("2026-01-05T09:00:00Z", "100"), ("2026-02-01T09:00:00Z", "120")]
    assert [value for _, value in changes_of(parsed, 0, "target_on")] == ["2026-02-28", "2026-03-31", "2026-03-05"]
    assert parsed.deals[0].first_target == parse_instant("2026-02-28")
    assert parsed.deals[0].target == parse_instant("2026-03-31"), "as it stood before closing"
    assert changes_of(parsed, 1, "amount") == []


def test_a_history_that_starts_late_says_so(tmp_path):
    parsed = parse(tmp_path)
    assert parsed.deals[2].known_from == parse_instant("2026-02-10T09:00:00")
    assert parsed.counts["late_history"] == 1


def test_stage_entries_and_tasks_are_events(tmp_path):
    parsed = parse(tmp_path)
    assert events_of(parsed, 0) == [
        ("stage:Prospecting", "2026-01-05T09:00:00Z", "2026-01-05T09:00:00Z"),
        ("stage:Proposal", "2026-01-20T09:00:00Z", "2026-01-20T09:00:00Z"),
        ("discovery_held", "2026-01-12", "2026-01-15T10:00:00Z"),
        ("task:call", "2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z"),
    ]
    assert events_of(parsed, 2)[1:] == [
        ("nda_in_hand", "2026-02-20", "2026-02-21T08:00:00Z"),
        ("task:other", "2026-02-25", "2026-02-25T10:00:00Z"),
    ]
    assert (parsed.counts["not_done"], parsed.counts["other_record"]) == (1, 1)
    assert parsed.stages == ["Prospecting", "Proposal"]


def test_a_mapping_names_equivalents_of_tasks_and_stages(tmp_path):
    mapping = Mapping.model_validate(
        {
            "version": 1,
            "milestones": {"Site visit": "discovery_held", "Proposal": "terms_grasped"},
            "attributes": "Colour__c",
        }
    )
    parsed = parse(tmp_path, mapping=mapping)
    assert [name for name, _, _ in events_of(parsed, 2)] == ["terms_grasped", "nda_in_hand", "discovery_held"]
    assert parsed.deals[0].attributes["Colour__c"] == "red"


def test_only_what_was_known_at_the_opening_is_an_attribute(tmp_path):
    parsed = parse(tmp_path)
    assert parsed.deals[0].attributes == {
        "LeadSource": "Web",
        "industry": "Energy",
        "company_size": "310",
        "buyer_calendar_cycle": "6",
        "primary_contact_title": "Finance Director",
    }
    assert parsed.deals[0].kept == {"Colour__c": "red"}
    assert "primary_contact_title" not in parsed.deals[1].attributes, "the contact came two weeks later"
    assert changes_of(parsed, 1, "primary_contact_title") == [("2026-01-25T09:30:00Z", "Finance Director")]
    assert any("Colour__c" in sentence and "mapping" in sentence for sentence in parsed.assumptions)


def test_a_mapping_cannot_let_the_outcome_in(tmp_path):
    mapping = Mapping.model_validate({"version": 1, "attributes": ["Probability"]})
    parsed = parse(tmp_path, mapping=mapping)
    assert "Probability" not in parsed.deals[0].attributes
    assert any("Probability" in sentence and "set by the stage" in sentence for sentence in parsed.assumptions)


def test_headings_in_any_case_and_the_shape_of_the_api(tmp_path):
    api = [
        ["id", "STAGENAME", "closedate", "CreatedDate", "isclosed", "IsWon", "Name"],
        ["0065g0000000001", "Proposal", "2026-06-30", "2026-01-05T09:00:00.000Z", "false", "False", "One"],
        ["0065g0000000002", "Closed Won", "2026-02-01", "2026-01-05T09:00:00.000+0000", "TRUE", "true", "Two"],
    ]
    parsed = parse_files([write_csv(tmp_path / "any.csv", api)])
    assert [deal.external_id for deal in parsed.deals] == [DEAL, LOST_DEAL]
    assert parsed.deals[1].closed == parse_instant("2026-02-01")
    assert parsed.counts["no_history"] == 1


def test_closed_before_created_is_opened_at_closing(tmp_path):
    row = list(OPPORTUNITY[2])
    row[8] = "2025-12-01 00:00:00"
    parsed = parse(tmp_path, {"Opportunity": [OPPORTUNITY[0], row], "OpportunityHistory": [], "Task": [],
                              "OpportunityContactRole": []})  # fmt: skip
    deal = parsed.deals[0]
    assert deal.opened == deal.closed == parse_instant("2025-12-01")
    assert not deal.opened_exact
    assert parsed.counts["closed_before_opened"] == 1


def test_a_closing_still_to_come_is_taken_at_the_last_stamp(tmp_path):
    row = list(OPPORTUNITY[2])
    row[8] = "2027-12-01 00:00:00"
    parsed = parse(tmp_path, {"Opportunity": [OPPORTUNITY[0], row], "OpportunityHistory": [], "Task": [],
                              "OpportunityContactRole": []})  # fmt: skip
    assert parsed.deals[0].closed == parsed.data_until == parse_instant("2026-02-20T10:00:00")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("Id", "", "blank_id"),
        ("Id", DEAL, "duplicate_id"),
        ("Amount", "-4", "negative_amount"),
        ("Amount", "1.234,50", "unreadable_amount"),
        ("CloseDate", "30/06/2026", "unreadable_date"),
        ("CreatedDate", "2026-13-01 00:00:00", "unreadable_date"),
        ("IsClosed", "maybe", "unreadable_flag"),
        ("StageSortOrder", "first", "unreadable_number"),
    ],
)
def test_bad_opportunities_are_rejected_with_their_row(tmp_path, column, value, code):
    row = list(OPPORTUNITY[3])
    row[0] = "0065g0000000009AAA"
    row[OPPORTUNITY[0].index(column)] = value
    parsed = parse(tmp_path, {"Opportunity": [*OPPORTUNITY, row]})
    rejected = [problem for problem in parsed.problems if problem.kind == "row"]
    assert [(problem.code, problem.file, problem.row) for problem in rejected] == [(code, "Opportunity.csv", 6)]
    assert len(parsed.deals) == 3


def test_rows_of_unknown_deals_are_rejected_and_of_deleted_ones_left_out(tmp_path):
    history = [*HISTORY, ["9", GONE, *HISTORY[1][2:]], ["9", "0065g0000000099AAA", *HISTORY[1][2:]]]
    parsed = parse(tmp_path, {"OpportunityHistory": history})
    assert [(p.code, p.row) for p in parsed.problems if p.kind == "row"] == [("unknown_deal", 11)]
    assert parsed.counts["deleted"] == 2


def test_damaged_ids_stop_the_import(tmp_path):
    row = list(OPPORTUNITY[3])
    row[0] = "4.62E+10"
    with pytest.raises(StructuralError, match="shortened by a spreadsheet"):
        parse(tmp_path, {"Opportunity": [*OPPORTUNITY, row]})


def test_history_alone_asks_for_the_opportunities(tmp_path):
    with pytest.raises(StructuralError, match="bring its Opportunity file too"):
        parse(tmp_path, {"Opportunity": []})


@pytest.mark.parametrize(
    ("short", "full"),
    [("0064600000J5S5T", "0064600000J5S5TAAV"), ("00546000001l1cJ", "00546000001l1cJAAQ"), (NULL, ""), (NULL[:15], "")],
)
def test_fifteen_characters_become_eighteen(short, full):
    assert full_id(short) == full


@pytest.mark.parametrize(
    "text", ["2026-05-12 09:30:07", "2026-05-12 00:00:00", "2026-05-12", "2026-05-12T09:30:07.000Z"]
)
def test_the_quick_reading_of_times_equals_the_slow_one(text):
    assert read_stamp(text, "x") == parse_instant(text)


def test_calendar_entries_still_to_come_are_no_events(tmp_path):
    events = [
        ["Id", "WhatId", "Subject", "ActivityDate", "ActivityDateTime", "Type", "CreatedDate"],
        ["1", DEAL, "Demo", "2026-01-20 00:00:00", "2026-01-20 14:00:00", "", "2026-01-10 08:00:00"],
        ["2", DEAL, "Demo", "2026-09-20 00:00:00", "2026-09-20 14:00:00", "", "2026-01-10 08:00:00"],
    ]
    parsed = parse(tmp_path, {"Task": [], "Event": events})
    assert events_of(parsed, 0)[2:] == [("discovery_held", "2026-01-20T14:00:00Z", "2026-01-20T14:00:00Z")]
    assert parsed.counts["not_done"] == 1


def test_a_task_done_before_its_day_happened_when_it_was_done(tmp_path):
    task = [
        "1",
        DEAL,
        "Demo",
        "2026-02-20 00:00:00",
        "Completed",
        "",
        0,
        1,
        "2026-01-10 08:00:00",
        "2026-02-10 08:00:00",
    ]
    parsed = parse(tmp_path, {"Task": [TASK[0], task]})
    assert events_of(parsed, 0)[2:] == [("discovery_held", "2026-02-10T08:00:00Z", "2026-02-10T08:00:00Z")]
