"""Ways round the rights of a deal: somebody else's deal, ids of another deal or organisation, sent twice, sent late."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from landmark.buying.models import CallNote, Fact, Requirement
from landmark.closing.models import Blocker, DecisionMeeting, Invitee, MarkUp, Risk
from landmark.closing.packet_actions import start_packet
from landmark.deals.models import Deal
from landmark.ledger.models import AuditEvent
from landmark.orgs.as_of import latest
from landmark.orgs.roles import Role
from tests.factories import end_deal, make_deal, make_member, meet
from tests.web.conftest import World
from tests.web.test_access import ADDRESSES, FOR_READERS, _fill

POSTS = sorted(name for name, status in FOR_READERS.items() if "deals/<uuid:pk>" in ADDRESSES[name] and status is None)
# What people may do on deals that are not theirs: add what they know, and own steps of a plan.
OPEN_TO_ALL = {"deal_evidence", "plan_press"}


def rows_of(deal: Deal) -> dict[str, int]:
    """How many rows each table keeps of a deal, and how many acts the ledger tells."""
    found = {"acts": AuditEvent.objects.filter(deal_id=deal.id).count()}
    for app in ("deals", "buying", "plans", "closing"):
        for model in apps.get_app_config(app).get_models():
            if any(field.name == "deal" for field in model._meta.concrete_fields):
                found[model.__name__] = model._default_manager.filter(deal=deal).count()
    return found


def everything_typed(world: World) -> dict[str, object]:
    """Fields that many forms know, filled in so that only the missing right can stop them."""
    today = latest(world.org).on.isoformat()
    return {
        "to": "lost", "note": "x", "loss_reason": "price", "reason": "price", "text": "x", "owner": "x", "name": "x",
        "due_on": today, "held_on": today, "done": "1", "version": "1", "key": "qualification_call", "title": "x",
        "strength": "claimed", "occurred_on": today, "kind": "date", "on": "2099-01-05", "press": "done",
    }  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("role", [Role.REPRESENTATIVE, Role.CONTRIBUTOR, Role.EXECUTIVE])
def test_somebody_elses_deal_is_not_changed(world: World, name: str, role: str) -> None:
    """A representative of another team and a contributor send every form of Alice's deal."""
    client = world.client(make_member(world.org, role, "Dan Oyelaran"))
    before, address = rows_of(world.deal), _fill(ADDRESSES[name], world)
    response = client.post(address, everything_typed(world))
    if name in OPEN_TO_ALL and role != Role.EXECUTIVE:
        assert response.status_code in (302, 403, 404, 422)
        return
    assert response.status_code in (403, 404), response.status_code
    assert rows_of(world.deal) == before


ACTS: Mapping[str, tuple[str, ...]] = {
    "decision/%s/": (
        "entry", "ready", "paper", "part", "plan", "invite", "cancel", "start", "review", "present", "unpresent",
        "objection", "decide", "withdraw", "step_add", "step_done", "step_undo", "step_change", "written", "signed",
        "win", "minutes", "debrief",
    ),
    "close/do/%s/": ("terms", "brief", "undertaking", "recap", "recap_answer", "step_allow", "no_such_form"),
    "discovery/save/%s/": ("research", "requirement", "criterion", "sign_off", "confirm", "no_such_form"),
}  # fmt: skip


@pytest.mark.parametrize("path", [base % act for base, acts in ACTS.items() for act in acts])
def test_a_contributor_and_another_teams_representative_get_no_further(world: World, path: str) -> None:
    before = rows_of(world.deal)
    for role in (Role.REPRESENTATIVE, Role.CONTRIBUTOR):
        client = world.client(make_member(world.org, role, f"Dan {role}"))
        assert client.post(world.deal_url + path, everything_typed(world)).status_code in (403, 404)
    assert rows_of(world.deal) == before


# Ids that belong elsewhere


@pytest.fixture
def elsewhere(world: World) -> Iterator[dict[str, Model]]:
    """Rows of Bob's deal, in the same organisation: Alice may see it and change nothing."""
    deal, now, today = make_deal(world.bob, "Bob's deal"), timezone.now(), latest(world.org).on
    meet(deal, world.bob, "Ida Brandt", ("economic_buyer",))
    made = {"deal": deal, "made_at": now, "made_by": world.bob}
    meeting = DecisionMeeting.objects.create(
        deal=deal, number=1, uid="9@landmark", subject="Decision", starts_at=now, changed_by=world.bob
    )
    rows: dict[str, Model] = {
        "deal": deal,
        "stakeholder": deal.stakeholders.get(),
        "invitee": Invitee.objects.create(meeting=meeting, person=deal.stakeholders.get().person),
        "paper": start_packet(deal, by=world.bob).papers.get(key="scope"),
        "markup": MarkUp.objects.create(number=1, clause="9.2", requested="x", raised_on=today, **made),
        "blocker": Blocker.objects.create(kind="price_unapproved", text="x", raised_on=today, **made),
        "risk": Risk.objects.create(position=1, text="x", mitigation="y", **made),
        "note": CallNote.objects.create(deal=deal, text="x", held_on=today, author="Bob", created_at=now),
        "fact": Fact.objects.create(deal=deal, step="now", text="x", learned_on=today, author="Bob", created_at=now),
        "requirement": Requirement.objects.create(deal=deal, number=1, text="x", created_at=now),
    }
    yield rows
    for name, row in rows.items():
        kept = type(row)._default_manager.get(pk=row.pk)
        assert _plain(kept) == _plain(row), name


def _plain(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize(
    ("path", "field", "kind"),
    [
        ("close/do/paper/", "row", "paper"), ("close/do/markup/", "row", "markup"),
        ("close/do/markup_reopen/", "row", "markup"), ("close/do/blocker_clear/", "row", "blocker"),
        ("close/do/risk_close/", "row", "risk"), ("map/undo/", "person", "stakeholder"),
        ("map/person/", "person", "stakeholder"), ("people/", "person", "stakeholder"),
        ("discovery/save/fact_end/", "id", "fact"), ("discovery/save/requirement/", "id", "requirement"),
        ("decision/start/", "there", "invitee"), ("discovery/call/{id}/undo/", "x", "note"),
        ("discovery/call/{id}/", "x", "note"), ("qualification/undo/", "entry", "note"),
        ("plan/press/", "action", "fact"), ("documents/letters/{id}/again/", "x", "note"),
    ],
)  # fmt: skip
def test_an_id_of_another_deal_reaches_nothing(
    world: World, elsewhere: dict[str, Model], path: str, field: str, kind: str
) -> None:
    """Sent to Alice's own deal, which she may change, with an id of Bob's."""
    client, pk = world.client(world.alice), elsewhere[kind].pk
    before = rows_of(elsewhere["deal"])  # type: ignore[arg-type]
    data = everything_typed(world) | {field: str(pk), "aim": "1"}
    response = client.post(world.deal_url + path.format(id=pk), data)
    assert response.status_code in (302, 404, 409, 422)
    assert rows_of(elsewhere["deal"]) == before  # type: ignore[arg-type]


ODD = ("", "x", "0", "\0", "0b9d3c5e-5d0f-4c55-9a34-3f1f8e1b7a11", "'; DROP TABLE deals_deal; --", "9" * 5000, "²")


@pytest.mark.parametrize("text", ODD)
def test_ids_that_are_none_are_answered_not_stumbled_over(world: World, text: str) -> None:
    client = world.client(world.alice)
    for path, field in (
        ("close/do/paper/", "row"), ("map/person/", "person"), ("decision/step_done/", "id"),
        ("decision/start/", "there"), ("discovery/save/requirement/", "id"), ("plan/press/", "action"),
        ("qualification/undo/", "entry"), ("qualification/trial/", "line"), ("map/review/", "step"),
        ("close/do/lane/", "row"), ("close/do/recap_answer/", "row"), ("edit/", "owner"), ("edit/", "version"),
        ("documents/no_such_paper/issue/", "digest"), ("decision/plan/", "people"), ("decision/minutes/", "version"),
    ):  # fmt: skip
        data = everything_typed(world) | {field: text}
        assert client.post(world.deal_url + path, data).status_code < 500, (path, text[:20])


def test_people_of_another_organisation_own_nothing_here(world: World) -> None:
    stranger = world.charlie
    client = world.client(world.alice)
    client.post(world.deal_url + "edit/", {"version": 1, "owner": str(stranger.id)})
    assert Deal.objects.get(pk=world.deal.pk).owner == world.alice
    packet = {"row": "legal", "owner": str(stranger.id), "answer_days": "2"}
    assert client.post(world.deal_url + "close/do/lane/", packet).status_code == 422


# Ended deals


@pytest.mark.parametrize(
    ("stage", "sentence"), [("lost", "nothing more is spent on this deal"), ("won", "stays as it was")]
)
def test_every_page_of_an_ended_deal_says_what_still_goes_on(world: World, stage: str, sentence: str) -> None:
    end_deal(world.deal, stage)
    client = world.client(world.alice)
    for path in ("", "map/", "discovery/", "plan/", "qualification/", "decision/", "close/", "documents/"):
        assert sentence in client.get(world.deal_url + path).content.decode(), path
    sent = client.post(world.deal_url + "close/do/markup_add/", {"clause": "9.2", "requested": "My own words"})
    assert sent.status_code == 422
    assert "My own words" in sent.content.decode()
    earlier = (latest(world.org).on - timedelta(days=1)).isoformat()
    assert sentence not in client.get(world.deal_url, {"as_of": earlier}).content.decode()
