"""Charts and tables as files: what the page shows, for who may see it, on the day looked at."""

import csv
import io
import re
from pathlib import Path

import pytest

from landmark.ui.chart_paint import paint, paint_rules
from landmark.workspace.extracts import read_parts
from tests.web.conftest import World
from tests.web.test_board import make_forecast
from tests.web.test_forecast_page import REPORT

UI = Path(__file__).resolve().parents[2] / "src" / "landmark"
PAGE = """<html><body><section class="card flush" data-chart="flow" data-review><h2>Flow &amp; more
 <span class="visually-hidden">unseen</span></h2>
<svg class="chart only-narrow" viewBox="0 0 10 5"><text class="halo">a &lt; b</text></svg>
<svg class="chart only-wide" viewBox="0 0 20 5"><g><path class="bar" d="M0 0"/></g></svg><svg class="icon"></svg>
<table><tr><th>Deal</th><th colspan="2">Change</th></tr><tr><td>=cmd</td><td data-value="1234.50">1.2K</td><td>-3</td>
</tr></table></section><section data-chart="empty"></section></body></html>"""


def test_a_part_is_its_heading_its_wide_drawing_and_its_exact_figures() -> None:
    flow, empty = read_parts(PAGE)
    assert (flow.name, flow.title, flow.is_review) == ("flow", "Flow & more", True)
    assert flow.svg.startswith("<svg")
    assert 'viewBox="0 0 20 5"' in flow.svg
    assert "halo" not in flow.svg
    assert [[cell.exact for cell in row] for row in flow.rows] == [["Deal", "Change", ""], ["=cmd", "1234.50", "-3"]]
    assert (empty.title, empty.svg, empty.rows, empty.is_review) == ("empty", "", (), False)


def test_a_part_within_a_part_keeps_its_rows_to_itself() -> None:
    page = """<section data-chart="curve"><h2>Curve</h2><table><thead><tr><th>By</th></tr></thead></table>
     <dl><div><dt>not</dt><dd>asked for</dd></div></dl><div data-chart="date"><h3>Date</h3><svg class="chart"></svg>
     <dl data-rows><div><dt>Suggested</dt><dd data-value="2026-12-30">30 Dec</dd></div></dl></div></section>"""
    curve, date = read_parts(page)
    assert ([[cell.exact for cell in row] for row in curve.rows], curve.has_head, curve.svg) == ([["By"]], True, "")
    assert [[cell.exact for cell in row] for row in date.rows] == [["Suggested", "2026-12-30"]]
    assert not date.has_head


def test_the_painter_gets_plain_rules_and_plain_colours() -> None:
    rules = paint_rules()
    assert ".chart .a-won { fill: #1f7a5c; }" in rules
    assert not re.search(r"var\(|light-dark|color-mix|@|&", rules)
    assert paint('<svg class="chart">x</svg>').startswith('<svg class="chart" xmlns=')


def test_every_class_of_a_drawing_is_in_the_sheet_that_paints_files() -> None:
    known = set(re.findall(r"\.chart \.([\w-]+)", paint_rules()))
    unpainted = {}
    for template in UI.rglob("*.html"):
        for drawing in re.findall(r'<svg class="chart.*?</svg>', template.read_text(), re.DOTALL):
            names = set(" ".join(re.findall(r'class="([^"{}]+)"', drawing)).split())
            names -= {"chart"} | {name for name in names if name.startswith(("only-", "reliability", "past"))}
            if names - known:
                unpainted[template.name] = names - known
    assert unpainted == {}


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbf")])
def test_the_curve_of_a_deal_comes_as_a_file(world: World, kind: str, start: bytes) -> None:
    make_forecast(world.org, 0.5)
    response = world.client(world.alice).get(f"{world.deal_url}charts/curve.{kind}")
    assert response.status_code == 200
    assert response.content.startswith(start)
    assert re.search(rf'filename="[\w-]+-curve-\d{{4}}-\d\d-\d\d\.{kind}"', response["Content-Disposition"])
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_table_keeps_the_rows_of_the_page(world: World) -> None:
    make_forecast(world.org, 0.5, report=REPORT)
    text = world.client(world.alice).get(world.url("report-card/charts/reliability.csv")).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [["10.0 %", "8.0 %", "40"], ["60.0 %", "64.0 %", "40"]]


def test_the_week_is_one_page(world: World) -> None:
    make_forecast(world.org, 0.5)
    response = world.client(world.alice).get(world.url("forecast/review.pdf"))
    assert response.content.startswith(b"%PDF")
    assert response.content.count(b"/Type /Page\n") + response.content.count(b"/Type/Page/") <= 1


@pytest.mark.parametrize("path", ["forecast/charts/nothing.png", "forecast/charts/period.exe"])
def test_what_is_not_there_is_not_found(world: World, path: str) -> None:
    make_forecast(world.org, 0.5)
    assert world.client(world.alice).get(world.url(path)).status_code == 404


def test_a_bad_day_is_answered_as_the_page_answers_it(world: World) -> None:
    assert world.client(world.alice).get(world.url("report-card/charts/past.csv?as_of=soon")).status_code == 400
