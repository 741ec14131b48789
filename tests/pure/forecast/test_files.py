"""A fitted model as a file: out and back to the last digit, and a plain refusal of anything else."""

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from landmark.forecast.files import ModelRefused, check_vocabulary, count_milestones, load, save
from landmark.forecast.model import Fitted, fit
from tests.pure.forecast.made import START, make_history

DAY = float(START + 280)
HISTORY = make_history(600, 300)
COUNTS = count_milestones(HISTORY)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    found = fit(HISTORY, DAY)
    assert found.level == "full"
    return found


@pytest.mark.parametrize("name", ["model.json", "model.json.gz"])
def test_predicts_the_same_after_a_journey(fitted: Fitted, tmp_path: Path, name: str) -> None:
    stored = load(save(fitted, COUNTS, tmp_path / name))
    before, after = (one.predict(HISTORY, DAY, [7, 30, 365]) for one in (fitted, stored.fitted))
    for part in ("p_won", "p_lost", "p_open"):
        assert np.array_equal(getattr(before, part), getattr(after, part))


def test_a_folder_gets_a_file_named_by_content(fitted: Fitted, tmp_path: Path) -> None:
    first = save(fitted, COUNTS, tmp_path)
    content = first.read_bytes()
    assert save(fitted, COUNTS, tmp_path) == first
    assert first.read_bytes() == content
    assert load(first).name in first.name
    other = save(fit(HISTORY, DAY - 30), COUNTS, tmp_path)
    assert other != first
    assert sorted(tmp_path.iterdir()) == sorted([first, other])


def test_another_vocabulary_is_refused_in_one_sentence(fitted: Fitted, tmp_path: Path) -> None:
    stored = load(save(fitted, COUNTS, tmp_path))
    check_vocabulary(stored, COUNTS)
    check_vocabulary(stored, {"Demo held": 99, "New step": 4})
    with pytest.raises(
        ModelRefused, match=r"100% of the events here .* \(Call, Visit\); it knows Demo held"
    ) as refused:
        check_vocabulary(stored, {"Visit": 60, "Call": 40})
    assert "Fit a new model" in str(refused.value)


def forge(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """A model changed by hand, its hash made to fit."""
    data = json.loads(path.read_text())
    change(data["model"])
    model = json.dumps(data["model"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    data["sha256"] = hashlib.sha256(model.encode()).hexdigest()
    path.write_text(json.dumps(data))


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model["full"].update(share=7.0),
        lambda model: model["full"].update(drift=[-3.0, 1.0]),
        lambda model: model["full"]["hazards"].update(slopes=[[1.0]]),
        lambda model: model["vocabulary"]["attributes"][0].update(kind="other"),
        lambda model: model["full"]["trees"].update(wins={"learner": 1}),
        lambda model: model["rates"].update(multiplier=[[[-2.0, 1.0]] * 5]),
        lambda model: model.update(full=None, rates=[]),
        lambda model: model.update(as_of=1e30),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(
    fitted: Fitted, tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    path = save(fitted, COUNTS, tmp_path / "model.json")
    forge(path, lambda model: None)
    load(path)
    forge(path, change)
    with pytest.raises(ModelRefused, match="lacks a part of its model"):
        load(path)


def test_what_is_no_number_is_refused(fitted: Fitted, tmp_path: Path) -> None:
    path = save(fitted, COUNTS, tmp_path / "model.json")
    for word in (float("nan"), float("inf")):
        forge(path, lambda model, word=word: model.update(as_of=word))
        with pytest.raises(ModelRefused, match="damaged"):
            load(path)


def test_what_is_no_whole_model_is_refused(fitted: Fitted, tmp_path: Path) -> None:
    path = save(fitted, COUNTS, tmp_path / "model.json")
    text = path.read_text()
    data = json.loads(text)
    changed = json.loads(text)
    changed["model"]["closed"] += 1
    for name, content, words in (
        ("cut.json", text[: len(text) // 2].encode(), "damaged or cut short"),
        ("cut.json.gz", gzip.compress(text.encode())[:-200], "damaged or cut short"),
        ("noise.json.gz", b"\x1f\x8b" + bytes(50), "damaged or cut short"),
        ("empty.json", b"", "damaged or cut short"),
        ("other.json", b'{"a": 1}', "no Landmark model"),
        ("list.json", b"[1]", "no Landmark model"),
        ("late.json", json.dumps(data | {"model_version": 99}).encode(), "fit it again"),
        ("form.json", json.dumps(data | {"version": 99}).encode(), "fit it again"),
        ("changed.json", json.dumps(changed).encode(), "changed after it was written"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelRefused, match=words):
            load(tmp_path / name)
    with pytest.raises(ModelRefused, match="cannot be opened"):
        load(tmp_path / "absent.json")
