"""The level of history is said in the reader's language, with the figures of the model core."""

from django.utils import translation

from landmark.forecast import model
from landmark.outlook.levels import UNSEEN, say_reason


def test_english_says_what_the_core_said() -> None:
    few, part = model._too_few(12), model._not_yet_full(1040, 60)
    full = "1,500 closed deals (537 won) carry the full model."
    with translation.override("en"):
        assert [say_reason(text) for text in (few, part, full, UNSEEN)] == [few, part, full, UNSEEN]
        assert say_reason(model._too_few(1)).startswith("Only 1 deal has closed")


def test_before_the_first_closing_nobody_is_told_only_0() -> None:
    with translation.override("en"):
        said = say_reason(model._too_few(0))
    assert said.startswith("No deal has closed yet, so the playbook's benchmarks speak; they start to yield at 10.")
    assert said.endswith("Bring in deals that ended before, or mark one as won or lost when it ends.")


def test_italian_has_words_and_figures_of_its_own() -> None:
    with translation.override("it"):
        assert "1.500" in say_reason("1,500 closed deals (537 won) carry the full model.")
        for text in (model._too_few(12), model._not_yet_full(1040, 60), UNSEEN):
            assert say_reason(text) != text


def test_a_sentence_of_another_version_stays() -> None:
    assert say_reason("Made for a test.") == "Made for a test."
