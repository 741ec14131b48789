"""An amount no column holds is a rejected value in every format: told with row, column, value; nothing else is lost."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from landmark.connectors.findings import TOO_LARGE
from landmark.connectors.parsed import Parsed, StructuralError
from landmark.connectors.plan import as_amount
from landmark.connectors.recognise import parse_files
from landmark.connectors.rejects import rejected_rows, write_rejects
from landmark.connectors.values import LARGEST_AMOUNT
from tests.apps.connectors.samples import deal, event_log, history, opportunity, salesforce

from .helpers import write_csv
from .test_maven import PIPELINE, PRODUCTS
from .test_processlog import CASES
from .test_processlog import parse as parse_process_log

TOO_MUCH = "1" + "0" * 16
SENTENCE = (
    f"{{}} reads {TOO_MUCH}, more than the 9,999,999,999,999,999.99 an amount can be; only this value is left out"
)


def changed(rows: Any, place: int, heading: str, value: str) -> Any:
    column = list(rows[0]).index(heading)
    return [[*row[:column], value, *row[column + 1 :]] if at == place else row for at, row in enumerate(rows)]


def read_neutral(folder: Path) -> Parsed:
    deals = [deal("D1", amount=TOO_MUCH), deal("D2", amount=5)]
    return parse_files(event_log(folder, deals, [("D1", "2026-03-05", "discovery_held")]))


def read_salesforce(folder: Path) -> Parsed:
    deals = [opportunity(1, "Prospecting", Amount=TOO_MUCH), opportunity(2, "Prospecting", Amount=5)]
    return parse_files(salesforce(folder, deals, history(1, ("2026-01-05", "Prospecting"))[:0]))


def read_maven(folder: Path) -> Parsed:
    paths = [
        write_csv(folder / "sales_pipeline.csv", changed(PIPELINE, 1, "close_value", TOO_MUCH)),
        write_csv(folder / "products.csv", PRODUCTS),
    ]
    return parse_files(paths)


def read_process_log(folder: Path) -> Parsed:
    return parse_process_log(folder, changed(CASES, 1, "asked", TOO_MUCH))


@pytest.mark.parametrize(
    ("read", "heading", "amount"),
    [
        (read_neutral, "amount", None),
        (read_salesforce, "Amount", None),
        (read_maven, "close_value", Decimal(4821)),
        (read_process_log, "asked", None),
    ],
)
def test_the_value_is_left_out_and_everything_else_comes_in(
    tmp_path: Path, read: Callable[[Path], Parsed], heading: str, amount: Decimal | None
) -> None:
    parsed = read(tmp_path)
    (problem,) = [one for one in parsed.problems if one.kind == "value"]
    assert (problem.code, problem.row, problem.reason) == (TOO_LARGE, 2, SENTENCE.format(heading))
    assert parsed.deals[0].amount == amount, "Maven's list price stays where the price paid is unusable"
    assert parsed.deals[1].amount is not None
    assert rejected_rows(parsed) == []
    assert parsed.deals[0].external_id


def test_a_change_to_such_an_amount_is_left_out_and_the_ones_around_it_stay(tmp_path: Path) -> None:
    changes = [("D1", f"2026-03-0{day}", "amount", value) for day, value in ((5, "20"), (6, TOO_MUCH), (7, "30"))]
    parsed = parse_files(event_log(tmp_path, [deal("D1", amount=10)], [], changes))
    assert list(parsed.changes.value) == ["20", "30"]
    assert [(one.file, one.row) for one in parsed.problems if one.kind == "value"] == [("changes.csv", 3)]


def test_a_step_of_salesforce_history_keeps_its_stage(tmp_path: Path) -> None:
    rows = history(1, ("2026-01-05", "Prospecting"), ("2026-02-03", "Proposal"), ("2026-03-03", "Negotiation"))
    rows = [[*row[:4], value, *row[5:]] for row, value in zip(rows, ("10", TOO_MUCH, "30"), strict=True)]
    parsed = parse_files(salesforce(tmp_path, [opportunity(1, "Negotiation", Amount=30)], rows))
    said = list(zip(parsed.changes.field, parsed.changes.value, strict=True))
    assert [value for name, value in said if name == "amount"] == ["10", "30"]
    assert [value for name, value in said if name == "stage"] == ["Prospecting", "Proposal", "Negotiation"]


def test_the_row_is_handed_back_to_be_corrected(tmp_path: Path) -> None:
    parsed = read_neutral(tmp_path)
    assert write_rejects(parsed.problems, tmp_path / "rejected.csv") == 1
    text = (tmp_path / "rejected.csv").read_text("utf-8-sig")
    assert "deals.csv,2," in text
    assert TOO_MUCH in text


def test_with_strict_one_such_value_stops_the_import(tmp_path: Path) -> None:
    paths = event_log(tmp_path, [deal("D1", amount=TOO_MUCH)], [])
    with pytest.raises(StructuralError, match="row 2 of deals.csv: amount reads 1000"):
        parse_files(paths, strict=True)


def test_the_largest_amount_of_the_column_still_fits() -> None:
    assert as_amount(LARGEST_AMOUNT) == LARGEST_AMOUNT
    assert as_amount(LARGEST_AMOUNT + Decimal("0.01")) is None
