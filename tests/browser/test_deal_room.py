"""A representative works one deal in a real browser, from the commitment to the hand-over that delivery accepts.

What is tedious on the way is entered by the ordinary actions; the one decisive thing of each tab is clicked, its result
is read from the page, and no page scrolls sideways on a phone or complains in the console.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from landmark.buying import commitment_actions, discovery_actions, sample_discovery
from landmark.buying.models import CommitmentMeeting
from landmark.buying.sample_people import fill_sample as fill_people
from landmark.buying.sample_qualification import fill_sample as fill_qualification
from landmark.closing import meeting_actions, offer_actions
from landmark.closing.meeting_input import MeetingInput
from landmark.closing.models import DecisionMeeting, HandOver
from landmark.closing.sample_close import fill_close
from landmark.closing.sample_gaps import fill_gaps
from landmark.closing.sample_trials import fill_sample as fill_trials
from landmark.deals.actions.moves import move_deal
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.plans.models import Plan
from landmark.plans.plan_actions import edit_plan
from landmark.playbook.loader import load_playbook
from tests.browser.conftest import PHONE, WIDE, Desk
from tests.factories import find_workday, make_deal, make_member, make_org, prove

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DECIDER = "Greta Lindholm"
MAIL = b"From: Greta Lindholm <greta@example.com>\r\nSubject: Re: our plan\r\n\r\nConfirmed, all of it.\r\n"
CONTRACT = {"name": "contract.txt", "mimeType": "text/plain", "buffer": b"Signed by both sides."}


def test_a_deal_from_the_commitment_to_the_hand_over(desk: Callable[..., Desk]) -> None:
    alice = make_member(make_org(is_sample=True), Role.REPRESENTATIVE, "Alice Moretti")
    lena = make_member(alice.org, Role.CONTRIBUTOR, "Lena Fischer")
    deal = make_deal(alice)
    place = desk(alice)
    place.page.on("console", lambda said: place.complaints.append(said.text) if said.type == "error" else None)
    for leg in (commit, confirm_impact, agree_plan, qualify, decide, win, offer_hand_over):
        deal.refresh_from_db()
        leg(place, deal, alice)
        check_phone(place.page)
    accept_hand_over(desk(lena, PHONE, "dark"), deal)


def open_tab(place: Desk, deal: Deal, tab: str) -> Page:
    return place.open(f"/alder/deals/{deal.id}/{tab}")


def check_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def commit(place: Desk, deal: Deal, alice: Member) -> None:
    fill_people(deal, "yes", by=alice)
    meeting = commitment_actions.reopen_meeting(CommitmentMeeting.objects.get(deal=deal), by=alice)
    names = list(meeting.seats.values_list("stakeholder__person__name", flat=True))
    page = open_tab(place, deal, "map/")
    page.get_by_role("link", name="Record the answer").click()
    form = page.get_by_role("dialog")
    form.get_by_text("They commit to go on").click()
    for group in ("Who came", "Who agreed to steps and time frame"):
        for name in names:
            form.get_by_role("group", name=group).get_by_label(name).check()
    form.get_by_label("Held on").fill(latest(deal.org).on.isoformat())
    form.get_by_role("button", name="Put it on record").click()
    expect(page.locator("#commitment")).to_contain_text("given")


def confirm_impact(place: Desk, deal: Deal, alice: Member) -> None:
    sample_discovery.fill_sample(deal, "no", by=alice)
    discovery_actions.save_summary(deal, by=alice, issue=sample_discovery.ISSUE, driver=sample_discovery.DRIVER)
    page = open_tab(place, deal, "discovery/")
    expect(page.locator("#impact")).to_contain_text("not confirmed yet")
    page.locator("#impact").get_by_role("link", name="They confirmed it").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Who confirmed it").fill(DECIDER)
    form.get_by_role("button", name="Put on record").click()
    expect(page.locator("#impact .tag.strong")).to_contain_text("confirmed")


def agree_plan(place: Desk, deal: Deal, alice: Member) -> None:
    page = open_tab(place, deal, "plan/")
    page.get_by_role("link", name="Start it from a day").click()
    form = page.get_by_role("dialog")
    form.get_by_label("That day").fill(find_workday(deal.org, 120).isoformat())
    form.get_by_role("button", name="Count the days and start").click()
    expect(page.locator("tr[id^=a-]")).to_have_count(12)
    plan = Plan.objects.get(deal=deal)
    edit_plan(plan, by=alice, changes={"outcome": "Half the people", "requirements": "Access to the desk's data"})
    page.reload()
    page.get_by_role("link", name="The buyer confirmed…").click()
    form.get_by_label("Whose word is it").select_option(label=DECIDER)
    form.get_by_label("They could tell the plan in their own words").check()
    form.get_by_label("Their mail").set_input_files({"name": "yes.eml", "mimeType": "message/rfc822", "buffer": MAIL})
    form.get_by_role("button", name="Put on record").click()
    expect(page.locator(".plan-head")).to_contain_text(f"{DECIDER} confirmed outcomes, requirements, owners and dates")


def qualify(place: Desk, deal: Deal, alice: Member) -> None:
    fill_qualification(deal, "yes", by=alice)
    fill_trials(deal, "yes", by=alice)
    page = open_tab(place, deal, "qualification/")
    page.get_by_role("link", name="Decide…").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Go on, with the next step below").check()
    form.get_by_label("In one sentence").fill("Invite them to the decision meeting")
    form.get_by_label("By when").fill((latest(deal.org).on + timedelta(days=5)).isoformat())
    form.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator(".card.decision")).to_contain_text("Invite them to the decision meeting")


def decide(place: Desk, deal: Deal, alice: Member) -> None:
    meet_for_decision(deal, alice)
    page = open_tab(place, deal, "decision/")
    section = page.locator("#decide")
    section.get_by_label("Yes", exact=True).check()
    section.get_by_label("Whose decision?").select_option(label=DECIDER)
    section.get_by_label("Why us?").select_option(index=1)
    section.locator("#words").fill("It pays back within the year")
    section.get_by_label("Step 1: what").fill("Open the firewall")
    section.get_by_label("Step 1: who").select_option(label=alice.name)
    section.get_by_label("Step 1: by when").fill((latest(deal.org).on + timedelta(days=3)).isoformat())
    section.get_by_role("button", name="Put the decision on record").click()
    sign = page.locator("#sign")
    expect(sign.locator("> summary .tag")).to_have_text("yes, spoken")
    sign.get_by_label("Who wrote it").select_option(label=DECIDER)
    sign.get_by_role("button", name="Put on record").click()
    for word in ("Scope", "Price", "Timeline", "Terms"):
        sign.get_by_label(word).check()
    sign.get_by_label("Who signed").select_option(label=DECIDER)
    sign.get_by_label("The signed contract").set_input_files(CONTRACT)  # type: ignore[arg-type]
    sign.get_by_role("button", name="Put on record").click()
    expect(sign.locator("> summary .tag")).to_have_text("signed")
    page.get_by_role("button", name="I sent them myself").click()
    expect(page.locator("#after > summary")).to_contain_text("minutes sent")


def meet_for_decision(deal: Deal, alice: Member) -> None:
    """The deal at the decision, its meeting held up to the offer presented in order."""
    playbook, on = load_playbook(deal.playbook), latest(deal.org).on
    fill_gaps(deal, by=alice, up_to="commitment")
    step = NextStepInput("Hold the decision meeting", alice.name, on + timedelta(days=5))
    move_deal(deal, by=alice, to_stage="commitment", note="They approved it inside", next_step=step)
    prove(deal, alice, "questions_answered", "value_confirmed", "asked_outright", "terms_grasped", "actions_done")
    for paper in playbook.decision.papers:
        offer_actions.mark_made(deal, by=alice, kind=paper.key)
    plan = MeetingInput(
        subject="Decision on the exception desk", duration_minutes=60, time_zone="Europe/Rome", place="Room 4",
        starts_at=datetime.combine(on, time(14, 30), ZoneInfo("Europe/Rome")), members=[alice.id],
        people=list(deal.stakeholders.values_list("person_id", flat=True)),
        agenda=[(item.key, item.key, item.minutes) for item in playbook.decision.agenda],
    )  # fmt: skip
    meeting, _update = meeting_actions.plan_meeting(deal, plan, by=alice)
    there = list(DecisionMeeting.objects.get(pk=meeting.pk).invitees.values_list("id", flat=True))
    meeting_actions.start_meeting(deal, by=alice, there=there, is_aim_said=True)
    decider = deal.stakeholders.get(person__name=DECIDER).person
    meeting_actions.record_review(deal, by=alice, answer="yes", person=decider)
    for key in playbook.decision.offer_parts:
        meeting_actions.present_part(deal, by=alice, key=key)


def win(place: Desk, deal: Deal, alice: Member) -> None:
    fill_close(deal, "yes_but", by=alice)
    page = open_tab(place, deal, "decision/")
    page.get_by_role("button", name="Move the deal to won").click()
    page.wait_for_load_state()
    deal.refresh_from_db()
    assert deal.stage == "won", page.locator("[role=alert]").all_inner_texts()


def offer_hand_over(place: Desk, deal: Deal, alice: Member) -> None:
    page = open_tab(place, deal, "close/hand-over/")
    page.get_by_role("button", name="Start the hand-over").click()
    page.get_by_label("Who takes it over").select_option(label="Lena Fischer")
    for words in page.locator("textarea[name^=section_]").all():
        if not words.input_value():
            words.fill("Nothing beyond the commercial summary.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_role("button", name="Hand it to delivery").click()
    expect(page.locator("main")).to_contain_text("With Lena Fischer since")


def accept_hand_over(place: Desk, deal: Deal) -> None:
    page = open_tab(place, deal, "close/hand-over/")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("main")).to_contain_text("Answered by Lena Fischer")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert HandOver.objects.get(deal=deal).state == "accepted"
