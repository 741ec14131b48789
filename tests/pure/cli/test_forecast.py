"""``landmark forecast`` and ``landmark backtest`` as a person would call them."""

import csv
import math
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from landmark.cli.forecast import backtest, forecast
from landmark.cli.longlog import last_believed
from landmark.cli.main import main
from landmark.connectors.eventlog import read_event_log
from landmark.connectors.histories import parsed_to_history
from landmark.connectors.values import format_instant
from landmark.forecast.backtest import run_backtest
from landmark.forecast.files import load
from landmark.forecast.history import LOST, OPEN, WON, Season
from landmark.forecast.priors import Priors
from landmark.playbook.loader import load_playbook
from tests.pure.forecast.made import START, make_history

DAY_ZERO = date(1970, 1, 1)
OUTCOMES = {OPEN: "", WON: "won", LOST: "lost"}


def day(offset: int) -> str:
    return (DAY_ZERO + timedelta(days=START + offset)).isoformat()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    write_log(folder)
    return folder


def write_log(folder: Path, until: int | None = None, extra: str = "") -> None:
    """The made-up market as files; with ``until``, as they were at 00:00 of that day."""
    history = make_history(deals=260, days=240)
    limit = float("inf") if until is None else START + until
    with (folder / "deals.csv").open("w") as stream:
        stream.write("deal_id,opened_at,closed_at,outcome,amount,segment\n")
        for place, deal_id in enumerate(history.deal_ids):
            if history.opened[place] > limit:
                continue
            closed = history.closed[place] if history.closed[place] <= limit else float("nan")
            outcome = OUTCOMES[int(history.outcome[place])] if closed == closed else ""
            cells = [deal_id, format_instant(history.opened[place]), format_instant(closed), outcome]
            cells += [history.attributes["amount"][place], history.attributes["segment"][place] or ""]
            stream.write(",".join(cells) + "\n")
        stream.write(extra)
    with (folder / "events.csv").open("w") as stream:
        stream.write("deal_id,at,milestone\n")
        for deal, at, code in zip(history.event_deal, history.event_at, history.event_code, strict=True):
            if at <= limit:
                stream.write(f"{history.deal_ids[deal]},{format_instant(at)},{history.milestones[code]}\n")


def run_forecast(folder: Path, out: Path, *options: str) -> Result:
    given = [str(folder / "deals.csv"), str(folder / "events.csv"), "--as-of", day(200), "--out", str(out), *options]
    return CliRunner().invoke(forecast, given)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as stream:
        return list(csv.DictReader(stream))


def test_writes_every_open_deal_with_a_row_for_each_horizon(log: Path, tmp_path: Path) -> None:
    result = run_forecast(log, tmp_path / "out.csv", "--horizons", "30,7")
    assert result.exit_code == 0, result.output
    found = rows(tmp_path / "out.csv")
    deals = rows(log / "deals.csv")
    is_open = [one["deal_id"] for one in deals if one["opened_at"] <= day(200) < (one["closed_at"] or "9")]
    assert [one["deal_id"] for one in found] == [deal for deal in is_open for _ in range(2)]
    assert [one["horizon_days"] for one in found[:2]] == ["7", "30"]
    assert {one["as_of"] for one in found} == {day(200)}
    for one in found:
        assert abs(float(one["p_won"]) + float(one["p_lost"]) + float(one["p_open"]) - 1) < 1e-9
    assert "Level in use: full." in result.output


def test_parquet_holds_the_same(log: Path, tmp_path: Path) -> None:
    run_forecast(log, tmp_path / "out.csv", "--horizons", "7,30")
    assert run_forecast(log, tmp_path / "out.parquet", "--horizons", "7,30").exit_code == 0
    table = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [(one["deal_id"], repr(one["p_won"])) for one in table] == [
        (one["deal_id"], one["p_won"]) for one in rows(tmp_path / "out.csv")
    ]


def test_a_forecast_equals_the_backtest_of_its_day_also_when_the_files_end_there(log: Path, tmp_path: Path) -> None:
    out, options = tmp_path / "back.csv", ["--from", day(186), "--to", day(200), "--every", "14d", "--horizons", "7,30"]
    given = [str(log / "deals.csv"), str(log / "events.csv"), "--out", str(out), *options]
    result = CliRunner().invoke(backtest, given)
    assert result.exit_code == 0, result.output
    back = [one for one in rows(out) if one["as_of"] == day(200)]
    cut = tmp_path / "cut"
    cut.mkdir()
    write_log(cut, until=200)
    assert run_forecast(cut, tmp_path / "alone.csv", "--horizons", "7,30").exit_code == 0
    alone = rows(tmp_path / "alone.csv")
    assert [one["deal_id"] for one in alone] == [one["deal_id"] for one in back]
    assert max(abs(float(a["p_won"]) - float(b["p_won"])) for a, b in zip(alone, back, strict=True)) < 1e-9


def write_small(folder: Path, *events: str) -> None:
    """Two deals, so few that nothing is fitted."""
    deals = ["deal_id,opened_at,closed_at,outcome,amount", f"a,{day(0)},,,5", f"b,{day(1)},{day(90)},won,1e300"]
    for name, lines in (("deals.csv", deals), ("events.csv", ["deal_id,at,milestone", *events])):
        (folder / name).write_text("\n".join(lines) + "\n")


def test_a_slip_into_the_future_does_not_say_how_far_the_files_go(tmp_path: Path) -> None:
    write_small(tmp_path, f"a,{day(100)},Demo", "a,2150-01-01,Demo")
    result = run_forecast(tmp_path, tmp_path / "out.csv")
    assert "1 row is dated in the future; the other rows tell how far the files go." in result.output
    assert f"The files end on {day(100)}; {day(200)} is forecast as if nothing happened since." in result.output


def test_a_log_that_lies_in_the_future_is_taken_as_it_is() -> None:
    assert last_believed(START) < last_believed(START + 1e9) == math.inf
    now = last_believed(START)
    assert last_believed(now + 30.0) == now + 30.0, "a forecast for next month says nothing about the log"


@pytest.mark.parametrize(("options", "status"), [([], 1), (["--strict"], 2)])
def test_an_amount_beyond_the_largest_is_left_out_and_told(tmp_path: Path, options: list[str], status: int) -> None:
    write_small(tmp_path)
    result = run_forecast(tmp_path, tmp_path / "out.csv", *options)
    assert result.exit_code == status, result.output
    assert "deals.csv, row 3: amount reads 1E+300" in result.output
    if not options:
        assert "1 row could not be used, or not in full; reasons and rows" in result.output
        assert [one["cell_1"] for one in rows(tmp_path / "out.rejected.csv")] == ["b"]


def run_backtest_of(folder: Path, out: Path, *options: str) -> Result:
    return CliRunner().invoke(
        backtest, [str(folder / "deals.csv"), str(folder / "events.csv"), "--out", str(out), *options]
    )


def test_days_on_which_no_deal_was_open_get_a_sentence_and_no_table(tmp_path: Path) -> None:
    write_small(tmp_path)
    result = run_backtest_of(tmp_path, tmp_path / "o.csv", "--from", "2001-01-01", "--to", "2001-01-02")
    assert "No deal is open on these days; choose others" in result.output
    assert "nan" not in result.output
    assert "Brier" not in result.output


def test_the_end_that_was_given_is_not_put_down_to_the_files(tmp_path: Path) -> None:
    write_small(tmp_path)
    days = ["--from", day(50), "--to", day(50), "--horizons", "7"]
    result = run_backtest_of(tmp_path, tmp_path / "o.csv", *days, "--complete-to", day(3))
    assert f"7 d: 1 of 1 as-of days end after {day(3)}, as --complete-to says; not scored." in result.output
    assert "Brier" not in result.output
    result = run_backtest_of(tmp_path, tmp_path / "o.csv", *days)
    assert "Brier" in result.output
    assert "nan" not in result.output, "nobody won: there is no AUC, and a dash says so"


def test_a_model_of_a_later_day_is_told(tmp_path: Path) -> None:
    write_small(tmp_path)
    kept = tmp_path / "model.json"
    run_forecast(tmp_path, tmp_path / "out.csv", "--save-model", str(kept))
    for asked, is_told in ((day(199), True), (day(200), False)):
        result = run_forecast(tmp_path, tmp_path / "out.csv", "--model", str(kept), "--as-of", asked)
        assert (f"It knows what came after {asked}: this forecast is no test of it." in result.output) == is_told


def test_a_file_of_headings_only_has_no_deals(tmp_path: Path) -> None:
    write_small(tmp_path)
    (tmp_path / "deals.csv").write_text("deal_id,opened_at,closed_at,outcome\n")
    result = run_forecast(tmp_path, tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "deals.csv has no deals: there is nothing below its headings." in result.output
    assert not (tmp_path / "out.csv").exists()


def test_rows_that_only_lack_their_deal_are_told_apart(tmp_path: Path) -> None:
    write_small(tmp_path, f"b,{day(5)},Demo", f"c,{day(5)},Demo")
    with (tmp_path / "deals.csv").open("a") as stream:
        stream.write("c,someday,,,\n")
    result = run_forecast(tmp_path, tmp_path / "out.csv")
    assert "3 rows could not be used, or not in full (1 only because the deal is not among those read)" in result.output


@pytest.mark.parametrize("name", ["x.CSV", "x.Parquet"])
def test_an_ending_may_be_written_in_capitals(tmp_path: Path, name: str) -> None:
    write_small(tmp_path)
    assert run_forecast(tmp_path, tmp_path / name).exit_code == 1
    assert ((tmp_path / name).read_bytes()[:4] == b"PAR1") == (name == "x.Parquet")


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_files_that_a_spreadsheet_wrote_its_own_way_say_the_same(tmp_path: Path, encoding: str) -> None:
    """Another encoding, a first line that names the separator, headings with blanks: as ``landmark import`` reads."""
    write_small(tmp_path, f"a,{day(5)},Città")
    assert run_forecast(tmp_path, tmp_path / "plain.csv").exit_code == 1
    for name in ("deals.csv", "events.csv"):
        text = (tmp_path / name).read_text().replace(",", ";").replace("deal_id", "Deal ID")
        (tmp_path / name).write_bytes(f"sep=;\n{text}".encode(encoding))
    result = run_forecast(tmp_path, tmp_path / "odd.csv")
    assert "deals.csv, row 3: amount reads 1E+300" in result.output
    assert (tmp_path / "odd.csv").read_text() == (tmp_path / "plain.csv").read_text()


def test_the_backtest_prints_each_model_and_what_it_could_not_score(log: Path, tmp_path: Path) -> None:
    given = [str(log / "deals.csv"), str(log / "events.csv"), "--out", str(tmp_path / "o.csv"), "--from", day(180)]
    given += ["--to", day(210), "--every", "30", "--horizons", "7,60", "--complete-to", day(239)]
    result = CliRunner().invoke(backtest, given)
    assert result.exit_code == 0, result.output
    for words in ("landmark", "stage percentage", "stage x horizon", "Brier", "log loss", "AUC", "Level in use"):
        assert words in result.output
    assert "60 d: 2 of 2 as-of days end after" in result.output
    assert {one["as_of"] for one in rows(tmp_path / "o.csv")} == {day(180), day(210)}


def test_a_backtest_says_the_same_whichever_reader_brought_the_log(log: Path, tmp_path: Path) -> None:
    """Bad rows included: they are set aside, and the probabilities are those of the reader that looks at every row."""
    write_log(tmp_path, extra="x,someday,,,,\n")
    files = [tmp_path / "deals.csv", tmp_path / "events.csv"]
    days = ["--from", day(180), "--to", day(200), "--every", "20", "--horizons", "7,30"]
    result = CliRunner().invoke(backtest, [*map(str, files), "--out", str(tmp_path / "o.csv"), *days])
    assert result.exit_code == 1, result.output
    assert "1 row could not be used" in result.output
    history = parsed_to_history(read_event_log(*files))
    at = [START + 180.0, START + 200.0]
    rounds = run_backtest(history, at, (7, 30), Priors.from_playbook(load_playbook()))
    said = [float(one["p_won"]) for one in rows(tmp_path / "o.csv")]
    expected = np.concatenate([one.prediction.p_won.ravel() for one in rounds])
    assert len(said) == expected.size
    assert np.abs(np.array(said) - expected).max() < 1e-9


def test_bad_rows_are_set_aside_and_the_good_ones_forecast(log: Path, tmp_path: Path) -> None:
    write_log(tmp_path, extra="=cmd(),someday,,,,\n")
    result = run_forecast(tmp_path, tmp_path / "out.csv")
    assert result.exit_code == 1
    assert len(rows(tmp_path / "out.csv")) > 0
    rejected = rows(tmp_path / "out.rejected.csv")
    assert rejected[0]["cell_1"] == "'=cmd()"
    assert "no date" in rejected[0]["reason"]
    assert int(rejected[0]["row"]) > 200


def test_strict_writes_nothing(log: Path, tmp_path: Path) -> None:
    write_log(tmp_path, extra="x,someday,,,,\n")
    result = run_forecast(tmp_path, tmp_path / "out.csv", "--strict")
    assert result.exit_code == 2
    assert not (tmp_path / "out.csv").exists()
    assert not (tmp_path / "out.rejected.csv").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--horizons", "0"], "1 to 365"),
        (["--horizons", "366"], "1 to 365"),
        (["--horizons", "soon"], "1 to 365"),
        (["--as-of", "12/05/2026"], "write it like"),
        (["--as-of", "9999-12-31"], "look at its year"),
        (["--rejects", "no-such-folder/rows.csv"], "does not exist"),
        (["--save-model", "no-such-folder/model.json"], "does not exist"),
        (["--playbook", "nobody/1"], "no playbook"),
        (["--country", "Ruritania"], "'Ruritania' is no country whose public holidays are known; write it like IT."),
        (["--fiscal-start", "13"], "13 is not in the range 1<=x<=12"),
        (["--out", "out.xlsx"], ".parquet"),
        (["--out", "no-such-folder/out.csv"], "does not exist"),
    ],
)
def test_a_wrong_option_gives_one_sentence(log: Path, tmp_path: Path, options: list[str], words: str) -> None:
    result = run_forecast(log, tmp_path / "out.csv", *options)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.parametrize("every", ["0d", "x", "-7d", ""])
def test_a_wrong_interval_is_refused(log: Path, tmp_path: Path, every: str) -> None:
    given = [str(log / "deals.csv"), str(log / "events.csv"), "--out", str(tmp_path / "o.csv"), "--from", day(1)]
    result = CliRunner().invoke(backtest, [*given, "--to", day(2), "--every", every])
    assert result.exit_code == 2
    assert "such as 7d" in result.output


def test_a_day_before_all_deals_writes_headings_only(log: Path, tmp_path: Path) -> None:
    result = run_forecast(log, tmp_path / "out.csv", "--as-of", "2001-01-01")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out.csv").read_text() == "deal_id,as_of,horizon_days,p_won,p_lost,p_open\n"
    assert "choose another --as-of" in result.output


@pytest.mark.parametrize("option", ["--out", "--rejects", "--save-model"])
def test_what_is_read_is_never_written_over(tmp_path: Path, option: str) -> None:
    write_log(tmp_path)
    before = (tmp_path / "deals.csv").read_bytes()
    result = run_forecast(tmp_path, tmp_path / "out.csv", option, str(tmp_path / "." / "deals.csv"))
    assert result.exit_code == 2
    assert f"write {option} elsewhere" in result.output
    assert (tmp_path / "deals.csv").read_bytes() == before


def test_the_list_of_rejected_rows_is_never_written_over_what_is_read_by_default_either(tmp_path: Path) -> None:
    write_log(tmp_path, extra="x,someday,,,,\n")
    deals = (tmp_path / "deals.csv").rename(tmp_path / "y.rejected.csv")
    before, events = deals.read_bytes(), tmp_path / "events.csv"
    given = [str(deals), str(events), "--as-of", day(200), "--out", str(tmp_path / "y.csv")]
    result = CliRunner().invoke(forecast, given)
    assert result.exit_code == 2
    assert "y.rejected.csv is one of the files to read; write --rejects elsewhere." in result.output
    assert deals.read_bytes() == before


@pytest.mark.parametrize("option", ["--rejects", "--save-model"])
def test_no_two_outputs_go_into_one_file(log: Path, tmp_path: Path, option: str) -> None:
    result = run_forecast(log, tmp_path / "out.csv", option, str(tmp_path / "." / "out.csv"))
    assert result.exit_code == 2
    assert f"out.csv is where --out goes; write {option} elsewhere." in result.output
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_told_from_a_run_that_ended(log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_asked: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("landmark.cli.forecast.forecast_on_duckdb", stop)
    given = ["forecast", str(log / "deals.csv"), str(log / "events.csv"), "--as-of", day(200)]
    result = CliRunner().invoke(main, [*given, "--out", str(tmp_path / "out.csv")])
    assert result.exit_code == 2
    assert "Stopped before the end." in result.output


def test_a_log_without_one_usable_deal_gets_a_reason_and_no_empty_forecast(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        "deal_id,opened_at,closed_at,outcome\n1,20.01.2026,,\n2,21.01.2026,22.01.2026,won\n"
    )
    (tmp_path / "events.csv").write_text("deal_id,at,milestone\n")
    result = run_forecast(tmp_path, tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "deals.csv, row 2: opened_at '20.01.2026' is no date; write it like 2026-05-12" in result.output
    assert not (tmp_path / "out.csv").exists()


def test_more_columns_than_can_be_read_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        f"deal_id,opened_at,closed_at,outcome,{','.join(f'c{n}' for n in range(997))}\n"
    )
    (tmp_path / "events.csv").write_text("deal_id,at,milestone\n")
    result = run_forecast(tmp_path, tmp_path / "out.csv")
    assert result.exit_code == 2
    assert "1,001 columns and at most 1,000 can be read; leave out those" in result.output


@pytest.mark.parametrize("command", ["forecast", "backtest"])
def test_a_column_that_gives_the_outcome_away_is_named_and_changes_nothing(
    log: Path, tmp_path: Path, command: str
) -> None:
    leaky = tmp_path / "leaky"
    leaky.mkdir()
    found = rows(log / "deals.csv")
    with (leaky / "deals.csv").open("w") as stream:
        writer = csv.DictWriter(stream, [*found[0], "contract_no"])
        writer.writeheader()
        closed_by = day(200)
        for one in found:
            writer.writerow(one | {"contract_no": "C-17" if "0" < one["closed_at"] <= closed_by else ""})
    (leaky / "events.csv").write_text((log / "events.csv").read_text())
    for folder, out in ((log, tmp_path / "plain.csv"), (leaky, tmp_path / "leaky.csv")):
        days = ["--as-of", day(200)] if command == "forecast" else ["--from", day(200), "--to", day(200)]
        given = [str(folder / "deals.csv"), str(folder / "events.csv"), *days, "--out", str(out)]
        result = CliRunner().invoke(forecast if command == "forecast" else backtest, given)
        assert ("contract_no is filled for 100% of closed and 0% of open deals" in result.output) == (folder == leaky)
    assert (tmp_path / "plain.csv").read_text() == (tmp_path / "leaky.csv").read_text()


def test_country_and_fiscal_year_are_fitted_and_travel_with_the_model(log: Path, tmp_path: Path) -> None:
    kept = tmp_path / "model.json"
    told = ["--country", "it", "--fiscal-start", "4"]
    result = run_forecast(log, tmp_path / "out.csv", *told, "--save-model", str(kept))
    assert result.exit_code == 0, result.output
    season = load(kept).fitted.vocabulary.season
    assert (season.country, season.fiscal_month) == ("IT", 4)
    again = run_forecast(log, tmp_path / "again.csv", "--model", str(kept))
    assert again.exit_code == 0, again.output
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "out.csv").read_text()
    for option in (told[:2], told[2:]):
        refused = run_forecast(log, tmp_path / "never.csv", "--model", str(kept), *option)
        assert refused.exit_code == 2
        assert "A model keeps the country and fiscal year it was fitted with" in refused.output
    assert not (tmp_path / "never.csv").exists()


def test_a_backtest_fits_with_country_and_fiscal_year(log: Path, tmp_path: Path) -> None:
    files = [log / "deals.csv", log / "events.csv"]
    given = [*map(str, files), "--out", str(tmp_path / "o.csv"), "--from", day(200), "--to", day(200)]
    result = CliRunner().invoke(backtest, [*given, "--horizons", "30", "--country", "IT", "--fiscal-start", "2"])
    assert result.exit_code == 0, result.output
    season, priors = Season("IT", 2), Priors.from_playbook(load_playbook())
    histories = [replace(parsed_to_history(read_event_log(*files)), season=one) for one in (season, Season())]
    expected, plain = (
        run_backtest(one, [START + 200.0], (30,), priors)[0].prediction.p_won.ravel() for one in histories
    )
    said = np.array([float(one["p_won"]) for one in rows(tmp_path / "o.csv")])
    assert np.abs(said - expected).max() < 1e-9
    assert np.abs(said - plain).max() > 1e-9


@pytest.mark.parametrize("command", ["forecast", "backtest"])
def test_possible_duplicates_are_counted_and_kept(log: Path, tmp_path: Path, command: str) -> None:
    """Two of one account, amount and segment within two days are told; another amount, or a later opening, is not."""
    found = [one | {"account_id": ""} for one in rows(log / "deals.csv")]
    same = {"closed_at": "", "outcome": "", "amount": "5000.00", "segment": "mid", "account_id": "A1"}
    twins = [{"deal_id": "Twin 1", "opened_at": day(150)}, {"deal_id": "Twin 2", "opened_at": day(151)}]
    others = [{"deal_id": "Twin 3", "opened_at": day(160)}, {"deal_id": "Twin 4", "opened_at": day(150), "amount": "1"}]
    with (tmp_path / "deals.csv").open("w") as stream:
        writer = csv.DictWriter(stream, [*found[0]])
        writer.writeheader()
        writer.writerows([*found, *(same | one for one in twins + others)])
    (tmp_path / "events.csv").write_text((log / "events.csv").read_text())
    out = tmp_path / "out.csv"
    days = ["--as-of", day(200)] if command == "forecast" else ["--from", day(200), "--to", day(200)]
    for folder, sentence in ((tmp_path, "1 deal looks like another one"), (log, "")):
        given = [str(folder / "deals.csv"), str(folder / "events.csv"), *days, "--horizons", "30", "--out", str(out)]
        result = CliRunner().invoke(forecast if command == "forecast" else backtest, given)
        assert result.exit_code == 0, result.output
        assert ("like another one" in result.output) == bool(sentence)
        if sentence:
            assert sentence in result.output
            assert "for example Twin 2 like Twin 1; nothing is merged" in result.output
            assert {"Twin 1", "Twin 2"} <= {one["deal_id"] for one in rows(out)}
