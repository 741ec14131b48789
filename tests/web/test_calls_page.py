"""The calls page: what each person sees and sends, on this week and on past ones; quotas and settings."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from landmark.cadence.call_actions import About, submit_call
from landmark.cadence.category_actions import Choice, set_categories
from landmark.cadence.deadlines import last_deadline, open_week, read_rules
from landmark.cadence.freezing import freeze_week
from landmark.cadence.models import CallEntry, CurrencyRate, DealCategory, Quota, WeekFreeze
from landmark.cadence.setting_actions import set_quota
from landmark.deals.models import Deal
from landmark.deals.policies import Refused
from landmark.orgs.models import Notice
from landmark.orgs.roles import Role
from landmark.outlook.periods import month_containing, period_containing
from tests.factories import end_deal, make_deal, make_member, make_pipeline
from tests.web.conftest import World
from tests.web.test_board import make_forecast, read

CALLS = "forecast/calls/"
QUERIES = 40


def deadline(world: World) -> str:
    return open_week(world.org, timezone.now()).deadline.at.isoformat()


def send(client: Client, world: World, amount: str, **fields: Any) -> Any:
    data = {"amount": amount, "version": "0", "deadline": deadline(world), **fields}
    return client.post(world.url(f"{CALLS}submit/"), data)


def about(kind: str, scope: str, scope_id: object) -> dict[str, str]:
    return {"kind": kind, "scope": scope, "scope_id": str(scope_id)}


def test_a_representative_sees_the_model_gives_a_call_and_sees_it_stand(world: World) -> None:
    make_forecast(world.org)
    client = world.client(world.alice)
    page = read(client, world.url(CALLS))
    for words in ("My week", "My call", "Model", "€53K", "closes in", "Exception desk", "Model: Best case", "62 %"):
        assert words in page
    key = f"representative.member.{world.alice.id}"
    assert f'href="#amount-{key}"' in page
    assert f'id="amount-{key}"' in page
    assert "style=" not in page
    assert send(client, world, "80000.50", note="Two are close").status_code == 302
    page = read(client, world.url(CALLS))
    assert "€80,000.50 by Alice Moretti" in page
    assert 'value="80000.50"' in page
    client.cookies["django_language"] = "it"
    assert 'value="80000,50"' in read(client, world.url(CALLS))
    del client.cookies["django_language"]
    assert "Two are close" in page
    assert CallEntry.objects.get().author_id == world.alice.id


def test_a_representative_sees_nobody_elses_numbers(world: World) -> None:
    ann = make_member(world.org, Role.REPRESENTATIVE, "Ann Okafor", world.alice.team)
    make_deal(ann, "Quiet deal")
    at = open_week(world.org, timezone.now()).deadline.at
    submit_call(by=ann, about=About.own(ann), amount=Decimal(4321), deadline_at=at)
    page = read(world.client(world.alice), world.url(f"{CALLS}?who={ann.id}"))
    assert "4,321" not in page
    assert "Quiet deal" not in page
    assert "Ann Okafor" not in page


def test_a_manager_sees_who_is_missing_reminds_and_gives_the_teams_call(world: World) -> None:
    client = world.client(world.bob)
    page = read(client, world.url(CALLS))
    assert "1 call is not in yet:" in page
    assert client.post(world.url(f"{CALLS}remind/")).status_code == 302
    assert Notice.objects.get().member == world.alice
    key = about("manager", "team", world.alice.team_id)
    form = read(client, world.url(f"{CALLS}?give=manager.team.{world.alice.team_id}"))
    assert "North: manager&#x27;s call" in form
    assert send(client, world, "75,000.00".replace(",", ""), **key).status_code == 302
    assert send(client, world, "1", **about("manager", "org", world.org.id)).status_code == 422
    assert CallEntry.objects.get().amount == Decimal(75000)


def test_an_executive_gives_the_commit_and_nothing_else(world: World) -> None:
    client = world.client(make_member(world.org, Role.EXECUTIVE, "Eve Santos"))
    page = read(client, world.url(CALLS))
    assert f"give=commit.org.{world.org.id}" in page
    assert "My week" not in page
    assert send(client, world, "500000", **about("commit", "org", world.org.id)).status_code == 302
    assert send(client, world, "5").status_code == 403
    assert client.post(world.url(f"{CALLS}categories/")).status_code == 403


def test_a_contributor_sees_and_gives_nothing(world: World) -> None:
    client = world.client(make_member(world.org, Role.CONTRIBUTOR, "Hal Brook"))
    page = read(client, world.url(CALLS))
    assert "Roll-up" in page
    assert "give=" not in page
    assert send(client, world, "5").status_code == 403


def test_two_at_once_the_second_is_told_and_keeps_what_was_typed(world: World) -> None:
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    key = about("manager", "team", world.alice.team_id)
    assert send(world.client(world.bob), world, "10", **key).status_code == 302
    answer = send(world.client(ada), world, "20", note="I see more", **key)
    assert answer.status_code == 409
    page = answer.content.decode()
    for words in ("Bob Lindqvist gave this number", 'value="20"', "I see more", 'name="version" value="1"'):
        assert words in page
    assert CallEntry.objects.count() == 1


@pytest.mark.parametrize("amount", ["", "soon", "-5", "1.2345", "NaN", "1e99"])
def test_what_is_no_amount_is_told_in_a_sentence(world: World, amount: str) -> None:
    answer = send(world.client(world.alice), world, amount)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not CallEntry.objects.exists()


def test_a_form_of_a_closed_week_is_refused(world: World) -> None:
    past = last_deadline(read_rules(world.org), timezone.now()).at.isoformat()
    for text in (past, "", "soon", "2026-01-01"):
        assert send(world.client(world.alice), world, "5", deadline=text).status_code == 422
    assert not CallEntry.objects.exists()


def test_categories_are_set_kept_and_told_when_stale(world: World) -> None:
    make_forecast(world.org)
    client, deal = world.client(world.alice), world.deal
    url = world.url(f"{CALLS}categories/")
    assert client.post(url, {f"was-{deal.id}": ":0", f"category-{deal.id}": "commit"}).status_code == 302
    assert DealCategory.objects.get().category == "commit"
    stale = client.post(url, {f"was-{deal.id}": ":0", f"category-{deal.id}": "omitted"})
    assert stale.status_code == 409
    assert "Somebody set the category of Exception desk" in stale.content.decode()
    other = make_deal(world.alice, "Night shift")
    sent = {f"was-{other.id}": ":0", f"category-{other.id}": "best_case", f"was-{deal.id}": ":0"}
    kept = client.post(url, {**sent, f"category-{deal.id}": "omitted"}).content.decode()
    assert kept.count('<option value="best_case" selected>') == 1
    assert '<option value="omitted" selected>' not in kept
    assert client.post(url, {f"was-{deal.id}": "commit:1", f"category-{deal.id}": "commit"}).status_code == 302
    assert client.post(url, {f"was-{deal.id}": "commit:1", f"category-{deal.id}": "gold"}).status_code == 422
    assert client.post(url, {"was-moon": ":0", "category-moon": "commit"}).status_code == 422
    assert DealCategory.objects.get().version == 1


def test_suggestions_are_taken_by_a_person_for_deals_not_set_only(world: World) -> None:
    make_forecast(world.org)
    second = make_deal(world.alice, "Second")
    set_categories({second.id: Choice("omitted")}, by=world.alice)
    data = {"accept": "1", f"was-{second.id}": "omitted:1", f"category-{second.id}": "omitted",
            f"suggested-{second.id}": "best_case"}  # fmt: skip
    data |= {f"was-{world.deal.id}": ":0", f"category-{world.deal.id}": "", f"suggested-{world.deal.id}": "best_case"}
    assert world.client(world.alice).post(world.url(f"{CALLS}categories/"), data).status_code == 302
    held = dict(DealCategory.objects.values_list("deal__name", "category"))
    assert held == {"Second": "omitted", "Exception desk": "best_case"}


def test_somebody_elses_deal_is_not_categorised(world: World) -> None:
    ann = make_member(world.org, Role.REPRESENTATIVE, "Ann Okafor", world.alice.team)
    url = world.url(f"{CALLS}categories/")
    data = {f"was-{world.deal.id}": ":0", f"category-{world.deal.id}": "commit"}
    assert world.client(ann).post(url, data).status_code == 403
    assert world.client(world.bob).post(url, data).status_code == 302


def test_a_past_week_shows_what_was_frozen(world: World) -> None:
    week = open_week(world.org, timezone.now())
    submit_call(by=world.alice, about=About.own(world.alice), amount=Decimal(80000), deadline_at=week.deadline.at)
    later = week.deadline.at + timedelta(hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        client = world.client(world.bob)
        closed = read(client, world.url(f"{CALLS}?week={week.deadline.key}"))
        assert "not frozen yet" in closed
        freeze_week(world.org, week.deadline)
        Deal.objects.filter(pk=world.deal.pk).update(amount=1)
        page = read(client, world.url(f"{CALLS}?week={week.deadline.key}"))
    assert "This week is frozen" in page
    assert "€80K" in page
    assert "give=" not in page


def test_an_earlier_day_is_read_only(world: World) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    page = read(world.client(world.bob), world.url(f"{CALLS}?as_of={yesterday}"))
    assert "give=" not in page
    assert f"as_of={yesterday}" in page


def test_an_administrator_freezes_without_the_worker(world: World) -> None:
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    type(world.org).objects.update(created_at=timezone.now() - timedelta(days=8))
    assert world.client(ada).post(world.url(f"{CALLS}freeze/")).status_code == 302
    assert WeekFreeze.objects.filter(sealed_at__isnull=False).count() == 1
    assert world.client(world.bob).post(world.url(f"{CALLS}freeze/")).status_code == 403


def test_a_month_is_looked_at_and_calls_stay_with_their_quarter(world: World) -> None:
    make_forecast(world.org)
    client = world.client(world.bob)
    send(world.client(world.alice), world, "80000")
    quarter = open_week(world.org, timezone.now()).period
    month = month_containing(quarter.ends_on, quarter.start_month)
    response = client.get(world.url(f"{CALLS}?period={month.key}"))
    page, text = response.context["page"], response.content.decode()
    assert (page.book.period, page.week.period) == (month, quarter)
    assert f'Calls of this week are about <a href="{world.url(CALLS)}">{quarter.label}</a>' in text
    assert page.roll_up.missing == ()
    assert [row.representative for row in page.roll_up.rows] == [None] * len(page.roll_up.rows)
    assert page.roll_up.org.sums.model is not None
    assert page.mine is None
    assert not page.is_open
    assert 'name="amount"' not in text
    quarterly = client.get(world.url(CALLS)).context["page"]
    assert quarterly.roll_up.org.representative == Decimal(80_000)
    assert page.roll_up.org.sums.model <= quarterly.roll_up.org.sums.model
    closed = next(week.url for week in page.weeks if not week.is_on)
    assert "period" not in closed


def test_a_link_of_a_month_opens_the_quotas_and_targets_of_its_quarter(world: World) -> None:
    quarter = period_containing(world.org, timezone.now().date())
    month = month_containing(quarter.starts_on, quarter.start_month)
    quotas = world.client(world.bob).get(world.url(f"{CALLS}quotas/?period={month.key}")).context["page"]
    assert quotas.period == quarter
    assert not any(choice.url.endswith(month.key) for choice in quotas.choices)
    targets = world.client(world.bob).get(world.url(f"forecast/targets/?period={month.key}")).context["page"]
    assert targets.period == quarter
    with pytest.raises(Refused, match="by quarter"):
        set_quota(by=world.bob, scope="team", scope_id=world.bob.team_id, period=month, amount=Decimal(5))  # type: ignore[arg-type]


def test_quotas_are_set_by_who_leads_and_show_the_chance(world: World) -> None:
    make_forecast(world.org)
    client, url = world.client(world.bob), world.url(f"{CALLS}quotas/save/")
    key = f"member-{world.alice.id}"
    period = open_week(world.org, timezone.now()).period.key
    assert client.post(url, {"period": period, f"quota-{key}": "90000", f"was-{key}": "0:"}).status_code == 302
    assert Quota.objects.get().amount == Decimal(90000)
    page = read(client, world.url(f"{CALLS}quotas/?period={period}"))
    assert 'value="90000"' in page
    assert "Bob Lindqvist" in page
    org_key = f"org-{world.org.id}"
    assert client.post(url, {"period": period, f"quota-{org_key}": "5", f"was-{org_key}": "0:"}).status_code == 403
    stale = client.post(url, {"period": period, f"quota-{key}": "1", f"was-{key}": "0:"})
    assert stale.status_code == 409
    unread = client.post(url, {"period": period, f"quota-{key}": "many", f"was-{key}": "1:90000"})
    assert unread.status_code == 422
    for words in ('value="many" aria-invalid="true"', f'name="was-{key}" value="1:90000"', "now €90,000"):
        assert words in unread.content.decode()
    assert client.post(url, {"period": period, f"quota-{key}": "95.000", f"was-{key}": "1:90000"}).status_code == 302
    assert Quota.objects.get(version=2).amount == Decimal(95000)
    assert world.client(world.alice).post(url, {}).status_code == 403


def test_rates_are_typed_in_or_uploaded_and_bad_rows_are_numbered(world: World) -> None:
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    make_deal(world.alice, "Across the water", amount=1000, currency="USD")
    client = world.client(ada)
    assert "Deals in USD have no rate yet" in read(client, world.url(f"{CALLS}settings/"))
    today = timezone.now().date().isoformat()
    typed = client.post(world.url(f"{CALLS}settings/rates/"), {"currency": "usd", "day": today, "rate": "0,9"})
    assert typed.status_code == 302
    assert CurrencyRate.objects.get().rate == Decimal("0.9")
    assert "1 USD = 0.9 EUR" in read(world.client(world.bob), world.url(CALLS))
    bad = SimpleUploadedFile("rates.csv", b"currency,day,rate\nUSD,2026-01-05,0.91\nUSD,soon,0.9\nCHF,2026-01-05,-1\n")
    answer = client.post(world.url(f"{CALLS}settings/rates/upload/"), {"file": bad})
    assert answer.status_code == 422
    assert "Row 3" in answer.content.decode()
    assert "Row 4" in answer.content.decode()
    assert CurrencyRate.objects.count() == 1
    good = SimpleUploadedFile("rates.csv", b"currency;day;rate\nUSD;2026-01-05;0.91\nCHF;2026-01-05;1.05\n")
    assert client.post(world.url(f"{CALLS}settings/rates/upload/"), {"file": good}).status_code == 302
    assert CurrencyRate.objects.count() == 3
    unread = client.post(world.url(f"{CALLS}settings/rates/"), {"currency": "jpy", "day": today, "rate": "much"})
    assert unread.status_code == 422
    for words in ('value="jpy"', 'value="much"'):
        assert words in unread.content.decode()
    many = {"currency": "jpy", "day": today, "rate": "150"}
    assert client.post(world.url(f"{CALLS}settings/rates/"), many).status_code == 302
    assert ">150<" in read(client, world.url(f"{CALLS}settings/"))
    assert world.client(world.bob).post(world.url(f"{CALLS}settings/rates/"), {}).status_code == 403


def test_the_deadline_and_the_fiscal_year_are_set_on_the_page(world: World) -> None:
    ada = make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")
    client = world.client(ada)
    data = {"weekday": "4", "hour": "17", "time_zone": "Europe/Rome"}
    assert client.post(world.url(f"{CALLS}settings/deadline/"), data).status_code == 302
    assert read_rules(world.org)[-1].time_zone == "Europe/Rome"
    bad = client.post(world.url(f"{CALLS}settings/deadline/"), {**data, "time_zone": "Moon"})
    assert bad.status_code == 422
    assert client.post(world.url(f"{CALLS}settings/fiscal-year/"), {"month": "7"}).status_code == 302
    world.org.refresh_from_db()
    assert world.org.fiscal_year_start_month == 7


def test_the_country_whose_holidays_are_days_off_is_set_on_the_page(world: World) -> None:
    client, page = world.client(make_member(world.org, Role.ADMINISTRATOR, "Ada Novak")), f"{CALLS}settings/"
    address = world.url(f"{page}country/")
    assert '<option value="" selected>Weekends only</option>' in read(client, world.url(page))
    assert client.post(address, {"country": "IT"}).status_code == 302
    world.org.refresh_from_db()
    assert world.org.country == "IT"
    assert '<option value="IT" selected>Italy</option>' in read(client, world.url(page))
    bad = client.post(address, {"country": "XX"})
    assert (bad.status_code, "Choose a country from the list" in bad.content.decode()) == (422, True)
    world.org.refresh_from_db()
    assert world.org.country == "IT"
    others = world.client(world.bob)
    assert "<p>Italy</p>" in read(others, world.url(page))
    assert others.post(address, {"country": "DE"}).status_code == 403


def test_the_names_of_countries_are_in_the_readers_language_each_once(world: World) -> None:
    client = world.client(make_member(world.org, Role.ADMINISTRATOR, "Ada Novak"))
    page = client.get(world.url(f"{CALLS}settings/"), headers={"accept-language": "it"}).content.decode()
    assert '<option value="DE">Germania</option>' in page
    assert page.count("Regno Unito<") == 1
    assert 'value="UK"' not in page


def test_the_roll_up_goes_out_as_a_file_with_exact_figures(world: World) -> None:
    deadline_at = open_week(world.org, timezone.now()).deadline.at
    submit_call(by=world.alice, about=About.own(world.alice), amount=Decimal("80000.55"), deadline_at=deadline_at)
    answer = world.client(world.bob).get(world.url(f"{CALLS}charts/roll-up.csv"))
    assert "80000.55" in answer.content.decode()


def test_queries_do_not_grow(world: World, django_assert_max_num_queries: Any) -> None:
    make_pipeline(world.org, [world.alice, world.bob], 120)
    make_forecast(world.org)
    client = world.client(world.bob)
    client.get(world.url(CALLS))
    with django_assert_max_num_queries(QUERIES):
        client.get(world.url(CALLS))


def test_the_type_of_a_deal_is_chosen_on_its_page(world: World) -> None:
    client = world.client(world.alice)
    assert "no type yet" in read(client, world.deal_url)
    answer = client.post(f"{world.deal_url}edit/", {"deal_type": "renewal", "version": str(world.deal.version)})
    assert answer.status_code == 302
    world.deal.refresh_from_db()
    assert world.deal.deal_type == "renewal"
    assert "Renewal" in read(client, world.deal_url)


def test_a_win_without_a_rate_is_told_and_counts_in_no_sum(world: World) -> None:
    end_deal(make_deal(world.alice, "Across the water", amount=1000, currency="USD"), "won")
    assert "1,000 won has no rate and counts in no sum here" in read(world.client(world.bob), world.url(CALLS))
