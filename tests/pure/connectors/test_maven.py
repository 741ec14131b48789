"""The Maven CSV: list prices, missing dates, and an account whose being there would tell the outcome."""

import pytest

from landmark.connectors.parsed import StructuralError
from landmark.connectors.recognise import parse_files
from landmark.connectors.values import parse_instant

from .helpers import write_csv

PIPELINE = [
    ["opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value"],
    ["A1", "Uma Berg", "GTXPro", "Larch AG", "Won", "2026-01-05", "2026-03-01", "4514"],
    ["A2", "Uma Berg", "GTX Pro", "Larch AG", "Lost", "2026-01-06", "2026-02-01", "0"],
    ["A3", "Jan Ruiz", "MG Special", "", "Engaging", "2026-02-07", "", ""],
    ["A4", "", "MG Special", "Tern BV", "Prospecting", "", "", ""],
]
PRODUCTS = [["product", "series", "sales_price"], ["GTX Pro", "GTX", "4821"], ["MG Special", "MG", "55"]]
TEAMS = [["sales_agent", "manager", "regional_office"], ["Uma Berg", "Ines Holm", "West"]]
ACCOUNTS = [["account", "sector"], ["Larch AG", "retail"], ["Tern BV", "energy"]]


def parse(tmp_path, pipeline=PIPELINE, with_rest=True, **options):
    paths = [write_csv(tmp_path / "sales_pipeline.csv", pipeline)]
    if with_rest:
        rest = {"products": PRODUCTS, "teams": TEAMS, "accounts": ACCOUNTS}
        paths += [write_csv(tmp_path / f"{name}.csv", rows) for name, rows in rest.items()]
    return parse_files(paths, **options)


def test_deals_products_and_owners(tmp_path):
    parsed = parse(tmp_path)
    assert [(deal.outcome, deal.stage) for deal in parsed.deals] == [
        ("won", "Won"),
        ("lost", "Lost"),
        ("", "Engaging"),
        ("", "Prospecting"),
    ]
    assert [deal.attributes["product"] for deal in parsed.deals] == ["GTX Pro", "GTX Pro", "MG Special", "MG Special"]
    assert parsed.owners == {"Uma Berg": ("Uma Berg", "West (Ines Holm)"), "Jan Ruiz": ("Jan Ruiz", "")}
    assert parsed.stages == ["Prospecting", "Engaging"]
    assert [account.attributes for account in parsed.accounts] == [{"sector": "retail"}, {"sector": "energy"}]


def test_the_amount_is_the_list_price_until_the_deal_is_won(tmp_path):
    parsed = parse(tmp_path)
    assert [str(deal.amount) for deal in parsed.deals] == ["4514", "4821", "55", "55"]
    rows = zip(parsed.changes.deal, parsed.changes.at, parsed.changes.field, parsed.changes.value, strict=True)
    assert [row for row in rows if row[2] == "amount"] == [
        (0, parse_instant("2026-01-05"), "amount", "4821"),
        (0, parse_instant("2026-03-01"), "amount", "4514"),
    ]


def test_without_products_only_what_was_won_has_an_amount(tmp_path):
    parsed = parse(tmp_path, with_rest=False)
    assert [deal.amount is None for deal in parsed.deals] == [False, True, True, True]
    assert ("amount", "") in zip(parsed.changes.field, parsed.changes.value, strict=True)


def test_a_deal_without_any_date_opens_on_the_last_known_day(tmp_path):
    parsed = parse(tmp_path)
    assert parsed.deals[3].opened == parsed.data_until == parse_instant("2026-03-01")
    assert not parsed.deals[3].opened_exact
    assert parsed.counts["no_opened_at"] == 1


def test_the_account_and_the_close_value_never_reach_the_forecast(tmp_path):
    parsed = parse(tmp_path)
    names = {name for deal in parsed.deals for name in deal.attributes}
    assert names == {"product", "series", "regional_office"}
    assert any("account is filled for closed deals" in sentence for sentence in parsed.assumptions)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["A1", "", "", "", "Engaging", "2026-01-01", "", ""], "duplicate_id"),
        (["", "", "", "", "Engaging", "2026-01-01", "", ""], "blank_id"),
        (["B", "", "", "", "Won", "2026-01-01", "", "5"], "outcome_without_time"),
        (["B", "", "", "", "Engaging", "2026-01-01", "2026-02-01", ""], "outcome_without_time"),
        (["B", "", "", "", "Engaging", "1/2/26", "", ""], "unreadable_date"),
        (["B", "", "", "", "Won", "2026-01-01", "2026-02-01", "-5"], "negative_amount"),
    ],
)
def test_bad_rows_are_rejected_with_their_row(tmp_path, row, code):
    parsed = parse(tmp_path, [*PIPELINE, row])
    assert [(p.code, p.row) for p in parsed.problems if p.kind == "row"] == [(code, 6)]
    assert len(parsed.deals) == 4
    with pytest.raises(StructuralError, match=r"row 6 of sales_pipeline\.csv"):
        parse(tmp_path, [*PIPELINE, row], strict=True)
