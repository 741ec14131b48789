"""Everything held about a person is found, exported and erased; the ledger still verifies."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from landmark.buying.models import CallNote, Fact
from landmark.buying.people_actions import Card, save_person
from landmark.closing.models import Letter
from landmark.closing.paper_actions import issue_paper
from landmark.closing.person_actions import GONE, OF_THEM, erase_person
from landmark.closing.person_data import ROOM, find_person_data
from landmark.deals.actions.evidence import add_evidence
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.locks import lock_deal
from landmark.deals.models import Deal, Person, StageMove, Stakeholder
from landmark.deals.policies import Refused
from landmark.ledger.attachments import find_attachment
from landmark.ledger.models import Evidence
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member, Notice
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


def keep_evidence(
    deal: Deal, admin: Member, content: bytes, *, strength: Strength = Strength.DOCUMENTED, **words: str
) -> Path:
    pk = add_evidence(
        deal, by=admin, key="contract_signed" if strength == Strength.SIGNED else "qualification_call",
        strength=strength, occurred_on=latest(deal.org).on, attachment=io.BytesIO(content), **words,
    )  # fmt: skip
    return find_attachment(Evidence.objects.get(pk=pk).attachment_sha256)


MAIL = (
    b"From: Someone <x@birch.example>\r\nSubject: =?utf-8?q?Re=3A_go?=\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
EVENT = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260302T100000Z\r\n"
    b"DTSTART:20260302T100000Z\r\nSUMMARY:Talk\r\nATTENDEE;CN=Bruno Kel\r\n ler:mailto:%s\r\nEND:VEVENT\r\n"
    b"END:VCALENDAR\r\n"
)


@pytest.mark.rule("10.3", "Erasing reaches e-mails and calendar files by what stands in them, and no file others need")
def test_files_that_name_them_go_and_files_others_need_stay(person: Person, admin: Member) -> None:
    deal = Deal.objects.get(stakeholders__person=person)
    mail = keep_evidence(deal, admin, MAIL + b"Bruno=20Keller says yes.", title="A mail")
    event = keep_evidence(deal, admin, EVENT % b"office@birch.example", title="An invitation")
    said = keep_evidence(deal, admin, b"%PDF-1.7 what he said", author=NAME)
    contract = keep_evidence(deal, admin, b"%PDF-1.7 signed", strength=Strength.SIGNED, author=NAME)
    shared = keep_evidence(deal, admin, b"%PDF-1.7 the price list", author=NAME)
    keep_evidence(deal, admin, b"%PDF-1.7 the price list", title="Price list")
    other = make_member(make_org("Beech", "beech"), Role.ADMINISTRATOR, "Bo Hart")
    elsewhere = keep_evidence(make_deal(other), other, MAIL + b"Hello Bruno Keller", title="Of another house")
    assert elsewhere == keep_evidence(deal, admin, MAIL + b"Hello Bruno Keller", title="The same mail here")
    plain = keep_evidence(deal, admin, MAIL + b"Hello Ines.", title="Not about him")
    erase_person(person, by=admin, typed_name=NAME)
    assert [path.exists() for path in (mail, event, said)] == [False, False, False]
    assert [path.exists() for path in (contract, shared, elsewhere, plain)] == [True, True, True, True]


@pytest.mark.rule("10.3", "Erasing reaches notices, notes of calls, earlier names and letters that came back")
def test_notices_notes_earlier_names_and_letters_are_reached(person: Person, admin: Member) -> None:
    deal = Deal.objects.get(stakeholders__person=person)
    stake = Stakeholder.objects.get(person=person)
    save_person(deal, by=admin, card=Card("Bruno Kellner", email=EMAIL), state={}, stakeholder=stake)
    save_person(deal, by=admin, card=Card(NAME, email=EMAIL), state={}, stakeholder=stake)
    person.refresh_from_db()
    note = CallNote.objects.create(
        deal=deal, text="Bruno  Keller and Bruno\nKellner agree", held_on=latest(deal.org).on, author=admin.name,
        created_at=timezone.now(),
    )  # fmt: skip
    notice = Notice.objects.create(org=deal.org, member=admin, deal_id=deal.id, text=f"{NAME} returned it")
    elsewhere = make_deal(admin, "Another deal", account_name="Cedar Mills")
    letter = Letter.objects.create(
        deal=elsewhere, kind="recap", token="u", recipients=[{"name": "", "email": EMAIL}], subject="Recap",
        body="Hello", problem=f"refused: {EMAIL}", created_at=timezone.now(),
    )  # fmt: skip
    namesake = add_evidence(
        elsewhere, by=admin, key="fit_confirmed", strength=Strength.BUYER, occurred_on=latest(deal.org).on, author=NAME
    )
    erase_person(person, by=admin, typed_name=NAME)
    for row in (note, notice, letter):
        row.refresh_from_db()
    assert note.text == f"{GONE} and {GONE} agree"
    assert notice.text == f"{GONE} returned it"
    assert (letter.recipients, letter.problem) == ([{"name": "", "email": GONE}], f"refused: {GONE}")
    assert Evidence.objects.get(pk=namesake).author == NAME
    assert verify(person.org_id).is_whole


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


def test_what_a_colleague_wrote_just_before_the_lock_is_erased_too(
    person: Person, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever held the deal has written when the lock is ours."""

    def wait_for_colleague(deal: Deal) -> Deal:
        if not Fact.objects.filter(step="last").exists():
            Fact.objects.create(
                deal=deal, step="last", text=f"{NAME} called again", learned_on=latest(deal.org).on, author="Bob",
                created_at=timezone.now(),
            )  # fmt: skip
        return lock_deal(deal)

    monkeypatch.setattr("landmark.closing.person_actions.lock_deal", wait_for_colleague)
    erase_person(person, by=admin, typed_name=NAME)
    assert Fact.objects.get(step="last").text == f"{GONE} called again"
