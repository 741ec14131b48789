"""Frozen weeks: built from what was known then, once, and with no way around them on either database."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from landmark.cadence.call_actions import About
from landmark.cadence.calls import read_graded_calls
from landmark.cadence.category_actions import Choice, set_categories
from landmark.cadence.deadlines import last_deadline, read_rules
from landmark.cadence.freezing import freeze_due, freeze_week
from landmark.cadence.models import CallEntry, CallKind, CurrencyRate, FrozenDeal, FrozenNumber, Quota, WeekFreeze
from landmark.cadence.rate_actions import add_rate
from landmark.cadence.schedule import freeze_due_weeks
from landmark.cadence.setting_actions import set_quota
from landmark.connectors.organisations import remove_sample
from landmark.deals.actions.deals import edit_deal
from landmark.deals.policies import Refused
from landmark.ledger.models import AuditEvent
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Organisation, User
from landmark.outlook.periods import period_containing
from tests.apps.cadence.weekly import Crew, later, make_crew
from tests.apps.outlook.company import store_forecast
from tests.factories import end_deal, make_deal, make_member, make_org

CLOSED = "this week is closed"
STAYS = "stays as"


@pytest.fixture
def crew(db: None) -> Crew:
    made = make_crew()
    store_forecast(made.org, latest(made.org).on - timedelta(days=1), {made.deal: (1.0, 0.0)})
    return made


def freeze(crew: Crew, hours: float = 1) -> WeekFreeze:
    """Freeze the week under way, an hour after its deadline unless told."""
    deadline = crew.week.deadline
    return freeze_week(crew.org, deadline, now=later(deadline.at, hours))


def refused(words: str = CLOSED) -> Any:
    return pytest.raises(IntegrityError, match=words)


# What is kept


def test_a_freeze_holds_every_open_deal_and_the_four_numbers_of_every_scope(crew: Crew) -> None:
    period = crew.week.period
    add_rate(by=crew.ada, currency="USD", day=timezone.now().date(), rate=Decimal("0.9"))
    abroad = make_deal(crew.alice, "Across the water", amount=1000, currency="USD")
    set_categories({crew.deal.id: Choice("commit")}, by=crew.alice)
    set_quota(by=crew.bob, scope="member", scope_id=crew.alice.id, period=period, amount=Decimal(90_000))
    crew.say(crew.alice, "80000")
    crew.say(crew.bob, "75000", About("manager", "team", crew.north.id))
    crew.say(crew.eve, "70000", About("commit", "org", crew.org.id))
    frozen = freeze(crew)
    deals = {row.deal_id: row for row in FrozenDeal.objects.filter(freeze=frozen)}
    assert set(deals) == {crew.deal.id, abroad.id}
    assert (deals[crew.deal.id].category, deals[crew.deal.id].owner_name) == ("commit", "Alice Moretti")
    assert deals[crew.deal.id].p_won is not None
    assert (deals[abroad.id].rate, deals[abroad.id].converted) == (Decimal("0.9"), Decimal("900.00"))
    assert frozen.rates == {"USD": {"day": timezone.now().date().isoformat(), "rate": "0.9000000000"}}
    org = FrozenNumber.objects.get(freeze=frozen, scope="org")
    assert (org.representative, org.manager, org.commit) == (Decimal(80000), Decimal(75000), Decimal(70000))
    assert org.model is not None
    assert org.model == sum(row.model for row in FrozenNumber.objects.filter(freeze=frozen, scope="member"))
    alice = FrozenNumber.objects.get(freeze=frozen, scope_id=crew.alice.id)
    assert (alice.quota, alice.representative) == (Decimal(90_000), Decimal(80_000))
    assert alice.p_quota is not None
    assert AuditEvent.objects.get(verb="week.frozen").detail["digest"] == frozen.digest
    assert verify(crew.org.id).is_whole


def test_freezing_twice_changes_nothing(crew: Crew) -> None:
    first = freeze(crew)
    assert freeze(crew, 30) == first
    assert (WeekFreeze.objects.count(), FrozenDeal.objects.count()) == (1, 1)


def test_built_late_it_comes_out_as_on_time(crew: Crew) -> None:
    """The same week frozen on time, and a day later after everything has changed: the same digest."""
    crew.say(crew.alice, "80000")
    set_categories({crew.deal.id: Choice("commit")}, by=crew.alice)
    deadline = crew.week.deadline
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        point = transaction.savepoint()
        on_time = freeze_week(crew.org, deadline, now=later(deadline.at, 0.1)).digest
        transaction.savepoint_rollback(point)
        patch.setattr(timezone, "now", lambda: later(deadline.at, 20))
        edit_deal(crew.deal, by=crew.alice, changes={"amount": Decimal(1), "owner": crew.ann})
        set_categories({crew.deal.id: Choice("omitted")}, by=crew.ann)
        make_deal(crew.ann, "Opened since")
        assert freeze_week(crew.org, deadline, now=later(deadline.at, 24)).digest == on_time


def test_a_worker_that_was_off_catches_up_in_order(crew: Crew) -> None:
    crew.say(crew.alice, "80000")
    start = crew.week.deadline.at
    frozen = freeze_due(crew.org, now=start + timedelta(weeks=3))
    assert [one.deadline_at for one in frozen][-4:] == [start + timedelta(weeks=n) for n in range(4)]
    assert freeze_due(crew.org, now=start + timedelta(weeks=3)) == []
    last = FrozenNumber.objects.get(freeze=frozen[-1], scope_id=crew.alice.id)
    assert last.representative is None  # a call of one week is not carried into the next


def test_the_schedule_freezes_live_organisations_and_reminds_before(crew: Crew) -> None:
    from landmark.orgs.models import Notice

    due = crew.week.deadline.at
    freeze_due_weeks(due - timedelta(hours=3))
    assert Notice.objects.filter(member=crew.alice).count() == 1
    assert freeze_due_weeks(due + timedelta(minutes=5)) >= 1
    assert WeekFreeze.objects.filter(org=crew.org, deadline_at=due, sealed_at__isnull=False).exists()
    assert freeze_due_weeks(due + timedelta(minutes=15)) == 0


def test_a_freeze_left_half_way_is_written_anew(crew: Crew) -> None:
    deadline = crew.week.deadline
    now = later(deadline.at)
    left = WeekFreeze.objects.create(
        org=crew.org, deadline_at=deadline.at, starts_on=crew.week.period.starts_on, ends_on=crew.week.period.ends_on,
        currency="EUR", via="system", started_at=now,
    )  # fmt: skip
    FrozenDeal.objects.create(freeze=left, org_id=crew.org.id, deal_id=uuid4(), name="Half", stage="discovery")
    assert freeze_week(crew.org, deadline, now=now).sealed_at is None  # another worker may be at it
    whole = freeze_week(crew.org, deadline, now=now + timedelta(minutes=11))
    assert whole.sealed_at is not None
    assert set(FrozenDeal.objects.values_list("name", flat=True)) == {"Exception desk"}


def test_a_deadline_ahead_cannot_be_frozen(crew: Crew) -> None:
    with pytest.raises(ValueError, match="not passed"):
        freeze_week(crew.org, crew.week.deadline)


def test_calls_are_graded_by_what_was_booked_afterwards(crew: Crew) -> None:
    crew.say(crew.alice, "80000")
    freeze(crew)
    week = crew.week
    end = latest(crew.org, now=later(week.deadline.at, 24 * 200))
    graded = read_graded_calls(crew.org, end)
    own = next(one for one in graded if (one.kind, one.scope) == (CallKind.REPRESENTATIVE, "member"))
    assert (own.amount, own.actual, own.error, own.is_final) == (Decimal(80000), Decimal(0), Decimal(80000), True)
    assert {one.kind for one in graded if one.scope_id == crew.alice.id} == {"model", "representative"}
    assert read_graded_calls(crew.org, latest(crew.org)) == []


def test_a_sum_of_calls_is_held_against_what_those_booked_who_had_called(crew: Crew) -> None:
    """Carl of South never called and nobody called for South: neither makes the others' numbers look too low."""
    theirs = make_deal(crew.carl, "Other shore", amount=50_000, target_on=crew.deal.target_on)
    crew.say(crew.alice, "80000")
    crew.say(crew.bob, "70000", About(CallKind.MANAGER, "team", crew.north.id))
    freeze(crew)
    for deal in (crew.deal, theirs):
        end_deal(deal, "won")
    end = latest(crew.org, now=later(crew.week.deadline.at, 24 * 200))
    graded = {one.kind: one for one in read_graded_calls(crew.org, end) if one.scope == "org"}
    own, manager, model = (graded[kind] for kind in (CallKind.REPRESENTATIVE, CallKind.MANAGER, "model"))
    assert (own.amount, own.actual) == (80_000, 84_000)
    assert (manager.amount, manager.actual) == (70_000, 84_000)
    assert model.actual == 134_000


# Ways around it


def copy_of(entry: CallEntry, **fields: Any) -> CallEntry:
    values = {field.name: getattr(entry, field.name) for field in CallEntry._meta.concrete_fields}
    return CallEntry(**{**values, "id": uuid4(), "version": entry.version + 1, **fields})


def test_the_action_refuses_after_the_deadline(crew: Crew) -> None:
    deadline = crew.week.deadline.at
    with pytest.raises(Refused, match="closed"):
        crew.say(crew.alice, "5", deadline_at=deadline, now=later(deadline, 0.001))
    assert not CallEntry.objects.exists()


def test_up_to_the_deadline_it_is_taken(crew: Crew) -> None:
    deadline = crew.week.deadline.at
    now = deadline - timedelta(seconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now)
        assert crew.say(crew.alice, "5", deadline_at=deadline, now=now).submitted_at == now


def test_an_action_cannot_name_a_past_or_future_week(crew: Crew) -> None:
    here = crew.week.deadline.at
    for weeks in (-1, 1):
        with pytest.raises(Refused, match="closed"):
            crew.say(crew.alice, "5", deadline_at=here + timedelta(weeks=weeks))


def test_a_call_is_never_changed_nor_removed(crew: Crew) -> None:
    entry = crew.say(crew.alice, "80000")
    for change in (
        lambda: CallEntry.objects.update(amount=1),
        lambda: CallEntry.objects.filter(pk=entry.pk).update(submitted_at=entry.submitted_at - timedelta(days=1)),
        lambda: entry.save(),
        lambda: entry.delete(),
        lambda: CallEntry.objects.all().delete(),
        lambda: CallEntry.objects.bulk_update([entry], ["amount"]),
    ):
        with refused(STAYS), transaction.atomic():
            change()
    assert CallEntry.objects.get().amount == Decimal(80000)


def test_after_the_freeze_nothing_is_added_to_the_week(crew: Crew) -> None:
    entry = crew.say(crew.alice, "80000")
    freeze(crew)
    for row in (copy_of(entry, amount=1), copy_of(entry, deadline_at=entry.deadline_at - timedelta(minutes=1))):
        with refused(), transaction.atomic():
            row.save(force_insert=True)
        with refused(), transaction.atomic():
            CallEntry.objects.bulk_create([row])
    with pytest.raises(Refused, match="closed"):
        crew.say(crew.alice, "1")


def test_a_past_week_is_closed_by_the_databases_own_clock(crew: Crew) -> None:
    """No freeze yet, and the row claims to be from before the deadline: the clock decides."""
    entry = crew.say(crew.alice, "80000")
    past = last_deadline(read_rules(crew.org), timezone.now()).at
    back_dated = copy_of(entry, deadline_at=past, submitted_at=past - timedelta(hours=1), version=1)
    with refused(), transaction.atomic():
        back_dated.save(force_insert=True)


def test_a_call_from_after_its_deadline_or_from_the_future_is_refused(crew: Crew) -> None:
    entry = crew.say(crew.alice, "80000")
    for fields in ({"submitted_at": entry.deadline_at + timedelta(seconds=1)},
                   {"recorded_at": entry.submitted_at - timedelta(days=1)}):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            copy_of(entry, **fields).save(force_insert=True)


def test_an_own_call_by_somebody_else_is_refused_by_the_database(crew: Crew) -> None:
    entry = crew.say(crew.alice, "80000")
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(entry, author_id=crew.bob.id).save(force_insert=True)


def test_replacing_a_call_is_refused(crew: Crew) -> None:
    """INSERT OR REPLACE on SQLite, ON CONFLICT DO UPDATE on PostgreSQL."""
    crew.say(crew.alice, "80000")
    columns = [field.column for field in CallEntry._meta.concrete_fields]
    chosen = ", ".join("1" if column == "amount" else column for column in columns)
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    last = "" if connection.vendor == "sqlite" else " ON CONFLICT (id) DO UPDATE SET amount = EXCLUDED.amount"
    names = ", ".join(columns)
    sql = f"{verb} INTO cadence_callentry ({names}) SELECT {chosen} FROM cadence_callentry WHERE true{last}"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert CallEntry.objects.get().amount == Decimal(80000)


def test_a_sealed_freeze_never_changes(crew: Crew) -> None:
    crew.say(crew.alice, "80000")
    frozen = freeze(crew)
    deal, number = FrozenDeal.objects.get(), FrozenNumber.objects.filter(scope="org").get()
    added = FrozenDeal(freeze=frozen, org_id=crew.org.id, deal_id=uuid4(), name="Added", stage="discovery")
    for change in (
        lambda: FrozenDeal.objects.update(category="commit"),
        lambda: FrozenNumber.objects.filter(pk=number.pk).update(representative=1),
        lambda: WeekFreeze.objects.update(sealed_at=None),
        lambda: WeekFreeze.objects.update(deadline_at=frozen.deadline_at - timedelta(weeks=1)),
        deal.delete,
        number.delete,
        frozen.delete,
        lambda: added.save(force_insert=True),
    ):
        with refused(STAYS), transaction.atomic():
            change()


def test_quotas_rates_and_deadlines_keep_every_version(crew: Crew) -> None:
    from landmark.cadence.models import CallCalendar
    from landmark.cadence.setting_actions import set_deadline

    set_quota(by=crew.ada, scope="team", scope_id=crew.north.id, period=crew.week.period, amount=Decimal(5))
    add_rate(by=crew.ada, currency="USD", day=timezone.now().date(), rate=Decimal("0.9"))
    set_deadline(by=crew.ada, weekday=2, hour=9, time_zone="UTC")
    for change in (
        lambda: Quota.objects.update(amount=1),
        lambda: Quota.objects.all().delete(),
        lambda: CurrencyRate.objects.update(rate=1),
        lambda: CurrencyRate.objects.all().delete(),
        lambda: CallCalendar.objects.update(weekday=4),
        lambda: CallCalendar.objects.all().delete(),
    ):
        with refused(STAYS), transaction.atomic():
            change()


def test_admin_has_no_door_of_its_own(crew: Crew) -> None:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.create_superuser("root@example.com", "a long enough pass phrase")
    for model in (CallEntry, WeekFreeze, Quota, CurrencyRate):
        page = admin.site._registry[model]
        assert not page.has_add_permission(request)
        assert not page.has_change_permission(request)
        assert not page.has_delete_permission(request)


def test_moving_the_deadline_does_not_reopen_a_week(crew: Crew) -> None:
    from landmark.cadence.setting_actions import set_deadline

    week = crew.week
    set_deadline(by=crew.ada, weekday=(week.deadline.on.weekday() + 1) % 7, hour=12, time_zone="UTC")
    now = later(week.deadline.at)
    with pytest.raises(Refused, match="closed"):
        crew.say(crew.alice, "5", deadline_at=week.deadline.at, now=now)
    assert read_rules(crew.org)[-1].valid_from == week.deadline.at


def test_a_sample_company_goes_with_its_frozen_weeks(db: None) -> None:
    crew = make_crew(is_sample=True)
    crew.say(crew.alice, "80000")
    set_categories({crew.deal.id: Choice("commit")}, by=crew.alice)
    freeze(crew)
    own = make_org("Own Works", "own")
    make_member(own, "administrator", "Ada Novak").user = crew.ada.user
    own.members.create(user=crew.ada.user, name="Ada Novak", role="administrator")
    remove_sample(crew.org, by=crew.ada)
    assert not Organisation.objects.filter(slug="alder").exists()
    assert not WeekFreeze.objects.exists()


def test_calls_stay_inside_their_organisation(crew: Crew) -> None:
    other = make_crew_elsewhere()
    crew.say(crew.alice, "80000")
    freeze(crew)
    assert read_graded_calls(other, latest(other, now=later(crew.week.deadline.at, 24 * 200))) == []
    assert period_containing(other, timezone.now().date()).key == crew.week.period.key


def make_crew_elsewhere() -> Organisation:
    org = make_org("Other Works", "other")
    make_deal(make_member(org, "representative", "Zoe Hart"))
    return org
