"""People in a note.

Answers: who of the people on the deal is named, and who seems to be new, with title, role and address where the note
gives them. Does not answer: how a person stands to the deal: no note says that about itself.

New names are found by their capitals, two or three words in a row; writing without capitals (Arabic, Hebrew, Chinese)
is read for people already known only.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from landmark.engines.note_dates import is_weekday

PARTICLES = ("de", "di", "da", "del", "della", "van", "von", "der", "den", "la", "le", "al", "bin", "dos")
TITLE_WORDS = 6
_TOKEN = re.compile(r"[^\W\d_][\w'’.-]*|\d+|[^\w\s]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """``is_known``: already on the deal, so that the note only says they were there."""

    name: str
    is_known: bool
    title: str = ""
    email: str = ""
    role: str = ""


def find_people(
    text: str,
    sentences: Iterable[str],
    *,
    known: Sequence[str],
    others: Sequence[str],
    roles: Callable[[str], str],
    not_names: Sequence[str],
) -> tuple[FoundPerson, ...]:
    """Known people first, then new ones in the order they come; ``others`` are names of no buyer."""
    found: dict[str, FoundPerson] = {}
    taken = {name.casefold() for name in (*known, *others) if name}
    for sentence in sentences:
        for name, at, end in _names_in(sentence, not_names):
            folded = name.casefold()
            if folded in found or any(folded in other or other in folded for other in taken):
                continue
            title = _title_after(sentence[end:], roles) or _title_before(sentence[:at], roles)
            found[folded] = FoundPerson(name, False, title, _email_of(name, text), roles(title))
    everybody = (*known, *(person.name for person in found.values()))
    there = tuple(FoundPerson(name, is_known=True) for name in known if is_named(name, text, everybody))
    return (*there, *found.values())


def is_named(name: str, text: str, everybody: Sequence[str] = ()) -> bool:
    """By the full name, or by a first or last name that only one of them has."""
    if _has_word(name, text):
        return True
    parts = [part for part in name.split() if len(part) > 2 and part.casefold() not in PARTICLES]
    shared = [other for other in everybody if other != name]
    return any(
        _has_word(p, text) and not any(_has_word(p, other) for other in shared) for p in (*parts[:1], *parts[-1:])
    )


def resolve_speaker(words: str, names: Sequence[str], *, first: bool = False) -> str:
    """The last person named in the words, the first one on request; "" when nobody is."""
    places = [(place, name) for name in names if (place := _place(name, words, names)) >= 0]
    if not places:
        return ""
    return (min(places) if first else max(places))[1]


def _place(name: str, words: str, names: Sequence[str]) -> int:
    if not is_named(name, words, names):
        return -1
    folded = words.casefold()
    found = [folded.find(part.casefold()) for part in (name, *name.split())]
    return min(place for place in found if place >= 0)


def _has_word(word: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE))


def _names_in(sentence: str, not_names: Sequence[str]) -> Iterable[tuple[str, int, int]]:
    """Runs of two or three capitalised words, with the places where they start and end."""
    run: list[re.Match[str]] = []
    for token in [*_TOKEN.finditer(sentence), None]:
        if token is not None and _continues(token, run, not_names):
            run.append(token)
            continue
        while run and run[-1].group() in PARTICLES:
            run.pop()
        if 2 <= len([part for part in run if part.group() not in PARTICLES]) <= 3:
            start, end = run[0].start(), run[-1].start() + len(run[-1].group().rstrip("."))
            yield sentence[start:end], start, end
        run = [token] if token is not None and _is_name_word(token, not_names) else []


def _continues(token: re.Match[str], run: Sequence[re.Match[str]], not_names: Sequence[str]) -> bool:
    if run and run[-1].group().endswith("."):
        return False
    return _is_name_word(token, not_names) or (bool(run) and token.group() in PARTICLES)


def _is_name_word(token: re.Match[str], not_names: Sequence[str]) -> bool:
    """A capital, then at least one small letter: "CFO" is a title, "Rossi" a name."""
    word = token.group().rstrip(".")
    folded = word.casefold()
    is_name = word[:1].isupper() and any(c.islower() for c in word[1:])
    return is_name and folded not in not_names and not is_weekday(folded)


def _title_after(rest: str, roles: Callable[[str], str]) -> str:
    """What stands in brackets, after a comma or a dash right after a name, when it is a title of some role."""
    match = re.match(r"\s*\(([^)]{2,80})\)|(?:\s*,\s*|\s+[-–—]\s+)([^,.;:(]{2,80})", rest)
    if match is None:
        return ""
    words = " ".join((match[1] or match[2]).split()[:TITLE_WORDS]).removeprefix("the ").removeprefix("our ")
    return words if match[1] or roles(words) else ""


def _title_before(before: str, roles: Callable[[str], str]) -> str:
    """Up to three words before a name that are a title: "the CFO Marta Bianchi"."""
    words = re.split(r"[,.;:]", before)[-1].split()[-3:]
    for count in range(1, len(words) + 1):
        title = " ".join(words[-count:])
        if roles(title):
            return title.removeprefix("the ").removeprefix("their ")
    return ""


def _email_of(name: str, text: str) -> str:
    """An address whose first part holds the last name."""
    last = name.split()[-1].casefold()
    return next((found for found in _EMAIL.findall(text) if last in found.partition("@")[0].casefold()), "")
