"""A process log becomes deals as its mapping says, row by row and rule by rule."""

import math
from pathlib import Path

import pytest

from landmark.connectors.parsed import StructuralError
from landmark.connectors.recognise import parse_files
from landmark.connectors.values import parse_instant

from .helpers import codes, write_csv

MAPPING = """version: 1
name: Loans
cases: {id: case, amount: asked, attributes: [branch]}
events: {case: case, time: when, activity: step, keep: {phase: done}, drop: {late: 1}, ignore: [Filed]}
start: Taken up
outcome: {column: end, closed_at: ended, won: won, lost: [refused, withdrawn], open: open}
currency: EUR
milestones: {Visit: discovery_held}
stages: {Taken up: qualification, Offer: }
"""
CASES = [
    ["case", "asked", "branch", "end", "ended"],
    ["1", "5000", "North", "won", "2026-02-10"],
    ["2", "70", "South", "withdrawn", "2026-02-11"],
    ["3", "900", "", "open", ""],
    ["4", "1", "North", "refused", "2026-01-02"],
]
EVENTS = [
    ["case", "when", "step", "phase", "late"],
    ["1", "2026-01-01 08:00", "Filed", "done", "0"],
    ["1", "2026-01-03 08:00", "Check", "done", "0"],
    ["1", "2026-01-04 08:00", "Taken up", "done", "0"],
    ["1", "2026-01-05 08:00", "Visit", "done", "0"],
    ["1", "2026-01-05 09:00", "Visit", "begun", "0"],
    ["1", "2026-01-06 08:00", "Offer", "done", "0"],
    ["1", "2026-02-12 08:00", "Paid", "done", "1"],
    ["1", "2026-02-12 08:00", "Call", "done", "0"],
    ["2", "2026-01-08 08:00", "Taken up", "done", "0"],
    ["3", "2026-01-09 08:00", "Taken up", "done", "0"],
    ["4", "2026-01-01 08:00", "Filed", "done", "0"],
]


def parse(tmp_path: Path, cases=CASES, events=EVENTS, mapping: str = MAPPING, **options):
    (tmp_path / "my.yaml").write_text(mapping)
    paths = [write_csv(tmp_path / "events.csv", events)]
    if cases is not None:
        paths.append(write_csv(tmp_path / "cases.csv", cases))
    return parse_files(paths, tmp_path / "my.yaml", **options)


def test_deals_open_at_the_start_activity_and_end_as_the_column_says(tmp_path):
    parsed = parse(tmp_path)
    assert [(deal.external_id, deal.outcome) for deal in parsed.deals] == [("1", "won"), ("2", "lost"), ("3", "")]
    first = parsed.deals[0]
    assert first.opened == parse_instant("2026-01-04T08:00")
    assert first.closed == parse_instant("2026-02-10")
    assert (str(first.amount), first.currency, first.attributes) == ("5000", "EUR", {"branch": "North"})
    assert parsed.deals[2].attributes == {}
    assert parsed.source == "Loans"


def test_only_kept_events_count_and_names_follow_the_mapping(tmp_path):
    parsed = parse(tmp_path)
    names = [
        parsed.events.names[code] for code, deal in zip(parsed.events.code, parsed.events.deal, strict=True) if not deal
    ]
    assert names == ["Check", "Taken up", "discovery_held", "Offer", "Call"]


def test_stages_move_and_the_last_one_stands(tmp_path):
    parsed = parse(tmp_path)
    assert [deal.stage for deal in parsed.deals] == ["Offer", "Taken up", "Taken up"]
    assert parsed.stages == ["Taken up", "Offer"]
    assert parsed.stage_equivalents == {"Taken up": "qualification"}
    assert parsed.changes.value == ["Taken up", "Offer", "Taken up", "Taken up"]


def test_notes_are_counted_and_say_which_row(tmp_path):
    parsed = parse(tmp_path)
    assert parsed.counts == {"event_before_opening": 1, "event_after_closing": 1, "outside_funnel": 1}
    before = next(problem for problem in parsed.problems if problem.code == "event_before_opening")
    assert (before.kind, before.file, before.row) == ("note", "events.csv", 3)
    assert any("1 events happened before" in sentence for sentence in parsed.assumptions)
    assert parsed.data_until == parse_instant("2026-02-12T08:00")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["", "1", "", "open", ""], "blank_id"),
        (["1", "1", "", "open", ""], "duplicate_id"),
        (["9", "-1", "", "open", ""], "negative_amount"),
        (["9", "many", "", "open", ""], "unreadable_amount"),
        (["9", "1", "", "won", ""], "outcome_without_time"),
        (["9", "1", "", "open", "2026-01-01"], "outcome_without_time"),
        (["9", "1", "", "won", "31.01.2026"], "unreadable_date"),
        (["9", "1", "", "gone", "2026-01-01"], "unknown_outcome"),
        (["9", "1", "", "open", "", "more"], "too_many_cells"),
    ],
)
def test_bad_cases_are_rejected_with_their_row(tmp_path, row, code):
    parsed = parse(tmp_path, cases=[*CASES, row])
    rejected = [problem for problem in parsed.problems if problem.kind == "row"]
    assert [(problem.code, problem.file, problem.row) for problem in rejected] == [(code, "cases.csv", 6)]
    assert rejected[0].raw == tuple(row)
    assert len(parsed.deals) == 3


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["9", "2026-01-01", "Call", "done", "0"], "unknown_deal"),
        (["", "2026-01-01", "Call", "done", "0"], "blank_id"),
        (["1", "", "Call", "done", "0"], "blank_date"),
        (["1", "yesterday", "Call", "done", "0"], "unreadable_date"),
    ],
)
def test_bad_events_are_rejected_with_their_row(tmp_path, row, code):
    parsed = parse(tmp_path, events=[*EVENTS, row])
    assert [(p.code, p.row) for p in parsed.problems if p.kind == "row"] == [(code, 13)]


def test_strict_refuses_the_whole(tmp_path):
    with pytest.raises(
        StructuralError, match=r"One row cannot .* row 6 of cases\.csv: id|row 6 of cases\.csv: case is blank"
    ):
        parse(tmp_path, cases=[*CASES, ["", "1", "", "open", ""]], strict=True)


def test_without_cases_the_activities_settle_the_outcome(tmp_path):
    mapping = """version: 1
events: {case: case, time: when, activity: step}
outcome: {won: Paid, lost: [Refused]}
"""
    parsed = parse(tmp_path, cases=None, mapping=mapping)
    assert [(deal.external_id, deal.outcome) for deal in parsed.deals] == [
        ("1", "won"),
        ("2", ""),
        ("3", ""),
        ("4", ""),
    ]
    assert parsed.deals[0].opened == parse_instant("2026-01-01T08:00")
    assert parsed.deals[0].opened_exact
    assert parsed.deals[0].closed == parse_instant("2026-02-12T08:00")


def test_a_case_that_ended_before_it_began_is_never_at_risk(tmp_path):
    parsed = parse(tmp_path, cases=[*CASES[:3], ["3", "900", "", "won", "2026-01-09"], CASES[4]])
    third = parsed.deals[2]
    assert third.opened == third.closed == parse_instant("2026-01-09")
    assert not third.opened_exact
    assert codes(parsed.problems).count("closed_before_opened") == 1


def test_columns_the_mapping_names_must_be_there(tmp_path):
    with pytest.raises(StructuralError, match="columns the mapping names for cases"):
        parse(tmp_path, cases=[["case", "asked"], ["1", "2"]])
    with pytest.raises(StructuralError, match="columns the mapping names for events"):
        parse(tmp_path, events=[["case", "when"], ["1", "2026-01-01"]])


@pytest.mark.parametrize(
    ("line", "word"), [("milestones: {Visit: discovry}", "discovry"), ("stages: {Offer: late}", "late")]
)
def test_equivalents_must_exist_in_the_playbook(tmp_path, line, word):
    mapping = (
        "\n".join(part for part in MAPPING.splitlines() if not part.startswith(line.split(":")[0])) + f"\n{line}\n"
    )
    with pytest.raises(StructuralError, match=f"{word}, which the playbook"):
        parse(tmp_path, mapping=mapping)


def test_a_case_without_any_date_stays_out(tmp_path):
    parsed = parse(tmp_path, events=[row for row in EVENTS if row[0] != "3"])
    assert [deal.external_id for deal in parsed.deals] == ["1", "2"]
    assert all(not math.isnan(deal.opened) for deal in parsed.deals)
