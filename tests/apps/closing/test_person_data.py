"""Everything held about a person is found, exported and erased; the ledger still verifies."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from landmark.buying.models import Fact
from landmark.closing.models import Letter
from landmark.closing.paper_actions import issue_paper
from landmark.closing.person_actions import GONE, OF_THEM, erase_person
from landmark.closing.person_data import ROOM, find_person_data
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.models import Person, StageMove, Stakeholder
from landmark.deals.policies import Refused
from landmark.ledger.attachments import find_attachment
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.playbook.schema import Strength
from tests.factories import make_deal, make_member, make_org

pytestmark = pytest.mark.django_db(transaction=True)

NAME, EMAIL = "Bruno Keller", "bruno@birch.example"


@pytest.fixture
def admin(db: None) -> Member:
    return make_member(make_org(), Role.ADMINISTRATOR, "Ada Marsh")


@pytest.fixture
def person(admin: Member) -> Person:
    """Somebody with words all over a deal: card, note, evidence, letter, kept document."""
    deal = make_deal(admin)
    stake = save_stakeholder(
        deal, by=admin, name=NAME, title="Head of operations", email=EMAIL, roles=["champion"], stance="adversary",
        met_on=latest(deal.org).on, personal_benefit="Fewer late nights", plan="Lunch with him",
    )  # fmt: skip
    add_evidence(
        deal, by=admin, key="fit_confirmed", strength=Strength.BUYER, occurred_on=latest(deal.org).on, author=NAME,
        title="Said on the phone", note=f"{NAME} wants it in June",
    )  # fmt: skip
    Fact.objects.create(
        deal=deal, step="now", text=f"{NAME.upper()} works at night", said_by=NAME, learned_on=latest(deal.org).on,
        author=admin.name, created_at=timezone.now(),
    )  # fmt: skip
    Letter.objects.create(
        deal=deal, kind="recap", token="t", recipients=[{"name": NAME, "email": EMAIL}], subject="Recap",
        body=f"Dear {NAME},", created_at=timezone.now(),
    )  # fmt: skip
    issue_paper(deal, "deal_snapshot", by=admin, lang="en")
    return stake.person


def test_everything_is_found_and_exported(person: Person) -> None:
    data = find_person_data(person)
    held = str(data.export())
    for words in (
        NAME,
        EMAIL,
        "Fewer late nights",
        "Lunch with him",
        "wants it in June",
        "works at night",
        "adversary",
    ):
        assert words in held
    assert {trace.label for trace in data.traces} >= {"deals.Person", "deals.Stakeholder", "buying.Fact"}
    assert (len(data.letters), len(data.papers)) == (1, 1)


@pytest.mark.rule("10.3", "A person's data is erased for good and the ledger still verifies")
def test_nothing_of_them_is_left_and_the_ledger_verifies(person: Person, admin: Member) -> None:
    before = find_person_data(person)
    file = find_attachment(before.papers[0].attachment_sha256)
    assert file.is_file()
    done = erase_person(person, by=admin, typed_name=NAME)
    assert done.ledger_rows >= 2
    assert done.files == 1
    assert not file.exists()
    person.name, person.email = NAME, EMAIL  # asked again as they were known
    after = find_person_data(person)
    assert not after.ledger
    assert not after.letters
    assert [trace.label for trace in after.traces if not trace.is_theirs] == []
    stake = Stakeholder.objects.get(person_id=person.id)
    assert (stake.stance, stake.personal_benefit, stake.plan, stake.roles) == ("neutral", "", "", ["champion"])
    assert Person.objects.get(pk=person.pk).name == GONE
    report = verify(person.org_id)
    assert report.is_whole, report.problem
    assert report.counts.erased >= 2


def test_only_an_administrator_who_types_the_name_erases(person: Person, admin: Member) -> None:
    with pytest.raises(Refused, match="Type the name"):
        erase_person(person, by=admin, typed_name="Bruno")
    with pytest.raises(PermissionDenied):
        erase_person(person, by=make_member(admin.org, Role.MANAGER, "Bob Lindqvist"), typed_name=NAME)
    assert Person.objects.get(pk=person.pk).name == NAME


def test_words_of_a_move_are_emptied_and_nothing_else_of_it_changes(person: Person, admin: Member) -> None:
    move = StageMove.objects.get(deal__stakeholders__person=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        StageMove.objects.filter(pk=move.pk).update(note="other words")
    with pytest.raises(IntegrityError), transaction.atomic():
        StageMove.objects.filter(pk=move.pk).update(note="", occurred_at=move.occurred_at - timedelta(days=1))


def test_every_field_that_is_emptied_exists() -> None:
    for label, values in OF_THEM.items():
        names = {field.name for field in apps.get_model(label)._meta.concrete_fields}
        assert set(values) <= names, label
    assert {label.split(".")[0] for label in OF_THEM} <= set(ROOM)
