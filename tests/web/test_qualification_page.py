"""The qualification page: what it says first, its forms, refusals that keep what was typed, undo."""

import re
from datetime import timedelta

import pytest

from landmark.buying.models import BuyerCriteria, ReturnWatch, Score
from landmark.closing.models.trials import TrialClose
from landmark.deals.models import Deal
from landmark.ledger.models import Evidence
from landmark.orgs.as_of import latest
from tests import factories
from tests.web.conftest import World


def page(world: World, query: str = "") -> str:
    response = world.client(world.alice).get(f"{world.deal_url}qualification/{query}")
    assert response.status_code == 200
    return response.content.decode()


def send(world: World, part: str, data: dict[str, object], status: int = 302) -> str:
    response = world.client(world.alice).post(f"{world.deal_url}qualification/{part}/", data)
    assert response.status_code == status, response.content.decode()[-2000:]
    return response.content.decode() if status != 302 else response["Location"]


def test_the_first_thing_said_is_one_way_on(world: World) -> None:
    text = page(world)
    assert "Hold a short readiness call with a named person inside." in text
    assert "Agreed next step: Book the discovery meeting" in text


@pytest.mark.parametrize(
    "query",
    ["do=points&rubric=intent", "do=points&rubric=fit_gates", "do=decide", "do=buying", "do=confirm_buying",
     "do=criteria", "do=alternative", "do=grades", "do=barrier&kind=technical", "do=answer&key=justification",
     "do=trial&kind=e", "do=out", "do=watch"],
)  # fmt: skip
def test_every_form_stands_in_the_page_without_scripts(world: World, query: str) -> None:
    assert '<form class="sheet-body form' in page(world, f"?{query}")


def test_points_are_proposed_confirmed_and_undone(world: World) -> None:
    factories.prove(world.deal, world.alice, "fit_confirmed")
    assert "proposed</span>" in page(world)
    location = send(world, "points", {"rubric": "intent", "points-evaluation": "2", "seen-evaluation": "Pointed"})
    score = Score.objects.current().get(deal=world.deal)
    assert (score.points, score.proposed, score.author_name) == (2, 2, "Alice Moretti")
    assert f"made=score%3A{score.entry}" in location
    send(world, "undo", {"model": "score", "entry": str(score.entry)})
    assert not Score.objects.current().filter(deal=world.deal).exists()


def read_proposals(text: str) -> list[str]:
    """What the one form for all proposals sends."""
    form = text[text.index('<form class="card proposals"') :]
    return re.findall(r'name="proposed" value="([^"]+)"', form[: form.index("</form>")])


@pytest.mark.rule("2.3", "Every score carries its evidence")
@pytest.mark.rule("5.2", "Points are proposed from facts with their evidence and confirmed in one tap")
def test_one_tap_confirms_all_that_the_record_proposes(world: World) -> None:
    factories.prove(world.deal, world.alice, "fit_confirmed")
    proposed = read_proposals(page(world))
    assert "intent.evaluation.2." in proposed
    location = send(world, "proposals", {"proposed": proposed})
    scores = {f"{one.rubric}.{one.dimension}": one for one in Score.objects.current().filter(deal=world.deal)}
    assert len(scores) == len(proposed)
    cited = Evidence.objects.for_deal(world.org.id, world.deal.id).get(id=scores["intent.evaluation"].evidence_id)
    assert cited.key == "fit_confirmed"
    assert scores["fit_gates.next_step"].observation == "Next step: Book the discovery meeting"
    assert "nobody has confirmed" not in page(world)
    entry = location.rsplit("%3A", 1)[1]
    send(world, "undo", {"model": "score", "entry": entry})
    assert read_proposals(page(world)) == proposed


def test_one_rubric_is_confirmed_alone(world: World) -> None:
    factories.prove(world.deal, world.alice, "fit_confirmed")
    proposed = [one for one in read_proposals(page(world)) if one.startswith("intent.")]
    send(world, "proposals", {"proposed": proposed})
    assert {one.rubric for one in Score.objects.current()} == {"intent"}


def test_a_record_that_says_something_else_by_now_is_looked_at_again(world: World) -> None:
    proposed = read_proposals(page(world))
    factories.prove(world.deal, world.alice, "discovery_held")
    seen = [*proposed, "intent.evaluation.2."]
    assert "proposes something else by now" in send(world, "proposals", {"proposed": seen}, 409)
    assert "Load the page again" in send(world, "proposals", {"proposed": ["nonsense"]}, 422)
    assert "Nothing is proposed" in send(world, "proposals", {}, 422)
    assert not Score.objects.exists()


def test_points_without_evidence_are_refused_and_nothing_typed_is_lost(world: World) -> None:
    data = {"rubric": "intent", "points-timing": "3", "points-evaluation": "2", "seen-evaluation": "They asked twice"}
    text = send(world, "points", data, 422)
    assert "need what was observed" in text
    assert "They asked twice" in text
    assert not Score.objects.exists()


def test_somebody_faster_is_told_with_what_they_wrote(world: World) -> None:
    send(world, "answer", {"key": "justification", "text": "Half the errors", "was": ""})
    text = send(world, "answer", {"key": "justification", "text": "A third of the errors", "was": ""}, 409)
    assert "Half the errors" in text
    assert "A third of the errors" in text


def test_a_trial_close_confirmed_is_evidence_and_undone_takes_it_back(world: World) -> None:
    data = {"kind": "e", "person": "Bruno Keller", "answer": "Board on the 9th, then legal", "outcome": "confirmed"}
    send(world, "trial", data)
    row = TrialClose.objects.current().get(deal=world.deal)
    known = Evidence.objects.for_deal(world.org.id, world.deal.id).as_known(latest(world.org).known_by)
    assert [item.key for item in known] == ["decision_path_known"]
    send(world, "undo", {"model": "trialclose", "entry": str(row.entry)})
    known = Evidence.objects.for_deal(world.org.id, world.deal.id).as_known(latest(world.org).known_by)
    assert not known.exists()


def test_the_whole_round_of_competition(world: World) -> None:
    send(world, "criteria", {"texts": "Fewer errors\nGoes live in May", "said_by": "Bruno Keller", "was": ""})
    assert BuyerCriteria.objects.current().get(deal=world.deal).proof_id is not None
    send(world, "alternative", {"kind": "direct", "name": "Cedar <Suite> 🌲"})
    send(world, "grades", {"g-0-": "3", "g-1-": "2"})
    send(world, "barrier", {"kind": "contractual", "note": "Bound until 2029", "is_structural": "1"})
    text = page(world)
    assert "Cedar &lt;Suite&gt; 🌲" in text
    assert "Stop for now" in text
    assert "89 %" in text  # (2·3 + 1·2) of 9


def test_stopping_pauses_and_the_page_says_what_brings_it_back(world: World) -> None:
    day = latest(world.org).on + timedelta(days=90)
    data = {"to": "paused", "note": "Bound to their supplier", "kind": "rival_renewal", "on": day.isoformat()}
    send(world, "out", data)
    assert Deal.objects.get(pk=world.deal.pk).stage == "paused"
    assert ReturnWatch.objects.get(deal=world.deal).on == day
    assert "This deal comes back by itself" in page(world)
    send(world, "happened", {})
    assert "This deal is back" in page(world)


def test_a_day_that_has_gone_by_is_refused_with_a_sentence(world: World) -> None:
    data = {"to": "paused", "note": "Later", "kind": "date", "on": latest(world.org).on.isoformat()}
    assert "Choose a day that is still to come." in send(world, "out", data, 422)


def test_the_check_list_is_put_on_record_only_when_whole(world: World) -> None:
    data = {"purchase_type": "new_vendor", "state-security": "known", "days-security": "12", "owner-security": "Ida"}
    send(world, "buying", data)
    text = send(world, "buying/confirm", {"said_by": "Ida"}, 422)
    assert "Not known yet: Supplier set-up" in text


@pytest.mark.rule("5.3", "Without a named budget owner and procurement owner there is no buying process")
def test_buying_roles_without_a_name_are_told_by_name(world: World) -> None:
    assert "Nobody is named for: Economic buyer, Procurement" in page(world)
    factories.meet(world.deal, world.alice, "Clara Ruiz", ("economic_buyer", "procurement"))
    assert "Nobody is named for" not in page(world)


@pytest.mark.rule("9.1", "What is missing is named")
@pytest.mark.rule("9.2", "What is asked next and what a gap still lacks is named")
def test_what_is_missing_stands_in_the_summary(world: World) -> None:
    text = page(world)
    assert "Missing: urgency, authority, friction, process" in " ".join(text.split())
    assert "Ask next: A" in text
    data = {"kind": "a", "person": "Bruno Keller", "answer": "Not quite", "outcome": "gap", "fix": "Add the desk"}
    send(world, "trial", data)
    text = page(world)
    assert "1 open gap." in text
    assert "Still to say: what they mean, what it changes, who does it, by when." in text


def test_an_earlier_day_is_read_only_and_says_so(world: World) -> None:
    before = latest(world.org).on - timedelta(days=1)
    text = page(world, f"?as_of={before.isoformat()}")
    assert "as they were on that day" in text
    assert "qualification/?do=points" not in text
