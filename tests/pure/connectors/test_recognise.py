"""Files are known by their headings; what is not accepted gets one sentence that says what is."""

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landmark.connectors.findings import Findings
from landmark.connectors.leakage import set_aside_uneven
from landmark.connectors.parsed import DealRecord, Parsed, Problem, StructuralError
from landmark.connectors.recognise import ACCEPTED, parse_files
from landmark.connectors.rejects import guard_cell, rejected_rows, write_rejects

from .helpers import csv_text, write_csv, write_zip
from .test_maven import PIPELINE
from .test_salesforce import HISTORY, OPPORTUNITY, TASK

DEALS = [["deal_id", "opened_at", "closed_at", "outcome", "size"], ["1", "2026-01-01", "", "", "big"]]
EVENTS = [["deal_id", "at", "milestone"], ["1", "2026-01-02", "Demo"], ["7", "2026-01-02", "Demo"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_an_event_log_in_a_zip_under_any_names(tmp_path, encoding):
    deals, events = ([*rows[:1], *[[*row[:-1], "Città"] for row in rows[1:2]]] for rows in (DEALS, EVENTS))
    members = {"x/a b.csv": csv_text(deals).encode(encoding), "y.csv": csv_text(events).encode(encoding)}
    parsed = parse_files([write_zip(tmp_path / "any.zip", members)])
    assert parsed.source == "event log"
    assert parsed.deals[0].attributes == {"size": "Città"}
    assert parsed.events.names == ["Città"]


def test_an_event_log_whose_headings_are_spelt_another_way(tmp_path):
    deals = [["Deal ID", "Opened At", "ClosedAt", "Outcome", "Size"], *DEALS[1:]]
    events = [["dealId", "AT", "Mile-stone"], *EVENTS[1:]]
    parsed = parse_files([write_csv(tmp_path / "a.csv", deals), write_csv(tmp_path / "b.csv", events, delimiter=";")])
    assert [deal.external_id for deal in parsed.deals] == ["1"]
    assert [(p.code, p.file, p.row) for p in parsed.problems] == [("unknown_deal", "b.csv", 3)]
    assert parsed.counts == {"unknown_deal": 1}


def test_mapped_equivalents_reach_the_event_log(tmp_path):
    (tmp_path / "m.yaml").write_text("version: 1\nmilestones: {Demo: discovery_held}\n")
    paths = [write_csv(tmp_path / "a.csv", DEALS), write_csv(tmp_path / "b.csv", EVENTS)]
    assert parse_files(paths, tmp_path / "m.yaml").events.names == ["discovery_held"]


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        (["Deal ID", "Deal Name", "Deal Stage", "Pipeline"], "a HubSpot export"),
        (["Record ID", "Deal Name", "Deal Stage"], "a HubSpot export"),
        (["id", "stage_name", "close_date", "_fivetran_synced"], "a Fivetran copy"),
        (["Deal - ID", "Deal - Title"], "a Pipedrive export"),
        (["(Do Not Modify) Opportunity", "Topic"], "a Dynamics 365 export"),
        (["Opportunity Name", "Stage", "Amount"], "a Salesforce report"),
        (["colour", "taste"], "starts with the headings colour, taste"),
    ],
)
def test_what_is_not_accepted_gets_one_sentence_with_what_is(tmp_path, headings, name):
    with pytest.raises(StructuralError) as caught:
        parse_files([write_csv(tmp_path / "a.csv", [headings, ["x"] * len(headings)])])
    assert name in str(caught.value)
    assert ACCEPTED in str(caught.value)


def test_half_an_event_log_names_the_other_half(tmp_path):
    with pytest.raises(StructuralError, match="no events"):
        parse_files([write_csv(tmp_path / "a.csv", DEALS)])
    with pytest.raises(StructuralError, match="no deals"):
        parse_files([write_csv(tmp_path / "b.csv", EVENTS)])


def test_headings_without_rows_hold_no_deals(tmp_path):
    with pytest.raises(StructuralError, match="holds no deals"):
        parse_files([write_csv(tmp_path / "a.csv", PIPELINE[:1])])


def test_a_column_filled_unevenly_is_set_aside():
    deals = [DealRecord(str(place), outcome="won", attributes={"a": "x", "b": "y"}) for place in range(40)]
    deals += [DealRecord(str(place), attributes={"b": "y"} if place % 5 else {}) for place in range(40, 80)]
    parsed = Parsed("x", deals=deals)
    set_aside_uneven(parsed, Findings(parsed), "a.csv")
    assert (deals[0].attributes, deals[0].kept) == ({"b": "y"}, {"a": "x"})
    assert "100% of closed and 0% of open" in parsed.assumptions[0]


def test_rejected_rows_are_written_with_place_and_reason(tmp_path):
    problems = [
        Problem("row", "blank_id", "a.csv", 7, "Id is blank", ("", "=1+1", "-5")),
        Problem("note", "x", "a.csv", 1, ""),
    ]
    assert write_rejects(problems, tmp_path / "r.csv") == 1
    assert rejected_rows(Parsed("x", problems=problems)) == problems[:1]
    rows = list(csv.reader((tmp_path / "r.csv").read_text("utf-8-sig").splitlines()))
    assert rows[1] == ["a.csv", "7", "Id is blank", "", "'=1+1", "-5"]


@pytest.mark.parametrize("text", ["=1", "+x", "-x", "@x", " =1", "\tx", "＝1", "-1+cmd|' /C calc'!A0"])
def test_formulas_are_made_harmless(text):
    assert guard_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "plain", "-5", "+3.5", "a=b", "2026-01-01"])
def test_ordinary_cells_stay_as_they_are(text):
    assert guard_cell(text) == text


# Whatever comes, it is either read or refused with one sentence.

GOOD = [csv_text(rows) for rows in (DEALS, EVENTS, PIPELINE, OPPORTUNITY, HISTORY, TASK)]
quiet = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(path) -> str:
    """The sentence of a refusal, or "" when the file was read."""
    try:
        parsed = parse_files([path])
    except StructuralError as error:
        return str(error)
    return "" if all(problem.kind in {"row", "note"} for problem in parsed.problems) else "an unknown kind of problem"


def read_or_refuse(path) -> None:
    sentence = outcome(path)
    assert not sentence or sentence.endswith(".")
    assert "\n" not in sentence


@quiet
@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    read_or_refuse(tmp_path / "a.csv")


@quiet
@given(
    st.sampled_from([b"PK\x03\x04", b"\x1f\x8b\x08", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n"]), st.binary(max_size=200)
)
def test_random_bytes_after_a_known_beginning(tmp_path, start, content):
    (tmp_path / "a.csv").write_bytes(start + content)
    read_or_refuse(tmp_path / "a.csv")


@settings(quiet, max_examples=150)
@given(st.data())
def test_mangled_files_are_read_or_refused(tmp_path, data):
    members = {}
    for place, text in enumerate(data.draw(st.lists(st.sampled_from(GOOD), min_size=1, max_size=4))):
        for _ in range(data.draw(st.integers(0, 4))):
            start = data.draw(st.integers(0, len(text)))
            end = min(len(text), start + data.draw(st.integers(0, 30)))
            text = text[:start] + data.draw(st.text(max_size=8)) + text[end:]
        members[f"{place}.csv"] = text.encode("utf-8", "surrogatepass")
    read_or_refuse(write_zip(tmp_path / "a.zip", members))
