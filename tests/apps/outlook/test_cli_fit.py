"""``landmark fit`` in the foreground: what it says and how it ends."""

import pytest
from click.testing import CliRunner

from landmark.cli.fit import fit
from landmark.outlook.models import FittedModel
from tests.apps.outlook.company import add_deal, make_company, on

pytestmark = pytest.mark.django_db


def test_it_fits_one_organisation_and_says_what_speaks() -> None:
    org = make_company()
    add_deal(org, moves=[(1, "qualification")])
    make_company("birch")
    result = CliRunner().invoke(fit, ["--org", "alder"])
    assert result.exit_code == 0, result.output
    assert "alder: 1 open deal forecast as of 2026-02-05" in result.output
    assert "benchmarks" in result.output
    assert FittedModel.objects.get().org == org


def test_it_fits_an_earlier_day() -> None:
    add_deal(make_company(), moves=[(1, "qualification"), (300, "won")])
    result = CliRunner().invoke(fit, ["--as-of", "2025-06-30"])
    assert result.exit_code == 0, result.output
    assert FittedModel.objects.get().as_of == on(180)


def test_an_unknown_organisation_is_told_the_known_ones() -> None:
    make_company()
    result = CliRunner().invoke(fit, ["--org", "elder"])
    assert result.exit_code == 1
    assert "Known: alder." in result.output


def test_what_cannot_be_fitted_ends_with_a_sentence() -> None:
    make_company()
    result = CliRunner().invoke(fit, [])
    assert result.exit_code == 1
    assert "There are no deals yet" in result.output
    assert CliRunner().invoke(fit, ["--as-of", "soon"]).exit_code == 2


def test_without_any_organisation_it_says_what_to_do() -> None:
    result = CliRunner().invoke(fit, [])
    assert result.exit_code == 1
    assert "landmark import" in result.output
