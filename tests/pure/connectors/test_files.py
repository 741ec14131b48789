"""What a user brings is opened within limits, and what cannot be opened gets one plain sentence."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from landmark.connectors.files import Limits, open_sources
from landmark.connectors.parsed import StructuralError
from landmark.connectors.tables import check_id, fold_heading, read_table

from .helpers import write_csv, write_zip


def only_table(path: Path):
    return read_table(open_sources([path])[0])


def read_all(path: Path, limits: Limits | None) -> list:
    return [list(read_table(source).rows()) for source in open_sources([path], limits)]


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(StructuralError) as caught:
        read_all(path, limits)
    return str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_encoding_is_found(tmp_path, encoding, found):
    table = only_table(write_csv(tmp_path / "a.csv", [["Name", "Città"], ["Zoë", "Málaga"]], encoding))
    assert (table.encoding, table.headings) == (found, ("Name", "Città"))
    assert list(table.rows()) == [(2, ["Zoë", "Málaga"])]


def test_a_latin_1_byte_late_in_a_large_file_is_found(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"name\n" + b"plain\n" * 300_000 + "Zoë\n".encode("latin-1"))
    assert [cells for _, cells in only_table(path).rows()][-1] == ["Zoë"]


def test_bytes_that_windows_1252_leaves_empty_mean_latin_1(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"name\n\x81\xe9\n")
    assert only_table(path).encoding == "latin-1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_outside_quotes(tmp_path, delimiter):
    table = only_table(write_csv(tmp_path / "a.csv", [["a", 'b,;|\tb "x"', "c"], ["1", "2", "3"]], delimiter=delimiter))
    assert table.delimiter == delimiter
    assert len(table.headings) == 3


def test_a_separator_line_is_obeyed(tmp_path):
    (tmp_path / "a.csv").write_text("sep=;\na;b\n1;2\n")
    table = only_table(tmp_path / "a.csv")
    assert table.headings == ("a", "b")
    assert list(table.rows()) == [(3, ["1", "2"])]


def test_row_numbers_are_those_a_spreadsheet_shows(tmp_path):
    (tmp_path / "a.csv").write_text('a,b\n"1\nstill 1",2\n\n3\n')
    assert list(only_table(tmp_path / "a.csv").rows()) == [(2, ["1\nstill 1", "2"]), (4, ["3", ""])]


@pytest.mark.parametrize(
    "heading", ["CloseDate", "close_date", "Close Date*", '"CLOSE DATE"', "\ufeffＣloseDate", "Clôse-Date"]
)
def test_headings_match_however_they_are_spelt(heading):
    assert fold_heading(heading) == "closedate"


def test_a_heading_that_comes_twice_keeps_both_columns(tmp_path):
    assert only_table(write_csv(tmp_path / "a.csv", [["a", "a"], ["1", "2"]])).headings == ("a", "a (2)")


def test_gzip_is_told_by_its_bytes_and_loses_its_ending(tmp_path):
    path = tmp_path / "deals.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n", mtime=0))
    source = open_sources([path])[0]
    assert source.name == "deals.csv"
    assert list(read_table(source).rows()) == [(2, ["1", "2"])]


def test_stored_paths_are_only_names(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"../../etc/passwd.csv": b"a\n1\n", "__MACOSX/x.csv": b"?", "x/.hidden": b"?"})
    assert [source.name for source in open_sources([path])] == ["passwd.csv"]
    assert list(tmp_path.iterdir()) == [path]


def test_members_of_the_same_name_stay_apart(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"1/a.csv": b"a\n", "2/a.csv": b"b\n"})
    assert [source.name for source in open_sources([path])] == ["a.csv", "a.csv (2)"]


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path):
    assert "200 times" in refusal(write_zip(tmp_path / "a.zip", {"a.csv": b"0" * 5_000_000}))


def test_a_gzip_bomb_stops_at_the_limit(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"a\n" + b"1\n" * 2_000_000, mtime=0))
    assert "more than 1 MB" in refusal(path, Limits(total_bytes=1 << 20))


def test_the_limit_counts_all_files_together(tmp_path):
    members = {f"{place}.csv.gz": gzip.compress(b"a\n" + b"1\n" * 300_000, mtime=0) for place in range(4)}
    assert "more than 1 MB" in refusal(write_zip(tmp_path / "a.zip", members), Limits(total_bytes=1 << 20))


def test_too_many_members_are_refused(tmp_path):
    path = write_zip(tmp_path / "a.zip", {f"{place}.csv": b"a\n" for place in range(4)})
    assert "limit is 3" in refusal(path, Limits(members=3))


def test_an_archive_in_an_archive_is_refused(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "a\n")
    assert "another archive" in refusal(write_zip(tmp_path / "a.zip", {"inner.zip": inner.getvalue()}))


def test_a_workbook_is_named_as_such(tmp_path):
    path = write_zip(tmp_path / "deals.xlsx", {"xl/workbook.xml": b"<x/>"})
    assert "save each sheet as CSV" in refusal(path)
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0 and so on")
    assert "save each sheet as CSV" in refusal(tmp_path / "old.xls")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"a,b\n\x00\x00\n", "not a text file"),
        (b"\xff\xfea\x00,\xd8", "cannot be decoded"),
        (b"\xef\xbb\xbfa\n\xff\n", "starts as UTF-8"),
        (b"PK\x03\x04 broken", "not a zip"),
        (b"\x1f\x8bnot gzip at all", "damaged"),
        (gzip.compress(b"a,b\n" * 100, mtime=0)[:-9], "damaged"),
        (b'a,b\n"' + b"x" * 1_100_000, "quotation mark"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(tmp_path, content, word):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    sentence = refusal(path)
    assert word in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert str(tmp_path) not in sentence


def test_a_missing_file_and_a_folder(tmp_path):
    assert "cannot be opened" in refusal(tmp_path / "nowhere.csv")
    assert "is a folder" in refusal(tmp_path)
    with pytest.raises(StructuralError, match="No file was given"):
        open_sources([])


def test_ids_shortened_by_a_spreadsheet_stop_the_import(tmp_path):
    table = only_table(write_csv(tmp_path / "a.csv", [["id"], ["4.62E+10"]]))
    with pytest.raises(StructuralError, match=r"a\.csv, row 2: the id in id reads 4\.62E\+10"):
        check_id(table, "id", 2, "4.62E+10")
    check_id(table, "id", 2, "E12+4")
