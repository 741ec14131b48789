"""Charts are read by pointing and by arrow keys, on whatever page; their files come down."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from landmark.orgs.roles import Role
from tests.browser.conftest import Desk
from tests.factories import make_deal, make_member, make_org
from tests.web.test_board import make_forecast
from tests.web.test_forecast_page import REPORT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Page → its charts, each with what is read at its right end. One load for all charts of a page.
CHARTS = {
    "deals/{deal}/": {"curve": "Won 50 %"},
    "forecast/": {"period": "P90 one time in ten it is more · Amount €"},
    "report-card/": {
        "reliability": "60.0 % · Won 64.0 % · Deals 40",
        "scores-over-time": "19 Jun · Brier, Landmark 0.1314 · Brier, Stage percentage 0.2000",
        "past": "P10 35 · P90 49 · Won 60 outside the range",
        "bookings": "P50 €880 · P90 €1,300 · Booked €1,450 outside the range",
    },
}


@pytest.mark.parametrize("path", CHARTS)
def test_charts_are_read_by_pointing_and_by_keys(desk: Callable[..., Desk], path: str) -> None:
    alice = make_member(make_org(), Role.REPRESENTATIVE, "Alice Moretti")
    deal = make_deal(alice)
    make_deal(alice, "Second", amount=16_000)
    make_forecast(alice.org, 0.5, report=REPORT)
    page = desk(alice).open(f"/{alice.org.slug}/{path.format(deal=deal.id)}")
    for chart, said in CHARTS[path].items():
        read(page, chart, said)
    with page.expect_download() as coming:
        page.locator(f"[data-chart={next(iter(CHARTS[path]))}]").get_by_role("link", name="PNG").click()
    assert coming.value.suggested_filename.endswith(".png")


def read(page: Page, chart: str, said: str) -> None:
    """Point at the right end, then one key to the left: another row of the table is read."""
    part = page.locator(f"[data-chart={chart}]")
    drawing, words = part.locator("svg.chart[data-x0]:visible").first, part.locator("output.readout:visible").first
    box = drawing.bounding_box()
    assert box is not None
    drawing.hover(position={"x": box["width"] * 0.93, "y": box["height"] * 0.6})
    expect(words).to_contain_text(said)
    pointed = words.text_content() or ""
    drawing.focus()
    page.keyboard.press("ArrowLeft")
    expect(words).not_to_have_text(pointed)
    expect(words).to_contain_text(" · ")
