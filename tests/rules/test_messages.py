"""The Italian words are whole and compiled: nobody meets half a translated page."""

import re

import pytest

from landmark.ui import messages

HELP = "run: python -m landmark.ui.messages, write the missing words, run it again"


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_message_has_its_words(language: str) -> None:
    assert messages.find_missing(messages.update(language)) == [], HELP


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_file_is_current_and_compiled(language: str) -> None:
    path = messages.LOCALES / language / "LC_MESSAGES" / "django.po"
    assert path.read_bytes() == messages.write_catalog(messages.update(language)), HELP
    assert path.with_suffix(".mo").read_bytes() == messages.compile_catalog(messages.read_catalog(language)), HELP


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_words_name_the_same_values_as_the_message(language: str) -> None:
    named = re.compile(r"%\((\w+)\)[sd]")
    for message in messages.read_catalog(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(named.findall(" ".join(ids)))
        assert all(set(named.findall(one)) <= wanted for one in words), message.id
        assert set(named.findall(words[-1])) == wanted, message.id
