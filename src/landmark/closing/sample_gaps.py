"""What a gate still misses on a told deal of the sample, put down by the ordinary actions.

Answers: how a told deal gets to the stage its story needs. Does not answer: what the story is (``sample_stories``).
Only what no part of the deal room has proved already is added, so that a story stays as its parts tell it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import singledispatch

from landmark.deals.actions.deals import edit_deal
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.next_steps import set_next_step
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.models import Deal, Stakeholder
from landmark.deals.snapshots import deal_facts
from landmark.engines.checks import judge
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.playbook import checks as kinds
from landmark.playbook.loader import load_playbook
from landmark.playbook.schema import EVERY_MOVE, MEETING, Check, Playbook, Strength

BENEFIT = "Fewer evenings spent on exceptions"
NAMES = ("Ines Falk", "Teo Marchetti", "Dana Okafor", "Ruben Lind", "Mira Sandoval")
AMOUNT = 48_000


def fill_gaps(deal: Deal, *, by: Member, up_to: str) -> None:
    """Everything the gates on the way to ``up_to`` ask for and nobody has put down yet."""
    playbook = load_playbook(deal.playbook)
    for check in _checks_up_to(playbook, up_to):
        deal.refresh_from_db()
        as_of = latest(deal.org)
        if not judge(check, deal_facts(deal, as_of), playbook, as_of.on).is_met:
            supply(check, deal, by, as_of.on)


def _checks_up_to(playbook: Playbook, up_to: str) -> Iterator[Check]:
    path = [stage.key for stage in playbook.stages if stage.kind in ("open", "won")]
    doors = path[1 : path.index(up_to) + 1]
    if playbook.stage(up_to).kind == "won":
        doors.append(MEETING)
    for door in (*doors, EVERY_MOVE):
        for gate in playbook.gates_at(door):
            yield from gate.checks


def _buyer(deal: Deal) -> str:
    """Whose word it is: the first person of the deal, else its account."""
    first = deal.stakeholders.select_related("person").order_by("person__name").first()
    return first.person.name if first else str(deal.account or deal.name)


def _put(deal: Deal, by: Member, key: str, strength: Strength, on: date) -> None:
    title = load_playbook(deal.playbook).label("milestone", key)
    author = _buyer(deal) if strength >= Strength.BUYER else ""
    day = max(on - timedelta(days=2), deal.opened_at.date())
    add_evidence(deal, by=by, key=key, strength=strength, occurred_on=day, title=title, author=author)


@singledispatch
def supply(check: kinds.BaseCheck, deal: Deal, by: Member, on: date) -> None:
    """Put down what one check misses."""
    raise NotImplementedError(type(check).__name__)


@supply.register
def _(check: kinds.EvidenceCheck, deal: Deal, by: Member, on: date) -> None:
    _put(deal, by, check.evidence, check.strength, on)


@supply.register
def _(check: kinds.AnyEvidenceCheck, deal: Deal, by: Member, on: date) -> None:
    _put(deal, by, check.any_of[-1], check.strength, on)


@supply.register
def _(check: kinds.RoleCheck, deal: Deal, by: Member, on: date) -> None:
    _add_person(deal, by, check.any_of[0], on)


@supply.register
def _(check: kinds.KeyPlayersCheck, deal: Deal, by: Member, on: date) -> None:
    people = [row for row in _people(deal) if set(row.roles) & set(check.roles)]
    for row in people:
        if row.met_on is None or not row.personal_benefit:
            _save(row, by, met_on=row.met_on or on - timedelta(days=9), benefit=row.personal_benefit or BENEFIT)
    if not people:
        _add_person(deal, by, check.roles[0], on)


@supply.register
def _(check: kinds.PeopleMetCheck, deal: Deal, by: Member, on: date) -> None:
    met = sum(row.met_on is not None for row in _people(deal))
    for _number in range(check.at_least - met):
        _add_person(deal, by, "end_user", on)


@supply.register
def _(check: kinds.AdversariesCheck, deal: Deal, by: Member, on: date) -> None:
    flags = {stance.key for stance in load_playbook(deal.playbook).stances if stance.red_flag}
    for row in _people(deal):
        if row.stance in flags and not row.plan:
            _save(row, by, plan="Show the figures of the pilot in a talk of two, with the sponsor's consent")


@supply.register
def _(check: kinds.NextStepCheck, deal: Deal, by: Member, on: date) -> None:
    set_next_step(deal, by=by, text="Agree the next meeting", owner=by.name, due_on=on + timedelta(days=4))


@supply.register
def _(check: kinds.AttributeCheck, deal: Deal, by: Member, on: date) -> None:
    edit_deal(deal, by=by, changes={f"attribute:{check.attribute}": "as told"})


@supply.register
def _(check: kinds.DealFieldCheck, deal: Deal, by: Member, on: date) -> None:
    edit_deal(deal, by=by, changes={check.name: AMOUNT if check.name == "amount" else on + timedelta(days=30)})


def _people(deal: Deal) -> list[Stakeholder]:
    return list(deal.stakeholders.select_related("person").order_by("person__name"))


def _add_person(deal: Deal, by: Member, role: str, on: date) -> None:
    taken = {row.person.name for row in _people(deal)}
    name = next(name for name in NAMES if name not in taken)
    save_stakeholder(
        deal,
        by=by,
        name=name,
        roles=[role],
        stance="supporter",
        met_on=on - timedelta(days=9),
        personal_benefit=BENEFIT,
    )


def _save(row: Stakeholder, by: Member, *, met_on: date | None = None, benefit: str = "", plan: str = "") -> None:
    """The person as they are on record, with what was missing."""
    save_stakeholder(
        row.deal, by=by, stakeholder=row, name=row.person.name, title=row.person.title, email=row.person.email,
        roles=row.roles, stance=row.stance, met_on=met_on or row.met_on,
        personal_benefit=benefit or row.personal_benefit, plan=plan or row.plan,
    )  # fmt: skip
