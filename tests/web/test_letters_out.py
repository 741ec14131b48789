"""Mail that does not go as it should: a server that refuses, a machine that stops, a hand that clicks twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from landmark.closing.models import DecisionMeeting, Invitee, Letter, LetterState, Minutes, Recap
from landmark.deals.actions.moves import apply_move
from landmark.deals.actions.stakeholders import save_stakeholder
from landmark.deals.models import StageMove
from landmark.ledger.models import AuditEvent
from landmark.orgs.as_of import latest, stamp
from landmark.orgs.roles import Role
from tests.factories import make_deal, make_member
from tests.web.conftest import World


class Crash(BaseException):
    """The machine stops."""


@contextmanager
def sending(patch: pytest.MonkeyPatch, error: BaseException, *, after: bool = False) -> Iterator[None]:
    """What happens while the mail is handed over; ``after``: once the server has it."""
    send = EmailMultiAlternatives.send

    def fail(self: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        if after:
            send(self)
        raise error

    with patch.context() as within:
        within.setattr(EmailMultiAlternatives, "send", fail)
        yield


@pytest.fixture
def client(world: World) -> Client:
    """Minutes ready to be sent to the one who was there."""
    stake = save_stakeholder(
        world.deal, by=world.alice, name="Ines Rau", email="ines@birch.example", roles=["economic_buyer"]
    )
    meeting = DecisionMeeting.objects.create(
        deal=world.deal, number=1, uid="1@landmark", subject="Review and decision", starts_at=timezone.now(),
        state="held", held_on=latest(world.org).on, changed_by=world.alice,
        agenda=[{"key": "decision", "text": "Decide", "minutes": 9}],
    )  # fmt: skip
    Invitee.objects.create(meeting=meeting, person=stake.person, was_there=True)
    Minutes.objects.create(meeting=meeting, deal=world.deal, text="We met.", due_on=latest(world.org).on)
    return world.client(world.alice)


def press(client: Client, world: World) -> str:
    version = Minutes.objects.get().version
    sent = {"text": "", "do": "send", "version": version}
    return client.post(f"{world.deal_url}decision/minutes/", sent, follow=True).content.decode()


def again(client: Client, world: World, letter: Letter) -> str:
    path = f"{world.deal_url}documents/letters/{letter.id}/again/"
    return client.post(path, follow=True).content.decode()


def verbs() -> list[str]:
    return list(AuditEvent.objects.filter(verb__startswith="letter.").order_by("seq").values_list("verb", flat=True))


ERRORS: list[Any] = [
    ConnectionRefusedError("Connection refused"),
    TimeoutError("timed out"),
    SMTPRecipientsRefused({"ines@birch.example": (550, b"no such user")}),
    UnicodeError("label too long"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_letter_the_server_refuses_is_kept_as_not_sent_and_goes_on_another_try(
    world: World, client: Client, error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sending(monkeypatch, error):
        assert "the mail did not go" in press(client, world)
    letter = Letter.objects.get()
    assert (letter.state, letter.sent_at) == (LetterState.FAILED, None)
    assert Minutes.objects.get().sent_on is None
    page = client.get(f"{world.deal_url}documents/letters/{letter.id}/").content.decode()
    assert "did not take it" in page
    assert "Send it again" in page
    assert "Sent to Ines Rau" in again(client, world, letter)
    assert "went out, or is on its way" in again(client, world, letter)
    (sent,) = mail.outbox
    assert (sent.to, sent.body) == (["Ines Rau <ines@birch.example>"], "We met.")
    assert Minutes.objects.get().sent_on == latest(world.org).on
    assert verbs() == ["letter.failed", "letter.sent"]


@pytest.mark.parametrize("kind", ["one_page", "recap"])
def test_what_is_out_stays_out_on_a_deal_that_ended(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    with sending(monkeypatch, TimeoutError("timed out")):
        press(client, world)
    Letter.objects.update(kind=kind)
    Recap.objects.create(deal=world.deal, number=1, decision="Phase 1", summary_number=1, made_at=timezone.now())
    world.deal.refresh_from_db()
    now = stamp(world.org)
    move = StageMove.objects.create(
        deal=world.deal, from_stage=world.deal.stage, to_stage="won", direction="reported", occurred_at=now,
        known_at=now, recorded_at=now, author=world.alice.name, via="import",
    )  # fmt: skip
    apply_move(world.deal, move, now)
    assert "Sent to Ines Rau" in again(client, world, Letter.objects.get())
    assert Recap.objects.get().sent_on is None


def test_refused_once_the_page_itself_sends_another_letter(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sending(monkeypatch, ConnectionRefusedError("Connection refused")):
        press(client, world)
    assert "The minutes are out." in press(client, world)
    assert "sent already" in press(client, world)
    assert len(mail.outbox) == 1
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["failed", "sent"]


def test_a_second_click_sends_nothing(world: World, client: Client) -> None:
    press(client, world)
    press(client, world)
    assert len(mail.outbox) == 1
    assert Letter.objects.count() == 1


def test_a_machine_that_stops_after_the_mail_left_sends_no_second_one_unasked(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sending(monkeypatch, Crash(), after=True), pytest.raises(Crash):
        press(client, world)
    letter = Letter.objects.get()
    assert letter.state == LetterState.SENDING
    assert "still being sent" in press(client, world)
    assert "went out, or is on its way" in again(client, world, letter)
    assert len(mail.outbox) == 1
    Letter.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    page = client.get(f"{world.deal_url}documents/letters/{letter.id}/").content.decode()
    assert "ask the people below whether it came" in page
    assert "Sent to Ines Rau" in again(client, world, letter)
    assert len(mail.outbox) == 2
    assert mail.outbox[0].extra_headers["Message-ID"] == mail.outbox[1].extra_headers["Message-ID"]
    assert Minutes.objects.get().sent_on == latest(world.org).on


def test_a_machine_that_stops_before_the_mail_left_keeps_the_letter(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sending(monkeypatch, Crash()), pytest.raises(Crash):
        press(client, world)
    assert not mail.outbox
    letter = Letter.objects.get()
    assert (letter.state, letter.body) == (LetterState.SENDING, "We met.")
    assert Minutes.objects.get().sent_on is None


def test_an_invitation_that_did_not_go_goes_again_as_a_calendar_request(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    DecisionMeeting.objects.update(state="planned", held_on=None)
    with sending(monkeypatch, TimeoutError("timed out")):
        page = client.post(f"{world.deal_url}decision/invite/", follow=True).content.decode()
    assert "the mail did not go" in page
    again(client, world, Letter.objects.get())
    ((content, kind),) = mail.outbox[0].alternatives
    assert kind == "text/calendar; method=REQUEST"
    assert "METHOD:REQUEST" in content


def test_a_letter_of_another_deal_or_without_the_right_goes_nowhere(world: World, client: Client) -> None:
    press(client, world)
    letter = Letter.objects.get()
    Letter.objects.update(state=LetterState.FAILED)
    mail.outbox.clear()

    other = make_deal(world.alice, "Second deal")
    path = world.url(f"deals/{other.id}/documents/letters/{letter.id}/again/")
    assert client.post(path).status_code == 404
    for role in (Role.CONTRIBUTOR, Role.REPRESENTATIVE, Role.EXECUTIVE):
        stranger = world.client(make_member(world.org, role, f"Dan {role}"))
        assert stranger.post(path.replace(str(other.id), str(world.deal.id))).status_code == 403
    assert not mail.outbox
