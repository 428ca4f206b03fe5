"""The MSI for a whole machine, by msiexec as group policy runs it; and the policies it comes with."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from bundling import msi
from bundling.project import version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from smoke.under_wine import Windows

POLICIES = r"HKLM\SOFTWARE\Policies\uploader-gui"
REFUSED = 1603 & 0xFF
"""ERROR_INSTALL_FAILURE, as a Unix program's exit code carries it."""
SILENT = "/qn"


@pytest.fixture(scope="module")
def windows(bare_windows: Windows) -> Windows:
    """Return a Windows on which nobody has the program for themselves.

    Wine takes the person's Start menu for everybody's: there the MSI's entry would replace the other one, and go with
    it. On Windows they are two, for the package says ALLUSERS.
    """
    bare_windows.clean()
    return bare_windows


@pytest.fixture(scope="module")
def package(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the MSI of the folder that was built."""
    (made,) = msi.make(windows.setup.parent / "uploader-gui", tmp_path_factory.mktemp("msi"), version())
    return made


@pytest.fixture
def installed(windows: Windows, package: Path) -> Iterator[Path]:
    """Return the folder it is installed in."""
    assert msiexec(windows, "/i", package) == 0
    yield windows.wine.drive / "Program Files" / "uploader-gui"
    msiexec(windows, "/x", package)


def msiexec(windows: Windows, what: str, package: Path) -> int:
    nothing = subprocess.DEVNULL
    command = ["wine", "msiexec", what, "Z:" + str(package).replace("/", "\\"), SILENT]
    return subprocess.run(
        command, env=windows.wine.basics, cwd=windows.wine.folder, stdin=nothing, stdout=nothing, stderr=nothing,
        timeout=600, check=False,
    ).returncode  # fmt: skip


def said(windows: Windows, program: Path, *arguments: str, **variables: str) -> str:
    return windows.wine.output_of(windows.wine.windows_path(program), *arguments, **variables)


def test_it_is_installed_for_everybody_works_and_goes_again(windows: Windows, package: Path) -> None:
    assert msiexec(windows, "/i", package) == 0
    folder = windows.wine.drive / "Program Files" / "uploader-gui"
    assert version() in said(windows, folder / "uploader-gui-cli.exe", "--version")
    assert {file.name for file in folder.glob("*.exe")} == {"uploader-gui.exe", "uploader-gui-cli.exe"}
    assert "Uploader" in windows.registered(r"HKLM\SOFTWARE\Classes\Applications\uploader-gui.exe")
    assert list(windows.wine.drive.rglob("Start Menu/Programs/Uploader.lnk"))
    assert msiexec(windows, "/x", package) == 0
    assert not folder.exists()


def test_a_newer_one_replaces_it_and_an_older_one_does_not(
    windows: Windows, installed: Path, package: Path, tmp_path: Path
) -> None:
    later = tmp_path / "uploader-gui"
    (later / "_internal").mkdir(parents=True)
    for name in ("uploader-gui.exe", "uploader-gui-cli.exe", "_internal/of-a-later-version.dll"):
        (later / name).write_bytes(b"MZ")
    (newer,) = msi.make(later, tmp_path, "99.0.0")
    assert msiexec(windows, "/i", newer) == 0
    assert [file.name for file in (installed / "_internal").iterdir()] == ["of-a-later-version.dll"]
    assert msiexec(windows, "/i", package) == REFUSED
    assert msiexec(windows, "/x", newer) == 0


def test_a_windows_that_is_too_old_gets_nothing(windows: Windows, package: Path) -> None:
    windows.be("win7")
    try:
        assert msiexec(windows, "/i", package) == REFUSED
        assert not (windows.wine.drive / "Program Files" / "uploader-gui").exists()
    finally:
        windows.be("win10")


def test_what_a_policy_fixes_comes_before_the_environment(windows: Windows, installed: Path, tmp_path: Path) -> None:
    windows.wine.set(POLICIES, "api_url", "https://register.example/main")
    windows.wine.set(POLICIES, "history_days", "30", "REG_DWORD")
    try:
        told = said(
            windows, installed / "uploader-gui-cli.exe", "--headless", "-a", "4217", str(tmp_path),
            UPLOADER_API_URL="https://other.example/main", UPLOADER_DATA_DIR="Z:" + str(tmp_path / "data"),
        )  # fmt: skip
        assert f"UPLOADER_API_URL does not count: your IT department fixes this setting ({POLICIES})" in told
    finally:
        windows.wine.output_of("reg", "delete", POLICIES, "/f")
