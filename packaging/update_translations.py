"""Brings the French catalogue up to date: reads the sentences from the code, and compiles what translators wrote.

Run from the project's root after a sentence was changed: `uv run python packaging/update_translations.py`; then
translate what it names in `resources/locale/fr/LC_MESSAGES/uploader.po` (any editor or translation platform takes it),
and run it once more.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
FRENCH_PO = ROOT / "resources" / "locale" / "fr" / "LC_MESSAGES" / "uploader.po"
CALLS = {
    "_": (0, 1),
    "N_": (0, 1),
    "NC_": (1, 1),
    "ngettext": (0, 2),
    "NN_": (0, 2),
    "NNC_": (1, 2),
}
"""The functions of `uploader_gui/i18n.py` -> how many contexts, then how many forms of a sentence they take."""


class NotALiteralError(Exception):
    """A sentence is put together where it is marked, so that no translator could read it."""


def sentences_of_code() -> Catalog:
    """Return the sentences of the code, with the files that hold them."""
    catalogue = Catalog(charset="utf-8")
    for path in sorted((ROOT / "uploader_gui").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        for context, forms in sentences_in(path.read_text("utf-8"), name):
            catalogue.add(forms if len(forms) > 1 else forms[0], locations=[(name, 0)], context=context)
    return catalogue


def sentences_in(code: str, name: str) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Yield context and forms of each sentence. Babel's own extraction misses calls inside of calls, and f-strings.

    Raises:
        NotALiteralError: a sentence is put together, as in `_(f"…")`.
    """
    for node in ast.walk(ast.parse(code)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS):
            continue
        contexts, forms = CALLS[node.func.id]
        given = node.args[: contexts + forms]
        literal = [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if len(literal) == contexts + forms:
            yield (literal[0] if contexts else None), tuple(literal[contexts:])
        elif literal or node.func.id.startswith("N") or isinstance(given[0], ast.JoinedStr | ast.BinOp):
            raise NotALiteralError(f"{name}:{node.lineno}")


def read_french() -> Catalog:
    """Return the French catalogue as it is in the file."""
    with FRENCH_PO.open("rb") as file:
        return read_po(file, locale="fr", charset="utf-8")


def save(catalogue: Catalog) -> None:
    """Write the .po file and the .mo file, which the program loads; sentences without French stay English."""
    with FRENCH_PO.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    with FRENCH_PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the sentences that have no French."""
    return [str(one.id) for one in catalogue if one.id and not (one.string and all(forms_of(one.string)))]


def forms_of(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Return the plural forms of a sentence or translation, one where it has no count."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def main() -> int:
    """Update both files; status 1 while a sentence has no French."""
    french = read_french()
    french.update(sentences_of_code(), no_fuzzy_matching=True, update_creation_date=False)
    save(french)
    missing = untranslated(french)
    print(f"{FRENCH_PO.name}: {len(missing)} not translated", *missing, sep="\n  ")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
