"""One content, one hash: the fast writer agrees with a plain one, and nothing ambiguous gets in."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landmark.ledger.append import make_ids
from landmark.ledger.canonical import canonical, check_plain, hash_columns, hash_text, plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


def write_plainly(row: dict[str, Any]) -> bytes:
    """The rule as the documentation gives it: no empty values, sorted keys, no spaces, UTF-8, SHA-256."""
    kept = {name: plain(value) for name, value in row.items() if value is not False and value not in (None, "", {})}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).digest()


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "text": TEXTS,
                "id": st.uuids() | st.none(),
                "at": MOMENTS,
                "on": st.dates() | st.none(),
                "count": st.integers(1, 2**53 - 1),
                "flag": st.booleans(),
                "detail": st.dictionaries(st.text("abc", min_size=1), st.integers(0, 9) | TEXTS),
            }
        ),
        min_size=1,
        max_size=5,
    )
)
def test_columns_hash_as_rows_written_plainly(rows: list[dict[str, Any]]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    assert hash_columns(columns) == [write_plainly(row) for row in rows]


def test_zero_is_not_empty() -> None:
    assert hash_columns({"position": [0, 1]})[0] == hashlib.sha256(b'{"position":0}').digest()


def test_a_column_added_later_and_empty_changes_no_hash() -> None:
    assert hash_columns({"key": ["pain"]}) == hash_columns({"key": ["pain"], "later": [None], "flag": [False]})


def test_equal_times_are_written_alike() -> None:
    rome = datetime(2026, 7, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    assert plain(rome) == plain(rome.astimezone(UTC)) == "2026-07-01T12:30:00.000000Z"


def test_json_is_sorted_compact_and_unescaped() -> None:
    assert canonical({"b": "é\n", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"é\\n"}'.encode()
    assert plain(date(2026, 7, 1)) == "2026-07-01"
    assert plain(memoryview(b"\x01\xff")) == "01ff"


@pytest.mark.parametrize("value", [1.5, 2**53, {"é": 1}, {"a": b"x"}, ["a\0"], {"a": {"b": 0.1}}])
def test_what_two_readers_may_write_differently_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="detail"):
        check_plain(value)


def test_a_salt_hides_what_could_be_guessed() -> None:
    assert hash_text(b"1" * 16, {"author": "Bob"}) != hash_text(b"2" * 16, {"author": "Bob"})


def test_ids_grow_and_are_version_7() -> None:
    ids = make_ids(1000)
    assert ids == sorted(set(ids))
    assert {row_id.version for row_id in ids} == {7}
    assert {row_id.variant for row_id in ids} == {UUID(int=uuid4().int).variant}
