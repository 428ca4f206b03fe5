"""The `.deb`, installed as a person would: started from its desktop entry, given files by later starts, removed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from smoke.conftest import DIST
from smoke.program import Built
from smoke.screen import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smoke.screen import Screen
    from tests.support.files import Files
    from tests.support.scripted_storage import ScriptedStorage

ENTRY = Path("/usr/share/applications/uploader-gui.desktop")
AS_ROOT = [] if os.geteuid() == 0 else ["sudo"]
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}

pytestmark = pytest.mark.skipif(
    shutil.which("apt-get") is None or (os.geteuid() != 0 and not os.environ.get("CI")),
    reason="installs a package: only as root, or in CI",
)


def system(*command: str) -> int:
    """Do something to the system, as root; return the exit code."""
    whole = [*AS_ROOT, "env", *(f"{name}={value}" for name, value in QUIET.items()), *command]
    return subprocess.run(whole, stdout=subprocess.DEVNULL, check=False).returncode


@pytest.fixture(scope="module")
def installed() -> Iterator[dict[str, str]]:
    """Install the package with what it depends on; return its desktop entry; remove it in the end."""
    (package,) = DIST.glob("uploader-gui_*.deb")
    install = ("apt-get", "install", "--quiet", "--yes", "--reinstall", "--no-install-recommends", str(package))
    if system(*install) != 0:  # what it depends on is not known here yet
        assert system("apt-get", "update", "--quiet") == 0
        assert system(*install) == 0
    entry = ConfigParser(interpolation=None, strict=False)
    entry.optionxform = str  # type: ignore[assignment, method-assign] # its documented way to keep capitals
    entry.read(ENTRY, "utf-8")
    yield dict(entry["Desktop Entry"])
    assert system("dpkg", "--purge", "uploader-gui") == 0
    assert not ENTRY.exists()
    assert not Path("/usr/lib/uploader-gui").exists()


@pytest.fixture
def program(installed: dict[str, str], screen: Screen, tmp_path: Path, given: dict[str, str]) -> Iterator[Built]:
    """Return the program as the desktop starts it."""
    command = [word for word in shlex.split(installed["Exec"]) if not word.startswith("%")]
    built = Built(command, tmp_path / "person", DISPLAY=screen.display, **given | {"PATH": "/usr/bin:/bin"})
    yield built
    built.end_all()


def test_files_opened_from_the_desktop_and_later_ones_end_in_the_same_window(
    program: Built, screen: Screen, files: Files, storage: ScriptedStorage
) -> None:
    first, second, third = (files.make(name) for name in ("rapport.pdf", "photo.png", "plan #2.svg"))
    running = program.start(first, cwd=files.folder)
    window = screen.window_of(running.pid)
    screen.place(window, 60, 60)
    screen.type("4217")
    while not program.states():  # Return takes the file in once it is there to be taken
        screen.strike("Return")
    assert set(program.states()) == {str(first)}
    assert program.start(second.name, cwd=files.folder).wait(PATIENCE) == 0, program.said
    assert program.start(third, "--anomaly", "4218", "--start", cwd=files.folder).wait(PATIENCE) == 0, program.said
    screen.wait_until(lambda: program.states().get(str(third)) == "uploaded")
    everything = dict.fromkeys(map(str, (first, second, third)), "uploaded")
    screen.press_primary_button(window, lambda: program.states() == everything)  # the third alone went at once
    assert program.close(running, window, screen) == 0, program.said
    assert sorted(key.split("/")[0] for key in storage.objects) == ["4217", "4217", "4218"]


def test_its_desktop_entry_offers_the_accepted_types(installed: dict[str, str]) -> None:
    offered = set(installed["MimeType"].split(";"))
    assert {"image/jpeg", "application/pdf", "message/rfc822", "application/vnd.ms-outlook"} <= offered
    assert installed["Exec"] == "uploader-gui %F"
    assert Path(f"/usr/share/icons/hicolor/scalable/apps/{installed['Icon']}.svg").exists()


def test_links_of_the_registers_page_open_it(installed: dict[str, str]) -> None:
    assert installed
    lines = ENTRY.with_name("uploader-gui-link.desktop").read_text("utf-8").splitlines()
    assert {"Exec=uploader-gui --link %u", "MimeType=x-scheme-handler/uploader-gui;", "NoDisplay=true"} <= set(lines)


def test_it_names_what_qt_needs_and_nobody_installs_by_himself(installed: dict[str, str]) -> None:
    assert installed
    told = subprocess.run(["dpkg", "--status", "uploader-gui"], capture_output=True, text=True, check=True).stdout
    assert "libxcb-cursor0" in told
    assert "libc6 (>= 2." in told
