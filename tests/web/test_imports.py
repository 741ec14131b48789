"""Importing in the browser, page by page, with the background work done at once."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from landmark.connectors.actions import import_paths
from landmark.connectors.models import Difference, ImportRun
from landmark.connectors.progress import folder_of
from landmark.deals.actions.deals import edit_deal
from landmark.deals.models import Deal
from landmark.ledger.models import Evidence
from landmark.orgs.models import Member, Organisation
from landmark.orgs.roles import Role
from tests.apps.connectors.samples import deal, event_log, usual_log
from tests.factories import make_member, make_org, sign_in

pytestmark = pytest.mark.django_db

AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
NOT_YET = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
MAY = (Role.MANAGER, Role.SALES_OPERATIONS, Role.ADMINISTRATOR)
MAY_NOT = (Role.REPRESENTATIVE, Role.CONTRIBUTOR, Role.EXECUTIVE)


@pytest.fixture(autouse=True)
def _uploads_here(settings: Any, tmp_path: Path) -> None:
    settings.UPLOADS_DIR = tmp_path / "uploads"
    settings.TASKS = AT_ONCE


@pytest.fixture
def org() -> Organisation:
    return make_org()


@pytest.fixture
def manager(org: Organisation) -> Member:
    return make_member(org, Role.MANAGER, "Carla Neri")


@pytest.fixture
def inside(client: Client, manager: Member) -> Client:
    return sign_in(client, manager)


def files_of(paths: list[Path]) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(path.name, path.read_bytes()) for path in paths]


def upload(client: Client, paths: list[Path], slug: str = "alder", **fields: str) -> Any:
    return client.post(f"/{slug}/import/", {"files": files_of(paths), "target": "here", **fields})


def test_upload_look_apply_board(inside: Client, org: Organisation, tmp_path: Path) -> None:
    answer = upload(inside, usual_log(tmp_path / "log"))
    run = ImportRun.objects.get()
    assert answer["Location"] == f"/alder/import/{run.id}/"
    page = inside.get(answer["Location"]).content.decode()
    assert "nothing written yet" in page
    assert "3 new · 0 changed · 0 unchanged" in page
    assert "Site visit" in page
    assert not Deal.objects.exists()

    answer = inside.post(f"/alder/import/{run.id}/apply/")
    page = inside.get(answer["Location"]).content.decode()
    assert "Your deals are in" in page
    assert '/alder/board/"' in page
    assert Deal.objects.filter(org=org).count() == 3
    run.refresh_from_db()
    assert (run.status, run.member_id) == ("applied", Member.objects.get(user__isnull=False).id)
    assert not list(folder_of(run.id).glob("upload-*"))


def test_a_dry_run_can_be_thrown_away(inside: Client, tmp_path: Path) -> None:
    upload(inside, usual_log(tmp_path / "log"))
    run = ImportRun.objects.get()
    answer = inside.post(f"/alder/import/{run.id}/discard/", follow=True)
    assert "nothing was changed" in answer.content.decode()
    assert not folder_of(run.id).exists()
    assert not Deal.objects.exists()


def test_a_bad_file_is_one_sentence_on_the_same_page(inside: Client, tmp_path: Path) -> None:
    path = tmp_path / "holiday plans.csv"
    path.write_text("place,days\nRimini,7\n")
    answer = upload(inside, [path])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "holiday plans.csv starts with the headings place, days" in page
    assert 'name="files"' in page
    assert "upload-1" not in page


def test_no_file_too_many_bytes_and_no_name_are_one_sentence_each(
    inside: Client, settings: Any, tmp_path: Path
) -> None:
    assert "Choose a file first" in inside.post("/alder/import/", {"target": "here"}).content.decode()
    paths = usual_log(tmp_path / "log")
    assert "Give the new organisation a name" in upload(inside, paths, target="new").content.decode()
    settings.LANDMARK_UPLOAD_LIMIT_BYTES = 10
    assert "are larger than" in upload(inside, paths).content.decode()
    assert not ImportRun.objects.exists()
    assert Organisation.objects.count() == 1


def test_rejected_rows_can_be_downloaded_and_name_the_file_as_its_owner_does(inside: Client, tmp_path: Path) -> None:
    upload(inside, event_log(tmp_path / "log", [deal("D1"), deal("D2", "soon")], []))
    run = ImportRun.objects.get()
    page = inside.get(f"/alder/import/{run.id}/").content.decode()
    assert "deals.csv" in page
    assert "upload-" not in page
    answer = inside.get(f"/alder/import/{run.id}/rejected-rows.csv")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"deals.csv,3," in b"".join(answer.streaming_content)


def test_an_amount_too_large_is_one_sentence_and_costs_nothing_else(
    inside: Client, org: Organisation, tmp_path: Path
) -> None:
    too_much = "1" + "0" * 16
    deals = [deal("D1", amount=too_much), deal("D2", amount=500)]
    upload(inside, event_log(tmp_path / "log", deals, [("D1", "2026-03-05", "discovery_held")]))
    run = ImportRun.objects.get()
    page = inside.get(f"/alder/import/{run.id}/").content.decode()
    assert "Values that are too large" in page
    assert f"amount reads {too_much}, more than the" in page
    assert too_much.encode() in b"".join(inside.get(f"/alder/import/{run.id}/rejected-rows.csv").streaming_content)
    inside.post(f"/alder/import/{run.id}/apply/")
    first, second = Deal.objects.filter(org=org).order_by("external_id")
    assert (first.amount, second.amount) == (None, 500)
    assert (first.account.name, first.owner is not None) == ("Birch Freight", second.owner is not None)
    assert Evidence.objects.for_deal(org.id, first.id).count() == 1
    assert "Values left out" in inside.get(f"/alder/import/{run.id}/").content.decode()


def test_strict_from_the_page(inside: Client, tmp_path: Path) -> None:
    answer = upload(inside, event_log(tmp_path / "log", [deal("D1"), deal("D2", "soon")], []), strict="on")
    assert answer.status_code == 422
    assert not ImportRun.objects.filter(status="checked").exists()


def test_a_new_organisation_is_administered_by_who_brought_it(
    inside: Client, org: Organisation, tmp_path: Path
) -> None:
    answer = upload(inside, usual_log(tmp_path / "log"), target="new", new_name="Willow Works")
    made = Organisation.objects.get(name="Willow Works")
    assert answer["Location"].startswith("/willow-works/import/")
    assert made.members.get().role == Role.ADMINISTRATOR
    inside.post(f"/willow-works/import/{ImportRun.objects.get().id}/apply/")
    assert (Deal.objects.filter(org=made).count(), Deal.objects.filter(org=org).count()) == (3, 0)


def test_a_new_organisation_goes_with_the_file_that_is_thrown_away_or_cannot_be_read(
    inside: Client, tmp_path: Path
) -> None:
    upload(inside, usual_log(tmp_path / "log"), target="new", new_name="Willow Works")
    inside.post(f"/willow-works/import/{ImportRun.objects.get().id}/discard/")
    bad = tmp_path / "bad.csv"
    bad.write_text("place,days\n")
    upload(inside, [bad], target="new", new_name="Willow Works")
    assert [org.slug for org in Organisation.objects.all()] == ["alder"]


def test_while_the_worker_has_not_answered_the_page_waits(inside: Client, settings: Any, tmp_path: Path) -> None:
    upload(inside, usual_log(tmp_path / "log"))
    run = ImportRun.objects.get()
    settings.TASKS = NOT_YET
    inside.post(f"/alder/import/{run.id}/apply/")
    page = inside.get(f"/alder/import/{run.id}/").content.decode()
    assert f'hx-get="/alder/import/{run.id}/state/"' in page
    assert '<meta http-equiv="refresh"' in page
    part = inside.get(f"/alder/import/{run.id}/state/").content.decode()
    assert part.startswith('<div id="state"')
    inside.post(f"/alder/import/{run.id}/apply/")
    assert not Deal.objects.exists()


def test_a_large_file_is_looked_at_by_the_worker(
    inside: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("landmark.workspace.views.imports.LOOKED_AT_ONCE_BYTES", 10)
    answer = upload(inside, usual_log(tmp_path / "log"))
    assert "nothing written yet" in inside.get(answer["Location"]).content.decode()


def test_the_same_files_again_say_so_and_change_nothing(inside: Client, tmp_path: Path) -> None:
    for _time in range(2):
        upload(inside, usual_log(tmp_path / "log"))
        run = ImportRun.objects.first()
        assert run is not None
        page = inside.get(f"/alder/import/{run.id}/").content.decode()
        inside.post(f"/alder/import/{run.id}/apply/")
    assert "would change nothing" in page
    assert (Deal.objects.count(), Evidence.objects.count()) == (3, 5)


@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_settling_a_difference(inside: Client, org: Organisation, manager: Member, tmp_path: Path, keep: str) -> None:
    import_paths(event_log(tmp_path, [deal("D1", amount=1000)], []), org_name=org.name)
    edit_deal(Deal.objects.get(), by=manager, changes={"name": "Our own name"})
    import_paths(event_log(tmp_path, [deal("D1", amount=1200)], []), org_name=org.name)
    assert "Settle them" in inside.get("/alder/import/").content.decode()
    page = inside.get("/alder/import/differences/").content.decode()
    assert "Our own name" in page
    inside.post(f"/alder/import/differences/{Difference.objects.get().id}/", {"keep": keep})
    assert Deal.objects.get().name == ("Our own name" if keep == "ours" else "D1")
    assert "All settled" in inside.get("/alder/import/differences/").content.decode()


def sample(tmp_path: Path) -> tuple[Organisation, Member]:
    made = import_paths(usual_log(tmp_path / "sample"), org_name="Sample company", is_sample=True).org
    return made, make_member(made, Role.MANAGER, "Dario Fonti")


def test_nothing_is_imported_into_the_sample(client: Client, tmp_path: Path) -> None:
    made, member = sample(tmp_path)
    answer = upload(sign_in(client, member), usual_log(tmp_path / "log"), slug=made.slug)
    assert answer.status_code == 422
    assert "The sample stays as it is" in answer.content.decode()


def test_the_sample_goes_in_one_click_once_there_is_something_of_ones_own(
    client: Client, org: Organisation, tmp_path: Path
) -> None:
    made, member = sample(tmp_path)
    sign_in(client, member)
    client.post(f"/{made.slug}/import/remove-sample/")
    assert Organisation.objects.filter(id=made.id).exists()
    Member.objects.create(org=org, user=member.user, name=member.name, role=Role.MANAGER)
    answer = client.post(f"/{made.slug}/import/remove-sample/")
    assert answer["Location"] == "/"
    assert not Organisation.objects.filter(id=made.id).exists()
    assert not Deal.objects.exists()
    assert Evidence.objects.filter(org_id=made.id).count() == 5


def test_only_the_sample_can_be_removed_like_this(inside: Client, org: Organisation) -> None:
    inside.post("/alder/import/remove-sample/")
    assert Organisation.objects.filter(id=org.id).exists()


def addresses(run: ImportRun) -> list[tuple[str, str]]:
    own = f"/alder/import/{run.id}/"
    return [
        ("get", "/alder/import/"), ("post", "/alder/import/"), ("get", own), ("get", f"{own}state/"),
        ("post", f"{own}apply/"), ("post", f"{own}discard/"), ("get", f"{own}rejected-rows.csv"),
        ("get", "/alder/import/differences/"), ("post", "/alder/import/differences/1/"),
        ("post", "/alder/import/remove-sample/"),
    ]  # fmt: skip


@pytest.mark.parametrize("role", MAY_NOT)
def test_without_the_right_every_address_says_403(client: Client, org: Organisation, role: str) -> None:
    run = ImportRun.objects.create(org=org, status="checked")
    sign_in(client, make_member(org, role, "Elena Rossi"))
    assert {getattr(client, method)(url).status_code for method, url in addresses(run)} == {403}


def test_a_stranger_sees_404_and_a_guest_the_sign_in(client: Client, org: Organisation) -> None:
    run = ImportRun.objects.create(org=org, status="checked")
    assert {getattr(client, method)(url).status_code for method, url in addresses(run)} == {302}
    sign_in(client, make_member(make_org("Other", "other"), Role.ADMINISTRATOR, "Fabio Verdi"))
    assert {getattr(client, method)(url).status_code for method, url in addresses(run)} == {404}


@pytest.mark.parametrize("role", MAY)
def test_with_the_right_the_page_opens(client: Client, org: Organisation, role: str) -> None:
    sign_in(client, make_member(org, role, "Elena Rossi"))
    assert client.get("/alder/import/").status_code == 200


def test_a_run_of_another_organisation_is_not_found(inside: Client) -> None:
    run = ImportRun.objects.create(org=make_org("Other", "other"), status="checked")
    assert inside.get(f"/alder/import/{run.id}/").status_code == 404
    assert inside.post(f"/alder/import/{run.id}/apply/").status_code == 404
