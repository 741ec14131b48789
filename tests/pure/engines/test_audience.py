"""What may leave the house, and what never does."""

import pytest

from landmark.engines import audience
from landmark.engines.audience import INTERNAL, SHARED, NotShareable, see


class _Meta:
    def __init__(self, label: str) -> None:
        self.label = label


class Person:
    _meta = _Meta("deals.Person")
    id, name, email = "7", "Ada Marsh", "ada@example.com"


class Stakeholder:
    _meta = _Meta("deals.Stakeholder")
    person, roles, stance = Person(), ["decision_maker"], "adversary"


def test_a_field_not_named_is_internal() -> None:
    assert see(Stakeholder(), INTERNAL).stance == "adversary"
    with pytest.raises(NotShareable, match=r"deals\.Stakeholder\.stance"):
        _ = see(Stakeholder(), SHARED).stance


def test_a_record_reached_through_another_is_seen_the_same_way() -> None:
    person = see(Stakeholder(), SHARED).person
    assert (person.name, person.id) == ("Ada Marsh", "7")
    with pytest.raises(NotShareable):
        _ = person.email


def test_a_seen_record_says_nothing_by_itself_and_does_not_change() -> None:
    seen = see(Stakeholder(), SHARED)
    assert str(seen) == "<deals.Stakeholder for shared>"
    with pytest.raises(AttributeError):
        seen.roles = []


def test_only_records_are_seen() -> None:
    assert see(None, SHARED) is None
    with pytest.raises(TypeError):
        see("words", SHARED)


def test_words_that_never_leave_cannot_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert audience.unshareable_names() == []
    monkeypatch.setattr(audience, "SHAREABLE", frozenset({"closing.Trial.private_note", "plans.Action.due_on"}))
    assert audience.unshareable_names() == ["closing.Trial.private_note"]
