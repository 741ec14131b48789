"""The neutral event log: what it reads, and every rule for bad input."""

import gzip
import math
from pathlib import Path

import pytest

from landmark.connectors import delimited
from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.connectors.parsed import Parsed, StructuralError
from landmark.connectors.values import format_instant, parse_boolean, parse_decimal, parse_instant, to_datetime
from landmark.forecast.history import LOST, OPEN, WON
from landmark.forecast.vocabulary import learn

DEALS = "deal_id,opened_at,closed_at,outcome,amount,industry\n"
EVENTS = "deal_id,at,milestone\n"
GOOD_DEALS = DEALS + "007,2026-01-01,2026-02-01,won,10.50,steel\n8,2026-01-05,,,,\n"
GOOD_EVENTS = EVENTS + "007,2026-01-03T12:00:00Z,Demo\n8,2026-01-06 00:00:00+01:00,Call\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def read(
    folder: Path,
    deals: str = GOOD_DEALS,
    events: str = GOOD_EVENTS,
    changes: str | None = None,
    *,
    strict: bool = False,
) -> Parsed:
    (folder / "deals.csv").write_bytes(deals.encode())
    (folder / "events.csv").write_bytes(events.encode())
    if changes is not None:
        (folder / "changes.csv").write_bytes(changes.encode())
    third = folder / "changes.csv" if changes is not None else None
    return read_event_log(folder / "deals.csv", folder / "events.csv", third, strict=strict)


def codes(parsed: Parsed, kind: str = "row") -> list[tuple[str, int]]:
    return [(one.code, one.row) for one in parsed.problems if one.kind == kind]


def test_reads_deals_events_and_attributes(folder: Path) -> None:
    parsed = read(folder)
    first, second = parsed.deals
    assert (first.external_id, first.outcome, str(first.amount)) == ("007", "won", "10.50")
    assert first.attributes == {"industry": "steel"}
    assert format_instant(first.closed) == "2026-02-01"
    assert math.isnan(second.closed)
    assert parsed.events.names == ["Demo", "Call"]
    assert format_instant(parsed.events.at[1]) == "2026-01-05T23:00:00Z"
    assert format_instant(parsed.data_until) == "2026-02-01"
    assert parsed.problems == []


def test_becomes_a_history_without_owner_but_knows_which_deals_share_an_account(folder: Path) -> None:
    deals = (
        "deal_id,opened_at,closed_at,outcome,amount,owner,account_id,target_on,size\n"
        "1,2026-01-01,2026-02-01,lost,5,ann,A1,2026-03-04,9\n2,2026-01-01,,,,bob,A2,,\n"
    )
    changes = "deal_id,at,field,value\n2,2026-01-09,size,11\n2,2026-01-09,owner,cleo\n"
    events = EVENTS + "1,2026-01-03,Demo\n"
    history = parsed_to_history(read(folder, deals, events, changes))
    assert sorted(history.attributes) == ["account_id", "amount", "size", "target_on"]
    assert {one.name for one in learn(history).attributes}.isdisjoint({"owner", "account_id"})
    assert history.attributes["target_on"].tolist() == ["2026-03-04", None]
    assert history.outcome.tolist() == [LOST, OPEN]
    assert history.change_field.tolist() == ["size"]
    assert history.change_value.tolist() == ["11"]
    assert WON not in history.outcome


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("packed", [False, True])
def test_delimiters_byte_order_mark_and_gzip(folder: Path, delimiter: str, mark: bytes, packed: bool) -> None:
    paths = []
    for name, text in (("deals.csv", GOOD_DEALS), ("events.csv", GOOD_EVENTS)):
        content = mark + text.replace(",", delimiter).encode()
        path = folder / (name + (".gz" if packed else ""))
        path.write_bytes(gzip.compress(content, mtime=0) if packed else content)
        paths.append(path)
    parsed = read_event_log(*paths)
    assert [deal.external_id for deal in parsed.deals] == ["007", "8"]
    assert len(parsed.events.at) == 2


def test_headings_in_any_case_and_quoted_line_breaks(folder: Path) -> None:
    deals = 'Deal_ID,"Opened_At",CLOSED_AT,outcome,Note\r\n1,2026-01-01,,,"two\nlines"\r\n\r\n2,2026-01-02,,,x\r\n'
    parsed = read(folder, deals, EVENTS)
    assert [deal.attributes["Note"] for deal in parsed.deals] == ["two\nlines", "x"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,someday,,,,", "unreadable_date"),
        ("1,2026-01-01,2026-02-30,won,,", "unreadable_date"),
        ("1,0001-01-01,,,,", "unreadable_date"),
        ("1,2026-01-01,,won,,", "outcome_without_closing"),
        ("1,2026-01-01,2026-02-01,,,", "closing_without_outcome"),
        ("1,2026-01-01,2026-02-01,maybe,,", "bad_outcome"),
        (",2026-01-01,,,,", "blank_id"),
        ("  ,2026-01-01,,,,", "blank_id"),
        ("8,2026-01-01,,,,", "duplicate_id"),
        ("1,2026-01-01,,,-3,", "negative_amount"),
        ('1,2026-01-01,,,"1,000",', "unreadable_amount"),
        ("1,2026-01-01,,,NaN,", "unreadable_amount"),
        ("1,2026-01-01,,", "wrong_width"),
    ],
)
def test_a_bad_deal_is_rejected_and_the_rest_is_kept(folder: Path, row: str, code: str) -> None:
    parsed = read(folder, GOOD_DEALS + row + "\n")
    assert codes(parsed) == [(code, 4)]
    assert len(parsed.deals) == 2
    assert parsed.problems[0].raw[0] == row.split(",", maxsplit=1)[0]
    with pytest.raises(StructuralError, match="row 4"):
        read(folder, GOOD_DEALS + row + "\n", strict=True)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("99,2026-01-01,Demo", "unknown_deal"),
        (",2026-01-01,Demo", "blank_id"),
        ("8,,Demo", "blank_date"),
        ("8,yesterday,Demo", "unreadable_date"),
        ("8,2026-01-01,", "blank_milestone"),
        ("8,2026-01-01,Demo,more", "wrong_width"),
    ],
)
def test_a_bad_event_is_rejected_and_the_rest_is_kept(folder: Path, row: str, code: str) -> None:
    parsed = read(folder, events=GOOD_EVENTS + row + "\n")
    assert codes(parsed) == [(code, 4)]
    assert len(parsed.events.at) == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("8,2026-01-09,outcome,won", "fixed_field"),
        ("8,2026-01-09,,x", "blank_field"),
        ("8,2026-01-09,amount,-1", "negative_amount"),
        ("8,2026-01-09,target_on,soon", "unreadable_date"),
        ("77,2026-01-09,size,1", "unknown_deal"),
    ],
)
def test_a_bad_change_is_rejected(folder: Path, row: str, code: str) -> None:
    parsed = read(folder, changes=f"deal_id,at,field,value\n8,2026-01-08,size,2\n{row}\n")
    assert codes(parsed) == [(code, 3)]
    assert parsed.changes.value == ["2"]


def test_the_events_of_a_rejected_deal_are_rejected_too(folder: Path) -> None:
    parsed = read(folder, DEALS + "1,never,,,,\n2,2026-01-01,,,,\n", EVENTS + "1,2026-01-02,Demo\n2,2026-01-02,Demo\n")
    assert codes(parsed) == [("unreadable_date", 2), ("unknown_deal", 2)]


def test_oddities_are_noted_and_kept(folder: Path) -> None:
    deals = (
        DEALS + "a,2026-01-05,2026-02-01,won,,\nb,2026-03-01,2026-02-01,lost,,\nc,,2026-02-09,lost,,\nd,,,,,\ne,,,,,\n"
    )
    events = EVENTS + "a,2026-01-01,Early\na,2026-02-01,Late\nd,2026-01-07,Demo\nc,2026-01-02,Demo\n"
    parsed = read(folder, deals, events)
    assert codes(parsed) == []
    assert sorted(code for code, _ in codes(parsed, "note")) == [
        "closed_before_opened", "event_after_closing", "event_before_opening", "no_date", "no_opening", "no_opening",
    ]  # fmt: skip
    by_id = {deal.external_id: deal for deal in parsed.deals}
    assert by_id["b"].opened == by_id["b"].closed
    assert format_instant(by_id["c"].opened) == "2026-01-02"
    assert not by_id["c"].opened_exact
    assert format_instant(by_id["d"].opened) == "2026-01-07"
    assert math.isnan(by_id["e"].opened)
    assert len(parsed.events.at) == 4
    assert "1 event lies before its deal's opening and counts from the opening." in parsed.assumptions


def test_an_event_may_become_known_later(folder: Path) -> None:
    parsed = read(folder, events="deal_id,at,milestone,known_at\n8,2026-01-06,Demo,2026-04-01\n8,2026-01-07,Call,\n")
    assert [format_instant(known) for known in parsed.events.known] == ["2026-04-01", "2026-01-07"]
    assert format_instant(parsed.data_until) == "2026-04-01"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"name,colour\n1,2\n", "none of the headings"),
        (b"deal_id,opened_at,outcome\n1,2026-01-01,\n", "no column closed_at"),
        (b"deal_id,opened_at,closed_at,outcome,Amount,amount\n", "twice"),
        ("deal_id,opened_at,closed_at,outcome,Größe\n".encode("latin-1"), "not UTF-8"),
        ("deal_id,opened_at,closed_at,outcome\n".encode("utf-16"), "NUL|not UTF-8"),
        (DEALS.encode() + b"1,2026-01-01,,,,a\0b\n", "NUL"),
        (DEALS.encode() + b'1,2026-01-01,,,,"never closed\n', "quotation mark"),
        (gzip.compress(DEALS.encode() * 50, mtime=0)[:-20], "damaged|cut short"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_sentence(folder: Path, content: bytes, words: str) -> None:
    (folder / "deals.csv").write_bytes(content)
    (folder / "events.csv").write_text(GOOD_EVENTS)
    with pytest.raises(StructuralError, match=words) as caught:
        read_event_log(folder / "deals.csv", folder / "events.csv")
    assert "deals.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_size_limit_counts_what_is_unpacked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "SIZE_LIMIT", 100_000)
    bomb = gzip.compress(GOOD_DEALS.encode() + b" " * 1_000_000, mtime=0)
    assert len(bomb) < 10_000
    (folder / "deals.csv.gz").write_bytes(bomb)
    (folder / "events.csv").write_text(GOOD_EVENTS)
    with pytest.raises(StructuralError, match="larger than"):
        read_event_log(folder / "deals.csv.gz", folder / "events.csv")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-02", 1.0),
        ("1970-01-02T12:00:00Z", 1.5),
        ("1970-01-02 12:00:00", 1.5),
        ("1970-01-02T12:00:00+12:00", 1.0),
        ("1970-01-02 06:00:00 -0600", 1.5),
        ("1970-01-02 12:00:00 UTC", 1.5),
        ("1970-01-01T00:00:00.000001Z", 1 / 86_400_000_000),
    ],
)
def test_instants(text: str, expected: float) -> None:
    assert parse_instant(text) == expected


def test_instants_survive_writing_to_the_microsecond() -> None:
    for text in ("2011-10-01T08:00:00.123456Z", "2026-05-12"):
        assert format_instant(parse_instant(text)) == text
    assert to_datetime(parse_instant("2026-05-12T10:30Z")).isoformat() == "2026-05-12T10:30:00+00:00"


@pytest.mark.parametrize("text", ["12/05/2026", "2026-13-01", "", "tomorrow", "1.5"])
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_instant(text)


def test_numbers_and_booleans() -> None:
    assert str(parse_decimal(" 0010.50 ")) == "10.50"
    assert parse_boolean("Yes")
    assert not parse_boolean("0")
    for text in ("1_000", "1,5", "inf", "1e9999", "x"):
        with pytest.raises(ValueError, match="plain number"):
            parse_decimal(text)
    with pytest.raises(ValueError, match="neither yes nor no"):
        parse_boolean("perhaps")
