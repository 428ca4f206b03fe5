"""The manifests for winget and Chocolatey: complete, of this release's files, and without anything left to fill in."""

import hashlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from bundling import catalogues, msi
from bundling.project import version

ADDRESS = "https://forge.example/owner/uploader-gui"
REQUIRED = {
    "": {"PackageIdentifier", "PackageVersion", "DefaultLocale", "ManifestType", "ManifestVersion"},
    ".installer": {"PackageIdentifier", "PackageVersion", "Installers", "ManifestType", "ManifestVersion"},
    ".locale.en-US": {
        *("PackageIdentifier", "PackageVersion", "PackageLocale", "Publisher", "PackageName", "License"),
        *("ShortDescription", "ManifestType", "ManifestVersion"),
    },
    ".locale.fr-FR": {"PackageIdentifier", "PackageVersion", "PackageLocale", "ManifestType", "ManifestVersion"},
}
"""What winget's schema 1.6.0 requires of each manifest."""


@pytest.fixture
def made(tmp_path: Path) -> dict[str, str]:
    for ending in ("-setup.exe", ".msi"):
        (tmp_path / f"uploader-gui-{version()}-windows-x64{ending}").write_bytes(ending.encode())
    return {path.name: path.read_text("utf-8") for path in catalogues.write(tmp_path, version(), ADDRESS)}


@pytest.mark.parametrize("kind", REQUIRED)
def test_a_winget_manifest_has_what_its_schema_requires(made: dict[str, str], kind: str) -> None:
    text = made[f"{catalogues.IDENTIFIER}{kind}.yaml"]
    fields = dict(re.findall(r"^(\w+):(?: (.*))?$", text, re.MULTILINE))
    assert fields.keys() >= REQUIRED[kind]
    assert fields["PackageVersion"] == version()
    assert fields["ManifestType"] == {"": "version", ".installer": "installer"}.get(
        kind, "defaultLocale" if "en" in kind else "locale"
    )
    assert all(len(line) <= 256 for line in text.splitlines())
    assert not re.search(r"[{}<>]|TODO|X\.Y\.Z", text)


def test_both_installers_are_named_with_address_and_sum(made: dict[str, str]) -> None:
    text = made[f"{catalogues.IDENTIFIER}.installer.yaml"]
    for ending in ("-setup.exe", ".msi"):
        assert f"{ADDRESS}/releases/download/v{version()}/uploader-gui-{version()}-windows-x64{ending}\n" in text
        assert f"InstallerSha256: {hashlib.sha256(ending.encode()).hexdigest().upper()}\n" in text
    assert f"10.0.{msi.OLDEST_BUILD}.0" in text


def test_chocolatey_installs_the_msi_and_nothing_unchecked(made: dict[str, str]) -> None:
    root = ET.fromstring(made["uploader-gui.nuspec"])  # noqa: S314 - our own
    told = {one.tag.rpartition("}")[2]: one.text or "" for one in root[0]}
    assert (told["id"], told["version"]) == ("uploader-gui", version())
    assert all(told[name] for name in ("authors", "description", "projectUrl", "licenseUrl", "summary", "tags"))
    script = made["chocolateyInstall.ps1"]
    assert script.count("{") == script.count("}") == 1
    assert f"'{hashlib.sha256(b'.msi').hexdigest().upper()}'" in script
    assert "https://" in script
    assert "http://" not in script
