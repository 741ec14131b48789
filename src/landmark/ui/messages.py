"""Words of the interface: collected from the code, translated in ``.po`` files, compiled to what Django reads.

Answers: ``python -m landmark.ui.messages`` brings the files up to date and says what is not translated yet.
Does not answer: what a playbook says (its own wording files). Needs no system gettext: Babel reads and writes.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent
LOCALES = SOURCE / "locale"
LANGUAGES = ("it",)
FIXED = datetime(2026, 1, 1, tzinfo=UTC)
HEADER = """# The interface of Landmark. Bring it up to date with: python -m landmark.ui.messages
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def collect() -> Catalog:
    """Every message of the Python code and the templates."""
    catalog = Catalog(project="Landmark", charset="utf-8")
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("templates/**/*.html")]):
        place = path.relative_to(SOURCE).as_posix()
        for message, context in _messages_in(path):
            catalog.add(message, locations=[(place, 0)], context=context)
    return catalog


def _messages_in(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = templatize(text, origin=path.as_posix())
    found = extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for _line, message, _comments, context in found:
        if message and (not isinstance(message, tuple) or all(message)):
            yield message, context


def read_catalog(language: str) -> Catalog:
    """The language's file; its dates are fixed, so that the same words make the same bytes."""
    path = _po(language)
    catalog = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
    catalog.creation_date = catalog.revision_date = FIXED
    catalog.fuzzy = False
    return catalog


def update(language: str) -> Catalog:
    """The language's catalog with new messages added and gone ones left out. Nothing is guessed."""
    catalog = read_catalog(language)
    catalog.update(collect(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def find_missing(catalog: Catalog) -> list[str]:
    """Messages without words yet."""
    missing = []
    for message in catalog:
        words = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and not all(words):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def write_catalog(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True, omit_header=True, no_location=True)
    return HEADER.format(language=catalog.locale_identifier, plurals=catalog.plural_forms).encode() + out.getvalue()


def compile_catalog(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def _po(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def main() -> int:
    missing_in_all = 0
    for language in LANGUAGES:
        catalog = update(language)
        path = _po(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_catalog(catalog))
        path.with_suffix(".mo").write_bytes(compile_catalog(catalog))
        missing = find_missing(catalog)
        missing_in_all += len(missing)
        sys.stdout.write(f"{language}: {len(catalog)} messages, {len(missing)} without words\n")
        sys.stdout.writelines(f"  {text}\n" for text in missing)
    return 1 if missing_in_all else 0


if __name__ == "__main__":
    sys.exit(main())
