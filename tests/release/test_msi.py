"""The MSI for a whole machine, as Windows Installer's own tables have it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bundling import msi

pytestmark = pytest.mark.skipif(shutil.which("wixl") is None, reason="wixl makes it; `.ci/system-packages` brings it")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "uploader-gui"
    for name in ("uploader-gui.exe", "uploader-gui-cli.exe", "_internal/Qt6Core.dll", "_internal/guide/fr/reçus.md"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(b"MZ")
    return made


def made_of(folder: Path, number: str = "1.2.3") -> Path:
    (made,) = msi.make(folder, folder.parent, number)
    return made


def table(package: Path, name: str) -> list[list[str]]:
    """Give a table's rows: three lines of heading come before them."""
    told = subprocess.run(["msiinfo", "export", str(package), name], check=True, capture_output=True, encoding="utf-8")
    return [line.split("\t") for line in told.stdout.splitlines()[3:]]


def test_it_lays_every_file_of_the_folder_below_program_files(folder: Path) -> None:
    package = made_of(folder)
    names = {row[2] for row in table(package, "File")}
    assert names == {file.name for file in folder.rglob("*") if file.is_file()}
    folders = {row[0]: row for row in table(package, "Directory")}
    assert folders["INSTALLDIR"][1:] == ["ProgramFiles64Folder", "uploader-gui"]


def test_it_is_for_everybody_64_bit_and_refuses_what_is_too_old_or_newer(folder: Path) -> None:
    package = made_of(folder)
    told = subprocess.run(["msiinfo", "suminfo", str(package)], check=True, capture_output=True, text=True).stdout
    assert "Template: x64;1033" in told
    properties = {row[0]: row[1] for row in table(package, "Property")}
    assert properties["ALLUSERS"] == "1"
    assert properties["ProductVersion"] == "1.2.3"
    conditions = dict(table(package, "LaunchCondition"))
    assert f"Installed OR CURRENTBUILD >= {msi.OLDEST_BUILD}" in conditions
    assert all("Windows 10" in told or "newer" in told for told in conditions.values())
    assert any("plus récente" in told for told in conditions.values())


def test_a_later_version_is_known_as_one_and_keeps_each_files_identity(folder: Path) -> None:
    before = made_of(folder)
    after = made_of(folder, "1.3.0")
    first, second = ({row[0]: row[1] for row in table(one, "Component")} for one in (before, after))
    assert first == second
    products = [dict(row[:2] for row in table(one, "Property")) for one in (before, after)]
    assert products[0]["UpgradeCode"] == products[1]["UpgradeCode"]
    assert products[0]["ProductCode"] != products[1]["ProductCode"]
    assert ["WIX_UPGRADE_DETECTED" in row[-1] for row in table(after, "Upgrade")] == [True, False]


def test_without_its_tool_there_is_none_and_the_build_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert msi.make(folder, folder.parent, "1.2.3") == []
    assert "apt install wixl" in capsys.readouterr().out
