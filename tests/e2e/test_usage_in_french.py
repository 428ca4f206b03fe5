"""What a French command line says of wrong usage and in its help: all of it French, and no Qt loaded to say it."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.test_command_line import OPTIONS
from tests.e2e.test_usage import WRONG, is_one_sentence
from tests.support.files import Files
from tests.support.strict_api import StrictApi

ENGLISH = re.compile(r"\b(the|is|are|was|must|cannot|needs|with|without|should|see|show|this|argument|folder|token)\b")
ALL_WRONG = (
    "import io, json, os, sys\n"
    "from uploader_gui.__main__ import run\n"
    "said = []\n"
    "for arguments, environment in json.loads(sys.argv[1]):\n"
    "    before, sys.stderr = dict(os.environ), io.StringIO()\n"
    "    [os.environ.pop(name, None) if value is None else os.environ.update({name: value})"
    " for name, value in environment.items()]\n"
    "    said.append((run(arguments), sys.stderr.getvalue()))\n"
    "    sys.stderr = sys.__stderr__\n"
    "    os.environ.clear(); os.environ.update(before)\n"
    "print(json.dumps(said))\n"
)
"""Every wrong usage in one process: many starts would only take longer."""

PARSING = (
    "import sys; from uploader_gui.command_line import parse; parse(sys.argv[1:]); "
    "sys.exit(any(name.startswith(('PySide6', 'platformdirs')) for name in sys.modules))"
)

WITHOUT_QT = (
    "import sys; sys.modules.update(PySide6=None, shiboken6=None); "
    "from uploader_gui.__main__ import run; sys.exit(run(sys.argv[1:]))"
)


@pytest.fixture
def french(program: Program) -> Program:
    """Speak French where the system does, as `LANG` tells it."""
    unsaid = dict.fromkeys(("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LC_NUMERIC"), "")
    program.environment |= unsaid | {"LANG": "fr_FR.UTF-8", "PYTHONUTF8": "1"}
    return program


def test_every_wrong_usage_is_told_in_french(french: Program, strict_api: StrictApi) -> None:
    french.command = ("-c", ALL_WRONG)
    ended = french.run(json.dumps([(arguments, environment) for arguments, environment, _ in WRONG.values()]))
    assert (ended.code, ended.err) == (0, "")
    for name, (code, said) in zip(WRONG, json.loads(ended.out), strict=True):
        assert code == 2, name
        assert said.startswith("uploader-gui: "), name
        assert said.count("\n") == 1, name
        own_words = re.sub(r"\(.*?\)|/\S+|--\S+|UPLOADER_\w+|[Nn]o such file or directory", "", said)
        assert not ENGLISH.search(own_words), (name, said)
    assert strict_api.connections_made == 0


def test_a_start_of_its_own_says_it_too(french: Program) -> None:
    ended = french.run("--headless", "-a", "a b", "x")
    assert (ended.code, is_one_sentence(ended)) == (2, True)
    assert "n’est pas un numéro d’anomalie" in ended.err


@pytest.mark.parametrize(
    "content", ["{", "[1]", "\xff", "[" * 100_000, '{"size_unit": 7}', '{"ca_file": 7}', '{"proxy": 7}']
)
def test_a_wrong_settings_file_is_told_in_french(french: Program, content: str) -> None:
    french.data.mkdir(parents=True)
    (french.data / "settings.json").write_text(content, "latin-1")
    ended = french.send("a.txt")
    assert (ended.code, is_one_sentence(ended)) == (2, True), ended
    assert not ENGLISH.search(ended.err.replace(str(french.data), "")), ended.err


def test_the_language_set_in_the_window_holds_on_the_command_line(program: Program) -> None:
    program.data.mkdir(parents=True)
    (program.data / "settings.json").write_text('{"language": "fr"}', "utf-8")
    ended = program.run("--forever")
    assert (ended.code, ended.err) == (2, "uploader-gui: --forever n’est pas une option (voir uploader-gui --help).\n")


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_is_french_and_names_every_option(french: Program, asked: str) -> None:
    ended = french.run(asked)
    assert (ended.code, ended.err) == (0, "")
    assert all(option in ended.out for option in OPTIONS)
    assert ended.out.startswith("utilisation\u00a0: uploader-gui ")
    assert not ENGLISH.search(ended.out)


def test_help_in_an_encoding_without_accents_is_still_shown(french: Program) -> None:
    ended = french.run("--help", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.err) == (0, "")
    assert "0 tous les fichiers sont envoyes ou l'etaient deja" in ended.out


def test_a_terminal_without_accents_gets_the_nearest_letters_but_in_names(french: Program, files: Files) -> None:
    ended = french.send(files.make("n°1, été.jpg"), PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == ["envoye  n?1, ?t?.jpg", "1 fichier : 1 envoye"]
    wrong = french.run("--headless", "-a", "é", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert wrong.err.startswith(r"uploader-gui: '\xe9' n'est pas un numero d'anomalie")


def test_without_a_display_it_says_in_french_that_it_runs_without_a_window(french: Program) -> None:
    ended = french.run("--demo", DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert ended.code == 0
    assert ended.err == "uploader-gui: Le programme s’exécute sans fenêtre. Il n’y a pas d’écran.\n"
    trial = "ESSAI\u00a0: rien n’est envoyé au registre"
    assert ended.out.splitlines()[-2:] == ["45 fichiers\u00a0: 44 envoyés (essai), 1 refusé", trial]


def test_a_command_line_that_is_right_loads_no_qt_to_be_read(french: Program, tmp_path: Path) -> None:
    french.command = ("-c", PARSING)
    assert french.run("--headless", "-a", "42", "--report", tmp_path / "r.json", "a.txt").code == 0


def test_where_no_qt_can_be_loaded_french_is_spoken_all_the_same(french: Program) -> None:
    french.command = ("-c", WITHOUT_QT)
    ended = french.run("--headless", "--demo")
    assert ended.code == 0, ended
    assert "refusé" in ended.out
    assert "Le registre n’accepte pas les photos HEIC." in ended.out
    assert not ENGLISH.search(re.sub(r"\S+\.\w+", "", ended.out)), ended.out
