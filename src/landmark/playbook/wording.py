"""Sentences with ``{names}`` in them. Answers: how one is filled in. Does not answer: which sentences a playbook needs
(``lint``). Only plain names are replaced: a wording file can reach no attribute, index or format code."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def fill(sentence: str, values: Mapping[str, object]) -> str:
    """Put values in place of their names; a name without a value stays as it is written."""
    return _NAME.sub(lambda match: str(values.get(match[1], match[0])), sentence)


def names_in(sentence: str) -> frozenset[str]:
    return frozenset(_NAME.findall(sentence))
