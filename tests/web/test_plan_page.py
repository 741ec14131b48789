"""The plan page: started in three answers, edited by two people, never losing what was typed."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from landmark.buying.requirement_actions import save_requirement
from landmark.deals.models import Deal, Person
from landmark.ledger.models import Evidence
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.plans.models import Plan, PlanAction
from landmark.plans.plan_actions import start_plan
from landmark.workspace.plan_forms import plain_values
from tests.factories import find_workday, make_deal, make_member, meet
from tests.web.conftest import World
from tests.web.test_board import make_forecast

TODAY = date(2026, 3, 2)
HEAD = b"From: bruno@example.com\r\nSubject: Re: plan\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\n"
MAIL = HEAD + b"Confirmed <b>all</b>.\r\n"


@pytest.fixture
def plan(world: World) -> Plan:
    world.org.data_until, world.org.country = TODAY, "IT"
    world.org.save()
    meet(world.deal, world.alice, "Bruno Keller", ("champion", "technical_buyer"))
    meet(world.deal, world.alice, "Clara Ruiz", ("economic_buyer", "executive_sponsor", "legal"))
    return start_plan(world.deal, by=world.alice, template="mutual", anchor="go_live", anchor_on=date(2026, 7, 15))


def url(world: World, path: str = "") -> str:
    return world.url(f"deals/{world.deal.id}/plan/{path}")


def filled(action: PlanAction, **changes: Any) -> dict[str, Any]:
    """The action's form as a browser sends it after these changes."""
    values = plain_values(action)
    return {"action": str(action.id), "version": action.version, "base": json.dumps(values), **values, **changes}


def send(client: Client, world: World, data: dict[str, Any]) -> Any:
    return client.post(url(world, "action/"), data)


def test_a_plan_is_started_in_three_answers(world: World) -> None:
    client = world.client(world.alice)
    assert "Start it from a day" in client.get(url(world)).content.decode()
    day = date(2099, 1, 2)
    refused = client.post(url(world, "start/"), {"template": "mutual", "anchor": "go_live", "anchor_on": day})
    assert refused.status_code == 422
    assert "five years" in refused.content.decode()
    soon = timezone.localdate() + timedelta(days=150)
    soon -= timedelta(days=max(soon.weekday() - 4, 0))
    sent = client.post(url(world, "start/"), {"template": "mutual", "anchor": "decision", "anchor_on": soon})
    assert sent.status_code == 302
    text = client.get(url(world)).content.decode()
    assert text.count("<tr id=") == 12
    assert "The buyer has not confirmed this plan yet." in text


def test_the_page_asks_few_questions_of_the_database(
    world: World, plan: Plan, django_assert_max_num_queries: Any
) -> None:
    client = world.client(world.alice)
    client.get(url(world))
    now = plan.edited_at
    PlanAction.objects.bulk_create(
        PlanAction(plan=plan, position=20 + n, text=f"Action {n}", our_owner=world.alice, edited_at=now,
                   due_on=date(2026, 3, 3)) for n in range(488)
    )  # fmt: skip
    with django_assert_max_num_queries(26):
        page = client.get(url(world)).content.decode()
    assert page.count("<tr id=") == 488
    assert "12 actions that are done or due in more than four weeks are not shown." in page
    assert client.get(url(world) + "?all=1").content.decode().count("<tr id=") == 500
    assert "at most 25" in page
    assert "more actions stand in the table" in page


def test_a_line_typed_at_the_foot_of_the_table_is_an_action(world: World, plan: Plan) -> None:
    client = world.client(world.alice)
    data = {"list": "mutual", "text": "🎉 Lunch with נועה", "our_owner": str(world.alice.id)}
    assert send(client, world, data).status_code == 302
    assert plan.actions.get(text="🎉 Lunch with נועה").our_owner == world.alice


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"due_on": "2026-12-25"}, "public holiday"),
        ({"due_on": "2026-05-02"}, "weekend"),
        ({"text": ""}, "required"),
        ({"our_owner": ""}, "One person answers"),
    ],
)
def test_what_is_refused_comes_back_as_it_was_typed(
    world: World, plan: Plan, changes: dict[str, str], words: str
) -> None:
    action = plan.actions.get(key="facts")
    data = filled(action, deliverable="Typed at length", **changes)
    answer = send(world.client(world.alice), world, data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert "Typed at length" in text


def test_a_circle_is_refused_on_the_page(world: World, plan: Plan) -> None:
    facts, results = plan.actions.get(key="facts"), plan.actions.get(key="results")
    answer = send(world.client(world.alice), world, filled(facts, after=[str(results.id)]))
    assert answer.status_code == 422
    assert "in a circle" in answer.content.decode()


# Two people


@pytest.mark.rule("4.5", "Two people who edit the same plan lose nothing: changes are put together or shown to choose")
def test_changes_of_different_fields_are_saved_together(world: World, plan: Plan) -> None:
    action = plan.actions.get(key="facts")
    start = filled(action)
    assert send(world.client(world.bob), world, start | {"deliverable": "By Bob"}).status_code == 302
    assert send(world.client(world.alice), world, start | {"text": "By Alice"}).status_code == 302
    action.refresh_from_db()
    assert (action.text, action.deliverable) == ("By Alice", "By Bob")


def test_the_same_field_asks_who_is_right_and_takes_the_answer(world: World, plan: Plan) -> None:
    action = plan.actions.get(key="facts")
    start = filled(action)
    send(world.client(world.bob), world, start | {"text": "By Bob", "needs": "Bob needs"})
    client = world.client(world.alice)
    clash = send(client, world, start | {"text": "By Alice", "deliverable": "Alice's result"})
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "Bob Lindqvist changed this meanwhile" in page
    for words in ("By Bob", "By Alice", "Alice&#x27;s result", "Bob needs"):
        assert words in page
    action.refresh_from_db()
    again = filled(action, text="By Alice", deliverable="Alice's result", take_text="theirs")
    assert send(client, world, again).status_code == 302
    action.refresh_from_db()
    assert (action.text, action.deliverable, action.needs) == ("By Bob", "Alice's result", "Bob needs")


def test_two_people_changing_what_a_plan_hangs_on(world: World, plan: Plan) -> None:
    data = {"list": "mutual", "version": 1, "anchor_on": "2026-07-15", "starts_on": "2026-03-02", "outcome": "By Bob"}
    assert world.client(world.bob).post(url(world, "save/"), data).status_code == 302
    client = world.client(world.alice)
    clash = client.post(url(world, "save/"), data | {"outcome": "By Alice"})
    assert clash.status_code == 409
    assert "There now: By Bob" in clash.content.decode()
    assert "By Alice" in clash.content.decode()
    assert client.post(url(world, "save/"), data | {"outcome": "By Alice", "version": 2}).status_code == 302
    plan.refresh_from_db()
    assert plan.outcome == "By Alice"


# Buttons


def press(client: Client, world: World, action: PlanAction, name: str) -> Any:
    return client.post(url(world, "press/"), {"action": str(action.id), "press": name})


def test_done_open_again_next_step(world: World, plan: Plan) -> None:
    client, action = world.client(world.alice), plan.actions.get(key="facts")
    press(client, world, action, "done")
    assert plan.actions.get(key="facts").done_on == TODAY
    assert "done on" in client.get(url(world)).content.decode()
    press(client, world, action, "reopen")
    assert plan.actions.get(key="facts").done_on is None
    press(client, world, action, "next")
    assert world.deal.next_steps.get(done_at__isnull=True).text == action.text


def test_a_contributor_ticks_off_what_is_theirs(world: World, plan: Plan) -> None:
    lea = make_member(world.org, Role.CONTRIBUTOR, "Lea Novak")
    client, action = world.client(lea), plan.actions.get(key="facts")
    assert press(client, world, action, "done").status_code == 403
    PlanAction.objects.filter(pk=action.pk).update(our_owner=lea)
    assert "Done: " in client.get(url(world)).content.decode()
    assert press(client, world, action, "done").status_code == 302
    assert client.post(url(world, "dates/"), {"list": "mutual"}).status_code == 403


def test_a_dropped_action_keeps_its_reason(world: World, plan: Plan) -> None:
    client, action = world.client(world.alice), plan.actions.get(key="security")
    assert client.post(url(world, "drop/"), {"action": str(action.id), "reason": ""}).status_code == 422
    client.post(url(world, "drop/"), {"action": str(action.id), "reason": "Checked last year"})
    assert "Checked last year" in client.get(url(world)).content.decode()


def test_an_action_of_another_deal_is_not_found(world: World, plan: Plan, charlies_action: PlanAction) -> None:
    assert press(world.client(world.alice), world, charlies_action, "done").status_code == 404


@pytest.fixture
def charlies_action(world: World) -> PlanAction:
    deal = make_deal(world.charlie)
    day = find_workday(deal.org, 200)
    made = start_plan(deal, by=world.charlie, template="mutual", anchor="go_live", anchor_on=day)
    return made.actions.all()[0]


def test_what_a_slip_does_is_shown_and_changes_nothing(world: World, plan: Plan) -> None:
    action = plan.actions.get(key="contract")
    page = world.client(world.alice).get(url(world, f"?slip={action.id}&by=5")).content.decode()
    assert "The end moves from" in page
    assert plan.actions.get(key="contract").due_on == action.due_on


@pytest.mark.rule("4.5", "A slip shows what it does to the chance to be won by the target date")
def test_a_slip_of_what_the_win_waits_for_lowers_its_chance(world: World, plan: Plan) -> None:
    client, contract = world.client(world.alice), plan.actions.get(key="contract")
    asked = url(world, f"?slip={contract.id}&by=10")
    Deal.objects.filter(pk=world.deal.pk).update(target_on=None)
    assert "Give the deal a target date ahead" in client.get(asked).content.decode()
    Deal.objects.filter(pk=world.deal.pk).update(target_on=TODAY + timedelta(days=10))
    assert "Nothing is forecast for this deal yet" in client.get(asked).content.decode()
    make_forecast(world.org)
    text = client.get(asked).content.decode()
    assert "The chance to be won by 12 Mar goes from 62 % to about 0 %." in text
    assert 'data-chart="slip"' in text
    late = plan.actions.get(key="results")
    assert "stays at" in client.get(url(world, f"?slip={late.id}&by=9")).content.decode()


def test_a_plan_that_signs_after_the_target_date_says_so(world: World, plan: Plan) -> None:
    Deal.objects.filter(pk=world.deal.pk).update(target_on=date(2026, 4, 1))
    assert "By this plan they sign on" in world.client(world.alice).get(url(world)).content.decode()


def test_discovery_that_says_something_else_is_offered(world: World, plan: Plan) -> None:
    client = world.client(world.alice)
    assert "Discovery" not in client.get(url(world)).content.decode().split('id="plan-title"')[1].split("</section>")[0]
    save_requirement(world.deal, by=world.alice, values={"text": "Reads <their> data 🌲", "priority": "must"})
    assert "Discovery holds the outcome and the requirements already." in client.get(url(world)).content.decode()
    assert "Reads &lt;their&gt; data 🌲</textarea>" in client.get(url(world, "?do=plan")).content.decode()
    Plan.objects.filter(pk=plan.pk).update(requirements="Access")
    assert "Discovery says something else by now." in client.get(url(world)).content.decode()
    assert "Access</textarea>" in client.get(url(world, "?do=plan")).content.decode()
    assert "Reads &lt;their&gt;" in client.get(url(world, "?do=plan&from=discovery")).content.decode()


# The buyer's word and files


def test_the_buyers_mail_is_kept_and_shown_as_plain_text(world: World, plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(outcome="Half the exceptions", requirements="Access")
    bruno = Person.objects.get(name="Bruno Keller")
    client = world.client(world.alice)
    data = {"list": "mutual", "person": str(bruno.id), "confirmed_on": "2026-03-02", "edition": 1,
            "parts": ["outcomes", "requirements", "owners", "dates"]}  # fmt: skip
    bad = client.post(url(world, "confirm/"), data | {"attachment": SimpleUploadedFile("a.eml", b"%PDF-1.4")})
    assert bad.status_code == 422
    assert "is no e-mail" in bad.content.decode()
    assert not Evidence.objects.filter(deal_id=world.deal.id, key="timeline_confirmed").exists()
    sent = client.post(url(world, "confirm/"), data | {"attachment": SimpleUploadedFile("a.eml", MAIL)})
    assert sent.status_code == 302
    row = Evidence.objects.get(deal_id=world.deal.id, key="timeline_confirmed")
    page = client.get(url(world)).content.decode()
    assert "Bruno Keller confirmed" in page
    letter = client.get(world.url(f"deals/{world.deal.id}/letters/{row.attachment_sha256}/"))
    assert "Confirmed &lt;b&gt;all&lt;/b&gt;." in letter.content.decode()
    file = client.get(world.url(f"deals/{world.deal.id}/files/{row.attachment_sha256}/"))
    assert file["Content-Disposition"].endswith('.eml"')
    assert file["Content-Type"] == "application/octet-stream"
    stranger = world.client(world.charlie)
    assert stranger.get(world.url(f"deals/{world.deal.id}/letters/{row.attachment_sha256}/")).status_code == 404


def test_the_calendar_file_holds_what_both_sides_may_read(world: World, plan: Plan) -> None:
    PlanAction.objects.filter(plan=plan, key="facts").update(risks="They are in love with a rival")
    PlanAction.objects.filter(plan=plan, key="path").update(ended_on=TODAY, drop_reason="Our secret reason")
    Plan.objects.filter(pk=plan.pk).update(check_in_weekday=1)
    data = world.client(world.alice).get(url(world, "plan.ics")).content
    assert b"rival" not in data
    assert b"secret" not in data
    events = Calendar.from_ical(data).walk("VEVENT")
    assert len(events) == 13
    assert len({str(event["UID"]) for event in events}) == 13
    assert [str(event["STATUS"]) for event in events].count("CANCELLED") == 1


def test_the_timeline_as_picture_and_the_table_as_file(world: World, plan: Plan) -> None:
    client = world.client(world.alice)
    assert client.get(url(world, "charts/plan.png")).content.startswith(b"\x89PNG")
    assert "Meet to decide" in client.get(url(world, "charts/plan-actions.csv")).content.decode("utf-8-sig")


def test_an_owner_who_left_is_told_on_the_page(world: World, plan: Plan) -> None:
    Member.objects.filter(pk=world.alice.pk).update(is_active=False)
    assert "its owner is no longer here" in world.client(world.bob).get(url(world)).content.decode()


def test_a_past_day_is_read_only(world: World, plan: Plan) -> None:
    client = world.client(world.alice)
    text = client.get(url(world, "?as_of=2026-02-20")).content.decode()
    assert "keep their latest state" in text
    assert "Start it from a day" not in text
    action = plan.actions.get(key="facts")
    assert client.post(url(world, "press/?as_of=2026-02-20"), {"action": action.id, "press": "done"}).status_code == 403
