"""The Changes page in a real browser: a bar opens its deals in place, and as a plain page without scripts."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from landmark.deals.actions.deals import edit_deal
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from tests.browser.conftest import PHONE, Desk
from tests.factories import make_deal, make_member, make_org

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADDRESS = "/alder/forecast/changes/?period=all"


@pytest.fixture
def alice() -> Member:
    alice = make_member(make_org(), Role.REPRESENTATIVE, "Alice Moretti")
    edit_deal(make_deal(alice), by=alice, changes={"amount": Decimal(90_000)})
    return alice


def open_bar(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^New: .*1 deal$")).locator("visible=true").first.click()
    expect(page.get_by_role("heading", name="New: 1 deal")).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"bar=new"))
    row = page.locator(".moved-row")
    expect(row).to_contain_text("+€90K")
    expect(row).to_contain_text("Alice Moretti")


def test_a_bar_opens_its_deals_in_place(desk: Callable[..., Desk], alice: Member) -> None:
    page = desk(alice).open(ADDRESS)
    page.evaluate("window.isSamePage = true")
    open_bar(page)
    assert page.evaluate("window.isSamePage") is True
    expect(page.locator("svg a[aria-current=true]").first).to_be_attached()
    page.get_by_role("link", name="Close", exact=True).click()
    expect(page.get_by_role("heading", name="The largest changes")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="New: 1 deal")).to_be_visible()


def test_a_bar_is_a_plain_link_on_a_phone_without_scripts(desk: Callable[..., Desk], alice: Member) -> None:
    page = desk(alice, PHONE, scripts=False).open(ADDRESS)
    open_bar(page)
    assert page.locator("body").bounding_box()["width"] <= PHONE["width"]  # type: ignore[index]
