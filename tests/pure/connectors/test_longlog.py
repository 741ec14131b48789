"""The bulk reader against the one that goes row by row: the same deals, events, remarks and rejected rows."""

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from landmark.connectors.eventlog import read_event_log
from landmark.connectors.findings import TOO_LARGE
from landmark.connectors.histories import log_to_history, parsed_to_history
from landmark.connectors.longlog import LongLog, load_long_log, load_row_by_row
from landmark.connectors.parsed import StructuralError
from landmark.connectors.values import parse_day
from landmark.forecast.history import History
from landmark.forecast.known import as_known
from landmark.forecast.logs.duck import Duck, UnreadableFile
from landmark.forecast.logs.relations import known_deals, with_trails
from landmark.forecast.logs.trails import to_history
from landmark.forecast.vocabulary import read_number

DAY = parse_day("2026-03-15")
DEALS = """deal_id,opened_at,closed_at,Outcome,amount,currency,account_id,owner,target_on,history_known_from,Segment
1,2026-01-01,2026-02-01T10:30:00Z,won,10.5,EUR,A1,ann,2026-03-31,,small
2,2026-01-02 08:00:00.25+02:00,,,1e3,EUR,,bob,2026-04-30T10:00:00Z,2026-01-20,large
3,,2026-02-02,lost,,,A1,,,,
4,,,,,,,,,,
5,2026-02-10,2026-02-01,LOST,7,EUR,,,,,small
6,20260105,,open,5,EUR,,,,,small
7,2026-01-07T09:00,2026-06-01,won,,,,,,,"a ""quoted"", cell"
8,2026-01-08,2026-02-30,won,1,,,,,,
9,2026-01-09,,won,1,,,,,,
 10 ,2026-01-10,,,+3,,,,,,
1,2026-01-11,,,1,,,,,,
,2026-01-12,,,1,,,,,,
13,2026-01-13,,,-4,,,,,,
14,2031-01-01,,,4,,,,,,
15,,,,4,,,,,,
16,2026-01-14,,,1e300,EUR,,,,,small
17,2026-01-15T09:30:00+25:00,,,4,,,,,,
"""
EVENTS = """deal_id,at,known_at,milestone
1,2026-01-05,2026-01-09,Demo
1,2026-02-01T10:30:00Z,,After closing
1,2025-12-30,,Before opening
2,2026-01-05T10:00:00Z,2026-05-01,Known late
2,2026-01-06,2026-01-05,Known early
3,2026-01-20,,Demo
4,someday,,Demo
99,2026-01-05,,Demo
2,2026-01-05,,
 10,2026-01-15,,Demo
2,2026-01-15,, Terms
15,2026-01-16T00:00:00-05:00,,Demo
7,2026-03-15,,On the day
7,2026-03-15T00:00:01Z,,After the day
,2026-01-01,,Demo
16,2026-01-20T09:30:00+25:00,,Demo
16,2026-01-20T09:30:00-11:30,2035-01-01,Demo
"""
CHANGES = """deal_id,at,field,value
1,2026-01-10,amount,12
1,2025-12-01,Segment,large
2,2026-01-10,target_on,2026-05-31
2,2026-01-11,owner,cleo
2,2026-01-12,outcome,won
2,2026-01-12,amount,many
2,2026-04-12,amount,9
2,,amount,9
10,2026-01-13,Segment,
16,2026-01-15,amount,9999999999999999.99
16,2026-01-16,amount,10000000000000000
"""


def write(folder: Path, deals: str = DEALS, events: str = EVENTS, changes: str = CHANGES) -> list[Path]:
    paths = [folder / f"{name}.csv" for name in ("deals", "events", "changes")]
    for path, text in zip(paths, (deals, events, changes), strict=True):
        path.write_text(text)
    return paths


def history_of(duck: Duck, log: LongLog) -> History:
    rows = duck.fetch(with_trails(known_deals(log.layout, DAY), DAY, log.layout).order_by("deal"))
    return as_known(to_history(rows, log.layout), DAY).history


def facts(history: History) -> dict[str, object]:
    """Everything in a history, without the order of events, which means nothing."""
    names = [history.milestones[code] for code in history.event_code]
    events = zip(
        history.event_deal.tolist(), history.event_at.tolist(), history.event_known.tolist(), names, strict=True
    )
    changes = zip(
        history.change_deal.tolist(),
        history.change_at.tolist(),
        history.change_field.tolist(),
        history.change_value.tolist(),
        strict=True,
    )
    return {
        "ids": history.deal_ids.tolist(),
        "times": np.nan_to_num(np.stack([history.opened, history.closed, history.known_from]), nan=-1.0).tolist(),
        "outcome": history.outcome.tolist(),
        "attributes": {name: column.tolist() for name, column in history.attributes.items() if name != "amount"},
        "amount": np.nan_to_num(read_number(history.attributes["amount"].tolist()), nan=-1.0).tolist(),
        "events": sorted(events),
        "changes": sorted(changes),
        "milestones": history.milestones,
    }


def test_says_what_the_row_by_row_reader_says(tmp_path: Path) -> None:
    paths = write(tmp_path)
    parsed = read_event_log(*paths)
    with Duck() as duck:
        log = load_long_log(duck, *paths)
        found = history_of(duck, log)
    whole = parsed_to_history(parsed)
    assert facts(found) == facts(as_known(whole, DAY).history)
    rejected = [one for one in parsed.problems if one.kind != "note"]
    assert len(rejected) > 10
    assert [one.file for one in rejected if one.code == TOO_LARGE] == ["deals.csv", "changes.csv"]
    assert [one.file for one in rejected if "+25:00" in one.reason] == ["deals.csv", "events.csv"]
    assert sorted(map(repr, log.problems)) == sorted(map(repr, rejected))
    assert log.sentences == parsed.assumptions
    assert log.data_until == parsed.data_until


def test_dates_in_the_future_are_told_and_do_not_say_where_the_files_end(tmp_path: Path) -> None:
    paths = write(tmp_path)
    until = parse_day("2026-04-30")
    told = "4 rows are dated in the future; the other rows tell how far the files go."
    parsed = read_event_log(*paths, until=until)
    with Duck() as duck, Duck() as other:
        for log in (load_long_log(duck, *paths, until=until), load_row_by_row(other, *paths, until=until)):
            assert told in log.sentences
            assert log.sentences == parsed.assumptions
            assert log.data_until == parsed.data_until == parse_day("2026-04-12")
    assert read_event_log(*paths).data_until == parse_day("2035-01-01")


def test_the_whole_log_is_the_one_the_row_by_row_reader_gives(tmp_path: Path) -> None:
    """Nothing cut off: any day of the past is then cut from it alike."""
    paths = write(tmp_path)
    whole = parsed_to_history(read_event_log(*paths))
    with Duck() as duck, Duck() as other:
        quick = log_to_history(duck, load_long_log(duck, *paths))
        patient = log_to_history(other, load_row_by_row(other, *paths))
    for found in (quick, patient):
        assert found.complete_to == whole.complete_to
        for day in (DAY - 60.0, DAY - 20.0, DAY, DAY + 400.0):
            assert facts(as_known(found, day).history) == facts(as_known(whole, day).history)
        assert not {"owner", "account_id"} & set(found.change_field.tolist())
        for deal in set(found.event_deal.tolist()):
            at = found.event_at[found.event_deal == deal]
            assert (np.diff(at) >= 0).all()


def test_the_patient_way_fills_the_same_tables(tmp_path: Path) -> None:
    paths = write(tmp_path)
    with Duck() as duck, Duck() as other:
        quick, patient = load_long_log(duck, *paths), load_row_by_row(other, *paths)
        assert facts(history_of(duck, quick)) == facts(history_of(other, patient))


def test_parquet_with_real_types_and_gzip_hold_the_same(tmp_path: Path) -> None:
    good = "deal_id,opened_at,closed_at,outcome,amount\n1,2026-01-01,2026-02-01,won,10\n2,2026-01-02,,,5\n"
    events = "deal_id,at,milestone\n1,2026-01-05T10:00:00Z,Demo\n2,2026-01-06T10:00:00Z,Demo\n"
    paths = write(tmp_path, good, events)[:2]
    columns = []
    for path in paths:
        columns.append(path.with_suffix(".parquet"))
        pq.write_table(pa.csv.read_csv(path), columns[-1])
        path.with_suffix(".gz").write_bytes(gzip.compress(path.read_bytes()))
    assert pa.types.is_timestamp(pq.read_schema(columns[1]).field("at").type)
    with Duck() as one, Duck() as two, Duck() as three:
        plain = facts(history_of(one, load_long_log(one, *paths, None)))
        assert plain == facts(history_of(two, load_long_log(two, *columns, None)))
        packed = [path.with_suffix(".gz") for path in paths]
        assert plain == facts(history_of(three, load_long_log(three, *packed, None)))


def test_a_bad_row_of_a_parquet_file_is_named(tmp_path: Path) -> None:
    paths = write(tmp_path)[:2]
    events = tmp_path / "events.parquet"
    pq.write_table(
        pa.table({"deal_id": ["1", "1"], "at": ["2026-01-05", "soon"], "milestone": ["Demo", "Demo"]}), events
    )
    with Duck() as duck:
        log = load_long_log(duck, paths[0], events, None)
    assert [(one.row, one.code) for one in log.problems if one.file == "events.parquet"] == [(3, "unreadable_date")]


def test_strict_stops_at_the_first_bad_row(tmp_path: Path) -> None:
    with Duck() as duck, pytest.raises(StructuralError, match=r"deals.csv, row 9"):
        load_long_log(duck, *write(tmp_path), strict=True)


@pytest.mark.parametrize("row", ["1,2026-01-01\n", '1,2026-01-01,"Demo\n', "1,2026-01-01,Demo,more\n"])
def test_a_ragged_file_is_left_to_the_patient_reader(tmp_path: Path, row: str) -> None:
    paths = write(tmp_path, events="deal_id,at,milestone\n" + row)
    with Duck() as duck, pytest.raises(UnreadableFile):
        load_long_log(duck, *paths)


def test_neither_loads_extensions_nor_needs_pandas(tmp_path: Path) -> None:
    """Where pandas is not installed, reading, fitting and scoring work, and DuckDB stays with what it brings."""
    write(tmp_path)
    program = """
import sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "pandas":
            raise ImportError(name)
sys.meta_path.insert(0, Nothing())
from landmark.cli.forecast import forecast
from landmark.forecast.logs.duck import Duck
out = ["--as-of", "2026-03-15", "--out", "out.csv"]
try:
    forecast(["deals.csv", "events.csv", *out])
except SystemExit as done:
    assert done.code == 1, done.code
with Duck() as duck:
    loaded = duck.run(
        "SELECT extension_name FROM duckdb_extensions() WHERE loaded AND install_mode <> 'STATICALLY_LINKED'"
    )
    assert loaded == [], loaded
assert "pandas" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.csv").read_text().count("\n") > 1
