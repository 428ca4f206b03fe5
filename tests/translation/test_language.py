"""Which language is spoken, its numbers, and what happens when the catalogue is damaged."""

import sys
from pathlib import Path

import pytest

from tests.support.log_watch import ExpectedLogs
from uploader_gui import i18n
from uploader_gui.i18n import NC_, NNC_, _, language_in_use, ngettext, system_language, use_language
from uploader_gui.paths import find_resource


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="there the environment does not tell the language")
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        *(({"LANG": name}, "fr") for name in ("fr_FR.UTF-8", "fr", "FR_fr")),
        ({"LANG": "fr_CA@euro", "LC_ALL": ""}, "fr"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:en"}, "fr"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": ":fr"}, "fr"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "de:fr"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_NUMERIC": "fr_FR.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_systems_language_is_that_of_its_messages(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_NUMERIC", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert system_language() == use_language("system") == language_in_use() == expected
    assert _("Close") == {"fr": "Fermer", "en": "Close"}[expected]


def test_a_word_is_translated_by_its_context() -> None:
    filters, tab = NC_("filter", "Sending"), NC_("tab", "Sending")
    assert [_("Sending"), _(filters), _(tab)] == ["Sending"] * 3
    use_language("fr")
    assert [_("Sending"), _(filters), _(tab)] == ["Envoi en cours", "En cours", "Envoi"]


def test_a_count_chooses_the_form_and_is_written_as_the_language_writes_it() -> None:
    files = ("{count} file", "{count} files")
    assert [ngettext(*files, count) for count in (0, 1, 2, 3000)] == ["0 files", "1 file", "2 files", "3,000 files"]
    use_language("fr")
    french = ["0 fichier", "1 fichier", "2 fichiers", "3\u202f000 fichiers"]
    assert [ngettext(*files, count) for count in (0, 1, 2, 3000)] == french
    assert i18n.size(1_234_600_000_000) == "1\u202f235\u00a0Go"
    assert i18n.decimal(1234.56, 1) == "1\u202f234,6"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("", ("À l’œuvre – n°\u00a01…", "1\u202f235\u00a0Go", "3\u202f000 fichiers de É")),
        ("cp1252", ("À l’œuvre – n°\u00a01…", "1\u00a0235\u00a0Go", "3\u00a0000 fichiers de É")),
        ("latin-1", ("À l'?uvre - n°\u00a01...", "1\u00a0235\u00a0Go", "3\u00a0000 fichiers de É")),
        ("ascii", ("A l'?uvre - no 1...", "1 235 Go", "3 000 fichiers de É")),
    ],
)
def test_a_terminal_gets_the_nearest_characters_it_has_but_a_sentences_values_stay(
    encoding: str, shown: tuple[str, ...]
) -> None:
    use_language("fr", encoding)
    count = ngettext("{count} file", "{count} files", 3000)
    said = (_("À l’œuvre – n°\u00a01…"), i18n.size(1_234_600_000_000), _("{files} de {name}", files=count, name="É"))
    assert said == shown


def test_a_sentence_with_a_count_nobody_translated_stays_english() -> None:
    use_language("fr")
    assert ngettext(*NNC_("a test", "{count} gnu of {owner}", "{count} gnus of {owner}"), 2, owner="{x}%1") == (
        "2 gnus of {x}%1"
    )
    assert _(NC_("a test", "A gnu called {name}"), name="{y}") == "A gnu called {y}"


@pytest.mark.parametrize("content", [b"", b"no catalogue", None])
def test_a_damaged_catalogue_leaves_everything_english(
    monkeypatch: pytest.MonkeyPatch, expected_logs: ExpectedLogs, tmp_path: Path, content: bytes | None
) -> None:
    """None: cut short."""
    broken = tmp_path / "uploader_gui" / "_resources" / i18n.CATALOGUE
    broken.parent.mkdir(parents=True)
    broken.write_bytes(find_resource(i18n.CATALOGUE).read_bytes()[:5000] if content is None else content)
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)  # where PyInstaller's bundles keep resources
    expected_logs.allow(r"the translation .* cannot be used")
    assert use_language("fr") == "fr"
    assert _("Close") == "Close"
    assert ngettext("{count} file", "{count} files", 2) == "2 files"
