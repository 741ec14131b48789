"""Which playbook a new deal takes, and what the short one asks."""

from decimal import Decimal

import pytest

from landmark.engines.playbook_choice import choose_playbook
from landmark.playbook.asked import NEXT_STEP, count_asked, fields_of
from landmark.playbook.checks import BaseCheck
from landmark.playbook.lint import lint
from landmark.playbook.loader import available, load_playbook

LONG, SHORT = load_playbook("landmark/2026.1"), load_playbook("transactional/2026.1")


@pytest.mark.rule("D", "Size and type choose the playbook: small deals take the short one")
@pytest.mark.parametrize(
    ("amount", "currency", "deal_type", "ref"),
    [
        (Decimal("14999.99"), "EUR", "new", SHORT.ref),
        (Decimal(15000), "EUR", "new", LONG.ref),
        (Decimal(15000), "EUR", "Contract renewal", SHORT.ref),
        (Decimal(40000), "EUR", "renewal", LONG.ref),
        (Decimal(9000), "EUR", "", SHORT.ref),
        (Decimal(9000), "JPY", "new", LONG.ref),
        (None, "EUR", "new", LONG.ref),
    ],
)
def test_size_and_type_choose(amount: Decimal | None, currency: str, deal_type: str, ref: str) -> None:
    assert choose_playbook(amount, currency, deal_type, LONG.ref, (SHORT,)).ref == ref


def test_an_organisation_that_uses_no_other_playbook_keeps_its_own() -> None:
    assert choose_playbook(Decimal(10), "EUR", "new", LONG.ref, ()).ref == LONG.ref


@pytest.mark.rule(
    "D",
    "Small deals merge the decision into the value presentation; complex deals hold it alone",
    "playbook/methods/transactional",
)
def test_the_decision_is_part_of_the_value_presentation() -> None:
    assert (LONG.decision_held, SHORT.decision_held) == ("alone", "in_value_presentation")
    path = [stage.key for stage in SHORT.open_stages]
    assert path == ["qualification", "solution", "commitment"]
    asked = {check.key for gate in SHORT.gates_at("commitment") for check in gate.checks}
    assert {"value", "asked_outright"} <= asked


@pytest.mark.rule(
    "D",
    "The three quality gates hold for small deals too: review, decision in writing, contract signed",
    "playbook/methods/transactional",
)
def test_a_small_deal_is_won_as_any_other() -> None:
    for book in (LONG, SHORT):
        (gate,) = book.gates_at("won")
        assert [check.key for check in gate.checks] == ["review", "decision_in_writing", "contract_signed"]
        assert not gate.overridable
        assert not any(check.promisable for check in gate.checks)


def test_the_short_playbook_asks_less() -> None:
    def all_of(book: object) -> int:
        return sum(len(fields) for fields in count_asked(book).values())  # type: ignore[arg-type]

    assert all_of(SHORT) <= all_of(LONG) / 2


@pytest.mark.rule("12.1", "The number of fields asked for at a stage has a budget")
@pytest.mark.parametrize("ref", available())
def test_no_stage_asks_for_more_than_its_budget(ref: str) -> None:
    book = load_playbook(ref)
    assert {s: len(f) for s, f in count_asked(book).items() if len(f) > book.budget.fields_per_stage} == {}


def test_one_field_too_many_is_a_finding_with_its_place() -> None:
    tight = SHORT.model_copy(update={"budget": SHORT.budget.model_copy(update={"fields_per_stage": 8})})
    findings = [finding for finding in lint(tight) if finding.code == "over-budget"]
    assert [finding.message.split(";")[0] for finding in findings] == [
        "`qualification` asks for 9 fields, its budget is 8",
        "`solution` asks for 9 fields, its budget is 8",
    ]


@pytest.mark.rule("12.1", "Nothing is asked twice: what an earlier stage brought is not asked again")
@pytest.mark.parametrize("ref", available())
def test_nothing_is_asked_twice(ref: str) -> None:
    fields = [f for stage in count_asked(load_playbook(ref)).values() for f in stage if f not in NEXT_STEP]
    assert len(fields) == len(set(fields))


@pytest.mark.parametrize("kind", BaseCheck.__subclasses__(), ids=lambda kind: kind.__name__)
def test_the_fields_of_every_kind_of_check_are_counted(kind: type[BaseCheck]) -> None:
    assert fields_of.dispatch(kind) is not fields_of.dispatch(object)


@pytest.mark.parametrize("ref", available())
def test_every_playbook_that_ships_is_clean(ref: str) -> None:
    assert lint(load_playbook(ref)) == []
