"""A move stays as written; its words alone may be emptied, for a person who has to be forgotten. On both databases."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from landmark.deals.models import Deal, StageMove
from landmark.deals.triggers import MOVE_KEEPS, MOVE_WORDS
from tests import factories

pytestmark = pytest.mark.django_db

COLUMNS = [field.column for field in StageMove._meta.concrete_fields]


@pytest.fixture
def move() -> StageMove:
    """A pause with every word and day filled in, at the end of its deal."""
    rep = factories.make_member(factories.make_org())
    deal = factories.make_deal(rep)
    first = StageMove.objects.get(deal=deal)
    return StageMove.objects.create(
        deal=deal, from_stage="qualification", to_stage="paused", direction="pause", occurred_at=first.occurred_at,
        known_at=first.known_at, recorded_at=first.recorded_at, member=rep, author=rep.name, via="web",
        note="Bruno Keller is ill", reason="budget", reopen_on=date(2027, 1, 4), reopen_when="Bruno Keller is back",
        gates=[{"gate": "timing", "status": "passed"}],
    )  # fmt: skip


def write(row: Model, **values: Any) -> None:
    with transaction.atomic():
        type(row)._default_manager.filter(pk=row.pk).update(**values)


def other_than(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, list):
        return [*value, {"gate": "decision", "status": "passed"}]
    return value + timedelta(days=1) if isinstance(value, date | datetime) else f"{value}x"[-12:]


def test_every_column_is_either_kept_or_a_word() -> None:
    assert sorted([*MOVE_KEEPS, *MOVE_WORDS]) == sorted(COLUMNS)


@pytest.mark.rule("10.3", "The words of a move may be emptied, one or both, and a second time nothing is left to do")
@pytest.mark.parametrize("names", [("note",), ("reopen_when",), ("note", "reopen_when")])
def test_words_may_be_emptied(move: StageMove, names: tuple[str, ...]) -> None:
    write(move, **dict.fromkeys(names, ""))
    after = StageMove.objects.get(pk=move.pk)
    for column in COLUMNS:
        assert getattr(after, column) == ("" if column in names else getattr(move, column))
    with pytest.raises(IntegrityError, match="moves stay as written"):
        write(move, **dict.fromkeys(names, ""))


@pytest.mark.parametrize("name", MOVE_WORDS)
@pytest.mark.parametrize("words", ["other words", " ", "Bruno Kelle"])
def test_words_are_never_rewritten(move: StageMove, name: str, words: str) -> None:
    with pytest.raises(IntegrityError, match="moves stay as written"):
        write(move, **{name: words})
    write(move, **{name: ""})
    with pytest.raises(IntegrityError, match="moves stay as written"):
        write(move, **{name: words})


@pytest.mark.parametrize("column", [column for column in COLUMNS if column not in (*MOVE_WORDS, "id", "deal_id")])
def test_nothing_else_changes_not_even_beside_an_emptied_word(move: StageMove, column: str) -> None:
    value = other_than(getattr(move, column))
    for beside in ({}, {"note": ""}):
        with pytest.raises(IntegrityError, match="moves stay as written"):
            write(move, **{column: value}, **beside)
    assert getattr(StageMove.objects.get(pk=move.pk), column) == getattr(move, column)


def test_a_move_is_given_to_no_other_deal_and_gets_no_other_name(move: StageMove) -> None:
    assert move.member is not None
    elsewhere = factories.make_deal(move.member, "Second deal")
    for values in ({"deal": elsewhere}, {"id": uuid4()}, {"deal": elsewhere, "note": ""}):
        with pytest.raises(IntegrityError, match="moves stay as written"):
            write(move, **values)


def test_raw_sql_meets_the_same_trigger(move: StageMove) -> None:
    for change in ("note = '', reason = ''", "note = reopen_when", "gates = '[]'", "note = note"):
        with (
            pytest.raises(IntegrityError, match="moves stay as written"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE deals_stagemove SET {change}")  # noqa: S608 - the words above
    with connection.cursor() as cursor:
        cursor.execute("UPDATE deals_stagemove SET note = '' WHERE note <> ''")
    assert not StageMove.objects.exclude(note="").exists()
    assert Deal.objects.filter(moves__reopen_when="Bruno Keller is back").exists()
