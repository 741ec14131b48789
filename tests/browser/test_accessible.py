"""axe on the main pages, light and dark, wide and narrow: no rule of WCAG 2.2 A or AA is broken."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from landmark.orgs.models import Member, Notice
from landmark.orgs.roles import Role
from landmark.outlook.models import DealForecast, FittedModel
from tests.browser.conftest import PHONE, WIDE, Desk
from tests.factories import make_deal, make_member, make_org, make_pipeline, make_team, open_discovery_gate
from tests.web.test_board import make_forecast
from tests.web.test_forecast_page import REPORT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PAGES = (
    "board/", "table/", "deals/{deal}/", "deals/{deal}/?do=move", "deals/{deal}/?do=evidence",
    "deals/{deal}/?do=person", "forecast/", "report-card/", "forecast/targets/", "forecast/funnel/",
    "notices/", "new/", "import/",
)  # fmt: skip


@pytest.fixture
def bob() -> Member:
    """A manager whose organisation has something of everything."""
    org = make_org()
    bob = make_member(org, Role.MANAGER, "Bob Lindqvist", make_team(org))
    make_pipeline(org, [bob], 30)
    Notice.objects.create(org=org, member=bob, text="A gate was opened by hand.")
    return bob


def check(page: Page, name: str) -> list[str]:
    found: Any = Axe().run(page, options=RULES).response["violations"]
    return [f"{name}: {one['id']} ({one['help']}): {node['html'][:160]}" for one in found for node in one["nodes"][:3]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [WIDE, PHONE], ids=["wide", "phone"])
def test_pages_break_no_rule(desk: Callable[..., Desk], bob: Member, scheme: str, view: dict[str, int]) -> None:
    deal = make_deal(bob)
    open_discovery_gate(deal, bob)
    FittedModel.objects.filter(pk=make_forecast(bob.org).pk).update(report=REPORT)
    DealForecast.objects.filter(deal=deal).update(alerts="target,idle,expiry")
    place = desk(bob, view, scheme)
    broken = []
    for path in PAGES:
        broken += check(place.open("/alder/" + path.format(deal=deal.id)), path)
    place.page.keyboard.press("Control+k")
    place.page.get_by_role("option").first.wait_for()
    broken += check(place.page, "palette")
    assert broken == []


def test_alerts_say_their_words_on_focus_and_on_pointing_and_hush_on_escape(
    desk: Callable[..., Desk], bob: Member
) -> None:
    make_forecast(bob.org)
    deal = DealForecast.objects.order_by("pk").first()
    assert deal is not None
    DealForecast.objects.filter(pk=deal.pk).update(alerts="target,idle")
    place = desk(bob, WIDE, "light")
    page = place.open(f"/alder/table/?q={deal.deal.name}&alert=idle")
    count = page.get_by_role("link", name="2 alerts on")
    words = page.get_by_text("Nothing on record for over three weeks: ask whether it still lives.")

    def is_seen() -> bool:
        return bool(words.evaluate("words => words.parentElement.getBoundingClientRect().height > 20"))

    assert not is_seen()
    count.focus()
    page.keyboard.press("Shift+Tab")
    assert not is_seen()
    page.keyboard.press("Tab")
    assert is_seen()
    page.keyboard.press("Escape")
    assert not is_seen()
    page.mouse.move(2, 2)
    count.hover()
    assert is_seen()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_breaks_no_rule(desk: Callable[..., Desk], bob: Member, scheme: str) -> None:
    place = desk(None, WIDE, scheme)
    assert check(place.open("/accounts/login/"), "sign-in") + check(place.open("/nothing/"), "nothing") == []
