"""The files, the keyring, the home and the rules every test runs under."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import keyring
import pytest
from keyring.errors import PasswordSetError
from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from tests.support.api_rules import MEDIA_TYPES
from tests.support.files import Files
from tests.support.memory_keyring import MemoryKeyring

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring the same fonts to every machine")
def test_what_is_measured_is_measured_with_our_own_fonts(qapp: QApplication) -> None:
    generic = {"Monospace", "Sans Serif", "Serif"}  # what Qt itself adds
    assert set(QFontDatabase.families()) - generic == {"DejaVu Sans"}
    assert set(QFontDatabase.styles("DejaVu Sans")) >= {"Book", "Bold"}


def test_a_file_begins_with_its_signature_and_no_two_blocks_of_it_are_alike(files: Files) -> None:
    data = files.make("folder/a.png", size=5_000_000).read_bytes()
    assert (len(data), data[:8]) == (5_000_000, b"\x89PNG\r\n\x1a\n")
    blocks = {hashlib.sha256(data[at : at + 65536]).digest() for at in range(0, len(data), 65536)}
    assert len(blocks) == -(-len(data) // 65536)
    assert set(files.one_of_each()) == MEDIA_TYPES - {"image/jpg"}


def test_the_home_is_empty_and_no_setting_of_the_callers_is_seen(person: Path) -> None:
    assert Path.home() == person
    assert list(person.iterdir()) == []
    assert [name for name in os.environ if name.startswith("UPLOADER_")] == ["UPLOADER_DATA_DIR"]
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]
    assert QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation).startswith(str(person))


def test_the_keyring_lives_in_memory_also_in_programs_the_test_starts_and_can_be_small(
    memory_keyring: MemoryKeyring,
) -> None:
    memory_keyring.limit = 2560  # as Windows' is
    keyring.set_password("service", "name", "x" * 1280)
    assert memory_keyring.secrets == {("service", "name"): "x" * 1280}
    with pytest.raises(PasswordSetError):
        keyring.set_password("service", "name", "x" * 1281)
    script = "import keyring; print(type(keyring.get_keyring()).__name__)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd="/")
    assert told.stdout == "MemoryKeyring\n"


RULES = """
import logging, threading
import tests.conftest

pytest_plugins = ["tests.conftest"]
tests.conftest.THREAD_PATIENCE = 0.1
held = threading.Event()

def test_stray():
    logging.getLogger("uploader_gui.engine.queue").warning("lost %s", "it")

def test_allowed(expected_logs):
    expected_logs.allow(r"lost \\w+")
    logging.getLogger("uploader_gui.engine.queue").warning("lost %s", "it")

def test_info():
    logging.getLogger("asyncio").info("fine")

def test_others():
    logging.getLogger("elsewhere").error("not ours")

def test_thread():
    threading.Thread(target=held.wait, name="stuck").start()

def test_end():
    held.set()

def test_violation(strict_api):
    import httpx
    assert httpx.post(strict_api.url).status_code == 400
"""


def test_stray_logs_left_threads_and_violations_fail_a_test(tmp_path: Path) -> None:
    (tmp_path / "test_rules.py").write_text(RULES)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    command += ["--basetemp", str(tmp_path / "own")]  # else it clears up after others, who may do so at that moment
    run = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "7 passed, 3 errors" in run.stdout, run.stdout + run.stderr
    assert "WARNING uploader_gui.engine.queue: lost it" in run.stdout
    assert "threads left running: ['stuck']" in run.stdout
    assert "ERROR test_rules.py::test_violation" in run.stdout
