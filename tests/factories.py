"""Small makers of rows for tests: an organisation, its people, deals through the real actions.

Answers: how a test gets something to look at. Does not answer: realistic companies (``simulator``).
Names are made up. ``make_pipeline`` writes many deals at once for tests of speed and query counts.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.utils import timezone

from landmark.deals.actions.deals import open_deal
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.moves import apply_move
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.gate_states import refresh_gate_states
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Account, Deal, NextStep, StageMove
from landmark.orgs.as_of import latest, stamp
from landmark.orgs.models import Member, Organisation, Team, User
from landmark.orgs.roles import Role
from landmark.plans.scheduling import workdays_of
from landmark.playbook.schema import Strength

PASSWORD = "a long enough pass phrase"
STAGES = ("qualification", "discovery", "solution", "commercial", "commitment")


def make_org(name: str = "Alder Works", slug: str = "alder", **fields: Any) -> Organisation:
    return Organisation.objects.create(name=name, slug=slug, **fields)


def make_team(org: Organisation, name: str = "North") -> Team:
    return Team.objects.get_or_create(org=org, name=name)[0]


def make_member(
    org: Organisation, role: str = Role.REPRESENTATIVE, name: str = "Alice Moretti", team: Team | None = None
) -> Member:
    """A member with a log-in; the password is ``PASSWORD``."""
    email = f"{name.lower().replace(' ', '.')}.{org.slug}@example.com"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD)
    return Member.objects.create(org=org, user=user, role=role, name=name, team=team)


def find_workday(org: Organisation, ahead: int) -> date:
    """The first day from so many days ahead on which people work: whenever tests run, it is no holiday."""
    day, workdays = latest(org).on + timedelta(days=ahead), workdays_of(org, "")
    while not workdays.is_working(day):
        day += timedelta(days=1)
    return day


def sign_in(client: Client, member: Member) -> Client:
    assert member.user is not None
    client.force_login(member.user)
    return client


def make_deal(
    owner: Member,
    name: str = "Exception desk",
    *,
    account_name: str = "Birch Freight",
    amount: Decimal | int | None = 84_000,
    target_on: date | None = None,
    next_step: NextStepInput | None = None,
    **fields: Any,
) -> Deal:
    """A deal at the first stage, opened by its owner; a next step next week unless another is given."""
    today = latest(owner.org).on
    step = next_step or NextStepInput("Book the discovery meeting", owner.name, today + timedelta(days=7))
    return open_deal(
        by=owner, name=name, account_name=account_name, amount=None if amount is None else Decimal(amount),
        target_on=target_on or today + timedelta(days=60), next_step=step, **fields,
    )  # fmt: skip


def prove(deal: Deal, by: Member, *keys: str, strength: Strength = Strength.BUYER) -> None:
    """Put one piece of evidence on record for each key, dated today, said by the buyer."""
    for key in keys:
        add_evidence(
            deal, by=by, key=key, strength=strength, occurred_on=latest(deal.org).on, title=key, author="Bruno Keller"
        )


def meet(deal: Deal, by: Member, name: str = "Bruno Keller", roles: Sequence[str] = ("champion",)) -> None:
    """A person of the buyer's side, met today, with a benefit of their own."""
    save_stakeholder(
        deal, by=by, name=name, roles=roles, stance="supporter", met_on=latest(deal.org).on,
        personal_benefit="Fewer late nights",
    )  # fmt: skip


def open_discovery_gate(deal: Deal, by: Member) -> None:
    """All the gate into discovery asks for."""
    prove(deal, by, "qualification_call", "fit_confirmed")
    meet(deal, by)


def end_deal(deal: Deal, stage: str) -> Deal:
    """A deal that has ended, however it came there."""
    now = timezone.now()
    move = StageMove.objects.create(
        deal=deal, from_stage=deal.stage, to_stage=stage, direction="reported", occurred_at=now, known_at=now,
        recorded_at=now, via="import",
    )  # fmt: skip
    apply_move(deal, move, stamp(deal.org))
    return deal


def make_pipeline(org: Organisation, owners: Sequence[Member], count: int) -> list[Deal]:
    """``count`` open deals spread over the stages, unverified as after an import, written in a few statements."""
    now = datetime.combine(latest(org).on, datetime.min.time(), UTC)
    accounts = [Account(org=org, name=f"Account {number}") for number in range(max(count // 2, 1))]
    deals, moves, steps = [], [], []
    for number in range(count):
        stage, at = STAGES[number % len(STAGES)], now - timedelta(days=number % 40)
        move_id = uuid4()
        deal = Deal(
            org=org, account=accounts[number % len(accounts)], owner=owners[number % len(owners)],
            name=f"Deal {number}", stage=stage, is_verified=False, last_move_id=move_id, stage_entered_at=at,
            amount=Decimal(1000 * (number % 90 + 1)), currency=org.currency, opened_at=at,
            target_on=(now + timedelta(days=30 + number % 90)).date(), playbook=org.playbook,
        )  # fmt: skip
        deals.append(deal)
        moves.append(
            StageMove(id=move_id, deal=deal, to_stage=stage, direction="reported", occurred_at=at, known_at=at,
                      recorded_at=now, via="import")
        )  # fmt: skip
        if number % 4:
            steps.append(NextStep(deal=deal, text="Send the summary", owner="Alice Moretti", due_on=now.date()))
    with transaction.atomic():
        Account.objects.bulk_create(accounts)
        StageMove.objects.bulk_create(moves)
        Deal.objects.bulk_create(deals)
        NextStep.objects.bulk_create(steps)
        refresh_gate_states(Deal.objects.of(org).select_related("org", "owner"), latest(org))
    return deals
