"""Every address × every kind of person: strangers get 404, missing rights 403, nobody signed in is asked to."""

import io
import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from landmark.deals.actions.evidence import add_evidence
from landmark.ledger.models import Evidence
from landmark.orgs.roles import Role
from landmark.playbook.schema import Strength
from tests.factories import make_member
from tests.web.conftest import World

# name → what a read-only member (an executive) gets by GET. None: the address takes POST only.
FOR_READERS: dict[str, int | None] = {
    "org": 302, "board": 200, "table": 200, "table_csv": 200, "deal": 200, "forecast": 200, "report_card": 200,
    "notices": 200, "find": 200, "forecast_progress": 200, "deal_new": 403, "deal_file": 404,
    "deal_move": None, "deal_evidence": None, "deal_people": None, "deal_next_step": None, "deal_edit": None,
    "playbooks": 200, "playbooks_use": None,
    "changes": 200, "changes_chart": 404, "changes_csv": 200,
    "forecast_renew": None, "forecast_chart": 404, "report_card_chart": 404, "deal_chart": 404, "review_pdf": 200,
    "targets": 200, "targets_chart": 404, "funnel": 200, "funnel_chart": 404, "funnel_freeze": None,
    "funnel_explain": None,
    "calls": 200, "calls_chart": 404, "calls_submit": None, "calls_categories": None, "calls_remind": None,
    "calls_freeze": None, "quotas": 200, "quotas_save": None, "calls_settings": 200, "calls_deadline": None,
    "fiscal_year": None, "calls_country": None, "rate_add": None, "rates_upload": None,
    "people": 200, "people_chart": 404, "people_person": None, "people_undo": None, "people_review": None,
    "people_answers": None, "people_confirm": None, "people_meeting": None, "people_answer": None,
    "plan": 200, "plan_chart": 404, "plan_calendar": 404, "plan_start": None, "plan_save": None, "plan_action": None,
    "plan_press": None, "plan_drop": None, "plan_dates": None, "plan_confirm": None, "deal_letter": 404,
    "close": 200, "close_packet": 200, "close_markups": 200, "close_terms": 200, "close_summary": 200,
    "close_recap": 200, "close_signing": 200, "close_handover": 200, "close_do": None, "deal_review": 200,
    "documents": 200, "documents_one": 404, "documents_pdf": 404, "documents_page": 404, "documents_issued": 404,
    "documents_issue": None, "documents_mail": 403, "documents_letter": 404, "documents_again": None,
    "documents_enclosure": 404, "person_data": 403, "person_export": 403, "person_erase": None,
    "decision": 200, "decision_chart": 404, "decision_file": 404, "decision_act": None,
    "imports": 403, "differences": 403, "difference_settle": None, "remove_sample": None, "import_run": 403,
    "import_state": 403, "import_apply": None, "import_discard": None, "import_rejects": 403,
    "discovery": 200, "discovery_save": None, "discovery_call": 403, "discovery_note": 403, "discovery_undo": None,
    "qualification": 200, "qualification_proposals": None, "qualification_points": None, "qualification_decide": None,
    "qualification_buying": None, "qualification_confirm_buying": None, "qualification_criteria": None,
    "qualification_alternative": None, "qualification_remove": None, "qualification_grades": None,
    "qualification_barrier": None, "qualification_answer": None, "qualification_out": None,
    "qualification_watch": None, "qualification_happened": None, "qualification_trial": None,
    "qualification_fix": None, "qualification_undo": None,
}  # fmt: skip


def _org_addresses() -> dict[str, str]:
    """Every address below an organisation's slug, with ids that lead nowhere but the deal's own."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif route.startswith("<slug:slug>/"):
                found[str(pattern.name)] = "/" + route

    walk(get_resolver("landmark.workspace.urls").url_patterns, "")
    return found


ADDRESSES = _org_addresses()


def _fill(route: str, world: World) -> str:
    route = route.replace("<slug:slug>", world.org.slug)
    if "deals/<uuid:pk>" in route:
        route = route.replace("<uuid:pk>", str(world.deal.id))
    return re.sub(r"<\w+:\w+>", lambda m: "0" * 64 if "str" in m[0] else "1" if "int" in m[0] else str(uuid4()), route)


def test_every_address_is_in_the_list() -> None:
    assert set(ADDRESSES) == set(FOR_READERS)


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_nobody_signed_in_is_asked_to_sign_in(world: World, name: str) -> None:
    method = "get" if FOR_READERS[name] else "post"
    response = getattr(Client(), method)(_fill(ADDRESSES[name], world))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_a_stranger_finds_nothing(world: World, name: str) -> None:
    client = world.client(world.charlie)
    method = "get" if FOR_READERS[name] else "post"
    assert getattr(client, method)(_fill(ADDRESSES[name], world)).status_code == 404


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_a_reader_reads_and_changes_nothing(world: World, name: str) -> None:
    client = world.client(make_member(world.org, Role.EXECUTIVE, "Dan Oyelaran"))
    address = _fill(ADDRESSES[name], world)
    if FOR_READERS[name] is not None:
        assert client.get(address).status_code == FOR_READERS[name]
        return
    before = world.deal.version
    assert client.post(address, {"to": "lost", "done": "1", "version": "1"}).status_code == 403
    world.deal.refresh_from_db()
    assert world.deal.version == before


def test_a_member_who_left_finds_nothing(world: World) -> None:
    client = world.client(world.alice)
    world.alice.is_active = False
    world.alice.save()
    assert client.get(world.url("board/")).status_code == 404


def test_a_deal_of_another_organisation_is_not_found_under_ones_own_slug(world: World) -> None:
    client = world.client(world.charlie)
    assert client.get(f"/other/deals/{world.deal.id}/").status_code == 404


@pytest.mark.parametrize("day", ["yesterday", "0001-01-01", "9999-12-31"])
def test_a_day_that_cannot_be_read_says_how_to_write_it(world: World, day: str) -> None:
    response = world.client(world.alice).get(world.url(f"board/?as_of={day}"))
    assert response.status_code == 400
    assert "2026-03-31" in response.content.decode()


def test_htmx_is_sent_to_the_whole_sign_in_page(world: World) -> None:
    response = Client().get(world.url("board/"), headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/accounts/login/")


def test_home_leads_to_the_organisation_last_looked_at(world: World) -> None:
    client = world.client(world.alice)
    assert client.get("/").headers["Location"] == world.url("board/")


def test_somebody_without_an_organisation_is_told_what_to_do(world: World) -> None:
    client = world.client(world.alice)
    world.alice.delete()
    assert "not a member" in client.get("/").content.decode()


def test_an_attachment_goes_only_to_its_organisation_and_never_opens_in_the_page(world: World) -> None:
    row_id = add_evidence(
        world.deal, by=world.alice, key="qualification_call", strength=Strength.DOCUMENTED,
        occurred_on=world.deal.opened_at.date(), attachment=io.BytesIO(b"%PDF-1.7 <script>"),
    )  # fmt: skip
    digest = Evidence.objects.get(id=row_id).attachment_sha256
    path = f"{world.deal_url}files/{digest}/"
    response = world.client(world.alice).get(path)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="qualification_call-')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/octet-stream"
    assert world.client(world.charlie).get(path).status_code == 404
