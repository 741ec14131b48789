"""Files that people hand over, at every door: a bad one is refused in one sentence, the form keeps what was typed."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.utils import timezone

from landmark.closing.models import Decision, DecisionMeeting
from landmark.closing.packet_actions import start_packet
from landmark.deals.models import Deal
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from landmark.plans.plan_actions import start_plan
from landmark.ui import uploads
from tests.factories import find_workday, meet, prove
from tests.web.conftest import World

# address below the deal → the field that takes the file, and something typed beside it
DOORS: Mapping[str, tuple[str, str, str]] = {
    "evidence/": ("attachment", "title", "Said at lunch"),
    "discovery/save/sign_off/": ("attachment", "signed_by", "Ines Rau of Birch"),
    "map/confirm/": ("attachment", "recap", "Legal looks first"),
    "plan/confirm/?list=mutual": ("attachment", "note", "By mail on Monday"),
    "close/do/paper/": ("attachment", "owner", "Bob the deal desk"),
    "decision/signed/": ("file", "agreed", "scope kept"),
    "decision/written/": ("file", "words", "It pays within a year"),
}
BAD = {
    "nothing in it": ("contract.pdf", b"", "This file is empty"),
    "too large": ("contract.pdf", b"%PDF-1.7" + b"x" * 3000, "larger than"),
    "no mail": ("yes.eml", b"%PDF-1.7", "no e-mail we can read"),
    "no calendar": ("invitation.ICS", b"<html>", "no calendar file we can read"),
    "an empty mail": ("yes.eml", b" \r\n", "This file is empty"),
}


def send(world: World, door: str, name: str, content: bytes) -> HttpResponse:
    field, beside, typed = DOORS[door]
    fields: dict[str, object] = {beside: typed.removesuffix(" kept"), field: SimpleUploadedFile(name, content)}
    if door.startswith("plan"):
        day = find_workday(world.org, 90)
        start_plan(world.deal, by=world.alice, template="mutual", anchor="go_live", anchor_on=day)
    if door.endswith("paper/"):
        fields["row"] = start_packet(world.deal, by=world.alice).papers.get(key="scope").pk
    if door.startswith("decision"):
        decide(world.deal, is_written=door.endswith("signed/"))
    return world.client(world.alice).post(world.deal_url + door, fields)


def decide(deal: Deal, *, is_written: bool) -> None:
    """A spoken yes, or one in writing, as the tab Decision finds it."""
    today = latest(deal.org).on
    meeting = DecisionMeeting.objects.create(
        deal=deal, number=1, uid="1@landmark", subject="Decision", starts_at=timezone.now(), state="held",
        held_on=today, review="yes",
    )  # fmt: skip
    Decision.objects.create(deal=deal, meeting=meeting, outcome="yes", decided_on=today)
    if is_written and deal.owner is not None:
        prove(deal, deal.owner, "decision_in_writing")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_and_nothing_typed_is_lost(
    world: World, door: str, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LIMIT_BYTES", 2000)
    meet(world.deal, world.alice, "Ines Rau", ("economic_buyer",))
    name, content, sentence = BAD[case]
    response = send(world, door, name, content)
    page = response.content.decode().replace('value="scope" checked', "scope kept")
    assert response.status_code == 422
    assert sentence in page
    assert DOORS[door][2] in page
    assert not Evidence.objects.exclude(attachment_sha256="").exists()
    assert not list(Path(settings.ATTACHMENTS_DIR).glob("**/.incoming-*"))


def test_a_document_that_swells_when_unpacked_stays_packed(world: World) -> None:
    """A .docx of some kilobytes that would unpack to 200 MB is kept as it came: nothing here opens it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _part in range(200):
            part.write(b"\0" * 2**20)
    sent = {
        "key": "qualification_call", "strength": "documented", "occurred_on": latest(world.org).on.isoformat(),
        "title": "Their paper", "attachment": SimpleUploadedFile("terms.docx", packed.getvalue()),
    }  # fmt: skip
    client = world.client(world.alice)
    assert client.post(world.deal_url + "evidence/", sent).status_code == 302
    row = Evidence.objects.get()
    assert client.get(world.deal_url).status_code == 200
    assert client.get(f"{world.deal_url}letters/{row.attachment_sha256}/").status_code == 200
    kept = client.get(f"{world.deal_url}files/{row.attachment_sha256}/")
    assert kept.content == packed.getvalue()
    assert kept["Content-Disposition"].endswith('.zip"')


def test_a_name_that_would_climb_out_of_the_folder_is_never_used(world: World) -> None:
    sent = {
        "key": "qualification_call", "strength": "documented", "occurred_on": latest(world.org).on.isoformat(),
        "title": "Paper", "attachment": SimpleUploadedFile("../../evil.html", b"<script>alert(1)</script>"),
    }  # fmt: skip
    client = world.client(world.alice)
    assert client.post(world.deal_url + "evidence/", sent).status_code == 302
    kept = client.get(f"{world.deal_url}files/{Evidence.objects.get().attachment_sha256}/")
    assert kept["Content-Type"] == "application/octet-stream"
    assert kept["Content-Disposition"].startswith("attachment;")
    assert "evil" not in kept["Content-Disposition"]


@pytest.mark.parametrize("digest", ["0" * 64, "..%2f..%2fetc%2fpasswd", "A" * 64, "0" * 63])
def test_a_file_that_is_not_of_this_deal_is_not_found(world: World, digest: str) -> None:
    client = world.client(world.alice)
    for part in ("files", "letters"):
        assert client.get(f"{world.deal_url}{part}/{digest}/").status_code == 404
