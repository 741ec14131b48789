"""Two people, one record: nothing either of them wrote gets lost."""

from landmark.engines.merge import merge

BASE = {"text": "Send papers", "due": "2026-02-10", "owner": "Ada"}


def test_changes_of_different_fields_are_put_together() -> None:
    merged = merge(BASE, BASE | {"due": "2026-02-12"}, BASE | {"owner": "Bob"})
    assert merged.values == {"text": "Send papers", "due": "2026-02-12", "owner": "Bob"}
    assert merged.conflicts == ()
    assert merged.theirs_only == ("owner",)


def test_the_same_field_changed_twice_asks_for_a_choice() -> None:
    merged = merge(BASE, BASE | {"due": "2026-02-12"}, BASE | {"due": "2026-02-17"})
    assert merged.conflicts == ("due",)
    assert merged.values["due"] == "2026-02-17"


def test_the_same_change_twice_is_agreed() -> None:
    merged = merge(BASE, BASE | {"due": "2026-02-12"}, BASE | {"due": "2026-02-12"})
    assert (merged.conflicts, merged.theirs_only) == ((), ())
