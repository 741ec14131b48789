"""What a person does in a real browser: sign in, import a file, meet the gate, supply the evidence, move on."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from landmark.deals.models import Deal
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from tests.apps.connectors.samples import usual_log
from tests.browser.conftest import PHONE, Desk
from tests.factories import PASSWORD, make_deal, make_member, make_org

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenDesk = Callable[..., Desk]


@pytest.fixture
def alice() -> Member:
    return make_member(make_org(), Role.REPRESENTATIVE, "Alice Moretti")


def test_signing_in_and_out(desk: OpenDesk, alice: Member) -> None:
    page = desk().open("/")
    assert alice.user is not None
    page.get_by_label("Email").fill(alice.user.email)
    page.get_by_label("Password").fill("not this one, surely")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Bring your pipeline")).to_be_visible()
    page.get_by_label("You and your settings").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_importing_a_file_from_the_empty_board(desk: OpenDesk, alice: Member, tmp_path: Path) -> None:
    manager = make_member(alice.org, Role.MANAGER, "Bob Lindqvist")
    page = desk(manager).open("/alder/board/")
    page.get_by_role("main").get_by_role("link", name="Import a file").click()
    page.get_by_label("Files").set_input_files([str(path) for path in usual_log(tmp_path)])
    page.get_by_role("button", name="Look at the files").click()
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="board").first.click()
    expect(page.locator(".deal").first).to_be_visible()
    assert Deal.objects.of(alice.org).open().count() == page.locator(".deal").count()


def test_the_gate_refuses_the_evidence_is_supplied_the_deal_moves(desk: OpenDesk, alice: Member) -> None:
    deal = make_deal(alice)
    page = desk(alice).open(f"/alder/deals/{deal.id}/")

    page.get_by_role("link", name="Move to Discovery").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_role("heading", name="Move the deal")).to_be_visible()
    form.get_by_label("What happened").fill("They asked for the next meeting.")
    form.get_by_role("button", name="Move", exact=True).click()
    expect(form.get_by_role("alert")).to_contain_text("Not yet: 3 still missing.")
    assert "They asked for the next meeting." in form.get_by_label("What happened").input_value()

    form.get_by_role("link", name="Add evidence: They fit").click()
    form.get_by_text("Stated by the buyer").click()
    form.get_by_label("Whose word is it").fill("Bruno Keller")
    form.get_by_role("button", name="Put on record").click()
    form.get_by_role("link", name="Add evidence: A reason to talk").click()
    form.get_by_role("button", name="Put on record").click()
    form.get_by_role("link", name="Add a person: Somebody inside is named").click()
    form.get_by_label("Name", exact=True).fill("Bruno Keller")
    form.get_by_role("button", name="Save").click()

    expect(form.get_by_text("Everything this door asks for is on record.")).to_be_visible()
    form.get_by_label("What happened").fill("Bruno opened the door.")
    form.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Discovery")
    expect(page.get_by_role("status")).to_contain_text("stands at Discovery now")
    deal.refresh_from_db()
    assert deal.stage == "discovery"


def test_a_dragged_card_opens_the_move_with_its_stage(desk: OpenDesk, alice: Member) -> None:
    make_deal(alice)
    page = desk(alice).open("/alder/board/")
    page.locator(".deal").drag_to(page.locator("[data-stage=solution]"), target_position={"x": 60, "y": 90})
    form = page.get_by_role("dialog")
    expect(form.get_by_label("Move to")).to_have_value("solution")
    expect(form.get_by_text("Problem and impact")).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()


def test_everything_by_keyboard(desk: OpenDesk, alice: Member) -> None:
    deal = make_deal(alice, "Route planning")
    page = desk(alice).open("/alder/board/")
    page.keyboard.press("Control+k")
    page.keyboard.type("route")
    expect(page.get_by_role("option", name="Route planning")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/deals/{deal.id}/")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog").get_by_label("What happens next")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("f")
    page.wait_for_url("**/forecast/")


def test_filters_apply_as_they_change_and_stay_in_the_address(desk: OpenDesk, alice: Member) -> None:
    make_deal(alice, "Route planning")
    make_deal(alice, "Shift planning")
    page = desk(alice).open("/alder/board/")
    page.get_by_label("Filter by deal, account or person").fill("shift")
    expect(page.locator(".deal")).to_have_count(1)
    page.wait_for_url("**q=shift**")
    page.reload()
    expect(page.locator(".deal")).to_have_count(1)


def test_a_theme_is_kept(desk: OpenDesk, alice: Member) -> None:
    page = desk(alice).open("/alder/board/")
    page.get_by_label("You and your settings").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_whoever_comes_second_is_asked(desk: OpenDesk, alice: Member) -> None:
    deal = make_deal(alice)
    bob = make_member(alice.org, Role.MANAGER, "Bob Lindqvist")
    first, second = desk(alice).open(f"/alder/deals/{deal.id}/"), desk(bob).open(f"/alder/deals/{deal.id}/")
    _change_value(second, "70000")
    expect(second.locator(".facts")).to_contain_text("€70,000")
    _change_value(first, "90000")
    expect(first.get_by_role("alert")).to_contain_text("Bob Lindqvist changed amount from €84,000 to €70,000.")
    first.get_by_role("button", name="Save mine all the same").click()
    expect(first.locator(".facts")).to_contain_text("€90,000")


def _change_value(page: Page, value: str) -> None:
    page.locator(".facts summary").first.click()
    page.get_by_label("Value in EUR").fill(value)
    page.keyboard.press("Enter")


def test_it_works_without_scripts(desk: OpenDesk, alice: Member) -> None:
    deal = make_deal(alice)
    page = desk(alice, scripts=False).open(f"/alder/deals/{deal.id}/?do=step")
    page.get_by_label("What happens next").fill("Call Bruno")
    page.get_by_label("By when").fill((latest(alice.org).on + timedelta(days=3)).isoformat())
    page.get_by_role("main").get_by_role("button", name="Set next step").click()
    expect(page.locator(".next")).to_contain_text("Call Bruno")


@pytest.mark.parametrize("path", ["board/", "table/", "forecast/", "report-card/", "deals/{deal}/"])
def test_nothing_hangs_over_the_edge_of_a_phone(desk: OpenDesk, alice: Member, path: str) -> None:
    deal = make_deal(alice, "A deal whose name goes on for quite a while, as names of deals do", amount=123_456_789)
    page = desk(alice, PHONE).open("/alder/" + path.format(deal=deal.id))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
