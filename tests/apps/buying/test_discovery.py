"""Changes of discovery and requirements: what each writes, re-opens and proves."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from landmark.buying.call_actions import (
    Confirmed,
    EvidenceInput,
    FactInput,
    PersonInput,
    apply_note,
    propose,
    save_note,
    undo_note,
)
from landmark.buying.discovery import read_impact
from landmark.buying.discovery_actions import (
    FigureInput,
    add_impact,
    confirm_impact,
    drop_hypothesis,
    end_impact,
    record_pre_call,
    save_hypothesis,
    save_summary,
)
from landmark.buying.models import CallNote, Fact, Hypothesis, ImpactLine, SignOff
from landmark.buying.requirement_actions import confirm_unchanged, drop_row, save_criterion, save_requirement
from landmark.buying.requirements import read_terms
from landmark.buying.sample_discovery import fill_sample
from landmark.buying.terms_actions import SignOffRefused, add_assumption, record_reader, save_agreement, sign_off
from landmark.deals.inputs import NextStepInput
from landmark.deals.models import Deal, NextStep, Stakeholder
from landmark.deals.policies import Refused, StaleVersion
from landmark.engines.requirements import Gap
from landmark.ledger.models import AuditEvent, Evidence
from landmark.ledger.verify import verify
from landmark.orgs.as_of import latest
from landmark.orgs.models import Member
from landmark.orgs.roles import Role
from landmark.playbook.schema import Strength
from tests.factories import make_deal, make_member, make_org, meet

HOURS = FigureInput("time", Decimal(46), "hours", "week", basis="Counted in October", said_by="Bruno Keller")
SENTENCE = "Exceptions take too long, driven by three file formats, costs 199 hours a month."


@pytest.fixture
def alice(db: None) -> Member:
    return make_member(make_org())


@pytest.fixture
def deal(alice: Member) -> Deal:
    return make_deal(alice)


def standing(deal: Deal, key: str) -> list[Evidence]:
    return list(Evidence.objects.for_deal(deal.org_id, deal.id).as_known(latest(deal.org).known_by).filter(key=key))


def confirm(deal: Deal, alice: Member) -> None:
    add_impact(deal, by=alice, figure=HOURS)
    save_summary(deal, by=alice, issue="Exceptions take too long", driver="three file formats.")
    confirm_impact(deal, by=alice, confirmed_by="Bruno Keller", confirmed_on=latest(deal.org).on, sentence=SENTENCE)


@pytest.mark.rule("4.2", "The buyer's yes to the sentence is evidence in the buyer's word")
def test_a_confirmed_sentence_is_evidence_of_impact(deal: Deal, alice: Member) -> None:
    confirm(deal, alice)
    (proof,) = standing(deal, "impact_confirmed")
    assert proof.strength == Strength.BUYER
    assert read_impact(deal, latest(deal.org), "en").confirmation is not None


@pytest.mark.rule("4.2", "A changed figure asks the buyer again")
def test_a_new_figure_ends_the_confirmation_and_takes_its_evidence_back(deal: Deal, alice: Member) -> None:
    confirm(deal, alice)
    add_impact(deal, by=alice, figure=FigureInput("cost", Decimal(900), "money", "month"))
    assert standing(deal, "impact_confirmed") == []
    impact = read_impact(deal, latest(deal.org), "en")
    assert impact.confirmation is None
    assert impact.lapsed is not None
    assert impact.sentence.endswith("costs €900 a month and 199 hours a month.")


def test_the_same_words_again_leave_the_confirmation_alone(deal: Deal, alice: Member) -> None:
    confirm(deal, alice)
    save_summary(deal, by=alice, issue="Exceptions take too long", driver="three file formats.")
    assert len(standing(deal, "impact_confirmed")) == 1


def test_an_incomplete_or_changed_sentence_is_not_confirmed(deal: Deal, alice: Member) -> None:
    today = latest(deal.org).on
    with pytest.raises(Refused, match="not complete"):
        confirm_impact(deal, by=alice, confirmed_by="Bruno", confirmed_on=today, sentence="")
    add_impact(deal, by=alice, figure=HOURS)
    save_summary(deal, by=alice, issue="Exceptions take too long", driver="three file formats")
    with pytest.raises(StaleVersion):
        confirm_impact(deal, by=alice, confirmed_by="Bruno", confirmed_on=today, sentence="Another one.")
    with pytest.raises(Refused, match="Name the person"):
        confirm_impact(deal, by=alice, confirmed_by=" ", confirmed_on=today, sentence=SENTENCE)


def test_a_better_figure_replaces_one_and_both_stay_on_record(deal: Deal, alice: Member) -> None:
    row = add_impact(deal, by=alice, figure=HOURS)
    add_impact(deal, by=alice, figure=FigureInput("time", Decimal(52), "hours", "week"), replaces=row)
    assert [line.amount for line in read_impact(deal, latest(deal.org), "en").lines] == [52]
    assert ImpactLine.objects.count() == 2
    with pytest.raises(Refused, match="meanwhile"):
        end_impact(deal, by=alice, line=row)


@pytest.mark.parametrize(
    "figure",
    [
        FigureInput("time", Decimal(0), "hours", "week"),
        FigureInput("time", Decimal(3), "count", "week"),
        FigureInput("luck", Decimal(3), "hours", "week"),
        FigureInput("time", Decimal(3), "hours", "fortnight"),
    ],
)
def test_a_figure_that_says_nothing_is_refused(deal: Deal, alice: Member, figure: FigureInput) -> None:
    with pytest.raises(Refused):
        add_impact(deal, by=alice, figure=figure)


@pytest.mark.rule("4.1", "At most three hypotheses, in the database too")
def test_a_fourth_hypothesis_is_refused_by_action_and_database(deal: Deal, alice: Member) -> None:
    rows = [save_hypothesis(deal, by=alice, values={"text": f"Problem {n}"}) for n in range(3)]
    with pytest.raises(Refused, match="3 hypotheses"):
        save_hypothesis(deal, by=alice, values={"text": "Problem 4"})
    with pytest.raises(IntegrityError), transaction.atomic():
        Hypothesis.objects.create(deal=deal, position=4, text="Around it", created_at=rows[0].created_at)
    drop_hypothesis(deal, by=alice, hypothesis=rows[1])
    assert save_hypothesis(deal, by=alice, values={"text": "Another"}).position == 2


@pytest.mark.rule("4.1", "A hypothesis is confirmed or rejected by what was heard")
def test_a_hypothesis_is_settled_only_with_what_was_heard(deal: Deal, alice: Member) -> None:
    row = save_hypothesis(deal, by=alice, values={"text": "Sites work apart"})
    with pytest.raises(Refused, match="what you heard"):
        save_hypothesis(deal, by=alice, hypothesis=row, values={"state": "rejected"})
    saved = save_hypothesis(
        deal, by=alice, hypothesis=row, values={"state": "rejected", "outcome": "One form since May"}
    )
    assert saved.state == "rejected"


def test_the_check_before_the_call_keeps_the_playbooks_order(deal: Deal, alice: Member) -> None:
    assert record_pre_call(deal, by=alice, known=["path", "who_cares", "nonsense"]).known == ["who_cares", "path"]


def test_only_who_may_edit_the_deal_changes_discovery(deal: Deal, alice: Member) -> None:
    reader = make_member(deal.org, Role.EXECUTIVE, "Dan Oyelaran")
    for act in (
        lambda: add_impact(deal, by=reader, figure=HOURS),
        lambda: save_requirement(deal, by=reader, values={"text": "x"}),
        lambda: save_note(deal, by=reader, text="x", held_on=latest(deal.org).on),
    ):
        with pytest.raises(PermissionDenied):
            act()


# Requirements and criteria


def fill_terms(deal: Deal, alice: Member) -> None:
    need = save_requirement(
        deal, by=alice,
        values={
            "text": "Route invoices", "affected": "Invoice routing", "priority": "must", "owner": "Giulia Rossi",
            "dependency": "Accounting rules", "dependency_owner": "Marta Bianchi", "acceptance": "Log of a week",
        },
    )  # fmt: skip
    save_criterion(
        deal, by=alice, requirements=[need.id],
        values={"text": "Faster", "metric": "onboarding", "baseline": "10 days", "target": "6 days",
                "window": "60 days", "method": "ticket dates"},
    )  # fmt: skip
    save_agreement(
        deal, by=alice, workflows=["Invoice routing", ""], change_rule="Both agree first.", has_no_assumptions=True
    )
    record_reader(deal, by=alice, read_by="Dan Oyelaran")


@pytest.mark.rule("4.4", "Sign-off is refused while anything is missing, listing it; then it is evidence")
def test_a_sign_off_waits_for_everything_and_then_proves_two_things(deal: Deal, alice: Member) -> None:
    save_requirement(deal, by=alice, values={"text": "Draft"})
    with pytest.raises(SignOffRefused) as refused:
        sign_off(deal, by=alice, signed_by="Bruno Keller", signed_on=latest(deal.org).on)
    assert {Gap("owner", "R1"), Gap("no_criteria"), Gap("change_rule")} <= set(refused.value.gaps)
    drop_row(deal, by=alice, row=deal.requirements.get())
    fill_terms(deal, alice)
    signed = sign_off(deal, by=alice, signed_by="Bruno Keller", signed_on=latest(deal.org).on)
    assert signed.terms["requirements"][0]["criteria"] == ["C1"]
    assert [proof.strength for proof in standing(deal, "requirements_agreed")] == [Strength.BUYER]


@pytest.mark.rule("4.4", "A change re-opens what is linked and ends the sign-off")
def test_a_change_re_opens_its_links_ends_the_sign_off_and_takes_the_evidence_back(deal: Deal, alice: Member) -> None:
    fill_terms(deal, alice)
    sign_off(deal, by=alice, signed_by="Bruno Keller", signed_on=latest(deal.org).on)
    criterion = deal.criteria.get()
    save_criterion(deal, by=alice, criterion=criterion, values={"target": "4 days"})
    need = deal.requirements.get()
    assert need.reopened_why == "C1 changed"
    assert standing(deal, "requirements_agreed") == []
    assert SignOff.objects.get().terms["criteria"][0]["target"] == "6 days"
    gaps = read_terms(deal, latest(deal.org)).gaps
    assert gaps == (Gap("reopened", "R1"), Gap("read_by"))
    confirm_unchanged(deal, by=alice, row=need)
    record_reader(deal, by=alice, read_by="Dan Oyelaran")
    assert sign_off(deal, by=alice, signed_by="Bruno Keller", signed_on=latest(deal.org).on).number == 2


def test_saving_without_a_change_re_opens_nothing(deal: Deal, alice: Member) -> None:
    fill_terms(deal, alice)
    sign_off(deal, by=alice, signed_by="Bruno Keller", signed_on=latest(deal.org).on)
    save_requirement(deal, by=alice, requirement=deal.requirements.get(), values={"text": "Route invoices"})
    assert read_terms(deal, latest(deal.org)).sign_off is not None


def test_a_new_assumption_ends_the_sign_off(deal: Deal, alice: Member) -> None:
    fill_terms(deal, alice)
    sign_off(deal, by=alice, signed_by="Bruno Keller", signed_on=latest(deal.org).on)
    add_assumption(deal, by=alice, text="The carriers send one format")
    assert read_terms(deal, latest(deal.org)).sign_off is None


@pytest.mark.rule("4.4", "The first measurable criterion is the gate's success measure")
def test_a_measurable_criterion_is_evidence_until_it_no_longer_is(deal: Deal, alice: Member) -> None:
    fill_terms(deal, alice)
    assert len(standing(deal, "success_measure")) == 1
    save_criterion(deal, by=alice, criterion=deal.criteria.get(), values={"target": "better"})
    assert standing(deal, "success_measure") == []


def test_an_old_version_is_not_saved_over_a_newer_one(deal: Deal, alice: Member) -> None:
    need = save_requirement(deal, by=alice, values={"text": "Route invoices"})
    save_requirement(deal, by=alice, requirement=need, values={"text": "Route all invoices"}, if_version=1)
    with pytest.raises(StaleVersion):
        save_requirement(deal, by=alice, requirement=need, values={"text": "Route some"}, if_version=1)


# A note after a call


def write(deal: Deal, alice: Member, text: str = "Met Marco Bassi. They lose 46 hours a week.") -> CallNote:
    return save_note(deal, by=alice, text=text, held_on=latest(deal.org).on)


@pytest.mark.rule("4.2", "A note goes on record whole or not at all")
def test_a_refused_part_leaves_nothing_of_a_note_behind(deal: Deal, alice: Member) -> None:
    note = write(deal, alice)
    with pytest.raises(Refused):
        apply_note(
            deal, by=alice, note=note,
            confirmed=Confirmed(people=[PersonInput("Marco Bassi")], facts=[FactInput("now", "Slow")],
                                step=NextStepInput("Send it", "", None)),
        )  # fmt: skip
    assert not Stakeholder.objects.exists()
    assert not Fact.objects.exists()
    note.refresh_from_db()
    assert note.applied_at is None


def test_a_note_is_applied_once_and_undone_by_new_acts(deal: Deal, alice: Member) -> None:
    today = latest(deal.org).on
    meet(deal, alice)
    before = NextStep.objects.get(done_at=None).text
    note = write(deal, alice)
    assert [person.name for person in propose(note).people] == ["Marco Bassi"]
    confirmed = Confirmed(
        evidence=[EvidenceInput("discovery_held", "First talk", "", Strength.CLAIMED)],
        people=[PersonInput("Marco Bassi", "IT lead", "", "technical_buyer")],
        step=NextStepInput("Marco sends the volumes", "Marco Bassi", today), impact=[HOURS],
        facts=[FactInput("why", "Three formats")],
    )  # fmt: skip
    apply_note(deal, by=alice, note=note, confirmed=confirmed)
    assert len(standing(deal, "discovery_held")) == 1
    with pytest.raises(Refused, match="on record already"):
        apply_note(deal, by=alice, note=note, confirmed=confirmed)
    undo_note(deal, by=alice, note=note)
    assert standing(deal, "discovery_held") == []
    assert not ImpactLine.objects.filter(ended_at=None).exists()
    assert not Fact.objects.filter(ended_at=None).exists()
    assert NextStep.objects.get(done_at=None).text == before
    assert Stakeholder.objects.filter(person__name="Marco Bassi").exists()
    assert AuditEvent.objects.filter(verb="call.undone").count() == 1
    assert verify(deal.org_id).is_whole


def test_somebody_known_who_was_there_keeps_everything_but_the_day(deal: Deal, alice: Member) -> None:
    meet(deal, alice)
    row = Stakeholder.objects.get()
    Stakeholder.objects.filter(id=row.id).update(met_on=None)
    note = write(deal, alice)
    apply_note(deal, by=alice, note=note, confirmed=Confirmed(people=[PersonInput("Bruno Keller", stakeholder=row.id)]))
    row.refresh_from_db()
    assert (row.met_on, row.roles, row.personal_benefit) == (note.held_on, ["champion"], "Fewer late nights")
    undo_note(deal, by=alice, note=note)
    row.refresh_from_db()
    assert row.met_on is None


def test_an_emoji_and_right_to_left_note_is_kept_as_typed(deal: Deal, alice: Member) -> None:
    text = "قابلنا ليلى حداد 👍 — 5 hours a week"
    assert CallNote.objects.get(id=write(deal, alice, text).id).text == text


@pytest.mark.parametrize(("story", "confirmed", "signed"), [("yes", 1, 1), ("yes_but", 1, 0), ("no", 0, 0)])
def test_a_told_deal_of_the_sample_has_discovery_by_the_ordinary_actions(
    deal: Deal, alice: Member, story: str, confirmed: int, signed: int
) -> None:
    fill_sample(deal, story, by=alice)
    fill_sample(deal, story, by=alice)
    assert len(standing(deal, "impact_confirmed")) == confirmed
    assert len(standing(deal, "requirements_agreed")) == signed
    assert ImpactLine.objects.count() == 3
