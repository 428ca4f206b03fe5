"""The guide: the same pages in both languages, no dead link, every picture there, and its tables true to the code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import pytest
from babel.messages.mofile import read_mo

from bundling import trim
from tests.engine.values import a_source, an_upload
from uploader_gui import command_line, credentials, paths
from uploader_gui.command_line import ExitCode
from uploader_gui.engine import receipt
from uploader_gui.engine.errors import Code
from uploader_gui.engine.models import Origin, Substitute, UploadState
from uploader_gui.gui.dialogs.guide_window import PAGES
from uploader_gui.machine_settings import PREFIX
from uploader_gui.settings import Settings, limits

ROOT: Final = Path(__file__).parent.parent.parent
GUIDE: Final = ROOT / "resources" / "guide"
LANGUAGES: Final = ("fr", "en")
ALL: Final = sorted(GUIDE.glob("*/*.md"))
FRONT: Final = sorted(ROOT.glob("*.md"))
_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE: Final = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
NEVER_IN_A_RECEIPT: Final = {Code.JOURNAL_IN_USE, Code.JOURNAL_TOO_NEW}
"""With these the engine does not start, so that there is no receipt."""


def section(language: str, name: str, number: int) -> str:
    return (GUIDE / language / f"{name}.md").read_text("utf-8").split("\n## ")[number]


def first_cells(text: str) -> list[str]:
    """Return what stands in backticks in the first column of its tables."""
    rows = (line.split("|")[1] for line in text.splitlines() if line.startswith("|"))
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_there_in_both_languages(language: str) -> None:
    assert {page.stem for page in (GUIDE / language).glob("*.md")} == {*PAGES, "index"}
    index = (GUIDE / language / "index.md").read_text("utf-8")
    assert [name for name in re.findall(r"\]\(([\w-]+)\.md\)", index) if name in PAGES] == list(PAGES)


@pytest.mark.parametrize("page", [*ALL, *FRONT], ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_no_link_is_dead(page: Path) -> None:
    text = page.read_text("utf-8")
    for link in [*_LINK.findall(text), *(picture for _, picture in _PICTURE.findall(text))]:
        of_the_project = page.parent == ROOT and link.startswith("../../")  # what GitHub has beside the files
        assert of_the_project or link.startswith("https://") or (page.parent / link.partition("#")[0]).exists(), link


@pytest.mark.parametrize("page", ALL, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_a_page_is_short_and_has_the_same_parts_in_both_languages(page: Path) -> None:
    text = page.read_text("utf-8")
    other = (GUIDE / ("en" if page.parent.name == "fr" else "fr") / page.name).read_text("utf-8")
    assert text.startswith("# ")
    assert len(text.encode()) < 8000
    for pattern in (r"^#+ ", r"^\|", r"^(- |\d\. )"):
        assert len(re.findall(pattern, text, re.MULTILINE)) == len(re.findall(pattern, other, re.MULTILINE)), pattern
    assert {link for _, link in _PICTURE.findall(text)} == {link for _, link in _PICTURE.findall(other)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_there_described_and_shown(language: str) -> None:
    folder = GUIDE / language
    shown = [found for page in folder.glob("*.md") for found in _PICTURE.findall(page.read_text("utf-8"))]
    assert all(words for words, _ in shown)
    assert {link for _, link in shown} == {f"pictures/{file.name}" for file in (folder / "pictures").iterdir()}


def test_the_bundle_has_every_page_and_picture() -> None:
    bundled = {Path(source) for source, _ in trim.resources()}
    assert {file for file in GUIDE.rglob("*") if file.is_file()} <= bundled


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_lists_the_options_of_the_program(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.parse(["--help"])
    there = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", capsys.readouterr().out))
    told = {name.split()[0] for name in first_cells(section(language, "cli", 1))}
    assert told == there | {"PATH"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_lists_the_exit_codes(language: str) -> None:
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", section(language, "cli", 2), re.MULTILINE)] == list(
        ExitCode
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_lists_the_variables_with_their_values(language: str) -> None:
    text = section(language, "cli", 3)
    ours = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(first_cells(text)) == ours | {credentials.BEARER_VARIABLE, credentials.SESSION_VARIABLE, paths.VARIABLE}
    for name, field in Settings.model_fields.items():
        row = next(line for line in text.splitlines() if f"`{PREFIX}{name.upper()}`" in line)
        for word in _values(name, field.annotation):
            assert re.search(rf"(?<!\d){word}(?!\d)", row), (name, word)
        if isinstance(field.default, int | float):
            assert row.endswith(f"| {field.default:g} |")
        elif field.default in _values(name, field.annotation):
            assert row.endswith(f"| `{field.default}` |")


def _values(name: str, annotation: Any) -> list[str]:
    """Return the words a setting takes, or the limits of a number that has both."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if annotation is int:
        return [f"{limit:g}" for limit in limits(name)]
    return []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_lists_every_field_of_a_receipt(language: str) -> None:
    made_of = Substitute(a_source(), "ab" * 32, without_metadata=True)
    odd = a_source(path=Path(os.fsdecode(b"/evidence/\xff.jpg")))
    upload = an_upload(state=UploadState.UPLOADED, source=odd, substitute=made_of)
    fetched = an_upload(origin=Origin.PHONE)
    files = (receipt.file_of(upload, str, server="https://a.example"), receipt.file_of(fetched, str))
    facts = receipt.Circumstances("https://a.example", 3, "ANO-1", "Fire door", "School", "A. Martin")
    made = receipt.Receipt("p", "4217", 0.0, 1.0, files, trial=True, circumstances=facts).to_json()
    file, other = made["files"]
    text = section(language, "receipt-format", 1)
    assert set(first_cells(text)) == set(made) | set(file) | set(other)
    told = set(re.findall(r"`(\w+)`", text))
    assert told >= set(made["totals"]) | set(file["original"]) | set(made["anomaly"]) | {"code", "message"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("changed", [False, True])
def test_its_own_program_finds_a_receipt_whole_or_changed(language: str, tmp_path: Path, *, changed: bool) -> None:
    program = section(language, "receipt-format", 4).split("```")[1].strip("\n")
    files = (receipt.file_of(an_upload(source=a_source("reçu n°1.pdf")), str),)
    whole = receipt.Receipt("uploader-gui 1.2.3", "4217", 0.0, 1.0, files)
    made = whole.to_json() | ({"anomaly_id": "4218"} if changed else {})
    (tmp_path / "receipt.json").write_bytes(json.dumps(made, ensure_ascii=False).encode())
    ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == str(not changed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_lists_every_code_of_a_receipt(language: str) -> None:
    told = first_cells(section(language, "receipt-format", 2))
    assert len(told) == len(set(told))
    assert set(told) == set(Code) - NEVER_IN_A_RECEIPT


WITH_EMPHASIS: Final = {"index", "promises", "it"}
"""Pages that print beginnings of paragraphs in bold; on all others, bold is what the program calls something."""


def names_in_the_program(language: str) -> list[re.Pattern[str]]:
    """Return what the program says, with room for what is filled in."""
    with (ROOT / "resources/locale/fr/LC_MESSAGES/uploader.mo").open("rb") as file:
        said = [one.id if language == "en" else one.string for one in read_mo(file) if one.id]
    texts = [form for forms in said for form in ([forms] if isinstance(forms, str) else forms or [])]
    return [re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(spaced(text)))) for text in texts if text]


def spaced(text: str) -> str:
    """Return a text with ordinary spaces: French has others before some marks, which a page may break at or not."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_called_what_the_program_calls_it(language: str) -> None:
    names = names_in_the_program(language)
    for page in sorted((GUIDE / language).glob("*.md")):
        if page.stem in WITH_EMPHASIS:
            continue
        for name in re.findall(r"\*\*([^*]+)\*\*", page.read_text("utf-8")):
            assert any(one.fullmatch(spaced(name)) for one in names), (page.stem, name)
