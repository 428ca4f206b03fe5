"""Brings the translation files up to date: reads the sentences from the code, then compiles what translators wrote.

Run from the project's root after a sentence was changed: `uv run python packaging/update_translations.py`; then
translate what it names in `resources/translations/*.ts` (Qt Linguist, or any editor) and run it once more.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = {"fr": "fr_FR"}
"""Language of the file's name -> locale, which tells lupdate how many plural forms there are."""
MARK = "QT_TRANSLATE_NOOP("
DIRECT = 'translate("'


def sources() -> list[Path]:
    """Give the files that hold sentences."""
    files = sorted((ROOT / "uploader_gui").rglob("*.py"))
    return [one for one in files if any(mark in one.read_text("utf-8") for mark in (MARK, DIRECT))]


def read_sentences(ts: Path, locale: str) -> None:
    """Bring a .ts file up to date: new sentences come in unfinished, those no longer used leave."""
    options = ["-source-language", "en_GB", "-target-language", locale, "-locations", "none", "-no-obsolete", "-silent"]
    subprocess.run([_tool("pyside6-lupdate"), *sources(), *options, "-ts", ts], check=True, cwd=ROOT)


def compile_sentences(ts: Path, qm: Path) -> None:
    """Make the .qm file the program loads; unfinished sentences stay English."""
    subprocess.run([_tool("pyside6-lrelease"), "-silent", ts, "-qm", qm], check=True)


def unfinished(ts: Path) -> list[str]:
    """Give the sentences that still want a translation."""
    messages = ET.parse(ts).iter("message")  # noqa: S314 - our own file
    return [one.findtext("source", "") for one in messages if one.find("translation[@type]") is not None]


def _tool(name: str) -> Path:
    """Both tools come with PySide6-Essentials, into the folder of the Python that runs this."""
    folder = Path(sys.executable).parent
    return next(path for path in (folder / name, folder / f"{name}.exe") if path.exists())


def main() -> int:
    """Do it for every language; status 1 while a sentence is not translated."""
    TRANSLATIONS.mkdir(exist_ok=True)
    missing = 0
    for language, locale in LANGUAGES.items():
        ts = TRANSLATIONS / f"uploader_{language}.ts"
        read_sentences(ts, locale)
        compile_sentences(ts, ts.with_suffix(".qm"))
        left = unfinished(ts)
        missing += len(left)
        print(f"{ts.name}: {len(left)} not translated", *left, sep="\n  ")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
