"""A chart is read by pointing and by arrow keys; its files come down."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from landmark.orgs.roles import Role
from tests.browser.conftest import Desk
from tests.factories import make_deal, make_member, make_org
from tests.web.test_board import make_forecast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_curve_is_read_by_pointing_and_by_keys(desk: Callable[..., Desk]) -> None:
    alice = make_member(make_org(), Role.REPRESENTATIVE, "Alice Moretti")
    deal = make_deal(alice)
    make_forecast(alice.org, 0.5)
    page = desk(alice).open(f"/{alice.org.slug}/deals/{deal.id}/")
    chart, words = page.locator("#curve svg.only-wide"), page.locator("#curve output.only-wide")
    chart.hover(position={"x": 300, "y": 120})
    expect(words).to_contain_text("Won 50 %")
    pointed = words.text_content()
    chart.focus()
    page.keyboard.press("ArrowRight")
    expect(words).not_to_have_text(pointed or "")
    with page.expect_download() as coming:
        page.locator("#curve").get_by_role("link", name="PNG").click()
    assert coming.value.suggested_filename.endswith(".png")
