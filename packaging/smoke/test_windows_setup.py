"""The Windows installer and uninstaller, unattended: what they lay down, when they refuse, and what they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bundling.project import version
from smoke.under_wine import UnderWine, Windows
from tests.support.storage_faults import StoreThenSilence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from smoke.screen import Screen
    from tests.support.files import Files
    from tests.support.scripted_storage import ScriptedStorage

REMOVAL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\uploader-gui"
OPEN_WITH = r"HKCU\Software\Classes\Applications\uploader-gui.exe"
IN_USE, TOO_OLD = 4, 3
MB = 1_000_000


@pytest.fixture
def program(windows: Windows, screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[UnderWine]:
    """Give the installed program."""
    made = UnderWine(windows, tmp_path / "person", DISPLAY=screen.display, **given)
    yield made
    made.end_all()


def test_it_lays_down_programs_shortcuts_and_what_windows_has_to_know(windows: Windows) -> None:
    assert {file.name for file in windows.folder.glob("*.exe")} == {
        "uploader-gui.exe",
        "uploader-gui-cli.exe",
        "uninstall.exe",
    }
    assert (windows.start_menu / "Uploader.lnk").exists()
    assert len(list(windows.send_to.glob("Uploader*.lnk"))) == 1
    told = windows.registered(REMOVAL)
    assert version() in told
    assert windows.wine.windows_path(windows.folder) in told
    assert "%1" in windows.registered(OPEN_WITH)


def test_it_is_as_small_as_promised(windows: Windows) -> None:
    assert sum(file.stat().st_size for file in windows.folder.rglob("*")) <= 100 * MB
    assert windows.setup.stat().st_size <= 30 * MB


def test_it_brings_every_licence(windows: Windows) -> None:
    texts = {file.stem for file in (windows.folder / "licences").iterdir() if file.stat().st_size}
    assert {"uploader-gui", "Qt", "LGPL-3.0", "pydantic", "httpx", "keyring", "pillow"} <= texts


def test_nothing_is_replaced_or_removed_while_the_program_is_open(
    windows: Windows, program: UnderWine, screen: Screen
) -> None:
    running = program.start()
    window = screen.window_of(running.pid)
    assert windows.install() == IN_USE
    assert (
        windows.execute(windows.folder / "uninstall.exe", "/S", f"_?={windows.wine.windows_path(windows.folder)}")
        == IN_USE
    )
    assert program.run("--version")[0] == 0
    assert program.close(running, window, screen) == 0


def test_nothing_is_replaced_or_removed_while_a_script_runs_the_console_program(
    windows: Windows, program: UnderWine, files: Files, storage: ScriptedStorage
) -> None:
    program.without_screen()
    storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    running = program.begin("--headless", "--anomaly", "4217", files.make("rapport.pdf"))
    storage.wait_for_puts(1, timeout=60.0)
    assert windows.install() == IN_USE
    assert windows.remove_in_place() == IN_USE
    storage.release()
    assert program.finish(running) == 0, program.said
    assert program.run("--version")[0] == 0


def test_a_windows_that_is_too_old_gets_nothing(windows: Windows) -> None:
    windows.remove()
    windows.wait_until(lambda: not windows.folder.exists())
    windows.be("win7")
    try:
        assert windows.install() == TOO_OLD
        assert not windows.folder.exists()
    finally:
        windows.be("win10")
        assert windows.install() == 0


def test_a_newer_version_replaces_the_older_one_and_keeps_the_list(
    windows: Windows, program: UnderWine, files: Files
) -> None:
    program.without_screen()
    del program.environment["UPLOADER_DATA_DIR"]
    code, said = program.run("--headless", "--anomaly", "4217", files.make("rapport.pdf"))
    assert code == 0, said
    data = windows.wine.local_data / "uploader-gui"
    kept = {file.name: file.read_bytes() for file in data.iterdir() if file.is_file()}
    assert "journal.sqlite" in kept
    stale = windows.folder / "_internal" / "of-an-older-version.dll"
    stale.write_bytes(b"MZ")
    assert windows.install() == 0
    assert not stale.exists()
    assert {file.name: file.read_bytes() for file in data.iterdir() if file.is_file()} == kept


def test_removal_takes_all_but_the_persons_data(windows: Windows) -> None:
    data = windows.wine.local_data / "uploader-gui"
    data.mkdir(exist_ok=True)
    (data / "settings.json").write_text("{}")
    assert windows.remove() == 0
    windows.wait_until(lambda: not windows.folder.exists())
    assert not (windows.start_menu / "Uploader.lnk").exists()
    assert list(windows.send_to.glob("Uploader*.lnk")) == []
    assert "uploader-gui" not in windows.registered(REMOVAL)
    assert "uploader-gui" not in windows.registered(OPEN_WITH)
    assert (data / "settings.json").exists()
