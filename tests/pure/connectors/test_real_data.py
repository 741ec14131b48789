"""The real files, counted: skipped, saying so, where they are absent."""

from collections import Counter
from pathlib import Path

import pytest

from landmark.connectors.parsed import StructuralError
from landmark.connectors.recognise import parse_files
from landmark.connectors.values import format_instant

from .helpers import files_in, real_data

pytestmark = pytest.mark.data
EXAMPLE = Path(__file__).parents[3] / "examples" / "bpic2012.mapping.yaml"


def outcomes(parsed) -> dict[str, int]:
    return dict(Counter(deal.outcome or "open" for deal in parsed.deals))


def test_the_loan_funnel():
    parsed = parse_files(files_in(real_data("bpic2012"), "cases", "events"), EXAMPLE)
    assert len(parsed.deals) == 7_367
    assert outcomes(parsed) == {"won": 2_246, "lost": 4_722, "open": 399}
    assert parsed.counts["event_before_opening"] == 655
    assert format_instant(parsed.data_until)[:10] == "2012-03-14"
    assert all(problem.kind == "note" for problem in parsed.problems)


def test_the_maven_pipeline():
    names = ("sales_pipeline", "accounts", "products", "sales_teams")
    parsed = parse_files(files_in(real_data("maven_crm"), *names))
    assert outcomes(parsed) == {"won": 4_238, "lost": 2_473, "open": 2_089}
    assert parsed.counts["no_opened_at"] == 500
    assert sum(not deal.opened_exact for deal in parsed.deals) == 500
    assert "GTXPro" not in {deal.attributes["product"] for deal in parsed.deals}
    assert all(deal.amount is not None for deal in parsed.deals)
    assert format_instant(parsed.data_until) == "2017-12-31"
    assert all(problem.kind == "note" for problem in parsed.problems)


def test_the_salesforce_export():
    parsed = parse_files(sorted(real_data("salesforce_export").glob("*.csv.gz")))
    assert outcomes(parsed) == {"won": 18, "open": 13}
    assert parsed.counts["closed_before_opened"] == 18
    assert parsed.stages[0] == "Prospecting"
    assert parsed.stages[-1] == "Negotiation/Review"
    assert {name for deal in parsed.deals for name in deal.attributes} == {"LeadSource"}
    assert all(problem.kind == "note" for problem in parsed.problems)


@pytest.mark.parametrize(("folder", "word"), [("hubspot_export", "HubSpot"), ("fivetran_seeds", "Fivetran")])
def test_what_is_not_read_yet_says_so(folder, word):
    with pytest.raises(StructuralError, match=f"{word}.* not read yet"):
        parse_files(sorted(real_data(folder).glob("*.csv.gz")))
