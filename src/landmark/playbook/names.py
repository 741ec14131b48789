"""Names as different systems write them. Answers: are two names the same but for case, accents and punctuation.
Does not answer: what a name stands for (a playbook's aliases do)."""

import re
import unicodedata


def fold_name(name: str) -> str:
    """A name without case, accents, spaces and punctuation, for comparing names of different systems."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", "", "".join(letter for letter in plain if not unicodedata.combining(letter)))
