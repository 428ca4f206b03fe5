"""The Windows installer and uninstaller, unattended: what they lay down, when they refuse, and what they leave."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bundling.project import version
from bundling.windows import installer
from smoke.screen import PATIENCE
from smoke.under_wine import OPEN_WITH, REMOVAL, UNATTENDED, UnderWine, Windows
from tests.support.storage_faults import StoreThenSilence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from smoke.screen import Screen
    from tests.support.files import Files
    from tests.support.scripted_storage import ScriptedStorage

SCHEME = r"HKCU\Software\Classes\uploader-gui"
IN_USE, TOO_OLD = 4, 3
MB = 1_000_000


@pytest.fixture
def program(windows: Windows, screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[UnderWine]:
    """Return the installed program."""
    made = UnderWine(windows, tmp_path / "person", DISPLAY=screen.display, **given)
    yield made
    made.end_all()


def test_a_windows_that_is_too_old_gets_nothing(bare_windows: Windows) -> None:
    bare_windows.clean()
    bare_windows.be("win7")
    try:
        assert bare_windows.install() == TOO_OLD
        assert not bare_windows.folder.exists()
    finally:
        bare_windows.be("win10")


def test_on_a_french_windows_setup_names_its_shortcut_in_french(bare_windows: Windows) -> None:
    bare_windows.clean()
    try:
        assert bare_windows.execute(bare_windows.setup, UNATTENDED, **bare_windows.in_french) == 0
        assert [link.name for link in bare_windows.send_to.glob("Uploader*.lnk")] == ["Uploader (anomalie).lnk"]
    finally:
        bare_windows.clean()
    assert list(bare_windows.send_to.glob("Uploader*.lnk")) == []


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
    assert '--link \\"%1' in windows.registered(SCHEME) or '--link "%1' in windows.registered(SCHEME)


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
    storage.wait_for_puts(1, timeout=PATIENCE)
    assert windows.install() == IN_USE
    assert windows.remove_in_place() == IN_USE
    storage.release()
    assert program.finish(running) == 0, program.said
    assert program.run("--version")[0] == 0


def test_a_newer_version_replaces_the_older_one_and_keeps_list_and_settings(
    windows: Windows, program: UnderWine, files: Files, storage: ScriptedStorage, tmp_path: Path
) -> None:
    program.without_screen()
    del program.environment["UPLOADER_DATA_DIR"]
    data, path = windows.wine.local_data / "uploader-gui", files.make("rapport.pdf")
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    (data / "settings.json").write_text('{"language": "fr"}', "utf-8")
    assert program.run("--headless", "--anomaly", "4217", path)[0] == 0
    windows.clean()
    assert windows.install(older_setup(tmp_path)) == 0
    assert "0.0.1" in windows.registered(REMOVAL)
    assert windows.install() == 0
    told = windows.registered(REMOVAL)
    assert version() in told
    assert "0.0.1" not in told
    assert not (windows.folder / "_internal" / "of-an-older-version.dll").exists()
    code, said = program.run("--headless", "--anomaly", "4217", path)
    assert (code, len(storage.objects)) == (0, 1), said
    assert "anomalie" in program.run("--help")[1]


def older_setup(folder: Path) -> Path:
    """Make the installer of an older version, of which there is little more than the names."""
    (folder / "older" / "_internal").mkdir(parents=True)
    for name in ("uploader-gui.exe", "uploader-gui-cli.exe", "_internal/of-an-older-version.dll"):
        (folder / "older" / name).write_bytes(b"MZ")
    (setup,) = installer(folder / "older", folder, "0.0.1")
    return setup


def test_removal_says_first_where_the_persons_data_stay(windows: Windows, program: UnderWine) -> None:
    program.command = ["wine", windows.wine.windows_path(windows.folder / "uninstall.exe")]
    running = program.start_without_streams(f"_?={windows.wine.windows_path(windows.folder)}")
    told = windows.inside("box", "uploader-gui Uninstall ", "2")  # NSIS leaves room for a page's name
    assert windows.wine.windows_path(windows.wine.local_data / "uploader-gui") in told
    program.finish(running)
    assert (windows.folder / "uploader-gui.exe").exists()


def test_removal_takes_all_but_the_persons_data(windows: Windows) -> None:
    data = windows.wine.local_data / "uploader-gui"
    data.mkdir(exist_ok=True)
    (data / "settings.json").write_text("{}")
    assert windows.remove() == 0
    assert not (windows.start_menu / "Uploader.lnk").exists()
    assert list(windows.send_to.glob("Uploader*.lnk")) == []
    assert "uploader-gui" not in windows.registered(REMOVAL)
    assert "uploader-gui" not in windows.registered(OPEN_WITH)
    assert "--link" not in windows.registered(SCHEME)
    assert (data / "settings.json").exists()
