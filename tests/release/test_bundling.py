"""The steps of the build that need no build: what is left out, what files say, what the launcher does."""

import json
import os
import plistlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bundling import bill, changelog, checksums, debian, linux, macos, trim
from bundling.licences import Component
from bundling.project import PACKAGING, RESOURCES, version
from uploader_gui.engine.media import BY_EXTENSION

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the launcher is for Linux")


USED = (
    *("plugins/platforms/libqxcb.so", "plugins/platforms/libqwayland.so", "plugins/platforms/libqcocoa.dylib"),
    *("plugins/imageformats/libqsvg.so", "translations/qtbase_fr.qm", "lib/libicudata.so.73"),
)
UNUSED = (
    *("plugins/platformthemes/libqgtk3.so", "plugins/printsupport/libcupsprintersupport.so", "lib/libQt6Quick.so.6"),
    *("qml/QtQuick/libqtquick2plugin.so", "translations/qtbase_de.qm"),
)


def test_what_the_program_uses_goes_into_the_bundle_and_nothing_else() -> None:
    windows = ("platforms\\qwindows.dll", "printsupport\\windowsprintersupport.dll")
    names = [f"PySide6/Qt/{name}" for name in USED] + [f"PySide6\\plugins\\{name}" for name in windows]
    assert [name for name in names if not trim.is_wanted(name)] == []
    windows = ("imageformats\\qtiff.dll", "tls\\qopensslbackend.dll")
    names = [f"PySide6/Qt/{name}" for name in UNUSED] + [f"PySide6\\plugins\\{name}" for name in windows]
    assert [name for name in names if trim.is_wanted(name)] == []


def test_the_bundle_has_every_sample_of_the_trial() -> None:
    bundled = {Path(source).name for source, folder in trim.resources() if folder.endswith("/_resources/samples")}
    names = (RESOURCES / "samples" / "names.tsv").read_text("utf-8").splitlines()
    assert bundled == {"names.tsv", *(line.partition("\t")[0] for line in names)}
    assert len(names) == 45


def test_the_desktop_entry_opens_every_accepted_type_and_folders() -> None:
    entry = debian.DESKTOP_ENTRY.read_text("utf-8")
    offered = set(entry.partition("MimeType=")[2].partition("\n")[0].split(";"))
    assert {*BY_EXTENSION.values(), "inode/directory"} <= offered


def test_the_mac_app_takes_files_and_folders_and_asks_for_one_entitlement() -> None:
    (documents,) = macos.info()["CFBundleDocumentTypes"]
    assert {"public.jpeg", "com.adobe.pdf", "public.folder", "public.data"} <= set(documents["LSItemContentTypes"])
    assert list(plistlib.loads(macos.ENTITLEMENTS.read_bytes())) == [
        "com.apple.security.cs.allow-unsigned-executable-memory"
    ]


def test_the_bill_of_materials_names_each_component_once(tmp_path: Path) -> None:
    file = tmp_path / "bill.json"
    bill.write([Component("Zed", "1.0", "MIT"), Component("libz1", "1:2.3+b1", "see", "library")], file)
    written = json.loads(file.read_text("utf-8"))
    assert (written["bomFormat"], written["specVersion"]) == ("CycloneDX", "1.6")
    assert [row["purl"] for row in written["components"]] == ["pkg:deb/debian/libz1@1%3A2.3%2Bb1", "pkg:pypi/zed@1.0"]


@on_linux
def test_the_checksums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "a.deb").write_bytes(b"a")
    (tmp_path / "b é.tar.xz").write_bytes(b"b")
    checksums.write(tmp_path)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle whose program only says what it was given."""
    made = tmp_path / "uploader gui"
    (made / "lib").mkdir(parents=True)
    program = made / "lib" / "uploader-gui"
    program.write_text('#!/bin/sh\nprintf "<%s>" "$@"\nexit 7\n', "utf-8")
    program.chmod(0o755)
    return made


def launcher(folder: Path, glibc: str) -> Path:
    path = folder / "uploader-gui"
    path.write_text(linux.LAUNCHER.read_text("utf-8").replace("@GLIBC@", glibc), "utf-8")
    path.chmod(0o755)
    return path


@on_linux
@pytest.mark.parametrize("path_variable", ["/usr/bin:/bin", "/nonexistent"])
def test_the_launcher_hands_over_arguments_and_exit_code(folder: Path, path_variable: str) -> None:
    started = launcher(folder, "2.1")
    link = folder.parent / "link"
    link.symlink_to(started)
    for program in [started] if path_variable == "/nonexistent" else [started, link]:
        ran = subprocess.run(
            [program, "a b", "--x"], env={"PATH": path_variable}, capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stdout, ran.stderr) == (7, "<a b><--x>", "")


@on_linux
@pytest.mark.parametrize(("language", "words"), [("en_GB.UTF-8", "does not run"), ("fr_FR.UTF-8", "il lui faut")])
def test_the_launcher_says_in_words_that_a_system_is_too_old(folder: Path, language: str, words: str) -> None:
    surroundings = {"PATH": os.environ["PATH"], "LANG": language}
    ran = subprocess.run([launcher(folder, "2.999")], env=surroundings, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert words in ran.stderr
    assert "2.999" in ran.stderr


def test_release_notes_are_the_versions_own_section() -> None:
    versions = "## [1.1.0] - 2026-01-02\n\n### Added\n\n- b\n\n## [1.0.0] - 2025-01-02\n\n- a\n"
    text = f"# Changelog\n\n## [Unreleased]\n\n- c\n\n{versions}"
    assert changelog.section("1.1.0", text) == changelog.Section("2026-01-02", "### Added\n\n- b")
    assert changelog.section("1.0.0", text).notes == "- a"


@pytest.mark.parametrize(
    "text", ["## [1.0.0] - 2026-01-02\n\n## [0.9.0] - 2025-01-02\n\n- a\n", "## [1.0.0]\n\n- a\n", ""]
)
def test_a_version_without_notes_is_not_released(text: str) -> None:
    with pytest.raises(SystemExit, match=r"CHANGELOG.md says nothing of 1\.0\.0"):
        changelog.section("1.0.0", text)


def test_software_centres_get_this_version_which_has_its_notes_and_its_day(tmp_path: Path) -> None:
    assert changelog.section(version()).notes.startswith("### Added")
    shown = ET.parse(debian.lay_metainfo(tmp_path)).getroot()  # noqa: S314 - our own file
    assert shown.findtext("id") == debian.IDENTIFIER
    release = shown.find("releases/release")
    assert release is not None
    assert release.attrib == {"version": version(), "date": changelog.section(version()).day}
    assert shown.findtext("launchable") == debian.DESKTOP_ENTRY.name


def test_every_manual_test_has_a_number_of_its_own() -> None:
    for name in ("windows", "macos"):
        text = (PACKAGING / "manual_tests" / f"{name}.md").read_text("utf-8")
        numbers = re.findall(rf"^\| {name[0].upper()}(\d+)", text, re.MULTILINE)
        assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
