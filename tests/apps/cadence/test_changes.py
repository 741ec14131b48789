"""Both states of a pipeline as known on two days: by hand, after an import, on a past day; who did it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from landmark.cadence.changes import Gaps, list_steps, read_changes
from landmark.cadence.traces import find_cause, read_traces
from landmark.connectors.actions import import_paths
from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.moves import move_deal
from landmark.deals.models import Deal, StageMove
from landmark.deals.snapshots import deals_as_known
from landmark.engines.waterfall import Movement, Reason, Scope, compare, sum_up
from landmark.orgs.as_of import AsOf, latest, on_day
from landmark.orgs.models import Member, Organisation, Team
from landmark.orgs.roles import Role
from landmark.outlook.periods import Period, period_containing
from landmark.simulator.salesforce import write_salesforce_zip
from landmark.simulator.simulate import simulate
from tests.apps.outlook.company import add_change_rows, add_deal, day, make_company, on
from tests.factories import make_deal, make_member, make_org, make_pipeline, meet, prove

pytestmark = pytest.mark.django_db
QUERIES = 8
Q1 = (on(365), on(454))  # 2026-01-01 … 2026-03-31
INSIDE, BEYOND = on(440), on(500)


@pytest.fixture
def org() -> Organisation:
    return make_company()


def moved_in(org: Organisation, first: int, last: int, **scope: Any) -> dict[str, Movement]:
    """Movements by the deal's name, in the first quarter of 2026."""
    changes = read_changes(org, on_day(org, on(first)), on_day(org, on(last)))
    found = compare(changes.before, changes.after, Scope("EUR", *Q1, **scope))
    return {changes.names[deal].name: movement for deal, movement in found.items()}


def told(movements: dict[str, Movement]) -> dict[str, dict[str, int]]:
    return {name: {str(reason): int(amount) for reason, amount in m.parts} for name, m in movements.items()}


def test_each_day_as_it_was_known(org: Organisation) -> None:
    """Values, dates and stages come from the history; what an import told later was not known earlier."""
    add_deal(
        org, name="grew", moves=[(300, "qualification")], amount=Decimal(900), target_on=INSIDE,
        changes=[(392, "amount", "500.00", "700.00"), (396, "amount", "700.00", "900.00")],
    )  # fmt: skip
    add_deal(
        org, name="slipped", moves=[(300, "qualification")], amount=Decimal(800), target_on=BEYOND,
        changes=[(393, "target_on", INSIDE.isoformat(), BEYOND.isoformat())],
    )  # fmt: skip
    add_deal(org, name="won", moves=[(300, "qualification"), (394, "won")], amount=Decimal(250), target_on=INSIDE)
    add_deal(org, name="quick", moves=[(392, "qualification"), (394, "won")], amount=Decimal(60), target_on=BEYOND)
    add_deal(org, name="quiet", moves=[(300, "qualification")], amount=Decimal(1000), target_on=INSIDE)
    add_deal(
        org, name="late news", moves=[(300, "qualification"), (389, "lost")], known={389: 399.0},
        amount=Decimal(70), target_on=INSIDE,
    )  # fmt: skip
    assert told(moved_in(org, 390, 395)) == {
        "grew": {"increased": 200},
        "slipped": {"pushed_out": -800},
        "won": {"won": -250},
        "quick": {"new": 60, "won": -60},
        "quiet": {},
        "late news": {},
    }
    fall = sum_up(moved_in(org, 390, 395).values())
    assert (fall.start, fall.end) == (Decimal(2620), Decimal(1770))
    assert told(moved_in(org, 395, 400))["late news"] == {"lost": -70}
    assert told(moved_in(org, 395, 400))["grew"] == {"increased": 200}


def test_owners_change_hands(org: Organisation) -> None:
    north, south = (Team.objects.create(org=org, name=name) for name in ("North", "South"))
    alice = Member.objects.create(org=org, name="Alice Moretti", team=north)
    bob = Member.objects.create(org=org, name="Bob Lindqvist", team=south)
    deal = add_deal(org, name="handed over", moves=[(300, "solution")], amount=Decimal(90), target_on=INSIDE, owner=bob)
    add_change_rows(deal, [(393, "owner", str(alice.id), str(bob.id))])
    assert told(moved_in(org, 390, 400, owner=str(bob.id))) == {"handed over": {"moved_in": 90}}
    assert told(moved_in(org, 390, 400, team="North")) == {"handed over": {"moved_out": -90}}
    assert told(moved_in(org, 390, 400)) == {"handed over": {}}
    assert told(moved_in(org, 394, 400, owner=str(bob.id))) == {"handed over": {}}


def test_what_the_files_do_not_tell_is_counted(org: Organisation) -> None:
    add_deal(org, moves=[(300, "qualification")], source="crm", external_id="1")
    assert read_changes(org, on_day(org, on(390)), latest(org)).gaps.is_flat
    known_from = day(395)
    late = add_deal(
        org, moves=[(300, "qualification")], source="crm", external_id="2", amount=Decimal(9),
        history_known_from=known_from, changes=[(396, "amount", "5.00", "9.00")],
    )  # fmt: skip
    met = add_deal(org, moves=[(300, "qualification")], source="crm", external_id="3")
    move = StageMove.objects.create(
        deal=met, from_stage="", to_stage="solution", direction="reported", via="import", occurred_at=known_from,
        known_at=known_from, recorded_at=known_from,
    )  # fmt: skip
    Deal.objects.filter(pk=met.pk).update(stage="solution", last_move_id=move.id)
    add_deal(org, moves=[(399, "qualification")], source="crm", external_id="4", is_opened_exact=False)
    changes = read_changes(org, on_day(org, on(390)), latest(org))
    assert changes.gaps == Gaps(late=1, unstaged=1, undated=1, is_flat=False)
    assert changes.before[late.id].amount == 5
    assert read_changes(org, on_day(org, on(397)), latest(org)).gaps.unstaged == 0


@pytest.fixture
def sample(tmp_path: Path) -> Organisation:
    path = tmp_path / "export.zip"
    write_salesforce_zip(
        simulate(seed=5, end_on=date(2026, 5, 20), closed=100, open_=40, representatives=4, teams=2), path
    )
    return import_paths([path], org_name="Alder Works").org


def total_on(org: Organisation, as_of: AsOf, period: Period) -> Decimal:
    """The pipeline of the period as the board of that day would add it up."""
    return sum(
        (
            deal.amount or Decimal(0)
            for deal in deals_as_known(org, as_of)
            if deal.stage != "paused" and deal.currency == org.currency and deal.target_on and deal.target_on in period
        ),
        Decimal(0),
    )


def weeks(org: Organisation) -> Iterator[AsOf]:
    end = latest(org)
    for back in (84, 56, 28, 14, 7):
        yield on_day(org, end.on - timedelta(days=back))
    yield end


def test_a_simulated_company_adds_up_on_every_day_and_in_every_scope(sample: Organisation) -> None:
    period = period_containing(sample, latest(sample).on)
    scope = Scope(sample.currency, period.starts_on, period.ends_on)
    days = list(weeks(sample))
    ends = []
    for first, last in zip(days[:-1], days[1:], strict=True):
        changes = read_changes(sample, first, last)
        moved = compare(changes.before, changes.after, scope)
        fall = sum_up(moved.values())
        assert fall.start + sum(bar.amount for bar in fall.bars) == fall.end
        assert fall.start == total_on(sample, first, period)
        assert fall.end == total_on(sample, last, period)
        ends.append((fall.start, fall.end))
        owners = {state.owner for side in (changes.before, changes.after) for state in side.values()}
        each = [
            sum_up(compare(changes.before, changes.after, replace(scope, owner=owner)).values()) for owner in owners
        ]
        assert sum(one.end for one in each) == fall.end
        for reason in set(Reason) - {Reason.MOVED_IN, Reason.MOVED_OUT}:
            assert sum(one.bar(reason).amount for one in each) == fall.bar(reason).amount
    assert [end for _start, end in ends[:-1]] == [start for start, _end in ends[1:]]
    whole = read_changes(sample, days[0], days[-1])
    assert sum(bar.count for bar in sum_up(compare(whole.before, whole.after, scope).values()).bars) > 10


@pytest.mark.data
def test_a_real_export_adds_up_from_month_to_month(data_dir: Path) -> None:
    org = import_paths(sorted((data_dir / "salesforce_export").glob("*.csv.gz")), org_name="Demo records").org
    days = [on_day(org, latest(org).on - timedelta(days=back)) for back in (120, 90, 60, 30)] + [latest(org)]
    ends = []
    for first, last in zip(days[:-1], days[1:], strict=True):
        changes = read_changes(org, first, last)
        currencies = {state.currency for side in (changes.before, changes.after) for state in side.values()}
        for currency in currencies:
            fall = sum_up(compare(changes.before, changes.after, Scope(currency)).values())
            assert fall.start + sum(bar.amount for bar in fall.bars) == fall.end
        ends.append((len(changes.before), len(changes.after)))
    assert ends[-1][1] > 0


def test_who_did_it_and_on_what_evidence() -> None:
    org = make_org()
    alice, bob = make_member(org), make_member(org, Role.MANAGER, "Bob Lindqvist")
    deal = make_deal(alice, amount=50_000)
    yesterday = on_day(org, latest(org).on - timedelta(days=1))
    edit_deal(deal, by=bob, changes={"amount": Decimal(40_000)})
    prove(deal, alice, "qualification_call", "fit_confirmed")
    meet(deal, alice)
    move_deal(deal, by=alice, to_stage="lost", note="They stay with what they have.", reason="no_decision")
    changes = read_changes(org, yesterday, latest(org))
    moved = compare(changes.before, changes.after, Scope("EUR"))
    steps = list_steps(moved)
    assert [(str(step.reason), int(step.amount)) for step in steps] == [("new", 40_000), ("lost", -40_000)]
    traces = read_traces(changes, [deal.id])[deal.id]
    lost = find_cause(Reason.LOST, traces)
    assert lost is not None
    assert (lost.author, lost.title, lost.note) == ("Alice Moretti", "no_decision", "They stay with what they have.")
    changed = find_cause(Reason.DECREASED, traces)
    assert changed is not None
    assert (changed.author, changed.old, changed.new) == ("Bob Lindqvist", "50000.00", "40000")
    proofs = [trace for trace in traces if trace.kind == "evidence"]
    assert {proof.author for proof in proofs} == {"Bruno Keller"}
    assert proofs[0].strength == "buyer"
    assert find_cause(Reason.NEW, traces) == traces[-1]
    assert find_cause(Reason.PUSHED_OUT, traces) is None


def test_queries_do_not_grow() -> None:
    org = make_org()
    alice = make_member(org)
    counts = []
    for size in (20, 60):
        make_pipeline(org, [alice], size)
        days = on_day(org, latest(org).on - timedelta(days=7)), on_day(org, latest(org).on - timedelta(days=1))
        with CaptureQueriesContext(connection) as held:
            changes = read_changes(org, *days)
            read_traces(changes, list(changes.names)[:25])
        counts.append(len(held))
    assert counts[0] == counts[1] <= QUERIES + 4
